#pragma once
// One run of one site: read, check, simulate, write, sum up.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/command.hpp"
#include "scenario/site.hpp"

namespace galena {

struct RunOptions {
    std::filesystem::path site;
    std::optional<std::filesystem::path> output;  ///< results/ beside the site file when absent
    std::optional<std::filesystem::path> resume;  ///< folder of an interrupted run
    std::string scenario;                         ///< one of the site file; empty: the base
    bool quiet = false;
    /// Stops after this many steps as if interrupted; for tests of resuming.
    std::optional<long> stop_after;
    /// Stops, with a checkpoint, as if interrupted, before the first step that would be another one if a measure began at this time [s since
    /// the start]: what scenarios have in common until then.
    std::optional<double> stop_before;
    /// With resume: the folder holds a copy of a run of the same site without measures, that goes on with those of this scenario.
    bool branch = false;
};

/// Throws ScenarioError for a wrong site file; other trouble is reported and becomes the exit code.
ExitCode run(const RunOptions& options);

/// What a run says about values with a distribution, of which it takes one number each.
std::vector<std::string> uncertainty_lines(const Site& site);

/// The version of the program.
const char* program_version();

}  // namespace galena
