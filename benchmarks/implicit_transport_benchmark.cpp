// transport/implicit/1M/{tvd,freundlich}: whole implicit steps of second order at a largest Courant number of 10, on the lognormal field of
// the flow benchmark, with a mound of concentration over all of it, so that no cell is left out.

#include <chrono>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/os.h>
#include <unistd.h>

#include "grid/random_field.hpp"
#include "simulation/simulation.hpp"
#include "stream.hpp"

namespace galena::bench {

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// Conductivities [m/s] and concentrations [mg/L] of one million cells, written once per process.
fs::path field_file() {
    static const fs::path file = [] {
        std::vector<double> surfaces;
        for (Index k = 0; k <= 25; ++k) surfaces.insert(surfaces.end(), 40000, static_cast<double>(k));
        const Grid grid(std::vector<double>(200, 10.0), std::vector<double>(200, 10.0), surfaces);
        const CellField k = lognormal_field(grid, 1e-4, 2.0, {}, 1, "hydraulic_conductivity");
        const auto path = fs::temp_directory_path() / fmt::format("galena_bench_implicit_{}.csv", getpid());
        auto out = fmt::output_file(path.string());
        out.print("conductivity,concentration\n");
        for (Index c = 0; c < grid.cell_count(); ++c) {
            const auto p = grid.centre(c);
            out.print("{:.6g},{:.6g}\n", k[c], 1 + std::sin(0.01 * p.x) * std::sin(0.01 * p.y));
        }
        return path;
    }();
    return file;
}

std::unique_ptr<Simulation> lognormal_site(const std::string& sorption) {
    const auto text = fmt::format(R"(
[site]
name = "lognormal"
start = 2024-01-01
duration = "10000 a"
[grid]
nx = 200
ny = 200
dx = "10 m"
dy = "10 m"
top = "25 m"
[[grid.layer]]
name = "sand"
thickness = "25 m"
cells = 25
[[medium]]
hydraulic_conductivity = {{ cells = "{0}", column = "conductivity", unit = "m/s" }}
anisotropy_vertical = 0.1
porosity = 0.3
bulk_density = "1600 kg/m3"
[flow]
initial_head = "5 m"
[[boundary]]
type = "fixed_head"
name = "west"
side = "west"
head = "10 m"
concentration.Cd = "1 mg/L"
[[boundary]]
type = "fixed_head"
name = "east"
side = "east"
head = "0 m"
[transport]
advection = "tvd"
stepping = "implicit"
longitudinal_dispersivity = "10 m"
courant = 10
growth = 100
initial_step = "1e6 a"
[substance.Cd]
sorption = {{ {1} }}
initial_concentration = {{ cells = "{0}", column = "concentration", unit = "mg/L" }}
)",
                                  field_file().string(), sorption);
    Diagnostics diagnostics;
    const auto site = Site::from_tree(parse_toml(text, "benchmark"), fs::temp_directory_path(), diagnostics);
    auto simulation = Simulation::build(site, diagnostics);
    diagnostics.throw_if_errors();
    return simulation;
}

/// One step with assembly, limits, solve and booking.
void implicit_steps(benchmark::State& state, const std::string& sorption, int threads) {
    const int before = thread_count();
    set_thread_count(threads);
    const auto simulation = lognormal_site(sorption);
    simulation->start();
    simulation->step();  // allocates what it needs
    const auto iterations = [&] { return static_cast<double>(simulation->equations().back()->statistics().iterations); };
    const double iterations_before = iterations();
    double total = 0;
    for (auto _ : state) {
        const auto begin = Clock::now();
        simulation->step();
        total += std::chrono::duration<double>(Clock::now() - begin).count();
    }
    const double steps = static_cast<double>(state.iterations()), per_step = (iterations() - iterations_before) / steps;
    constexpr double cells = 1e6;
    // Counted per cell as for the upwind step (400 bytes and 384 per iteration); slopes, limits and early outflow: fluxes and transfers of three
    // faces read and written three times, with shares, capacities and concentrations (300 bytes).
    set_counters(state, threads, cells, total / steps, cells * (700 + per_step * 384));
    state.counters["ns_per_cell_step"] = 1e9 * total / steps / cells;
    state.counters["iterations"] = per_step;
    double worst = 0, lowest = 1, highest = 0;
    for (const auto& c : simulation->ledger().closures()) worst = std::max(worst, c.cumulative);
    for (const double c : simulation->state().concentration.all().span()) lowest = std::min(lowest, c), highest = std::max(highest, c);
    state.counters["closure"] = worst;
    state.counters["lowest"] = lowest;
    state.counters["highest"] = highest;
    set_thread_count(before);
}

const bool registered = [] {
    const int all = thread_count();
    const std::string linear = R"(type = "linear", distribution_coefficient = "0.375 L/kg")";
    const std::string freundlich =
        R"(type = "freundlich", sorbed_at_reference = "0.375 mg/kg", reference_concentration = "1 mg/L", exponent = 0.7)";
    for (const int threads : {all, 1}) {
        if (threads == 1 && all == 1) continue;
        const std::string suffix = threads == 1 ? "/1thread" : "";
        for (const auto& [name, sorption] : {std::pair{"tvd", linear}, {"freundlich", freundlich}})
            benchmark::RegisterBenchmark((fmt::format("transport/implicit/1M/{}", name) + suffix).c_str(), [sorption = sorption,
                                                                                                            threads](benchmark::State& s) {
                implicit_steps(s, sorption, threads);
            })->Unit(benchmark::kMillisecond);
    }
    return true;
}();

}  // namespace

}  // namespace galena::bench
