#pragma once
// Scenarios that are the same until their first measures begin: that part is computed once.

#include <string>
#include <vector>

#include "scenario/document.hpp"

namespace galena {

/// What decides whether two scenarios begin alike.
struct ScenarioStart {
    std::string ground;  ///< the whole site without measures, as text
    double first = 0;    ///< when its first measure begins [s]; infinite without any
};

/// Several scenarios that are one until a moment.
struct SharedStart {
    std::vector<std::size_t> scenarios;
    double until = 0;
};

/// Of the tree of a site whose scenario was taken.
std::string ground_of(const Node& tree);

/// Groups of at least two scenarios. Only those whose first measures begin at the same moment: there their own runs end a step too, so that
/// the numbers are the same bit by bit.
std::vector<SharedStart> shared_starts(const std::vector<ScenarioStart>& scenarios);

}  // namespace galena
