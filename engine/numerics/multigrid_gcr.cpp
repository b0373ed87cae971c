#include "numerics/multigrid_gcr.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "numerics/bicgstab.hpp"
#include "numerics/block_sums.hpp"
#include "numerics/float_array.hpp"
#include "numerics/gcr_kernel.hpp"
#include "numerics/linear_system.hpp"
#include "numerics/multigrid.hpp"
#include "numerics/multigrid_kernel.hpp"
#include "numerics/sparse_factors.hpp"
#include "numerics/weighted_flow_kernel.hpp"

namespace galena {

namespace {

/// Directions kept; then the iteration starts anew from the true residual. So it does when the residual has fallen so far: rounding of the
/// directions to floats would show.
constexpr std::size_t most_directions = 10;
constexpr double largest_reduction = 1e-5;
/// See Stagnation. Where the Jacobian leads one way (thin sheets of water, which the upper cell alone decides about) the multigrid of its
/// symmetric part knows of no long way, and the residual creeps: ILU follows the flow.
constexpr int patience = 30;
/// Cells up to which the last way out is to factorise the matrix: a second for a cube of so many.
constexpr Index few = 20000;

// Generalised conjugate residuals (Eisenstat, Elman & Schultz 1983): images q_j = A p_j of the directions p_j are orthogonal, each step
// minimises ‖r‖₂. Directions and images are in single precision, their sums and the residual in double. What is kept is not p_j but the
// correction z_j that the multigrid gave: p_j = z_j − Σ share_jn p_n is only put together, for all j at once, when x is updated.
class MultigridConjugateResiduals final : public NonsymmetricSolver {
public:
    void prepare(const Stencil& a) override {
        const Stopwatch watch;
        stencil_ = &a;
        system_.prepare(view(a), false);
        build_symmetric(a);
        multigrid_.prepare(symmetric_view(), system_.coupled());
        if (r_.size() != a.grid->cell_count()) {
            r_ = DoubleArray(a.grid->cell_count());
            directions_.clear();
        }
        prepare_seconds_ = watch.seconds();
    }

    SolveReport solve(std::span<const double> b, std::span<double> x, const SolveOptions& options) override {
        const Stopwatch watch;
        SolveReport report;
        report.solver = "multigrid_gcr";
        report.prepare_seconds = prepare_seconds_;
        if (system_.start(b, x, r_, options, report)) {
            system_.iterate(b, x, r_, options, report, [&] { pass(b, x, options, report); });
            report.converged = report.relative_residual <= options.tolerance;
            if (!report.converged) system_.finish(b, x, r_, options, report);
            if (!report.converged && report.iterations < options.max_iterations) fall_back(b, x, options, report);
        }
        report.seconds = watch.seconds();
        return report;
    }

    [[nodiscard]] std::size_t bytes() const override {
        const auto cells = static_cast<std::size_t>(r_.size());
        return system_.bytes() + multigrid_.bytes() + cells * (4 * sizeof(double) + 2 * sizeof(float) * directions_.size());
    }

private:
    struct Direction {
        FloatArray z, q;    ///< correction over the multigrid's matrix scale; image, orthogonal to the earlier ones
        double square = 0;  ///< q · q
        double step = 0;    ///< of the direction in the solution
        std::array<double, most_directions> shares{};
    };

    void build_symmetric(const Stencil& a);
    [[nodiscard]] StencilView<double> symmetric_view() const;
    void pass(std::span<const double> b, std::span<double> x, const SolveOptions& options, SolveReport& report);
    void load_residual(double scale);
    void multiply(std::size_t kept, Direction& d) const;
    [[nodiscard]] double orthogonalise(std::size_t kept, Direction& d) const;
    [[nodiscard]] double advance(const Direction& d, double scale);
    void add_directions(std::size_t count, std::span<double> x);
    void fall_back(std::span<const double> b, std::span<double> x, const SolveOptions& options, SolveReport& report);
    void factorise(std::span<const double> b, std::span<double> x, const SolveOptions& options, SolveReport& report);
    template <class Body>
    void for_blocks_of_rows(Body&& body) const {
        parallel_blocks(system_.matrix().row_count(), system_.matrix().rows_per_block(), body);
    }

