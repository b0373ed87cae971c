// flow/steady/1M/hypre_pfmg, .../hypre_boomeramg: CG of hypre (one rank, hence one thread) on the problem of flow/steady, for comparison.
// Built where CMake finds hypre and MPI.

#ifdef GALENA_HYPRE

#include <chrono>
#include <cmath>

#include <HYPRE.h>
#include <HYPRE_krylov.h>
#include <HYPRE_parcsr_ls.h>
#include <HYPRE_struct_ls.h>

#include "steady_flow.hpp"
#include "stream.hpp"

namespace galena::bench {

namespace {

using Clock = std::chrono::steady_clock;

/// MPI and hypre, from the first row that needs them to the end of the program.
void start_hypre() {
    struct Environment {
        Environment() {
            MPI_Init(nullptr, nullptr);
            HYPRE_Init();
        }
        ~Environment() {
            HYPRE_Finalize();
            MPI_Finalize();
        }
    };
    static const Environment environment;
}

struct Outcome {
    std::vector<double> head;
    int iterations = 0;
};

/// Row by row: diagonal, west, east, south, north, below, above.
std::vector<double> rows_of(const SteadyFlow& flow) {
    const auto a = view(flow.matrix);
    std::vector<double> values;
    values.reserve(static_cast<std::size_t>(7 * a.cell_count()));
    for (Index r = 0; r < a.row_count(); ++r) {
        const auto row = a.row(r);
        for (Index i = 0; i < a.nx; ++i)
            for (const double v : {row.diagonal[i], -row.west[i], -row.east[i], -row.south[i], -row.north[i], -row.below[i], -row.above[i]})
                values.push_back(v);
    }
    return values;
}

class Pfmg {
public:
    explicit Pfmg(const SteadyFlow& flow) {
        const auto& g = flow.grid;
        int lower[3] = {0, 0, 0}, upper[3] = {static_cast<int>(g.nx()) - 1, static_cast<int>(g.ny()) - 1, static_cast<int>(g.nz()) - 1};
        std::copy_n(lower, 3, lower_);
        std::copy_n(upper, 3, upper_);
        HYPRE_StructGridCreate(MPI_COMM_SELF, 3, &grid_);
        HYPRE_StructGridSetExtents(grid_, lower_, upper_);
        HYPRE_StructGridAssemble(grid_);
        HYPRE_StructStencilCreate(3, 7, &stencil_);
        int offsets[7][3] = {{0, 0, 0}, {-1, 0, 0}, {1, 0, 0}, {0, -1, 0}, {0, 1, 0}, {0, 0, -1}, {0, 0, 1}};
        for (int s = 0; s < 7; ++s) HYPRE_StructStencilSetElement(stencil_, s, offsets[s]);
        HYPRE_StructMatrixCreate(MPI_COMM_SELF, grid_, stencil_, &matrix_);
        HYPRE_StructMatrixInitialize(matrix_);
        auto values = rows_of(flow);
        int entries[7] = {0, 1, 2, 3, 4, 5, 6};
        HYPRE_StructMatrixSetBoxValues(matrix_, lower_, upper_, 7, entries, values.data());
        HYPRE_StructMatrixAssemble(matrix_);
        for (auto* vector : {&b_, &x_}) {
            HYPRE_StructVectorCreate(MPI_COMM_SELF, grid_, vector);
            HYPRE_StructVectorInitialize(*vector);
        }
        HYPRE_StructVectorSetBoxValues(b_, lower_, upper_, const_cast<double*>(flow.rhs.data()));
        HYPRE_StructVectorAssemble(b_);
    }
    Pfmg(const Pfmg&) = delete;
    ~Pfmg() {
        HYPRE_StructVectorDestroy(b_);
        HYPRE_StructVectorDestroy(x_);
        HYPRE_StructMatrixDestroy(matrix_);
        HYPRE_StructStencilDestroy(stencil_);
        HYPRE_StructGridDestroy(grid_);
    }

