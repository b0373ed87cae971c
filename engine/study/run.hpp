#pragma once
// One run of one site: read, check, simulate, write, sum up.

#include <filesystem>
#include <optional>
#include <string>

namespace galena {

/// What a command ends with (docs/guide.md); stable.
enum ExitCode : int { done = 0, our_fault = 1, wrong_input = 2, could_not_go_on = 3, interrupted = 130 };

struct RunOptions {
    std::filesystem::path site;
    std::optional<std::filesystem::path> output;  ///< results/ beside the site file when absent
    std::optional<std::filesystem::path> resume;  ///< folder of an interrupted run
    bool quiet = false;
    std::string command;  ///< as it was typed, kept in the results
    /// Stops after this many steps as if interrupted; for tests of resuming.
    std::optional<long> stop_after;
};

/// Throws ScenarioError for a wrong site file; other trouble is reported and becomes the exit code.
ExitCode run(const RunOptions& options);

/// Reads the site and builds everything but a solution; prints what was understood, with units, or one JSON document.
ExitCode check(const std::filesystem::path& site, bool json);

/// The version of the program.
const char* program_version();

}  // namespace galena