    const Stencil* stencil_ = nullptr;
    FaceField symmetric_;  ///< couplings of the operator that the multigrid is made for
    LinearSystem system_;
    Multigrid multigrid_;
    DoubleArray r_;
    std::vector<Direction> directions_;
    double prepare_seconds_ = 0;
};

void MultigridConjugateResiduals::build_symmetric(const Stencil& a) {
    if (symmetric_.x.size() != a.from_left.x.size() || symmetric_.y.size() != a.from_left.y.size() ||
        symmetric_.z.size() != a.from_left.z.size())
        symmetric_ = FaceField(*a.grid);
    for (const Axis axis : {Axis::x, Axis::y, Axis::z}) {
        const double *left = a.from_left.along(axis).data(), *right = a.from_right.along(axis).data();
        double* out = symmetric_.along(axis).data();
        parallel_blocks(a.from_left.along(axis).size(), sum_block,
                        [=](Index begin, Index end) { geometric_mean_row(left + begin, right + begin, out + begin, end - begin); });
    }
}

/// With the diagonal of the operator itself: what exceeds the couplings ties a cell to fixed values. Central weighting may leave less than
/// the couplings; the multigrid then takes a tie of 0, and what it works with is positive definite again.
StencilView<double> MultigridConjugateResiduals::symmetric_view() const {
    const double *x = symmetric_.x.data(), *y = symmetric_.y.data(), *z = symmetric_.z.data();
    const auto& grid = *stencil_->grid;
    return {grid.nx(), grid.ny(), grid.nz(), stencil_->diagonal.data(), x, y, z, x, y, z};
}

void MultigridConjugateResiduals::load_residual(double scale) {
    const auto& a = system_.matrix();
    for_blocks_of_rows([&](Index begin, Index end) {
        for (Index row = begin; row < end; ++row) multigrid_.load_row(row, r_.data() + row * a.nx, scale);
    });
}

/// q = A z, and its shares in the earlier images.
void MultigridConjugateResiduals::multiply(std::size_t kept, Direction& d) const {
    const auto& a = system_.matrix();
    const float* z = d.z.data();
    float* q = d.q.data();
    const auto sums = parallel_block_sums<most_directions>(a.row_count(), a.rows_per_block(), [&](Index begin, Index end) {
        std::array<double, most_directions> dots{};
        multiply_rows(a, z, multigrid_.matrix_scale(), q, begin, end);
        const Index at = begin * a.nx, n = (end - begin) * a.nx;
        for (std::size_t i = 0; i < kept; ++i) dots[i] = dot_kernel(q + at, directions_[i].q.data() + at, n);
        return dots;
    });
    for (std::size_t i = 0; i < kept; ++i) d.shares[i] = sums[i] / directions_[i].square;
}

/// Takes the shares out of q and measures it; returns r · q.
double MultigridConjugateResiduals::orthogonalise(std::size_t kept, Direction& d) const {
    float* q = d.q.data();
    const auto [square, product] = parallel_block_sums<2>(r_.size(), sum_block, [&](Index begin, Index end) {
        const Index n = end - begin;
        for (std::size_t i = 0; i < kept; ++i)
            add_scaled_kernel(static_cast<float>(-d.shares[i]), directions_[i].q.data() + begin, q + begin, n);
        return std::array{dot_kernel(q + begin, q + begin, n), dot_kernel(r_.data() + begin, q + begin, n)};
    });
    d.square = square;
    return product;
}

/// r −= step · q, handed to the multigrid times `scale`; returns r · r.
double MultigridConjugateResiduals::advance(const Direction& d, double scale) {
    const auto& a = system_.matrix();
    const double* r = r_.data();
    return parallel_block_sums<1>(a.row_count(), a.rows_per_block(), [&](Index begin, Index end) {
        const Index at = begin * a.nx, n = (end - begin) * a.nx;
        add_scaled_kernel(-d.step, d.q.data() + at, r_.data() + at, n);
        for (Index row = begin; row < end; ++row) multigrid_.load_row(row, r + row * a.nx, scale);
        return std::array{dot_kernel(r + at, r + at, n)};
    })[0];
}

/// x += Σ step_j p_j.
void MultigridConjugateResiduals::add_directions(std::size_t count, std::span<double> x) {
    for (std::size_t j = count; j-- > 0;)
        for (std::size_t n = 0; n < j; ++n) directions_[n].step -= directions_[j].step * directions_[j].shares[n];
    parallel_blocks(r_.size(), sum_block, [&](Index begin, Index end) {
        for (std::size_t j = 0; j < count; ++j)
            add_scaled_kernel(directions_[j].step * multigrid_.matrix_scale(), directions_[j].z.data() + begin, x.data() + begin,
                              end - begin);
    });
}

void MultigridConjugateResiduals::pass(std::span<const double> b, std::span<double> x, const SolveOptions& options, SolveReport& report) {
    const Index cells = r_.size();
    Stagnation stagnation(patience);
    double relative = report.relative_residual, start = relative;
    // Floats hold 38 decades each way; the residual is brought to about 1 in a cell.
    const auto scale = [&] { return std::sqrt(static_cast<double>(cells)) / (relative * system_.reference()); };
    load_residual(scale());
    for (std::size_t kept = 0; report.iterations < options.max_iterations;) {
        if (directions_.size() <= kept) directions_.push_back({FloatArray(cells), FloatArray(cells)});
        auto& d = directions_[kept];
        multigrid_.cycle();
        for_blocks_of_rows([&](Index begin, Index end) {
            for (Index row = begin; row < end; ++row) multigrid_.correction_row(row, d.z.data() + row * system_.matrix().nx);
        });
        multiply(kept, d);
        d.step = orthogonalise(kept, d) / d.square;
        if (!std::isfinite(d.step) || d.step == 0) {
            report.note = "the multigrid cycle gave no direction";
            return add_directions(kept, x);
        }
        relative = std::sqrt(advance(d, scale())) / system_.reference();
        ++kept;
        ++report.iterations;
        report.history.push_back(relative);
        const bool stagnant = stagnation.after(relative), done = stagnant || !(relative > options.tolerance);
        if (stagnant && relative > options.tolerance) report.note = stagnation.note();
        if (!done && kept < most_directions && relative > largest_reduction * start && report.iterations < options.max_iterations) continue;
        add_directions(kept, x);
        if (done) return;
        relative = start = system_.true_residual(b, x, r_, options);
        load_residual(scale());
        kept = 0;
    }
}

void MultigridConjugateResiduals::fall_back(std::span<const double> b, std::span<double> x, const SolveOptions& options,
                                            SolveReport& report) {
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
    if (!report.converged && r_.size() <= few) factorise(b, x, options, report);
}

/// L U of the whole matrix, refined while that helps: for what spans so many decades that no iteration gets through.
void MultigridConjugateResiduals::factorise(std::span<const double> b, std::span<double> x, const SolveOptions& options,
                                            SolveReport& report) {
    constexpr int refinements = 3;
    const auto& a = system_.matrix();
    std::vector<SparseEntry> entries;
    const auto add = [&](Index cell, Index neighbour, double coefficient) {
        if (coefficient != 0) entries.push_back({cell, neighbour, -coefficient});
    };
    for (Index r = 0; r < a.row_count(); ++r)
        for (Index i = 0; i < a.nx; ++i) {
            const auto row = a.row(r);
            const Index cell = r * a.nx + i, plane = a.nx * a.ny;
            add(cell, cell - 1, row.west[i]);
            add(cell, cell + 1, row.east[i]);
            add(cell, cell - a.nx, row.south[i]);
            add(cell, cell + a.nx, row.north[i]);
            add(cell, cell - plane, row.below[i]);
            add(cell, cell + plane, row.above[i]);
        }
    SparseFactors factors;
    factors.factorise({a.diagonal, x.size()}, entries);
    if (!std::isfinite(report.relative_residual)) std::fill(x.begin(), x.end(), 0.0);
    double best = system_.true_residual(b, x, r_, options);
    for (int n = 0; n < refinements && best > options.tolerance; ++n) {
        std::vector<double> change(r_.data(), r_.data() + r_.size());
        factors.solve(change);
        for (std::size_t c = 0; c < x.size(); ++c) x[c] += change[c];
        const double now = system_.true_residual(b, x, r_, options);
        if (!(now < best)) {
            for (std::size_t c = 0; c < x.size(); ++c) x[c] -= change[c];
            break;
        }
        best = now;
    }
    report.note += "; factorised";
    system_.finish(b, x, r_, options, report);
}

}  // namespace

std::unique_ptr<NonsymmetricSolver> make_multigrid_conjugate_residuals() { return std::make_unique<MultigridConjugateResiduals>(); }

}  // namespace galena