    /// Set-up and solve.
    void run(Outcome& outcome) {
        HYPRE_StructVectorSetConstantValues(x_, 0);
        HYPRE_StructVectorAssemble(x_);
        HYPRE_StructSolver pcg = nullptr, pfmg = nullptr;
        HYPRE_StructPFMGCreate(MPI_COMM_SELF, &pfmg);
        HYPRE_StructPFMGSetMaxIter(pfmg, 1);
        HYPRE_StructPFMGSetTol(pfmg, 0);
        HYPRE_StructPFMGSetZeroGuess(pfmg);
        HYPRE_StructPFMGSetRelaxType(pfmg, 2);  // red–black Gauss–Seidel, symmetric
        HYPRE_StructPCGCreate(MPI_COMM_SELF, &pcg);
        HYPRE_StructPCGSetMaxIter(pcg, 1000);
        HYPRE_StructPCGSetTol(pcg, solve_tolerance);
        HYPRE_StructPCGSetTwoNorm(pcg, 1);
        HYPRE_StructPCGSetPrecond(pcg, HYPRE_StructPFMGSolve, HYPRE_StructPFMGSetup, pfmg);
        HYPRE_StructPCGSetup(pcg, matrix_, b_, x_);
        HYPRE_StructPCGSolve(pcg, matrix_, b_, x_);
        HYPRE_StructPCGGetNumIterations(pcg, &outcome.iterations);
        HYPRE_StructPCGDestroy(pcg);
        HYPRE_StructPFMGDestroy(pfmg);
    }
    void take(Outcome& outcome) { HYPRE_StructVectorGetBoxValues(x_, lower_, upper_, outcome.head.data()); }

private:
    int lower_[3], upper_[3];
    HYPRE_StructGrid grid_ = nullptr;
    HYPRE_StructStencil stencil_ = nullptr;
    HYPRE_StructMatrix matrix_ = nullptr;
    HYPRE_StructVector b_ = nullptr, x_ = nullptr;
};

class BoomerAmg {
public:
    explicit BoomerAmg(const SteadyFlow& flow) : rows_(static_cast<std::size_t>(flow.grid.cell_count())) {
        const int n = static_cast<int>(flow.grid.cell_count()), nx = static_cast<int>(flow.grid.nx()),
                  layer = nx * static_cast<int>(flow.grid.ny());
        HYPRE_IJMatrixCreate(MPI_COMM_SELF, 0, n - 1, 0, n - 1, &matrix_);
        HYPRE_IJMatrixSetObjectType(matrix_, HYPRE_PARCSR);
        HYPRE_IJMatrixInitialize(matrix_);
        const auto values = rows_of(flow);
        const int distance[7] = {0, -1, 1, -nx, nx, -layer, layer};
        for (int row = 0; row < n; ++row) {
            rows_[static_cast<std::size_t>(row)] = row;
            int count = 0, columns[7];
            double entries[7];
            for (int s = 0; s < 7; ++s)
                if (const double v = values[7 * static_cast<std::size_t>(row) + static_cast<std::size_t>(s)]; v != 0) {
                    columns[count] = row + distance[s];
                    entries[count++] = v;
                }
            HYPRE_IJMatrixSetValues(matrix_, 1, &count, &row, columns, entries);
        }
        HYPRE_IJMatrixAssemble(matrix_);
        HYPRE_IJMatrixGetObject(matrix_, reinterpret_cast<void**>(&parallel_matrix_));
        for (auto [vector, object] : {std::pair{&b_, &parallel_b_}, std::pair{&x_, &parallel_x_}}) {
            HYPRE_IJVectorCreate(MPI_COMM_SELF, 0, n - 1, vector);
            HYPRE_IJVectorSetObjectType(*vector, HYPRE_PARCSR);
            HYPRE_IJVectorInitialize(*vector);
            HYPRE_IJVectorGetObject(*vector, reinterpret_cast<void**>(object));
        }
        HYPRE_IJVectorSetValues(b_, n, rows_.data(), flow.rhs.data());
    }
    BoomerAmg(const BoomerAmg&) = delete;
    ~BoomerAmg() {
        HYPRE_IJVectorDestroy(b_);
        HYPRE_IJVectorDestroy(x_);
        HYPRE_IJMatrixDestroy(matrix_);
    }

