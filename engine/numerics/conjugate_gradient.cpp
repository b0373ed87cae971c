#include "numerics/conjugate_gradient.hpp"

#include <cmath>

#include "numerics/stencil_kernel.hpp"
#include "numerics/vector_kernel.hpp"
#include "numerics/vertical_lines.hpp"

namespace galena {

namespace {

/// See Progress. CG's residual may rise for a while.
constexpr int patience = 200;

}  // namespace

void ConjugateGradient::prepare(Index cells) {
    for (auto* vector : {&r_, &p_, &q_, &z_})
        if (vector->size() != cells) *vector = DoubleArray(cells);
}

void ConjugateGradient::iterate(const LinearSystem& system, Preconditioner& preconditioner, std::span<const double> b, std::span<double> x,
                                const SolveOptions& options, SolveReport& report) {
    system.iterate(b, x, r_, options, report, [&] { pass(system, preconditioner, x, options, report); });
}

void ConjugateGradient::pass(const LinearSystem& system, Preconditioner& preconditioner, std::span<double> x, const SolveOptions& options,
                             SolveReport& report) {
    const auto& a = system.matrix();
    const Index n = a.cell_count();
    double *r = r_.data(), *p = p_.data(), *q = q_.data(), *z = z_.data(), *solution = x.data();
    Progress progress(options, report, patience);
    double rho = 0;
    p_.fill(0);
    while (report.iterations < options.max_iterations) {
        preconditioner.apply(r_, z_);
        const double next_rho =
            parallel_sum_blocks(n, [=](Index begin, Index end) { return dot_kernel(r + begin, z + begin, end - begin); });
        const double beta = rho != 0 ? next_rho / rho : 0;
        rho = next_rho;
        parallel_for(n, [=](Index i) { p[i] = z[i] + beta * p[i]; });
        const double pq = multiply_and_dot(a, p_, q_, p_)[0];
        const double alpha = rho / pq;
        if (!std::isfinite(alpha) || !(pq > 0)) {
            report.note = "the matrix or the preconditioner is not positive definite";
            return;
        }
        const double rr = parallel_sum_blocks(n, [=](Index begin, Index end) {
            add_scaled_kernel(alpha, p + begin, solution + begin, end - begin);
            add_scaled_kernel(-alpha, q + begin, r + begin, end - begin);
            return dot_kernel(r + begin, r + begin, end - begin);
        });
        if (progress.done(std::sqrt(rr) / system.reference())) return;
    }
}

namespace {

class LinesPreconditioner final : public Preconditioner {
public:
    void apply(std::span<const double> r, std::span<double> z) override { lines.apply(r, z); }
    VerticalLines lines;
};

class LinesConjugateGradient final : public SymmetricSolver {
public:
    void prepare(const SymmetricStencil& a) override {
        const Stopwatch watch;
        system_.prepare(view(a), true);
        preconditioner_.lines.prepare(view(a));
        cg_.prepare(a.grid->cell_count());
        prepare_seconds_ = watch.seconds();
    }

    SolveReport solve(std::span<const double> b, std::span<double> x, const SolveOptions& options) override {
        const Stopwatch watch;
        SolveReport report;
        report.solver = "lines_cg";
        report.prepare_seconds = prepare_seconds_;
        if (system_.start(b, x, cg_.residual(), options, report)) {
            cg_.iterate(system_, preconditioner_, b, x, options, report);
            system_.finish(b, x, cg_.residual(), options, report);
        }
        report.seconds = watch.seconds();
        return report;
    }

    [[nodiscard]] std::size_t bytes() const override { return system_.bytes() + preconditioner_.lines.bytes() + cg_.bytes(); }

private:
    LinearSystem system_;
    LinesPreconditioner preconditioner_;
    ConjugateGradient cg_;
    double prepare_seconds_ = 0;
};

}  // namespace

std::unique_ptr<SymmetricSolver> make_lines_conjugate_gradient() { return std::make_unique<LinesConjugateGradient>(); }

}  // namespace galena
