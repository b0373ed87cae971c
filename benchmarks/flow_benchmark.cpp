// flow/steady: the linear solvers on steady confined flow through a lognormal conductivity field: a box of cells 10 m × 10 m × 1 m,
// Kz/Kx = 0.1, heads of 10 m and 0 m on its west and east sides, a well through the middle, zero start, relative residual 1e-8.

#include <map>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "grid/random_field.hpp"
#include "numerics/face_conductance.hpp"
#include "numerics/linear_solver.hpp"
#include "stream.hpp"

namespace galena::bench {

namespace {

constexpr double median_conductivity = 1e-4;  // m/s
constexpr double anisotropy = 0.1;            // Kz / Kx
constexpr double well_rate = 1e-3;            // m³/s, shared by all layers
constexpr double west_head = 10;              // m; the east side is held at 0

struct Size {
    std::string name;
    Index nx, ny, nz;
};
const std::vector<Size> sizes = {{"200k", 100, 100, 20}, {"1M", 200, 200, 25}, {"16M", 256, 256, 256}};

/// The problem written out: matrix, right-hand side, start.
struct SteadyFlow {
    SteadyFlow(const Size& size, double sigma);

    Grid grid;
    SymmetricStencil matrix;
    CellField rhs;
};

Grid box(const Size& size) {
    std::vector<double> surfaces;
    for (Index k = 0; k <= size.nz; ++k)
        surfaces.insert(surfaces.end(), static_cast<std::size_t>(size.nx * size.ny), static_cast<double>(k));
    return {std::vector<double>(static_cast<std::size_t>(size.nx), 10.0), std::vector<double>(static_cast<std::size_t>(size.ny), 10.0),
            surfaces};
}

SteadyFlow::SteadyFlow(const Size& size, double sigma) : grid(box(size)), matrix(grid), rhs(grid) {
    const CellField k = lognormal_field(grid, median_conductivity, sigma, {}, 1, "hydraulic_conductivity");
    CellField vertical(grid);
    parallel_for(k.size(), [&](Index c) { vertical[c] = anisotropy * k[c]; });
    compute_conductances(grid, k, k, vertical, matrix.coupling);
    parallel_for(k.size(), [&](Index c) {
        const auto [i, j, layer] = grid.ijk(c);
        const Index x = c + c / grid.nx(), y = c + layer * grid.nx();
        matrix.diagonal[c] = matrix.coupling.x[x] + matrix.coupling.x[x + 1] + matrix.coupling.y[y] + matrix.coupling.y[y + grid.nx()] +
                             matrix.coupling.z[c] + matrix.coupling.z[c + grid.column_count()];
        if (i == 0 || i == grid.nx() - 1) {
            const double to_side = half_cell_conductance(grid, c, Axis::x, k[c]);
            matrix.diagonal[c] += to_side;
            if (i == 0) rhs[c] += to_side * west_head;
        }
        if (i == grid.nx() / 2 && j == grid.ny() / 2) rhs[c] -= well_rate / static_cast<double>(grid.nz());
    });
}

/// One problem is kept at a time: the largest takes 1 GB.
SteadyFlow& problem(const Size& size, double sigma) {
    static std::string kept;
    static std::unique_ptr<SteadyFlow> flow;
    if (const auto name = fmt::format("{} {}", size.name, sigma); kept != name) {
        flow.reset();
        flow = std::make_unique<SteadyFlow>(size, sigma);
        kept = name;
    }
    return *flow;
}

void steady(benchmark::State& state, const Size& size, double sigma, const std::string& solver_name, int threads) {
    const int before = thread_count();
    set_thread_count(threads);
    const auto& flow = problem(size, sigma);
    const double cells = static_cast<double>(flow.grid.cell_count());
    const auto solver = make_symmetric_solver(solver_name);
    solver->prepare(flow.matrix);  // allocates
    CellField head(flow.grid);
    double prepare_seconds = 0, solve_seconds = 0, iterations = 0;
    for (auto _ : state) {
        state.PauseTiming();
        head.fill(0);
        state.ResumeTiming();
        solver->prepare(flow.matrix);
        const auto report = solver->solve(flow.rhs, head, {.tolerance = 1e-8, .max_iterations = 20000});
        if (!report.converged) state.SkipWithError(report.note.c_str());
        prepare_seconds += report.prepare_seconds;
        solve_seconds += report.seconds;
        iterations += report.iterations;
    }
    const double runs = static_cast<double>(state.iterations());
    const double seconds = (prepare_seconds + solve_seconds) / runs;
    set_counters(state, threads, cells, seconds, 0);  // the solver does not count its bytes
    state.counters["unknowns_per_s"] = cells / seconds;
    state.counters["iterations"] = iterations / runs;
    state.counters["prepare_seconds"] = prepare_seconds / runs;
    // The operator (diagonal and three couplings), right-hand side and solution, and what the solver holds beside them.
    state.counters["bytes_per_unknown"] = 6 * sizeof(double) + static_cast<double>(solver->bytes()) / cells;
    set_thread_count(before);
}

const bool registered = [] {
    const int all = thread_count();
    const auto add = [&](const std::string& name, const Size& size, double sigma, const std::string& solver) {
        for (const bool one_thread : {false, true}) {
            const int threads = one_thread ? 1 : all;
            const std::string row = "flow/steady/" + name + (one_thread ? "/1thread" : "");
            benchmark::RegisterBenchmark(row.c_str(), [=](benchmark::State& s) {
                steady(s, size, sigma, solver, threads);
            })->Unit(benchmark::kMillisecond);
        }
    };
    for (const auto& size : sizes)
        for (const int sigma : {2, 4}) add(fmt::format("{}/sigma{}", size.name, sigma), size, sigma, "multigrid");
    add("1M/eigen", sizes[1], 2, "eigen_cg");
    return true;
}();

}  // namespace

}  // namespace galena::bench
