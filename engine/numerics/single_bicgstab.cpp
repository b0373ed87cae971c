#include "numerics/single_bicgstab.hpp"

#include <cmath>

#include "numerics/block_sums.hpp"
#include "numerics/single_bicgstab_kernel.hpp"

namespace galena {

namespace {

/// See Progress.
constexpr int patience = 100;
/// Residuals below this share of the first are rounding of single precision.
constexpr double least_share = 3e-6;

void copy_scaled(double scale, const double* from, Index n, FloatArray& out) {
    if (out.size() != n) out = FloatArray(n);
    float* to = out.data();
    parallel_blocks(n, sum_block, [=](Index begin, Index end) { to_single(scale, from + begin, to + begin, end - begin); });
}

}  // namespace

void SingleBiCgStab::prepare(const StencilView<double>& a) {
    const Index cells = a.cell_count(), x = (a.nx + 1) * a.ny * a.nz, y = a.nx * (a.ny + 1) * a.nz, z = a.nx * a.ny * (a.nz + 1);
    const double largest = parallel_maximum(cells, [&](Index c) { return a.diagonal[c]; }).value;
    scale_ = largest > 0 && std::isfinite(largest) ? 1 / largest : 1;
    copy_scaled(scale_, a.diagonal, cells, diagonal_);
    copy_scaled(scale_, a.left_x, x, left_x_);
    copy_scaled(scale_, a.left_y, y, left_y_);
    copy_scaled(scale_, a.left_z, z, left_z_);
    copy_scaled(scale_, a.right_x, x, right_x_);
    copy_scaled(scale_, a.right_y, y, right_y_);
    copy_scaled(scale_, a.right_z, z, right_z_);
    a_ = {a.nx,           a.ny, a.nz, diagonal_.data(), left_x_.data(), left_y_.data(), left_z_.data(), right_x_.data(), right_y_.data(),
          right_z_.data()};
    ilu_.prepare(a_);
    for (auto* vector : {&r_, &shadow_, &p_, &v_, &t_, &search_})
        if (vector->size() != cells) *vector = FloatArray(cells);
}

std::array<double, 2> SingleBiCgStab::multiply(const FloatArray& x, FloatArray& y, const FloatArray& with) const {
    return parallel_block_sums<2>(a_.row_count(), a_.rows_per_block(), [&](Index begin, Index end) {
        return multiply_rows_and_sum(a_, x.data(), y.data(), with.data(), begin, end);
    });
}

void SingleBiCgStab::improve(std::span<const double> residual, std::span<double> x, double reference, const SolveOptions& options,
                             SolveReport& report) {
    const Index n = r_.size();
    const double norm = report.relative_residual * reference;
    if (!(norm > 0) || !std::isfinite(norm)) return;
    const double back = norm * scale_;  // from the scaled system to the given one
    copy_scaled(1 / norm, residual.data(), n, r_);
    copy_scaled(1 / norm, residual.data(), n, shadow_);
    copy_scaled(1 / norm, residual.data(), n, p_);
    float *r = r_.data(), *p = p_.data(), *v = v_.data(), *search = search_.data();
    const float* shadow = shadow_.data();
    double* solution = x.data();
    double rho = parallel_sum(n, [=](Index i) { return static_cast<double>(r[i]) * static_cast<double>(r[i]); });
    Progress progress(options, report, patience);
    float* t = t_.data();
    while (report.iterations < options.max_iterations) {
        ilu_.apply(p, search);
        const double shadow_v = multiply(search_, v_, shadow_)[0];
        const auto alpha = static_cast<float>(rho / shadow_v);
        if (!std::isfinite(alpha) || rho == 0) return;  // breakdown: the caller goes on from the true residual
        const double along_direction = back * static_cast<double>(alpha);
        parallel_blocks(n, sum_block, [=](Index begin, Index end) {
            add_to_both(-alpha, v + begin, r + begin, along_direction, search + begin, solution + begin, end - begin);
        });
        ilu_.apply(r, search);
        const auto [tr, tt] = multiply(search_, t_, r_);
        const auto omega = static_cast<float>(tt > 0 ? tr / tt : 0.0);
        const double along_residual = back * static_cast<double>(omega);
        const auto [next_rho, rr] = parallel_block_sums<2>(n, sum_block, [=](Index begin, Index end) {
            return add_to_both_and_sum(-omega, t + begin, r + begin, along_residual, search + begin, solution + begin, shadow + begin,
                                       end - begin);
        });
        const double share = std::sqrt(rr);
        if (progress.done(share * norm / reference) || share < least_share) return;
        const auto beta = static_cast<float>((next_rho / rho) * (static_cast<double>(alpha) / static_cast<double>(omega)));
        if (!std::isfinite(beta) || beta == 0) return;
        rho = next_rho;
        parallel_blocks(n, sum_block,
                        [=](Index begin, Index end) { next_direction(beta, omega, r + begin, v + begin, p + begin, end - begin); });
    }
}

std::size_t SingleBiCgStab::bytes() const {
    std::size_t sum = ilu_.bytes();
    for (const auto* array :
         {&diagonal_, &left_x_, &left_y_, &left_z_, &right_x_, &right_y_, &right_z_, &r_, &shadow_, &p_, &v_, &t_, &search_})
        sum += array->bytes();
    return sum;
}

}  // namespace galena
