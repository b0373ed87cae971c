#pragma once
// galena check: everything that `run`, `compare`, `optimise` and `risk` would find wrong with a site file before they begin to compute.

#include <filesystem>
#include <memory>

#include "core/command.hpp"
#include "simulation/simulation.hpp"

namespace galena {

/// A scenario of the site file (empty: the base) with everything but a solution. Mistakes go to `diagnostics`; nullptr when there are any.
struct BuiltScenario {
    Site site;
    std::unique_ptr<Simulation> simulation;
};
BuiltScenario build_scenario(const std::filesystem::path& file, const std::string& name, Diagnostics& diagnostics);

/// Builds the base, every scenario and what [optimise] may choose; prints what was understood, with units, or one JSON document.
ExitCode check(const std::filesystem::path& site, bool json);

}  // namespace galena
