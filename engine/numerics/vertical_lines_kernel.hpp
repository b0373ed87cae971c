#pragma once
// One step of the Thomas algorithm for n columns at once: the columns lie side by side in x, so the loops vectorise across them.

#include "core/parallel.hpp"

namespace galena {

/// Share of the diagonal below which a pivot is rounding: a column that hangs on nothing but itself (singular) ends in such a one.
inline constexpr double smallest_pivot_share = 1e-10;

inline void pivot_kernel(const double* diagonal, const double* from_below, const double* from_above_of_lower, const double* lower_inverse,
                         double* inverse, Index n) {
#pragma omp simd
    for (Index i = 0; i < n; ++i) {
        const double pivot = diagonal[i] - from_below[i] * (from_above_of_lower[i] * lower_inverse[i]);
        inverse[i] = 1 / std::max(pivot, smallest_pivot_share * diagonal[i]);
    }
}

inline void lines_up_kernel(const double* r, const double* from_below, const double* lower, const double* inverse, double* z, Index n) {
#pragma omp simd
    for (Index i = 0; i < n; ++i) z[i] = (r[i] + from_below[i] * lower[i]) * inverse[i];
}

inline void lines_down_kernel(const double* from_above, const double* upper, const double* inverse, double* z, Index n) {
#pragma omp simd
    for (Index i = 0; i < n; ++i) z[i] += (from_above[i] * upper[i]) * inverse[i];
}

}  // namespace galena
