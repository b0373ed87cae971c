#pragma once
// Scenarios that are the same until their measures begin: a run without measures is computed once, and each scenario leaves it before its
// first measure would change a step.

#include <optional>
#include <string>
#include <vector>

#include "scenario/document.hpp"

namespace galena {

/// What decides how long two scenarios are alike.
struct ScenarioStart {
    std::string ground;  ///< the whole site without measures, as text
    double first = 0;    ///< when its first measure begins [s]; infinite without any
};

/// A stretch of a run without measures.
struct SharedStretch {
    std::optional<std::size_t> after;    ///< the stretch it goes on from; the start of the run when absent
    double until = 0;                    ///< the moment before which it ends [s]
    std::vector<std::size_t> scenarios;  ///< that have it in common
    std::vector<std::size_t> leaving;    ///< those of them that go on by themselves from its end
};

/// Of the tree of a site whose scenario was taken.
std::string ground_of(const Node& tree);

/// The stretches of all scenarios, each after the one it goes on from; none for what only one scenario would run.
std::vector<SharedStretch> shared_stretches(const std::vector<ScenarioStart>& scenarios);

}  // namespace galena
