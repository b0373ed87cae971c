#include "numerics/bicgstab.hpp"

#include <cmath>
#include <utility>

#include "numerics/block_sums.hpp"
#include "numerics/slab_ilu_kernel.hpp"
#include "numerics/stencil_kernel.hpp"
#include "numerics/vector_kernel.hpp"

namespace galena {

namespace {

/// See Progress.
constexpr int patience = 100;
/// Cells from which memory, not computing, bounds an iteration: there it is done in single precision. Small systems gain nothing by that.
constexpr Index large = 50000;
/// Sweeps a nonnegative solution may need to come back below the tolerance.
constexpr int most_sweeps = 200;

double dot(const DoubleArray& a, const DoubleArray& b) {
    return parallel_sum_blocks(a.size(),
                               [&](Index begin, Index end) { return dot_kernel(a.data() + begin, b.data() + begin, end - begin); });
}

}  // namespace

void BiCgStab::prepare(const Stencil& a) {
    const Stopwatch watch;
    system_.prepare(view(a), false);
    if (a.grid->cell_count() >= large) single_.prepare(view(a));
    factorised_ = false;
    if (r_.size() != a.grid->cell_count()) r_ = DoubleArray(a.grid->cell_count());
    prepare_seconds_ = watch.seconds();
}

void BiCgStab::prepare_in_double() {
    if (factorised_) return;
    ilu_.prepare(system_.matrix());
    for (auto* vector : {&shadow_, &p_, &v_, &t_, &search_})
        if (vector->size() != r_.size()) *vector = DoubleArray(r_.size());
    factorised_ = true;
}

std::size_t BiCgStab::bytes() const {
    return system_.bytes() + single_.bytes() + ilu_.bytes() + sizeof(double) * static_cast<std::size_t>(r_.size() + 5 * shadow_.size());
}

SolveReport BiCgStab::solve(std::span<const double> b, std::span<double> x, const SolveOptions& options) {
    const Stopwatch watch;
    SolveReport report;
    report.solver = "bicgstab";
    report.prepare_seconds = prepare_seconds_;
    if (system_.start(b, x, r_, options, report)) {
        if (r_.size() >= large)
            system_.iterate(b, x, r_, options, report, [&] { single_.improve(r_, x, system_.reference(), options, report); });
        if (!(report.relative_residual <= options.tolerance) && report.iterations < options.max_iterations &&
            std::isfinite(report.relative_residual)) {
            report.note.clear();
            prepare_in_double();
            system_.iterate(b, x, r_, options, report, [&] { pass(x, options, report); });
        }
        system_.finish(b, x, r_, options, report);
    }
    if (report.converged && options.nonnegative) make_nonnegative(b, x, options, report);
    report.seconds = watch.seconds();
    return report;
}

void BiCgStab::pass(std::span<double> x, const SolveOptions& options, SolveReport& report) {
    const auto& a = system_.matrix();
    const Index n = a.cell_count();
    double *r = r_.data(), *p = p_.data(), *v = v_.data(), *t = t_.data(), *search = search_.data(), *solution = x.data();
    shadow_ = r_;
    p_ = r_;
    double rho = dot(r_, r_);
    Progress progress(options, report, patience);
    while (report.iterations < options.max_iterations) {
        ilu_.apply(p, search);
        const double shadow_v = multiply_and_dot(a, search_, v_, shadow_)[0];
        const double alpha = rho / shadow_v;
        if (!std::isfinite(alpha) || rho == 0) return;  // breakdown: the caller starts anew from the true residual
        parallel_blocks(n, sum_block, [=](Index begin, Index end) {
            add_scaled_kernel(-alpha, v + begin, r + begin, end - begin);
            add_scaled_kernel(alpha, search + begin, solution + begin, end - begin);
        });
        ilu_.apply(r, search);
        const auto [tr, tt] = multiply_and_dot(a, search_, t_, r_);
        const double omega = tt > 0 ? tr / tt : 0;
        const double* shadow = shadow_.data();
        const auto [next_rho, rr] = parallel_block_sums<2>(n, sum_block, [=](Index begin, Index end) {
            add_scaled_kernel(-omega, t + begin, r + begin, end - begin);
            add_scaled_kernel(omega, search + begin, solution + begin, end - begin);
            return std::array{dot_kernel(shadow + begin, r + begin, end - begin), dot_kernel(r + begin, r + begin, end - begin)};
        });
        if (progress.done(std::sqrt(rr) / system_.reference())) return;
        const double beta = (next_rho / rho) * (alpha / omega);
        if (!std::isfinite(beta) || beta == 0) return;
        rho = next_rho;
        parallel_for(n, [=](Index i) { p[i] = r[i] + beta * (p[i] - omega * v[i]); });
    }
}

// One sweep, rows of cells coloured like a chess board in (j, k): rows of a colour do not touch each other.
void BiCgStab::gauss_seidel(std::span<const double> b, std::span<double> x) const {
    const auto& a = system_.matrix();
    for (Index colour = 0; colour < 2; ++colour)
        parallel_blocks(a.row_count(), a.rows_per_block(), [&](Index begin, Index end) {
            for (Index r = begin; r < end; ++r) {
                if ((r % a.ny + r / a.ny) % 2 != colour) continue;
                const auto beside = row_values(a, static_cast<const double*>(x.data()), r);
                gauss_seidel_row(a.row(r), b.data() + r * a.nx, beside.south, beside.north, beside.below, beside.above, x.data() + r * a.nx,
                                 a.nx);
            }
        });
}

// A Krylov solution may undershoot zero by as much as its error. For an M-matrix and b ≥ 0 the exact solution x* is ≥ 0, so max(x, 0)
// is nearer to x* in every cell than x is: it is a better iterate. It is not yet the answer, because setting values alone would create
// mass. Gauss–Seidel then takes it on: each value becomes (b_i + Σ coupling · neighbour) / diagonal, which cannot be negative and
// lowers the error in the M-matrix norm. The answer returned meets the same tolerance on the true residual as any other: the balance
// is closed by the equations, and the sign by construction. Clipping would leave the residual of the clipped cells behind.
void BiCgStab::make_nonnegative(std::span<const double> b, std::span<double> x, const SolveOptions& options, SolveReport& report) {
    double* p = x.data();
    const auto negative = [&] { return parallel_maximum(std::ssize(x), [=](Index i) { return -p[i]; }).value > 0; };
    if (!negative()) return;
    parallel_for(std::ssize(x), [=](Index i) { p[i] = std::max(p[i], 0.0); });
    const std::string note = std::exchange(report.note, {});
    for (int sweep = 0; sweep < most_sweeps; ++sweep) {
        gauss_seidel(b, x);
        report.relative_residual = system_.true_residual(b, x, r_, options);
        if (report.relative_residual <= options.tolerance) break;
    }
    system_.finish(b, x, r_, options, report);
    if (report.converged && negative()) {
        report.converged = false;
        report.note = "the solution is negative: the matrix is no M-matrix or the right-hand side is negative";
        report.worst_cell = parallel_maximum(std::ssize(x), [=](Index i) { return -p[i]; }).index;
    }
    if (report.note.empty()) report.note = note;
}

}  // namespace galena
