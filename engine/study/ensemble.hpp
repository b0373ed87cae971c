#pragma once
// galena risk: many runs of one site with what is uncertain in it drawn anew, and what they say together.

#include <filesystem>
#include <optional>

#include "core/command.hpp"
#include "study/risk_analysis.hpp"

namespace galena {

struct RiskOptions {
    std::filesystem::path site;
    std::optional<std::filesystem::path> output;  ///< results/ beside the site file when absent
    std::optional<std::filesystem::path> resume;  ///< folder of an interrupted ensemble
    std::optional<int> workers;                   ///< instead of [risk] workers; never changes a result
    bool quiet = false, json = false;
    /// Stops after so many runs as if interrupted; for tests of resuming.
    std::optional<int> stop_after;
    std::string scenario;                ///< of the site file; the base when empty
    std::vector<std::string> scenarios;  ///< several: an ensemble of each in a folder of its own, and how they rank
    /// Is given what the runs gave, before anything is written.
    std::function<void(const Site&, const RiskPlan&, const RunList&, const std::vector<RunOutcome>&)> hand_over;
};

/// Throws ScenarioError for a wrong site file. could_not_go_on when more runs failed than [risk] max_failed allows: the results of the
/// others are written all the same.
ExitCode risk(const RiskOptions& options);

}  // namespace galena
