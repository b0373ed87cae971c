#pragma once
// One row of cells of the incomplete factorisation and of its two sweeps. What comes from the rows beside vectorises; the recurrence
// along the row is written so that one multiplication and one addition lie between neighbours.

#include <algorithm>

#include "numerics/stencil.hpp"

namespace galena {

/// A pivot smaller than this share of the diagonal (the matrix is then no M-matrix) is replaced by it.
inline constexpr double smallest_ilu_share = 1e-3;

/// south_from, below_from: what the rows south and below receive from this row; south, below: their inverse pivots (zeros at edges).
inline void ilu_pivot_row(const StencilRow<double>& a, const double* south_from, const double* below_from, const double* south,
                          const double* below, double* inverse, Index nx) {
#pragma omp simd
    for (Index i = 0; i < nx; ++i)
        inverse[i] = a.diagonal[i] - (a.south[i] * (south_from[i] * south[i]) + a.below[i] * (below_from[i] * below[i]));
    inverse[0] = 1 / std::max(inverse[0], smallest_ilu_share * a.diagonal[0]);
    for (Index i = 1; i < nx; ++i)
        inverse[i] = 1 / std::max(inverse[i] - (a.west[i] * a.east[i - 1]) * inverse[i - 1], smallest_ilu_share * a.diagonal[i]);
}

inline void ilu_forward_row(const StencilRow<double>& a, const double* r, const double* south, const double* below, const double* inverse,
                            double* z, Index nx) {
#pragma omp simd
    for (Index i = 0; i < nx; ++i) z[i] = (r[i] + (a.south[i] * south[i] + a.below[i] * below[i])) * inverse[i];
    for (Index i = 1; i < nx; ++i) z[i] += (a.west[i] * inverse[i]) * z[i - 1];
}

inline void ilu_backward_row(const StencilRow<double>& a, const double* north, const double* above, const double* inverse, double* z,
                             Index nx) {
#pragma omp simd
    for (Index i = 0; i < nx; ++i) z[i] += (a.north[i] * north[i] + a.above[i] * above[i]) * inverse[i];
    for (Index i = nx - 1; i-- > 0;) z[i] += (a.east[i] * inverse[i]) * z[i + 1];
}

/// Gauss–Seidel along one row, west to east: x_i = (b_i + Σ coupling · neighbour) / diagonal_i with the newest values.
inline void gauss_seidel_row(const StencilRow<double>& a, const double* b, const double* south, const double* north, const double* below,
                             const double* above, double* x, Index nx) {
    const Index last = nx - 1;
    for (Index i = 0; i < nx; ++i) {
        const double row = a.west[i] * x[i > 0 ? i - 1 : i] + a.east[i] * x[std::min(i + 1, last)];
        const double beside = (a.south[i] * south[i] + a.north[i] * north[i]) + (a.below[i] * below[i] + a.above[i] * above[i]);
        x[i] = (b[i] + (row + beside)) / a.diagonal[i];
    }
}

}  // namespace galena
