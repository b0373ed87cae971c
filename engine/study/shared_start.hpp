#pragma once
// Scenarios that are the same for a while: what they have in common is computed once, and each leaves it before the first measure that the
// others do not have would change a step. Measures that they all have, and that are the same, are part of what is common.

#include <optional>
#include <string>
#include <vector>

#include "scenario/document.hpp"

namespace galena {

/// A measure of a scenario, stages apart.
struct StartedMeasure {
    std::string name, text;  ///< all that the site file says of it
    double first = 0;        ///< when it begins [s]; infinite when never
};

/// What decides how long two scenarios are alike.
struct ScenarioStart {
    std::string ground;                    ///< the whole site without measures, as text
    std::vector<StartedMeasure> measures;  ///< in the order of the scenario
};

/// A stretch of a run that scenarios have in common.
struct SharedStretch {
    std::optional<std::size_t> after;    ///< the stretch it goes on from; the start of the run when absent
    double until = 0;                    ///< the moment before which it ends [s]
    std::vector<std::string> measures;   ///< names of those that are part of it
    std::vector<std::size_t> scenarios;  ///< that have it in common
    std::vector<std::size_t> leaving;    ///< those of them that go on by themselves from its end
};

/// Of the tree of a site whose scenario was taken.
std::string ground_of(const Node& tree);

/// The stretches of all scenarios, each after the one it goes on from; none for what only one scenario would run.
std::vector<SharedStretch> shared_stretches(const std::vector<ScenarioStart>& scenarios);

}  // namespace galena
