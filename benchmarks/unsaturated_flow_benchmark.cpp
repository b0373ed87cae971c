// flow/water_table, flow/richards: whole transient runs with Newton, over lognormal conductivity.

#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <unistd.h>

#include "grid/random_field.hpp"
#include "simulation/simulation.hpp"
#include "stream.hpp"

namespace galena::bench {

namespace {

using Clock = std::chrono::steady_clock;

/// Conductivities [m/d] for a grid of equal cells, as a CSV in a folder of its own.
std::filesystem::path conductivity_file(Index nx, Index ny, Index nz, double sigma) {
    const auto folder = std::filesystem::temp_directory_path() / fmt::format("galena-bench-{}-{}x{}x{}", getpid(), nx, ny, nz);
    const auto file = folder / "k.csv";
    if (std::filesystem::exists(file)) return folder;
    std::filesystem::create_directories(folder);
    std::vector<double> surfaces;
    for (Index k = 0; k <= nz; ++k) surfaces.insert(surfaces.end(), static_cast<std::size_t>(nx * ny), static_cast<double>(k));
    const Grid grid(std::vector<double>(static_cast<std::size_t>(nx), 5.0), std::vector<double>(static_cast<std::size_t>(ny), 5.0),
                    surfaces);
    const auto field = lognormal_field(grid, 1, sigma, {{3, 3, 1}, 2}, 1, "hydraulic_conductivity");
    std::ofstream out(file);
    out << "value\n";
    for (const double k : field) out << fmt::format("{:.9g}\n", k);
    return folder;
}

std::unique_ptr<Simulation> build(const std::string& text, const std::filesystem::path& folder) {
    Diagnostics diagnostics;
    const auto site = Site::from_tree(parse_toml(text, "benchmark"), folder, diagnostics);
    auto simulation = Simulation::build(site, diagnostics);
    diagnostics.throw_if_errors();
    return simulation;
}

/// 20 steps to 600 d of a sloping water table with recharge, a lake and two drains, half of the cells dry at the end.
std::string water_table_site() {
    std::ifstream in(GALENA_SOURCE_DIR "/tests/verification/modflow6/water_table.toml");
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Rain on a loam of 25 m over a water table, 200 × 200 × 25 cells, 5 steps.
std::string richards_site() {
    return R"(
[site]
name = "rain"
start = 2020-01-01
duration = "5 d"
[grid]
nx = 200
ny = 200
dx = "5 m"
dy = "5 m"
top = "0 m"
[[grid.layer]]
name = "loam"
thickness = "5 m"
cells = 25
[[medium]]
hydraulic_conductivity = { cells = "k.csv", column = "value", unit = "m/d" }
anisotropy_vertical = 0.1
specific_storage = "1e-5 1/m"
porosity = 0.43
[[retention]]
type = "van_genuchten"
alpha = "3.6 1/m"
n = 1.56
air_entry = "1 cm"
residual_water_content = 0.078
[flow]
formulation = "variably_saturated"
regime = "transient"
initial_head = "-4.5 m"
initial_step = "1 d"
growth = 1
water_content_error = 1
[[boundary]]
type = "recharge"
name = "rain"
rate = "10 mm/d"
[[boundary]]
type = "fixed_head"
name = "river"
side = "west"
head = "-4 m"
)";
}

/// A whole run, without reading the site. Newton iterations are counted by their linear solves.
void whole_run(benchmark::State& state, const std::string& text, const std::filesystem::path& folder, Index cells, int threads) {
    const int before = thread_count();
    set_thread_count(threads);
    double total = 0, solves = 0, iterations = 0, steps = 0;
    for (auto _ : state) {
        const auto simulation = build(text, folder);
        const auto begin = Clock::now();
        simulation->start();
        while (!simulation->finished()) simulation->step();
        total += std::chrono::duration<double>(Clock::now() - begin).count();
        const auto statistics = simulation->equations().front()->statistics();
        solves += static_cast<double>(statistics.solves);
        iterations += static_cast<double>(statistics.iterations);
        steps += static_cast<double>(simulation->state().step);
    }
    const double n = static_cast<double>(cells), runs = static_cast<double>(state.iterations());
    set_counters(state, threads, n, total / runs, 0);
    state.counters["unknowns_per_s"] = n * solves / total;  // cells times Newton iterations
    state.counters["steps"] = steps / runs;
    state.counters["newton_iterations"] = solves / runs;
    state.counters["iterations"] = iterations / runs;
    set_thread_count(before);
}

const bool registered = [] {
    const int all = thread_count();
    for (const int threads : {all, 1}) {
        const std::string suffix = threads == 1 ? "/1thread" : "";
        if (threads == 1 && all == 1) continue;
        benchmark::RegisterBenchmark(
            ("flow/water_table/200k" + suffix).c_str(),
            [threads](benchmark::State& s) { whole_run(s, water_table_site(), conductivity_file(100, 100, 20, 1), 200000, threads); })
            ->Unit(benchmark::kMillisecond)
            ->Iterations(1);
        benchmark::RegisterBenchmark(
            ("flow/richards/1M" + suffix).c_str(),
            [threads](benchmark::State& s) { whole_run(s, richards_site(), conductivity_file(200, 200, 25, 1), 1000000, threads); })
            ->Unit(benchmark::kMillisecond)
            ->Iterations(1);
    }
    return true;
}();

}  // namespace

}  // namespace galena::bench
