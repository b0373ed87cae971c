#pragma once
// What [optimise] asks: read and checked before any plan is run, by `galena optimise` and by `galena check`.

#include "simulation/domain.hpp"
#include "study/plan_variables.hpp"

namespace galena {

struct PlanQuestion {
    OptimiseTable wanted;
    Node base, tree;  ///< the site file as read; with the scenario taken
    std::vector<PlanVariable> variables;

    /// Mistakes in what is asked go to `diagnostics`; a file without [optimise] throws ScenarioError.
    static PlanQuestion read(const std::filesystem::path& file, Diagnostics& diagnostics);
    /// The tree with the values chosen, one per variable.
    [[nodiscard]] Node plan(const std::vector<Node>& values) const;
    /// A limit without `below` needs one at its receptor.
    void check_limits(const Site& site, const Domain& domain, Diagnostics& diagnostics) const;
    /// Builds the site with the first and the last value of every variable, or with each of its choices, the other variables as they are:
    /// what the key does not allow is told at the value.
    void check_values(const std::filesystem::path& folder, Diagnostics& diagnostics) const;

private:
    void take_named_scenario(const std::filesystem::path& file, Diagnostics& diagnostics);
    void check_names(Diagnostics& diagnostics) const;
};

}  // namespace galena
