#include "numerics/multigrid_solver.hpp"

#include <algorithm>
#include <cmath>

#include "numerics/conjugate_gradient.hpp"
#include "numerics/linear_system.hpp"
#include "numerics/multigrid.hpp"
#include "numerics/multigrid_cg.hpp"
#include "numerics/multigrid_kernel.hpp"

namespace galena {

namespace {

/// See Stagnation: then the coarse levels do not hold what is left of the error, or rounding hides it.
constexpr int patience = 8;
/// A stage in single precision ends when its residual has fallen by this factor, if nothing is known of its rounding errors yet.
constexpr double first_reduction = 1e-3;
/// Later stages may lower the residual to so many times the rounding error an earlier one showed, relative to where it started. Where that
/// is not this far down, single precision is given up.
constexpr double above_rounding = 10, smallest_reduction = 1e-6, largest_reduction = 0.5;

// The iteration works on the equations of one colour (see Multigrid) with vectors in single precision, half as long as the problem. When its
// residual has fallen far enough, the solution is corrected in double and the true residual computed: iterative refinement. The direction
// of search is kept from stage to stage.
//
// Minimal residuals (truncated GCR: Eisenstat, Elman & Schultz 1983, algorithm Orthomin(1)): each image S p is made orthogonal to the last
// one, and the step minimises ‖r‖₂. The residual cannot rise, and nothing is asked of the preconditioner: a step is neither symmetric nor
// quite linear, because of its inner iterations.
class MultigridSolver final : public SymmetricSolver {
public:
    void prepare(const SymmetricStencil& a) override;
    SolveReport solve(std::span<const double> b, std::span<double> x, const SolveOptions& options) override;
    [[nodiscard]] std::size_t bytes() const override {
        return system_.bytes() + multigrid_.bytes() + direction_.bytes() + image_.bytes() + x_.bytes();
    }

private:
    double load_residual(std::span<const double> b, std::span<const double> x, const SolveOptions& options, double expected);
    void iterate(std::span<const double> b, std::span<double> x, const SolveOptions& options, SolveReport& report);
    double run_stage(double target, double start, const SolveOptions& options, SolveReport& report);
    double refine(std::span<const double> b, std::span<double> x, const SolveOptions& options, double start, double expected);
    void add_correction(double factor, std::span<double> x);
    void fall_back(std::span<const double> b, std::span<double> x, const SolveOptions& options, SolveReport& report);
    void count(double bytes_per_cell) { moved_ += bytes_per_cell * static_cast<double>(system_.cell_count()); }
    /// What a residual is multiplied with to become about 1 in a cell.
    [[nodiscard]] double unit(double relative) const {
        return std::sqrt(static_cast<double>(system_.cell_count())) / (relative * system_.reference());
    }

