// flow/assembly, transport/implicit/.../upwind: one step of the equations on a box with layered conductivity, a well and recharge.

#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "numerics/face_conductance.hpp"
#include "numerics/face_operators.hpp"
#include "simulation/simulation.hpp"
#include "stream.hpp"

namespace galena::bench {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

std::unique_ptr<Simulation> box(Index nx, Index ny, Index nz, double courant) {
    const auto text = fmt::format(R"(
[site]
name = "box"
start = 2000-01-01
duration = "1e6 a"
[grid]
nx = {}
ny = {}
dx = "10 m"
dy = "10 m"
top = "0 m"
[[grid.layer]]
name = "sand"
thickness = "{} m"
cells = {}
[[medium]]
hydraulic_conductivity = "10 m/d"
anisotropy_vertical = 0.1
porosity = 0.3
bulk_density = "1600 kg/m3"
[flow]
initial_head = "5 m"
tolerance = 1e-6
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
longitudinal_dispersivity = "5 m"
stepping = "implicit"
courant = {}
initial_step = "1e6 a"
[substance.Cd]
sorption = {{ type = "linear", distribution_coefficient = "1 L/kg" }}
)",
                                  nx, ny, nz, nz, courant);
    Diagnostics diagnostics;
    const auto site = Site::from_tree(parse_toml(text, "benchmark"), ".", diagnostics);
    auto simulation = Simulation::build(site, diagnostics);
    diagnostics.throw_if_errors();
    return simulation;
}

/// One implicit upwind step, with assembly, solve and booking.
void implicit_upwind(benchmark::State& state, Index nx, Index ny, Index nz, int threads) {
    const int before = thread_count();
    set_thread_count(threads);
    const auto simulation = box(nx, ny, nz, 1.0);
    simulation->start();
    simulation->step();  // allocates what it needs
    const auto iterations_before = simulation->equations().back()->statistics().iterations;
    double total = 0;
    for (auto _ : state) {
        const auto begin = Clock::now();
        simulation->step();
        total += seconds_since(begin);
    }
    const double steps = static_cast<double>(state.iterations());
    const double iterations = static_cast<double>(simulation->equations().back()->statistics().iterations - iterations_before) / steps;
    const double cells = static_cast<double>(nx * ny * nz);
    // Counted per cell: coefficients 3 fluxes and 3 dispersions read, 6 written with write-allocate (144 bytes); capacities, old
    // concentration, diagonal and right-hand side (80); sums of outflow (64); factors of the preconditioner (72); per iteration two products
    // (72 each), two preconditioner solves (80 each) and ten vectors (80); amounts booked in one pass (40).
    const double bytes = cells * (144 + 80 + 64 + 72 + 40 + iterations * 384);
    set_counters(state, threads, cells, total / steps, bytes);
    state.counters["ns_per_cell_step"] = 1e9 * total / steps / cells;
    state.counters["iterations"] = iterations;
    set_thread_count(before);
}

/// The matrix of flow: conductances of all faces from conductivities and cell sizes, couplings, diagonal.
void flow_assembly(benchmark::State& state, int threads) {
    const int before = thread_count();
    set_thread_count(threads);
    const auto simulation = box(200, 200, 25, 1.0);
    const auto& domain = simulation->domain();
    const auto& m = domain.medium;
    FaceField conductance(domain.grid);
    SymmetricStencil matrix(domain.grid);
    const std::vector<std::uint8_t> held(static_cast<std::size_t>(domain.grid.cell_count()), 0);
    double total = 0;
    for (auto _ : state) {
        const auto begin = Clock::now();
        compute_conductances(domain.grid, m.conductivity(Axis::x), m.conductivity(Axis::y), m.conductivity(Axis::z), conductance);
        set_couplings(domain.grid, conductance, held, matrix);
        total += seconds_since(begin);
    }
    const double cells = 1e6, seconds = total / static_cast<double>(state.iterations());
    // Horizontal and vertical conductivity and one surface read, three conductances written with write-allocate (72 bytes); these read and
    // three couplings written (72), and read once more for the diagonal, which is written (40).
    set_counters(state, threads, cells, seconds, cells * (72 + 72 + 40));
    state.counters["unknowns_per_s"] = cells / seconds;
    set_thread_count(before);
}

const bool registered = [] {
    const int all = thread_count();
    const auto add = [](const std::string& name, auto body) {
        benchmark::RegisterBenchmark(name.c_str(), body)->Unit(benchmark::kMillisecond);
    };
    for (const int threads : {all, 1}) {
        const std::string suffix = threads == 1 ? "/1thread" : "";
        if (threads == 1 && all == 1) continue;
        add("flow/assembly/1M" + suffix, [threads](benchmark::State& s) { flow_assembly(s, threads); });
        add("transport/implicit/200k/upwind" + suffix, [threads](benchmark::State& s) { implicit_upwind(s, 100, 100, 20, threads); });
        add("transport/implicit/1M/upwind" + suffix, [threads](benchmark::State& s) { implicit_upwind(s, 200, 200, 25, threads); });
    }
    return true;
}();

}  // namespace

}  // namespace galena::bench
