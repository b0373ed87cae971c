#pragma once
// Loops over plain vectors. Sums keep eight lanes of their own: their order is fixed by the code, not by the width of the processor's
// vectors or by the address of the data.

#include "core/parallel.hpp"

namespace galena {

inline constexpr Index sum_lanes = 8;

/// Σ term(i) for i in [0, n) in eight interleaved lanes, added pairwise at the end.
template <class Term>
inline double lane_sum(Index n, Term&& term) {
    double lane[sum_lanes] = {};
    const Index whole = n - n % sum_lanes;
    for (Index i = 0; i < whole; i += sum_lanes)
#pragma omp simd
        for (Index l = 0; l < sum_lanes; ++l) lane[l] += term(i + l);
    for (Index i = whole; i < n; ++i) lane[i - whole] += term(i);
    return ((lane[0] + lane[4]) + (lane[1] + lane[5])) + ((lane[2] + lane[6]) + (lane[3] + lane[7]));
}

/// Σ a_i b_i.
inline double dot_kernel(const double* a, const double* b, Index n) {
    return lane_sum(n, [=](Index i) { return a[i] * b[i]; });
}

/// Σ a_i.
inline double sum_kernel(const double* a, Index n) {
    return lane_sum(n, [=](Index i) { return a[i]; });
}

/// y += factor · x.
inline void add_scaled_kernel(double factor, const double* x, double* y, Index n) {
#pragma omp simd
    for (Index i = 0; i < n; ++i) y[i] += factor * x[i];
}

/// y = x + factor · y.
inline void add_to_scaled_kernel(double factor, const double* x, double* y, Index n) {
#pragma omp simd
    for (Index i = 0; i < n; ++i) y[i] = x[i] + factor * y[i];
}

}  // namespace galena
