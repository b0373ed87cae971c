#pragma once
// galena calibrate: the values of named distributions that bring the run nearest to what was measured.

#include <filesystem>
#include <optional>

#include "core/command.hpp"
#include "scenario/section.hpp"

namespace galena {

/// [calibration]
struct CalibrationTable {
    static constexpr std::string_view section = "calibration",
                                      meaning = "which uncertain values galena calibrate fits to what was observed";
    static constexpr std::string_view needs = "observed";

    std::vector<Name> parameters_named;
    int global_trials = 60, local_trials = 40;
    double tolerance = 1e-3;
    Place place;
    Places places;

    static auto parameters() {
        using T = CalibrationTable;
        return std::tuple{
            parameter("parameters", &T::parameters_named,
                      "names of distributions that are fitted, within their 0.5 and 99.5 %; all when absent"),
            parameter("global_trials", &T::global_trials, between(0, 100000), "runs of the search over the whole range").with_default(),
            parameter("local_trials", &T::local_trials, between(0, 100000), "runs of the search from the best of them").with_default(),
            parameter("tolerance", &T::tolerance, "", Bounds{0, 0.5, false, true},
                      "the search ends when its steps are this part of the range of probabilities")
                .with_default(),
        };
    }
};

struct CalibrateOptions {
    std::filesystem::path site;
    std::optional<std::filesystem::path> output;  ///< results/ beside the site file when absent
    std::optional<std::filesystem::path> resume;  ///< folder of an interrupted calibration
    bool quiet = false;
    std::optional<int> stop_after;  ///< trials run here, after which to stop as if interrupted; for tests of resuming
};

/// Minimises the mean over all measured values of ((simulated − measured)/σ)², σ the standard deviation of the series the value belongs to
/// (so that 1 is what the mean of every series would score). Every trial is kept as it ends: Ctrl-C leaves the history and the best so far, and
/// a resumed calibration finds what an uninterrupted one would. Throws ScenarioError for a wrong site file, SimulationError when no trial ran.
ExitCode calibrate(const CalibrateOptions& options);

}  // namespace galena
