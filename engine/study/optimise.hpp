#pragma once
// galena optimise: the cheapest plan that keeps its limits.

#include <filesystem>
#include <optional>

#include "core/command.hpp"

namespace galena {

struct OptimiseOptions {
    std::filesystem::path site;
    std::optional<std::filesystem::path> output;  ///< results/ beside the site file when absent
    std::optional<std::filesystem::path>
        resume;                     ///< folder of a search that was interrupted, or is to go on: plans known are not run again
    std::optional<int> workers;     ///< plans at a time; never changes a result. As many as cores and memory allow when absent
    std::optional<int> stop_after;  ///< plans, after which to stop as if interrupted; for tests of resuming
    bool json = false, quiet = false;
};

/// Runs the plans that [optimise] allows, each in a process of its own, those that will be asked for in any case side by side, and writes OUTPUT/optimisation.csv (every trial), OUTPUT/results.h5 and
/// OUTPUT/best.toml: the site file with the best plan as scenario `optimised`. OUTPUT/plans.part keeps what every plan gave. Ends with 3 when no plan keeps every limit; the nearest is
/// then shown and written.
ExitCode optimise(const OptimiseOptions& options);

}  // namespace galena