    const SymmetricStencil* stencil_ = nullptr;
    LinearSystem system_;
    Multigrid multigrid_;
    ColourArray direction_, image_, x_;
    double scale_ = 1;         ///< of this stage's vectors against those of the problem
    double image_square_ = 0;  ///< image · image; 0 when there is no direction yet
    double moved_ = 0, prepare_moved_ = 0;
    double prepare_seconds_ = 0;
};

void MultigridSolver::prepare(const SymmetricStencil& a) {
    const Stopwatch watch;
    stencil_ = &a;
    const double before = multigrid_.bytes_moved();
    system_.prepare(view(a), true);
    multigrid_.prepare(view(a), system_.coupled());
    const Index size = multigrid_.level(0).size();
    const std::size_t bytes = ColourArray(0).bytes() + static_cast<std::size_t>(size) * sizeof(float);
    for (auto* vector : {&direction_, &image_, &x_})
        if (vector->empty() || vector->bytes() != bytes) *vector = ColourArray(size);
    // Beside the levels: coefficients read, marks written.
    prepare_moved_ = multigrid_.bytes_moved() - before + (4 * sizeof(double) + 2) * static_cast<double>(system_.cell_count());
    prepare_seconds_ = watch.seconds();
}

SolveReport MultigridSolver::solve(std::span<const double> b, std::span<double> x, const SolveOptions& options) {
    const Stopwatch watch;
    SolveReport report;
    report.solver = "multigrid";
    report.prepare_seconds = prepare_seconds_;
    report.prepare_bytes_moved = prepare_moved_;
    moved_ = 0;
    const double before = multigrid_.bytes_moved();
    bool ready = system_.begin(b, x, options);
    count(sizeof(double) + 1);
    if (ready) {
        report.relative_residual = load_residual(b, x, options, 1);
        report.history.assign(1, report.relative_residual);
        report.converged = report.relative_residual <= options.tolerance;
        ready = std::isfinite(report.relative_residual);
        if (ready && !report.converged) iterate(b, x, options, report);
    }
    if (!ready) {  // singular, nothing to do, or something to be named
        report.history.clear();
        DoubleArray r(system_.cell_count());
        if (system_.start(b, x, r, options, report)) {
            report.relative_residual = load_residual(b, x, options, report.relative_residual);
            iterate(b, x, options, report);
            if (report.converged) system_.finish(b, x, r, options, report);
        }
    }
    report.bytes_moved = moved_ + multigrid_.bytes_moved() - before;
    report.seconds = watch.seconds();
    return report;
}

/// Hands the true residual to the multigrid and returns it relative to the right-hand side; `expected` is a guess of that.
double MultigridSolver::load_residual(std::span<const double> b, std::span<const double> x, const SolveOptions& options, double expected) {
    scale_ = unit(expected);
    // Coefficients, b, x, and marks read; both colours written.
    count(4 * sizeof(double) + 2 * sizeof(double) + 1 + 2 * sizeof(float));
    return system_.true_residual_by_rows(b, x, options, [&](Index row, const double* r) { multigrid_.load_row(row, r, scale_); });
}

void MultigridSolver::iterate(std::span<const double> b, std::span<double> x, const SolveOptions& options, SolveReport& report) {
    image_square_ = 0;
    for (double reduction = first_reduction; reduction < largest_reduction && report.note.empty();) {
        if (report.iterations >= options.max_iterations) break;
        const double start = report.relative_residual;
        const std::size_t first = report.history.size();
        const double expected = run_stage(std::max(0.9 * options.tolerance, reduction * start), start, options, report);
        const double found = refine(b, x, options, start, expected);
        // The iteration knew too little where rounding kept the true residual higher.
        for (std::size_t i = first; i < report.history.size(); ++i)
            if (!(report.history[i] >= found) || !std::isfinite(report.history[i])) report.history[i] = found;
        report.relative_residual = found;
        const double rounding = std::sqrt(std::abs(found * found - expected * expected)) / start;
        reduction = std::max(above_rounding * rounding, smallest_reduction);
        if (found <= options.tolerance) break;
    }
    if (report.relative_residual > options.tolerance && report.iterations < options.max_iterations) {
        report.note.clear();
        MultigridConjugateGradient().iterate(system_, multigrid_, b, x, options, report);
        if (report.relative_residual > options.tolerance && report.iterations < options.max_iterations)
            return fall_back(b, x, options, report);
    }
    report.converged = report.relative_residual <= options.tolerance;
    if (report.converged) {
        report.note.clear();
    } else {
        DoubleArray r(system_.cell_count());
        system_.finish(b, x, r, options, report);
    }
}

/// Adds what a stage found to x and returns the true residual; takes it back where rounding made things worse.
double MultigridSolver::refine(std::span<const double> b, std::span<double> x, const SolveOptions& options, double start, double expected) {
    if (!std::isfinite(expected)) {
        multigrid_.clear_values();
        direction_.clear();
        image_.clear();
        image_square_ = 0;
        return load_residual(b, x, options, start);
    }
    const double back = 1 / scale_;
    multigrid_.complete(x_);
    add_correction(back, x);
    const double found = load_residual(b, x, options, std::max(expected, smallest_reduction * start));
    if (found < start) return found;
    add_correction(-back, x);
    return load_residual(b, x, options, start);
}

/// Iterates from the residual that was loaded, of size `start`, until `target` is met; returns the residual as the iteration knows it,
/// or something that is not finite.
double MultigridSolver::run_stage(double target, double start, const SolveOptions& options, SolveReport& report) {
    const Index n = multigrid_.level(0).plane();
    float *r = multigrid_.residual(), *p = direction_.data(), *q = image_.data(), *x = x_.data();
    const double to_relative = 1 / (scale_ * system_.reference());
    x_.clear();
    multigrid_.eliminate();
    double relative = start;
    multigrid_.restrict_residual(nullptr);
    Stagnation stagnation(patience);
    while (report.iterations < options.max_iterations) {
        multigrid_.precondition();
        const float *z = multigrid_.correction(), *v = multigrid_.product();
        const bool first = !(image_square_ > 0);
        const auto [vv, vr, vq, rq] = multigrid_.sum_planes<4>([&](Index j) {
            const Index at = j * n;
            return std::array{dot_kernel(v + at, v + at, n), dot_kernel(v + at, r + at, n), first ? 0.0 : dot_kernel(v + at, q + at, n),
                              first ? 0.0 : dot_kernel(r + at, q + at, n)};
        });
        const double beta = first ? 0.0 : -vq / image_square_;
        const double square = vv + beta * vq, alpha = (vr + beta * rq) / square;
        if (!(square > 0) || !std::isfinite(alpha)) {
            report.note = "the multigrid cycle leads nowhere";
            image_square_ = 0;
            direction_.clear();
            image_.clear();
            return std::isfinite(vv) ? relative : vv;
        }
        image_square_ = square;
        const double rr = multigrid_.restrict_residual([&, alpha = alpha](Index j) {
            const Index at = j * n;
            advance_kernel({z + at, v + at, p + at, q + at, x + at, r + at}, static_cast<float>(beta), static_cast<float>(alpha), n);
            return dot_kernel(r + at, r + at, n);
        });
        count(sizeof(float) / 2 * (3 + 2 + 4 * 2));  // products of vectors; correction and product read, four vectors updated
        relative = std::sqrt(rr) * to_relative;
        ++report.iterations;
        report.history.push_back(relative);
        if (!(relative > target)) return relative;
        if (stagnation.after(relative)) {
            report.note = stagnation.note();
            return relative;
        }
    }
    return relative;
}

void MultigridSolver::add_correction(double factor, std::span<double> x) {
    const auto& a = system_.matrix();
    parallel_blocks(a.row_count(), a.rows_per_block(), [&](Index begin, Index end) {
        std::vector<double> z(static_cast<std::size_t>(a.nx));
        for (Index row = begin; row < end; ++row) {
            multigrid_.correction_row(row, z.data());
            add_scaled_kernel(factor, z.data(), x.data() + row * a.nx, a.nx);
        }
    });
    count(sizeof(float) + 2 * sizeof(double));
}

void MultigridSolver::fall_back(std::span<const double> b, std::span<double> x, const SolveOptions& options, SolveReport& report) {
    const std::string reason = report.note;
    const auto lines = make_lines_conjugate_gradient();
    lines->prepare(*stencil_);
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

std::unique_ptr<SymmetricSolver> make_multigrid_solver() { return std::make_unique<MultigridSolver>(); }

}  // namespace galena
