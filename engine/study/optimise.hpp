#pragma once
// galena optimise: the cheapest plan that keeps its limits.

#include <filesystem>
#include <optional>

#include "core/command.hpp"

namespace galena {

struct OptimiseOptions {
    std::filesystem::path site;
    std::optional<std::filesystem::path> output;  ///< results/ beside the site file when absent
    bool json = false, quiet = false;
};

/// Runs the plans that [optimise] allows, one after the other, and writes OUTPUT/optimisation.csv (every trial), OUTPUT/results.h5 and
/// OUTPUT/best.toml: the site file with the best plan as scenario `optimised`. Ends with 3 when no plan keeps every limit; the nearest is
/// then shown and written.
ExitCode optimise(const OptimiseOptions& options);

}  // namespace galena
