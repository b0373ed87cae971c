#pragma once
// Ensembles of several scenarios on the same draws, and how the scenarios rank in them.

#include "study/ensemble.hpp"

namespace galena {

/// Runs the ensemble of every scenario named in options.scenarios, with the same values of what is uncertain in each run, and writes
/// scenario_ranking.csv beside the folders of the scenarios. A run's scenarios are ranked by their worst peak over limit at the receptors; those
/// that differ by less than a billionth share the better rank. Runs that failed in one scenario are left out of all. Throws ScenarioError
/// when the scenarios do not have the same uncertain values.
ExitCode rank_scenarios(const RiskOptions& options);

}  // namespace galena
