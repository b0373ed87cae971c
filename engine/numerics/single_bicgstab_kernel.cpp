#include "numerics/single_bicgstab_kernel.hpp"

#include "core/vector_clones.hpp"

namespace galena {

namespace {

// Sums keep sixteen lanes of their own: as many as the widest vectors hold.
constexpr Index lanes = 16;

[[gnu::always_inline]] inline double add_lanes(const double (&lane)[lanes]) {
    double sum[8];
    for (Index l = 0; l < 8; ++l) sum[l] = lane[l] + lane[l + 8];
    return ((sum[0] + sum[4]) + (sum[1] + sum[5])) + ((sum[2] + sum[6]) + (sum[3] + sum[7]));
}

/// {Σ a b, Σ b²}.
[[gnu::always_inline]] inline std::array<double, 2> sums_of(const float* __restrict a, const float* __restrict b, Index n) {
    double with[lanes] = {}, squares[lanes] = {};
    const Index whole = n - n % lanes;
    for (Index i = 0; i < whole; i += lanes)
#pragma omp simd
        for (Index l = 0; l < lanes; ++l) {
            const double first = static_cast<double>(a[i + l]), second = static_cast<double>(b[i + l]);
            with[l] += first * second;
            squares[l] += second * second;
        }
    for (Index i = whole; i < n; ++i) {
        const double first = static_cast<double>(a[i]), second = static_cast<double>(b[i]);
        with[i - whole] += first * second;
        squares[i - whole] += second * second;
    }
    return {add_lanes(with), add_lanes(squares)};
}

[[gnu::always_inline]] inline void both(float factor, const float* __restrict x, float* __restrict y, double more,
                                        const float* __restrict search, double* __restrict z, Index n) {
#pragma omp simd
    for (Index i = 0; i < n; ++i) {
        y[i] += factor * x[i];
        z[i] += more * static_cast<double>(search[i]);
    }
}

}  // namespace

GALENA_WIDE_CLONES std::array<double, 2> multiply_rows_and_sum(const StencilView<float>& a, const float* x, float* y, const float* c,
                                                               Index begin, Index end) {
    for (Index r = begin; r < end; ++r) {
        const auto row = a.row(r);
        const auto values = row_values(a, x, r);
        float* out = y + r * a.nx;
        for_each_neighbour_sum(row, values, a.nx, [&](Index i, float sum) { out[i] = row.diagonal[i] * values.centre[i] - sum; });
    }
    return sums_of(c + begin * a.nx, y + begin * a.nx, (end - begin) * a.nx);
}

GALENA_WIDE_CLONES void add_to_both(float factor, const float* x, float* y, double more, const float* search, double* z, Index n) {
    both(factor, x, y, more, search, z, n);
}

GALENA_WIDE_CLONES std::array<double, 2> add_to_both_and_sum(float factor, const float* x, float* y, double more, const float* search,
                                                             double* z, const float* shadow, Index n) {
    both(factor, x, y, more, search, z, n);
    return sums_of(shadow, y, n);
}

GALENA_WIDE_CLONES void next_direction(float beta, float omega, const float* r, const float* v, float* p, Index n) {
    const float* __restrict residual = r;
    const float* __restrict image = v;
    float* __restrict direction = p;
#pragma omp simd
    for (Index i = 0; i < n; ++i) direction[i] = residual[i] + beta * (direction[i] - omega * image[i]);
}

GALENA_WIDE_CLONES void to_single(double scale, const double* from, float* out, Index n) {
    const double* __restrict source = from;
    float* __restrict target = out;
#pragma omp simd
    for (Index i = 0; i < n; ++i) target[i] = static_cast<float>(scale * source[i]);
}

}  // namespace galena
