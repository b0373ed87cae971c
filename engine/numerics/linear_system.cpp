#include "numerics/linear_system.hpp"

#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "core/vector_clones.hpp"
#include "numerics/block_sums.hpp"
#include "numerics/stencil_kernel.hpp"
#include "numerics/vector_kernel.hpp"

namespace galena {

namespace {

/// A right-hand side of a singular system may miss a sum of zero by rounding only.
constexpr double balance_tolerance = 1e-9;

/// Marks the coupled cells of a row, and adds to {how many are, how many are invalid}.
GALENA_CLONES
void inspect_row(const StencilRow<double>& row, std::uint8_t* coupled, std::array<double, 2>& count, Index nx) {
    coupled_row(row, coupled, nx);
    count[0] += lane_sum(nx, [=](Index i) { return static_cast<double>(coupled[i]); });
    count[1] += invalid_in_row(row, nx);
}

template <class Test>
Index first_cell(Index n, Test&& test) {
    for (Index i = 0; i < n; ++i)
        if (test(i)) return i;
    return -1;
}

double norm(std::span<const double> v) {
    const double* p = v.data();
    return std::sqrt(
        parallel_sum_blocks(std::ssize(v), [&](Index begin, Index end) { return dot_kernel(p + begin, p + begin, end - begin); }));
}

}  // namespace

bool Progress::done(double relative_residual) {
    ++report_.iterations;
    report_.history.push_back(relative_residual);
    if (!(relative_residual > tolerance_)) return true;
    since_best_ = relative_residual < best_ ? 0 : since_best_ + 1;
    best_ = std::min(best_, relative_residual);
    if (since_best_ < patience_) return false;
    report_.note = fmt::format("stagnated: no smaller residual in {} iterations", patience_);
    return true;
}

bool Stagnation::after(double relative_residual) {
    residuals_.push_back(relative_residual);
    const auto n = residuals_.size(), back = static_cast<std::size_t>(patience_);
    return n > back && relative_residual > 0.5 * residuals_[n - 1 - back];
}

std::string Stagnation::note() const { return fmt::format("stagnated: the residual was not halved in {} iterations", patience_); }

void LinearSystem::prepare(const StencilView<double>& a, bool symmetric) {
    a_ = a;
    symmetric_ = symmetric;
    coupled_.resize(static_cast<std::size_t>(a.cell_count()));
    const auto counts = parallel_block_sums<2>(a.row_count(), a.rows_per_block(), [&](Index begin, Index end) {
        std::array<double, 2> count{};
        for (Index r = begin; r < end; ++r) inspect_row(a.row(r), coupled_.data() + r * a.nx, count, a.nx);
        return count;
    });
    coupled_count_ = static_cast<Index>(counts[0]);
    invalid_cell_ = -1;
    if (!(counts[1] > 0)) return;
    const Index row = first_cell(a.row_count(), [&](Index r) { return invalid_in_row(a.row(r), a.nx) > 0; });
    const auto cell = [&](Index i) {  // the row's cell i alone
        auto one = a.row(row);
        for (auto* p : {&one.diagonal, &one.west, &one.east, &one.south, &one.north, &one.below, &one.above}) *p += i;
        return one;
    };
    invalid_cell_ = row * a.nx + first_cell(a.nx, [&](Index i) { return invalid_in_row(cell(i), 1) > 0; });
}

double LinearSystem::coupled_mean(std::span<const double> v) const {
    if (coupled_count_ == 0) return 0;
    const auto* p = v.data();
    const auto* coupled = coupled_.data();
    return parallel_sum(a_.cell_count(), [=](Index i) { return coupled[i] ? p[i] : 0.0; }) / static_cast<double>(coupled_count_);
}

void LinearSystem::add_to_coupled(double value, std::span<double> v) const {
    auto* p = v.data();
    const auto* coupled = coupled_.data();
    parallel_for(a_.cell_count(), [=](Index i) { p[i] += coupled[i] ? value : 0.0; });
}

bool LinearSystem::finite_start(std::span<const double> b, std::span<const double> x, std::span<const double> r, double start_norm,
                                SolveReport& report) const {
    if (invalid_cell_ >= 0) {
        report.note = "the matrix has a coefficient that is not finite or a diagonal that is not positive";
        report.worst_cell = invalid_cell_;
        return false;
    }
    if (std::isfinite(start_norm) && std::isfinite(reference_)) return true;
    const auto not_finite = [](std::span<const double> v) {
        return first_cell(std::ssize(v), [&](Index i) { return !std::isfinite(v[static_cast<std::size_t>(i)]); });
    };
    if (const Index cell = not_finite(b); cell >= 0) {
        report.note = "the right-hand side is not finite";
        report.worst_cell = cell;
    } else if (const Index start_cell = not_finite(x); start_cell >= 0) {
        report.note = "the start is not finite";
        report.worst_cell = start_cell;
    } else {
        report.note = "the residual of the start overflows";
        report.worst_cell = not_finite(r);
    }
    return false;
}

bool LinearSystem::balanced(std::span<const double> b, SolveReport& report) {
    const auto* coupled = coupled_.data();
    const auto sums = parallel_block_sums<2>(a_.cell_count(), sum_block, [&](Index begin, Index end) {
        std::array<double, 2> sum{};
        for (Index i = begin; i < end; ++i) {
            const double value = coupled[i] ? b[static_cast<std::size_t>(i)] : 0.0;
            sum[0] += value;
            sum[1] += std::abs(value);
        }
        return sum;
    });
    if (std::abs(sums[0]) <= balance_tolerance * sums[1]) return true;
    report.note =
        fmt::format("no cell is tied to a fixed value and the sources do not balance: they add up to {:.3g} of {:.3g}", sums[0], sums[1]);
    return false;
}

double LinearSystem::reference_norm(std::span<const double> b, std::span<const double> x, std::span<double> work) const {
    const auto* coupled = coupled_.data();
    if (symmetric_)
        return std::sqrt(parallel_sum_blocks(a_.cell_count(), [&](Index begin, Index end) {
            const double* p = b.data() + begin;
            return lane_sum(end - begin, [=](Index i) { return coupled[begin + i] ? p[i] * p[i] : 0.0; });
        }));
    // b' = b − A x with the uncoupled cells solved and all others zero.
    parallel_for(a_.cell_count(), [&](Index i) { work[static_cast<std::size_t>(i)] = coupled[i] ? 0.0 : x[static_cast<std::size_t>(i)]; });
    const auto sums = parallel_block_sums<1>(a_.row_count(), a_.rows_per_block(), [&](Index begin, Index end) {
        std::array<double, 1> sum{};
        std::vector<double> row(static_cast<std::size_t>(a_.nx));
        for (Index r = begin; r < end; ++r) {
            residual_row(a_.row(r), b.data() + r * a_.nx, row_values(a_, static_cast<const double*>(work.data()), r), row.data(), a_.nx);
            sum[0] += lane_sum(a_.nx, [&](Index i) {
                return coupled[r * a_.nx + i] ? row[static_cast<std::size_t>(i)] * row[static_cast<std::size_t>(i)] : 0.0;
            });
        }
        return sum;
    });
    return std::sqrt(sums[0]);
}

void LinearSystem::zero_solution(std::span<double> x, const SolveOptions& options) const {
    const double value = options.singular ? start_mean_ : 0.0;
    parallel_for(a_.cell_count(), [&](Index i) {
        if (coupled_[static_cast<std::size_t>(i)]) x[static_cast<std::size_t>(i)] = value;
    });
}

bool LinearSystem::begin(std::span<const double> b, std::span<double> x, const SolveOptions& options) {
    if (invalid_cell_ >= 0 || options.singular || !symmetric_) return false;
    const auto* coupled = coupled_.data();
    const double* rhs = b.data();
    double* solution = x.data();
    const double sum = parallel_sum_blocks(a_.cell_count(), [&](Index first, Index last) {
        const double uncoupled = lane_sum(last - first, [=](Index i) { return coupled[first + i] ? 0.0 : 1.0; });
        if (uncoupled > 0)
            for (Index c = first; c < last; ++c)
                if (!coupled[c]) solution[c] = rhs[c] / a_.diagonal[c];
        return lane_sum(last - first, [=](Index i) { return coupled[first + i] ? rhs[first + i] * rhs[first + i] : 0.0; });
    });
    reference_ = std::sqrt(sum);
    return std::isfinite(reference_) && reference_ > 0;
}

/// start where x is 0: the residual is b. False where there is nothing to do or something to be named.
bool LinearSystem::start_from_zero(std::span<const double> b, std::span<double> r, SolveReport& report) {
    const auto* coupled = coupled_.data();
    const double* rhs = b.data();
    double* out = r.data();
    reference_ = std::sqrt(parallel_sum_blocks(a_.cell_count(), [=](Index begin, Index end) {
        for (Index i = begin; i < end; ++i) out[i] = coupled[i] ? rhs[i] : 0.0;
        return dot_kernel(out + begin, out + begin, end - begin);
    }));
    if (!std::isfinite(reference_) || !(reference_ > 0)) return false;
    report.relative_residual = 1;
    report.history.assign(1, 1.0);
    return true;
}

bool LinearSystem::start(std::span<const double> b, std::span<double> x, std::span<double> r, const SolveOptions& options,
                         SolveReport& report) {
    const bool from_zero = parallel_sum(a_.cell_count(), [&](Index i) {
                               const auto c = static_cast<std::size_t>(i);
                               if (!coupled_[c]) x[c] = b[c] / a_.diagonal[i];
                               return x[c] == 0 ? 0.0 : 1.0;
                           }) == 0;
    if (from_zero && !options.singular && options.tolerance < 1 && invalid_cell_ < 0 && start_from_zero(b, r, report)) return true;
    reference_ = reference_norm(b, x, r);
    start_mean_ = options.singular ? coupled_mean(x) : 0;
    if (options.singular && std::isfinite(reference_) && !balanced(b, report)) return false;
    const double start_residual = true_residual(b, x, r, options);
    if (!finite_start(b, x, r, norm(r), report)) {
        report.relative_residual = std::numeric_limits<double>::quiet_NaN();
        return false;
    }
    if (reference_ == 0) {
        zero_solution(x, options);
        report.converged = true;
        return false;
    }
    report.relative_residual = start_residual;
    report.history.assign(1, start_residual);
    report.converged = start_residual <= options.tolerance;
    return !report.converged;
}

double LinearSystem::true_residual(std::span<const double> b, std::span<const double> x, std::span<double> r,
                                   const SolveOptions& options) const {
    residual(a_, b, x, r);
    if (options.singular) add_to_coupled(-coupled_mean(r), r);
    // Uncoupled cells are solved but for rounding; a head of 1e3 m would leave 1e-13 there, which may be more than b'.
    const auto* coupled = coupled_.data();
    double* p = r.data();
    const double sum = parallel_sum_blocks(a_.cell_count(), [=](Index begin, Index end) {
        for (Index i = begin; i < end; ++i) p[i] = coupled[i] ? p[i] : 0.0;
        return dot_kernel(p + begin, p + begin, end - begin);
    });
    return reference_ > 0 ? std::sqrt(sum) / reference_ : std::sqrt(sum);
}

void LinearSystem::finish(std::span<const double> b, std::span<double> x, std::span<double> r, const SolveOptions& options,
                          SolveReport& report) const {
    if (options.singular) add_to_coupled(start_mean_ - coupled_mean(x), x);
    report.relative_residual = true_residual(b, x, r, options);
    report.converged = report.relative_residual <= options.tolerance;
    if (report.converged) return;
    report.worst_cell = parallel_maximum(a_.cell_count(), [&](Index i) {
                            const double scaled = std::abs(r[static_cast<std::size_t>(i)]) / a_.diagonal[i];
                            return std::isfinite(scaled) ? scaled : std::numeric_limits<double>::max();
                        }).index;
    if (report.note.empty())
        report.note = std::isfinite(report.relative_residual) ? fmt::format("not converged after {} iterations", report.iterations)
                                                              : "the iteration met numbers that are not finite";
}

}  // namespace galena
