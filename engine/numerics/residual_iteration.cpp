#include "numerics/residual_iteration.hpp"

#include <cmath>

#include "numerics/linear_system.hpp"
#include "numerics/vector_kernel.hpp"

namespace galena {

namespace {

/// Directions that a new one is made orthogonal to, as far as so many are needed. Each takes 16 bytes per cell.
constexpr std::size_t directions = 30;
/// Iterations within which the residual has to fall to nine tenths.
constexpr std::size_t patience = 10;

double dot(std::span<const double> a, std::span<const double> b) {
    return parallel_sum_blocks(std::ssize(a), [&](Index begin, Index end) {
        return dot_kernel(&a[static_cast<std::size_t>(begin)], &b[static_cast<std::size_t>(begin)], end - begin);
    });
}

void add_scaled(double factor, std::span<const double> v, std::span<double> to) {
    parallel_blocks(std::ssize(v), sum_block, [&](Index begin, Index end) {
        add_scaled_kernel(factor, &v[static_cast<std::size_t>(begin)], &to[static_cast<std::size_t>(begin)], end - begin);
    });
}

}  // namespace

ResidualIteration::ResidualIteration(Index cells) : cells_(cells), residual_(cells) {}

std::size_t ResidualIteration::bytes() const { return sizeof(double) * static_cast<std::size_t>(cells_) * (1 + 2 * kept_.size()); }

/// az of the next direction loses what it shares with those kept; z follows.
void ResidualIteration::make_orthogonal(Direction& next, std::size_t used) const {
    for (std::size_t n = 0; n < used; ++n) {
        const auto& old = kept_[n];
        if (&old == &next || old.squared == 0) continue;
        const double share = dot(next.az, old.az) / old.squared;
        add_scaled(-share, old.az, next.az);
        add_scaled(-share, old.z, next.z);
    }
    next.squared = dot(next.az, next.az);
}

SolveReport ResidualIteration::solve(const Multiply& multiply, const Precondition& precondition, std::span<const double> b,
                                     std::span<double> x, const SolveOptions& options) {
    const Stopwatch watch;
    SolveReport report;
    report.solver = "residual_iteration";
    for (auto& direction : kept_) direction.squared = 0;
    const double reference = std::sqrt(dot(b, b));
    multiply(x, residual_);
    parallel_for(cells_, [&](Index c) { residual_[c] = b[static_cast<std::size_t>(c)] - residual_[c]; });
    double norm = std::sqrt(dot(residual_, residual_));
    report.relative_residual = reference > 0 ? norm / reference : norm > 0 ? 1.0 : 0.0;
    report.history.push_back(report.relative_residual);
    for (std::size_t iteration = 0; report.relative_residual > options.tolerance; ++iteration) {
        if (report.iterations >= options.max_iterations ||
            (iteration >= patience && report.history[iteration] > 0.9 * report.history[iteration - patience])) {
            report.note = report.iterations >= options.max_iterations ? "" : "stagnated";
            break;
        }
        if (kept_.size() < directions && kept_.size() <= iteration) kept_.push_back({DoubleArray(cells_), DoubleArray(cells_), 0});
        auto& next = kept_[iteration % directions];
        next.z.fill(0.0);
        report.iterations += precondition(residual_, next.z);
        multiply(next.z, next.az);
        make_orthogonal(next, kept_.size());
        if (!(next.squared > 0)) {
            report.note = "the preconditioner gave no direction";
            break;
        }
        const double step = dot(residual_, next.az) / next.squared;
        add_scaled(step, next.z, x);
        add_scaled(-step, next.az, residual_);
        norm = std::sqrt(dot(residual_, residual_));
        report.relative_residual = norm / reference;
        report.history.push_back(report.relative_residual);
        if (!std::isfinite(norm)) {
            report.note = "the residual is not finite";
            break;
        }
    }
    report.converged = report.relative_residual <= options.tolerance;
    if (!report.converged) report.worst_cell = parallel_maximum(cells_, [&](Index c) { return std::abs(residual_[c]); }).index;
    report.seconds = watch.seconds();
    return report;
}

}  // namespace galena
