#include "numerics/multigrid_gcr.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "numerics/bicgstab.hpp"
#include "numerics/block_sums.hpp"
#include "numerics/face_operators.hpp"
#include "numerics/linear_system.hpp"
#include "numerics/multigrid.hpp"
#include "numerics/stencil_kernel.hpp"
#include "numerics/vector_kernel.hpp"

namespace galena {

namespace {

/// Directions kept; then the iteration starts anew.
constexpr std::size_t most_directions = 10;
/// See Progress.
constexpr int patience = 30;

double dot(const DoubleArray& a, const DoubleArray& b) {
    return parallel_sum_blocks(a.size(),
                               [&](Index begin, Index end) { return dot_kernel(a.data() + begin, b.data() + begin, end - begin); });
}

class MultigridConjugateResiduals final : public NonsymmetricSolver {
public:
    void prepare(const Stencil& a) override {
        const Stopwatch watch;
        stencil_ = &a;
        system_.prepare(view(a), false);
        build_symmetric(a);
        coupled_.assign(system_.coupled().begin(), system_.coupled().end());
        multigrid_.prepare(view(symmetric_), coupled_);
        if (r_.size() != a.grid->cell_count()) r_ = DoubleArray(a.grid->cell_count());
        prepare_seconds_ = watch.seconds();
    }

    SolveReport solve(std::span<const double> b, std::span<double> x, const SolveOptions& options) override {
        const Stopwatch watch;
        SolveReport report;
        report.solver = "multigrid_gcr";
        report.prepare_seconds = prepare_seconds_;
        if (system_.start(b, x, r_, options, report)) {
            system_.iterate(b, x, r_, options, report, [&] { pass(x, options, report); });
            system_.finish(b, x, r_, options, report);
            if (!report.converged && report.iterations < options.max_iterations) fall_back(b, x, options, report);
        }
        report.seconds = watch.seconds();
        return report;
    }

    [[nodiscard]] std::size_t bytes() const override {
        const auto cells = static_cast<std::size_t>(r_.size());
        return system_.bytes() + multigrid_.bytes() + sizeof(double) * cells * (5 + 2 * directions_.size());
    }

private:
    struct Direction {
        DoubleArray z, q;  ///< and A z
        double square = 0;
    };

    void build_symmetric(const Stencil& a);
    void pass(std::span<double> x, const SolveOptions& options, SolveReport& report);
    void precondition(double scale, DoubleArray& z);
    void orthogonalise(std::size_t kept, Direction& d) const;
    void fall_back(std::span<const double> b, std::span<double> x, const SolveOptions& options, SolveReport& report) const;

