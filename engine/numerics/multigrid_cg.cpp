#include "numerics/multigrid_cg.hpp"

#include <cmath>

#include "numerics/block_sums.hpp"
#include "numerics/conjugate_gradient.hpp"
#include "numerics/linear_system.hpp"
#include "numerics/multigrid.hpp"
#include "numerics/stencil_kernel.hpp"
#include "numerics/vector_kernel.hpp"

namespace galena {

namespace {

/// See Progress. A cycle that does not lower the residual in so many iterations will not do it in many more.
constexpr int patience = 30;

class MultigridConjugateGradient final : public SymmetricSolver {
public:
    void prepare(const SymmetricStencil& a) override {
        const Stopwatch watch;
        stencil_ = &a;
        system_.prepare(view(a), true);
        multigrid_.prepare(view(a), system_.coupled());
        for (auto* vector : {&r_, &p_, &q_})
            if (vector->size() != a.grid->cell_count()) *vector = DoubleArray(a.grid->cell_count());
        prepare_seconds_ = watch.seconds();
    }

    SolveReport solve(std::span<const double> b, std::span<double> x, const SolveOptions& options) override {
        const Stopwatch watch;
        SolveReport report;
        report.solver = "multigrid_cg";
        report.prepare_seconds = prepare_seconds_;
        gave_up_ = false;
        if (system_.start(b, x, r_, options, report)) {
            system_.iterate(b, x, r_, options, report, [&] { pass(x, options, report); });
            system_.finish(b, x, r_, options, report);
            if (gave_up_ && report.iterations < options.max_iterations) fall_back(b, x, options, report);
        }
        report.seconds = watch.seconds();
        return report;
    }

    [[nodiscard]] std::size_t bytes() const override {
        return system_.bytes() + multigrid_.bytes() + 3 * sizeof(double) * static_cast<std::size_t>(r_.size());
    }

private:
    void pass(std::span<double> x, const SolveOptions& options, SolveReport& report);
    void fall_back(std::span<const double> b, std::span<double> x, const SolveOptions& options, SolveReport& report);

    template <std::size_t N, class Term>
    std::array<double, N> sum_rows(Term&& term) const {
        const auto& a = system_.matrix();
        return parallel_block_sums<N>(a.row_count(), a.rows_per_block(), [&](Index begin, Index end) {
            std::vector<double> z(static_cast<std::size_t>(a.nx));
            std::array<double, N> sums{};
            for (Index row = begin; row < end; ++row) term(row, row * a.nx, z.data(), sums);
            return sums;
        });
    }

    const SymmetricStencil* stencil_ = nullptr;
    LinearSystem system_;
    Multigrid multigrid_;
    DoubleArray r_, p_, q_;
    bool gave_up_ = false;  ///< the cycle, not rounding, kept the residual from falling
    double prepare_seconds_ = 0;
};

// Flexible CG (Notay 2000): the cycle is not quite a linear operation, because of its inner iterations and of rounding to floats, so the
// direction is made conjugate to the last one explicitly.
void MultigridConjugateGradient::pass(std::span<double> x, const SolveOptions& options, SolveReport& report) {
    const auto& a = system_.matrix();
    const Index nx = a.nx;
    double *r = r_.data(), *p = p_.data(), *q = q_.data(), *solution = x.data();
    Progress progress(options, report, patience);
    double relative = report.relative_residual, pq = 0;
    // Floats hold 38 decades each way; the residual is brought to about 1 in a cell.
    const auto scale = [&] { return std::sqrt(static_cast<double>(a.cell_count())) / (relative * system_.reference()); };
    sum_rows<1>([&](Index row, Index at, double*, auto&) { multigrid_.load_row(row, r + at, scale()); });
    while (report.iterations < options.max_iterations) {
        multigrid_.cycle();
        const bool first = pq == 0;
        const auto [zr, zq] = sum_rows<2>([&](Index row, Index at, double* z, auto& sums) {
            multigrid_.correction_row(row, z);
            sums[0] += dot_kernel(z, r + at, nx);
            if (!first) sums[1] += dot_kernel(z, q + at, nx);
        });
        const double beta = first ? 0 : -zq / pq;
        sum_rows<1>([&, zr = zr](Index row, Index at, double* z, auto&) {
            multigrid_.correction_row(row, z);
            if (first) std::copy(z, z + nx, p + at);
            else add_to_scaled_kernel(beta, z, p + at, nx);
        });
        pq = multiply_and_dot(a, p_, q_, p_)[0];
        const double alpha = zr / pq;
        if (!std::isfinite(alpha) || !(pq > 0)) {
            report.note = "the multigrid cycle is not positive definite";
            gave_up_ = true;
            return;
        }
        const double next_scale = scale();
        const double rr = sum_rows<1>([&](Index row, Index at, double*, auto& sums) {
            add_scaled_kernel(alpha, p + at, solution + at, nx);
            add_scaled_kernel(-alpha, q + at, r + at, nx);
            sums[0] += dot_kernel(r + at, r + at, nx);
            multigrid_.load_row(row, r + at, next_scale);
        })[0];
        relative = std::sqrt(rr) / system_.reference();
        if (progress.done(relative)) {
            gave_up_ = !(relative <= options.tolerance);
            return;
        }
    }
}

void MultigridConjugateGradient::fall_back(std::span<const double> b, std::span<double> x, const SolveOptions& options,
                                           SolveReport& report) {
    const std::string reason = report.note;
    const auto lines = make_lines_conjugate_gradient();
    lines->prepare(*stencil_);
    if (!std::isfinite(report.relative_residual)) std::fill(x.begin(), x.end(), 0.0);
    SolveOptions rest = options;
    rest.max_iterations = options.max_iterations - report.iterations;
    const auto second = lines->solve(b, x, rest);
    report.converged = second.converged;
    report.relative_residual = second.relative_residual;
    report.iterations += second.iterations;
    report.history.insert(report.history.end(), second.history.begin(), second.history.end());
    report.worst_cell = second.worst_cell;
    report.note = "multigrid: " + reason + "; went on with vertical lines" + (second.note.empty() ? "" : ": " + second.note);
}

}  // namespace

std::unique_ptr<SymmetricSolver> make_multigrid_conjugate_gradient() { return std::make_unique<MultigridConjugateGradient>(); }

}  // namespace galena
