#include "numerics/multigrid_cg.hpp"

#include <algorithm>
#include <cmath>

namespace galena {

namespace {

/// Iterations within which the residual has to be halved.
constexpr int patience = 40;

/// Sums over the rows of the operator: term(row, first cell, room for a row, sums).
template <std::size_t N, class Term>
std::array<double, N> sum_rows(const StencilView<double>& a, Term&& term) {
    return parallel_block_sums<N>(a.row_count(), a.rows_per_block(), [&](Index begin, Index end) {
        std::vector<double> room(static_cast<std::size_t>(a.nx));
        std::array<double, N> sums{};
        for (Index row = begin; row < end; ++row) term(row, row * a.nx, room.data(), sums);
        return sums;
    });
}

}  // namespace

void MultigridConjugateGradient::iterate(const LinearSystem& system, Multigrid& multigrid, std::span<const double> b, std::span<double> x,
                                         const SolveOptions& options, SolveReport& report) {
    for (auto* vector : {&r_, &p_, &q_, &iterate_, &smoothed_}) *vector = DoubleArray(system.cell_count());
    system.true_residual(b, x, r_, options);
    system.iterate(b, x, r_, options, report, [&] { pass(system, multigrid, x, options, report); });
}

// Flexible CG (Notay 2000): the cycle is not quite a linear operation, because of its inner iterations and of rounding to floats, so the
// direction is made conjugate to the last one explicitly.
void MultigridConjugateGradient::pass(const LinearSystem& system, Multigrid& multigrid, std::span<double> x, const SolveOptions& options,
                                      SolveReport& report) {
    const auto& a = system.matrix();
    const Index nx = a.nx;
    double *r = r_.data(), *p = p_.data(), *q = q_.data(), *solution = iterate_.data(), *s = smoothed_.data();
    // Floats hold 38 decades each way; the residual is brought to about 1 in a cell.
    double relative = report.relative_residual, pq = 0;
    const auto scale = [&] { return std::sqrt(static_cast<double>(a.cell_count())) / (relative * system.reference()); };
    smoothed_square_ = sum_rows<1>(a, [&](Index row, Index at, double*, auto& sums) {
        multigrid.load_row(row, r + at, scale());
        std::copy_n(x.data() + at, nx, solution + at);
        std::copy_n(r + at, nx, s + at);
        sums[0] += dot_kernel(r + at, r + at, nx);
    })[0];
    Stagnation stagnation(patience);
    while (report.iterations < options.max_iterations) {
        multigrid.symmetric_cycle();
        const bool first = pq == 0;
        const auto [zr, zq] = sum_rows<2>(a, [&](Index row, Index at, double* z, auto& sums) {
            multigrid.correction_row(row, z);
            sums[0] += dot_kernel(z, r + at, nx);
            if (!first) sums[1] += dot_kernel(z, q + at, nx);
        });
        const double beta = first ? 0 : -zq / pq;
        sum_rows<1>(a, [&](Index row, Index at, double* z, auto&) {
            multigrid.correction_row(row, z);
            if (first) std::copy(z, z + nx, p + at);
            else add_to_scaled_kernel(beta, z, p + at, nx);
        });
        pq = multiply_and_dot(a, p_, q_, p_)[0];
        const double alpha = zr / pq;
        if (!std::isfinite(alpha) || !(pq > 0)) {
            report.note = "the multigrid cycle is not positive definite";
            return;
        }
        const double rr = sum_rows<1>(a, [&](Index, Index at, double*, auto& sums) {
            add_scaled_kernel(alpha, p + at, solution + at, nx);
            add_scaled_kernel(-alpha, q + at, r + at, nx);
            sums[0] += dot_kernel(r + at, r + at, nx);
        })[0];
        relative = std::sqrt(rr) / system.reference();
        sum_rows<1>(a, [&](Index row, Index at, double*, auto&) { multigrid.load_row(row, r + at, scale()); });
        const double smoothed = smooth(rr, x) / system.reference();
        ++report.iterations;
        report.history.push_back(smoothed);
        if (smoothed <= options.tolerance) return;
        if (stagnation.after(smoothed)) {
            report.note = stagnation.note();
            return;
        }
    }
}

// Minimal residual smoothing (Schönauer 1987; Zhou & Walker 1994, eq. 1.3): CG lowers the energy of the error, not the residual. The point
// of least residual between the smoothed solution so far and CG's own never goes up.
double MultigridConjugateGradient::smooth(double rr, std::span<double> x) {
    const Index n = r_.size();
    double *r = r_.data(), *s = smoothed_.data(), *solution = iterate_.data(), *y = x.data();
    const double rs = parallel_sum_blocks(n, [=](Index begin, Index end) { return dot_kernel(r + begin, s + begin, end - begin); });
    const double distance = rr - 2 * rs + smoothed_square_;
    const double share = distance > 0 ? std::clamp((smoothed_square_ - rs) / distance, 0.0, 1.0) : 0.0;
    smoothed_square_ = parallel_sum_blocks(n, [=](Index begin, Index end) {
        for (Index i = begin; i < end; ++i) {
            s[i] += share * (r[i] - s[i]);
            y[i] += share * (solution[i] - y[i]);
        }
        return dot_kernel(s + begin, s + begin, end - begin);
    });
    return std::sqrt(smoothed_square_);
}

}  // namespace galena