    const Stencil* stencil_ = nullptr;
    SymmetricStencil symmetric_;
    std::vector<std::uint8_t> coupled_;
    LinearSystem system_;
    Multigrid multigrid_;
    DoubleArray r_;
    std::vector<Direction> directions_;
    double prepare_seconds_ = 0;
};

void MultigridConjugateResiduals::build_symmetric(const Stencil& a) {
    if (symmetric_.grid != a.grid) symmetric_ = SymmetricStencil(*a.grid);
    for (const Axis axis : {Axis::x, Axis::y, Axis::z}) {
        const double *left = a.from_left.along(axis).data(), *right = a.from_right.along(axis).data();
        double* out = symmetric_.coupling.along(axis).data();
        parallel_for(a.from_left.along(axis).size(),
                     [=](Index f) { out[f] = std::sqrt(std::max(0.0, left[f]) * std::max(0.0, right[f])); });
    }
    // Central weighting may leave less on the diagonal than positive definiteness asks for.
    sum_of_faces(*a.grid, symmetric_.coupling, symmetric_.diagonal);
    double* diagonal = symmetric_.diagonal.data();
    const double* given = a.diagonal.data();
    parallel_for(a.grid->cell_count(), [=](Index c) { diagonal[c] = std::max(given[c], diagonal[c]); });
}

void MultigridConjugateResiduals::precondition(double scale, DoubleArray& z) {
    const auto& a = system_.matrix();
    parallel_blocks(a.row_count(), a.rows_per_block(), [&](Index begin, Index end) {
        for (Index row = begin; row < end; ++row) multigrid_.load_row(row, r_.data() + row * a.nx, scale);
    });
    multigrid_.cycle();
    parallel_blocks(a.row_count(), a.rows_per_block(), [&](Index begin, Index end) {
        for (Index row = begin; row < end; ++row) multigrid_.correction_row(row, z.data() + row * a.nx);
    });
}

/// Makes A z orthogonal to those of the directions kept.
void MultigridConjugateResiduals::orthogonalise(std::size_t kept, Direction& d) const {
    for (std::size_t n = 0; n < kept; ++n) {
        const auto& other = directions_[n];
        const double share = -dot(d.q, other.q) / other.square;
        parallel_blocks(d.z.size(), sum_block, [&](Index begin, Index end) {
            add_scaled_kernel(share, other.q.data() + begin, d.q.data() + begin, end - begin);
            add_scaled_kernel(share, other.z.data() + begin, d.z.data() + begin, end - begin);
        });
    }
}

void MultigridConjugateResiduals::pass(std::span<double> x, const SolveOptions& options, SolveReport& report) {
    const auto& a = system_.matrix();
    Progress progress(options, report, patience);
    double relative = report.relative_residual;
    for (std::size_t kept = 0; report.iterations < options.max_iterations; kept = (kept + 1) % most_directions) {
        if (directions_.size() <= kept) directions_.push_back({DoubleArray(a.cell_count()), DoubleArray(a.cell_count())});
        auto& d = directions_[kept];
        if (d.z.size() != a.cell_count()) d = {DoubleArray(a.cell_count()), DoubleArray(a.cell_count())};
        // Floats hold 38 decades each way; the residual is brought to about 1 in a cell.
        precondition(std::sqrt(static_cast<double>(a.cell_count())) / (relative * system_.reference()), d.z);
        multiply(a, d.z, d.q);
        orthogonalise(kept, d);
        d.square = dot(d.q, d.q);
        const double length = dot(r_, d.q) / d.square;
        if (!std::isfinite(length) || length == 0) {
            report.note = "the multigrid cycle gave no direction";
            return;
        }
        double* solution = x.data();
        const double rr = parallel_sum_blocks(a.cell_count(), [&](Index begin, Index end) {
            add_scaled_kernel(length, d.z.data() + begin, solution + begin, end - begin);
            add_scaled_kernel(-length, d.q.data() + begin, r_.data() + begin, end - begin);
            return dot_kernel(r_.data() + begin, r_.data() + begin, end - begin);
        });
        relative = std::sqrt(rr) / system_.reference();
        if (progress.done(relative)) return;
    }
}

void MultigridConjugateResiduals::fall_back(std::span<const double> b, std::span<double> x, const SolveOptions& options,
                                            SolveReport& report) const {
    const std::string reason = report.note;
    BiCgStab other;
    other.prepare(*stencil_);
    if (!std::isfinite(report.relative_residual)) std::fill(x.begin(), x.end(), 0.0);
    SolveOptions rest = options;
    rest.max_iterations = options.max_iterations - report.iterations;
    const auto second = other.solve(b, x, rest);
    report.converged = second.converged;
    report.relative_residual = second.relative_residual;
    report.iterations += second.iterations;
    report.worst_cell = second.worst_cell;
    report.note = "multigrid: " + reason + "; went on with BiCGSTAB" + (second.note.empty() ? "" : ": " + second.note);
}

}  // namespace

std::unique_ptr<NonsymmetricSolver> make_multigrid_conjugate_residuals() { return std::make_unique<MultigridConjugateResiduals>(); }

}  // namespace galena
