#pragma once
// Rows of cells of the incomplete factorisation and of its two sweeps. What comes from the rows beside vectorises; the recurrence along the
// row is written so that one multiplication and one addition lie between neighbours, and several rows that do not touch each other run side
// by side, because a processor waits for a recurrence longer than it computes.

#include <algorithm>
#include <array>

#include "numerics/stencil.hpp"

namespace galena {

/// A pivot smaller than this share of the diagonal (the matrix is then no M-matrix) is replaced by it.
template <class Real>
inline constexpr Real smallest_ilu_share = static_cast<Real>(1e-3);

/// Rows that run side by side.
inline constexpr Index ilu_rows = 4;

/// south_from, below_from: what the rows south and below receive from this row; south, below: their inverse pivots (zeros at edges).
template <class Real>
inline void ilu_pivot_row(const StencilRow<Real>& a, const Real* south_from, const Real* below_from, const Real* south, const Real* below,
                          Real* inverse, Index nx) {
#pragma omp simd
    for (Index i = 0; i < nx; ++i)
        inverse[i] = a.diagonal[i] - (a.south[i] * (south_from[i] * south[i]) + a.below[i] * (below_from[i] * below[i]));
    inverse[0] = 1 / std::max(inverse[0], smallest_ilu_share<Real> * a.diagonal[0]);
    for (Index i = 1; i < nx; ++i)
        inverse[i] = 1 / std::max(inverse[i] - (a.west[i] * a.east[i - 1]) * inverse[i - 1], smallest_ilu_share<Real> * a.diagonal[i]);
}

/// Of a sweep: a row, and the rows beside it that were swept already.
template <class Real>
struct IluRow {
    StencilRow<Real> a;
    const Real *right_hand_side, *along_y, *along_z, *inverse;
    Real* z;
};

template <class Real, int count>
inline void ilu_forward_rows(const std::array<IluRow<Real>, ilu_rows>& rows, Index nx) {
    for (int n = 0; n < count; ++n) {
        const auto& row = rows[static_cast<std::size_t>(n)];
        const Real *r = row.right_hand_side, *south = row.a.south, *below = row.a.below, *y = row.along_y, *z = row.along_z;
        const Real* inverse = row.inverse;
        Real* out = row.z;
#pragma omp simd
        for (Index i = 0; i < nx; ++i) out[i] = (r[i] + (south[i] * y[i] + below[i] * z[i])) * inverse[i];
    }
    Real last[count];
    for (int n = 0; n < count; ++n) last[n] = rows[static_cast<std::size_t>(n)].z[0];
    for (Index i = 1; i < nx; ++i)
        for (int n = 0; n < count; ++n) {
            const auto& row = rows[static_cast<std::size_t>(n)];
            row.z[i] = last[n] = row.z[i] + (row.a.west[i] * row.inverse[i]) * last[n];
        }
}

template <class Real, int count>
inline void ilu_backward_rows(const std::array<IluRow<Real>, ilu_rows>& rows, Index nx) {
    for (int n = 0; n < count; ++n) {
        const auto& row = rows[static_cast<std::size_t>(n)];
        const Real *north = row.a.north, *above = row.a.above, *y = row.along_y, *z = row.along_z, *inverse = row.inverse;
        Real* out = row.z;
#pragma omp simd
        for (Index i = 0; i < nx; ++i) out[i] += (north[i] * y[i] + above[i] * z[i]) * inverse[i];
    }
    Real last[count];
    for (int n = 0; n < count; ++n) last[n] = rows[static_cast<std::size_t>(n)].z[nx - 1];
    for (Index i = nx - 1; i-- > 0;)
        for (int n = 0; n < count; ++n) {
            const auto& row = rows[static_cast<std::size_t>(n)];
            row.z[i] = last[n] = row.z[i] + (row.a.east[i] * row.inverse[i]) * last[n];
        }
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
