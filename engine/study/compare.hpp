#pragma once
// Scenarios of one site, run and set side by side.

#include <filesystem>
#include <optional>

#include "core/command.hpp"

namespace galena {

struct CompareOptions {
    std::filesystem::path site;
    std::optional<std::filesystem::path> output;  ///< results/ beside the site file when absent
    std::vector<std::string> only;                ///< scenarios; all when empty
    int jobs = 0;                                 ///< processes side by side; 0: as many as cores and memory allow
    bool json = false;
    bool quiet = false;
    bool share = true;  ///< scenarios that begin alike are computed once until they part
};

/// Checks every scenario, runs each in a process of its own into OUTPUT/<scenario>, and writes OUTPUT/comparison.csv. Ends with 3 when any
/// scenario failed; its row is kept.
ExitCode compare(const CompareOptions& options);

}  // namespace galena