    /// Set-up and solve, with what hypre's manual recommends for three dimensions: HMIS, extended+i interpolation of four, l1-free
    /// symmetric Gauss–Seidel, strength 0.5.
    void run(Outcome& outcome) {
        HYPRE_ParVectorSetConstantValues(parallel_x_, 0);
        HYPRE_Solver pcg = nullptr, amg = nullptr;
        HYPRE_BoomerAMGCreate(&amg);
        HYPRE_BoomerAMGSetMaxIter(amg, 1);
        HYPRE_BoomerAMGSetTol(amg, 0);
        HYPRE_BoomerAMGSetCoarsenType(amg, 10);
        HYPRE_BoomerAMGSetInterpType(amg, 6);
        HYPRE_BoomerAMGSetPMaxElmts(amg, 4);
        HYPRE_BoomerAMGSetRelaxType(amg, 6);
        HYPRE_BoomerAMGSetStrongThreshold(amg, 0.5);
        HYPRE_ParCSRPCGCreate(MPI_COMM_SELF, &pcg);
        HYPRE_PCGSetMaxIter(pcg, 1000);
        HYPRE_PCGSetTol(pcg, solve_tolerance);
        HYPRE_PCGSetTwoNorm(pcg, 1);
        HYPRE_PCGSetPrecond(pcg, reinterpret_cast<HYPRE_PtrToSolverFcn>(HYPRE_BoomerAMGSolve),
                            reinterpret_cast<HYPRE_PtrToSolverFcn>(HYPRE_BoomerAMGSetup), amg);
        HYPRE_ParCSRPCGSetup(pcg, parallel_matrix_, parallel_b_, parallel_x_);
        HYPRE_ParCSRPCGSolve(pcg, parallel_matrix_, parallel_b_, parallel_x_);
        HYPRE_PCGGetNumIterations(pcg, &outcome.iterations);
        HYPRE_ParCSRPCGDestroy(pcg);
        HYPRE_BoomerAMGDestroy(amg);
    }
    void take(Outcome& outcome) { HYPRE_IJVectorGetValues(x_, static_cast<int>(rows_.size()), rows_.data(), outcome.head.data()); }

private:
    std::vector<int> rows_;
    HYPRE_IJMatrix matrix_ = nullptr;
    HYPRE_IJVector b_ = nullptr, x_ = nullptr;
    HYPRE_ParCSRMatrix parallel_matrix_ = nullptr;
    HYPRE_ParVector parallel_b_ = nullptr, parallel_x_ = nullptr;
};

template <class Solver>
void hypre(benchmark::State& state) {
    start_hypre();
    const auto& flow = steady_flow(sizes[1], 2);
    const auto cells = static_cast<double>(flow.grid.cell_count());
    Outcome outcome{std::vector<double>(static_cast<std::size_t>(flow.grid.cell_count())), 0};
    Solver solver(flow);
    double total = 0;
    for (auto _ : state) {
        const auto begin = Clock::now();
        solver.run(outcome);
        total += std::chrono::duration<double>(Clock::now() - begin).count();
    }
    solver.take(outcome);
    DoubleArray r(flow.grid.cell_count());
    residual(flow.matrix, flow.rhs, outcome.head, r);
    double rr = 0, bb = 0;
    for (Index c = 0; c < r.size(); ++c) {
        rr += r[c] * r[c];
        bb += flow.rhs[c] * flow.rhs[c];
    }
    if (!(std::sqrt(rr / bb) < 2 * solve_tolerance)) state.SkipWithError("hypre did not converge");
    const double seconds = total / static_cast<double>(state.iterations());
    set_counters(state, 1, cells, seconds, 0);  // nobody counts its bytes
    state.counters["unknowns_per_s"] = cells / seconds;
    state.counters["iterations"] = outcome.iterations;
}

const bool registered = [] {
    benchmark::RegisterBenchmark("flow/steady/1M/hypre_pfmg", hypre<Pfmg>)->Unit(benchmark::kMillisecond)->Iterations(2);
    benchmark::RegisterBenchmark("flow/steady/1M/hypre_boomeramg", hypre<BoomerAmg>)->Unit(benchmark::kMillisecond)->Iterations(1);
    return true;
}();

}  // namespace

}  // namespace galena::bench

#endif
