// flow/steady: the linear solvers on the problem of steady_flow.hpp, zero start, relative residual 1e-8, set-up included.

#include <fmt/format.h>

#include "numerics/linear_solver.hpp"
#include "steady_flow.hpp"
#include "stream.hpp"

namespace galena::bench {

namespace {

void steady(benchmark::State& state, const Size& size, double sigma, const std::string& solver_name, int threads) {
    const int before = thread_count();
    set_thread_count(threads);
    const auto& flow = steady_flow(size, sigma);
    const double cells = static_cast<double>(flow.grid.cell_count());
    const auto solver = make_symmetric_solver(solver_name);
    solver->prepare(flow.matrix);  // allocates
    CellField head(flow.grid);
    double prepare_seconds = 0, solve_seconds = 0, iterations = 0, bytes = 0, rises = 0;
    for (auto _ : state) {
        state.PauseTiming();
        head.fill(0);
        state.ResumeTiming();
        solver->prepare(flow.matrix);
        const auto report = solver->solve(flow.rhs, head, {.tolerance = solve_tolerance, .max_iterations = 20000});
        if (!report.converged) state.SkipWithError(report.note.c_str());
        prepare_seconds += report.prepare_seconds;
        solve_seconds += report.seconds;
        iterations += report.iterations;
        for (std::size_t i = 1; i < report.history.size(); ++i) rises += report.history[i] > report.history[i - 1] ? 1 : 0;
        bytes += report.prepare_bytes_moved + report.bytes_moved;
    }
    const double runs = static_cast<double>(state.iterations());
    const double seconds = (prepare_seconds + solve_seconds) / runs;
    set_counters(state, threads, cells, seconds, bytes / runs);
    state.counters["unknowns_per_s"] = cells / seconds;
    state.counters["iterations"] = iterations / runs;
    state.counters["residual_rises"] = rises / runs;
    state.counters["prepare_seconds"] = prepare_seconds / runs;
    state.counters["bytes_moved_per_unknown"] = bytes / runs / cells;
    // The operator (diagonal and three couplings), right-hand side and solution, and what the solver holds beside them.
    state.counters["bytes_per_unknown"] = 6 * sizeof(double) + static_cast<double>(solver->bytes()) / cells;
    set_thread_count(before);
}

const bool registered = [] {
    const int all = thread_count();
    const auto add = [&](const std::string& name, const Size& size, double sigma, const std::string& solver, bool once) {
        for (const bool one_thread : {false, true}) {
            const int threads = one_thread ? 1 : all;
            const std::string row = "flow/steady/" + name + (one_thread ? "/1thread" : "");
            auto* benchmark = benchmark::RegisterBenchmark(row.c_str(), [=](benchmark::State& s) {
                                  steady(s, size, sigma, solver, threads);
                              })->Unit(benchmark::kMillisecond);
            if (once) benchmark->Iterations(1);
        }
    };
    for (const auto& size : sizes)
        for (const int sigma : {2, 4}) add(fmt::format("{}/sigma{}", size.name, sigma), size, sigma, "multigrid", false);
    add("1M/eigen", sizes[1], 2, "eigen_cg", true);
    return true;
}();

}  // namespace

}  // namespace galena::bench
