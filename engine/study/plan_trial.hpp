#pragma once
// One plan, run in this process without writing anything, and what is asked of it: its cost, and how its limits are kept.

#include <filesystem>

#include "numerics/optimisation.hpp"
#include "study/optimise_table.hpp"

namespace galena {

/// What one run of a plan gave.
struct PlanOutcome {
    double cost = std::numeric_limits<double>::quiet_NaN();  ///< of the goal, at middle prices; NaN when it failed
    std::string currency;
    double missing_prices = 0;
    std::vector<double> ratios;  ///< by limit: highest concentration in its time over the limit
    std::string failure;         ///< why it failed; empty when it did not

    [[nodiscard]] Evaluation evaluation() const;
};

/// Runs the tree of a site (a scenario taken, values put in). Mistakes in it go to `diagnostics`, and it is then a failure; so is a
/// computation that could not go on.
PlanOutcome run_plan(const Node& tree, const std::filesystem::path& folder, const OptimiseTable& wanted, Diagnostics& diagnostics);

}  // namespace galena
