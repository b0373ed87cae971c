#pragma once
// The inner loops over one row of cells. Neighbours across the sides of the box are replaced by the cell itself (its coupling is
// zero there), so nothing is read out of bounds and the loops carry no branch.

#include <cmath>
#include <limits>

#include "numerics/stencil.hpp"
#include "numerics/vector_kernel.hpp"

namespace galena {

/// The values around one row: the row itself and the four rows beside it. A row that does not exist is the row itself.
template <class Real>
struct RowValues {
    const Real *centre, *south, *north, *below, *above;
};

template <class Real, class Coefficient>
RowValues<Real> row_values(const StencilView<Coefficient>& a, const Real* x, Index row) {
    const Index j = row % a.ny, k = row / a.ny, layer = a.nx * a.ny;
    const Real* centre = x + row * a.nx;
    return {centre, j > 0 ? centre - a.nx : centre, j + 1 < a.ny ? centre + a.nx : centre, k > 0 ? centre - layer : centre,
            k + 1 < a.nz ? centre + layer : centre};
}

/// Σ coupling · neighbour of cell i of a row whose neighbours in the row are cells w and e.
template <class Real, class Coefficient>
inline auto neighbour_sum(const StencilRow<Coefficient>& a, const RowValues<Real>& x, Index i, Index w, Index e) {
    return ((a.west[i] * x.centre[w] + a.east[i] * x.centre[e]) + (a.south[i] * x.south[i] + a.north[i] * x.north[i])) +
           (a.below[i] * x.below[i] + a.above[i] * x.above[i]);
}

/// finish(i, Σ coupling · neighbour) for every cell of the row.
template <class Real, class Coefficient, class Finish>
inline void for_each_neighbour_sum(const StencilRow<Coefficient>& a, const RowValues<Real>& x, Index nx, Finish&& finish) {
    const Index last = nx - 1;
    finish(0, neighbour_sum(a, x, 0, 0, std::min<Index>(1, last)));
#pragma omp simd
    for (Index i = 1; i < last; ++i) finish(i, neighbour_sum(a, x, i, i - 1, i + 1));
    if (last > 0) finish(last, neighbour_sum(a, x, last, last - 1, last));
}

/// y = A x on one row.
inline void multiply_row(const StencilRow<double>& a, const RowValues<double>& x, double* y, Index nx) {
    for_each_neighbour_sum(a, x, nx, [&](Index i, double sum) { y[i] = a.diagonal[i] * x.centre[i] - sum; });
}

/// r = b − A x on one row.
inline void residual_row(const StencilRow<double>& a, const double* b, const RowValues<double>& x, double* r, Index nx) {
    for_each_neighbour_sum(a, x, nx, [&](Index i, double sum) { r[i] = b[i] - (a.diagonal[i] * x.centre[i] - sum); });
}

/// r −= shift where something is coupled, 0 elsewhere.
inline void mask_row(const std::uint8_t* coupled, double shift, double* r, Index nx) {
#pragma omp simd
    for (Index i = 0; i < nx; ++i) r[i] = coupled[i] != 0 ? r[i] - shift : 0.0;
}

/// How many cells of the row no solver can work with: coefficients that are not finite, or a diagonal that is not positive.
inline double invalid_in_row(const StencilRow<double>& a, Index nx) {
    constexpr double largest = std::numeric_limits<double>::max();
    return lane_sum(nx, [&](Index i) {
        const double sum = ((std::abs(a.west[i]) + std::abs(a.east[i])) + (std::abs(a.south[i]) + std::abs(a.north[i]))) +
                           ((std::abs(a.below[i]) + std::abs(a.above[i])) + a.diagonal[i]);
        return (a.diagonal[i] > 0) & (sum <= largest) ? 0.0 : 1.0;
    });
}

/// coupled = 1 where something comes in from a neighbour, 0 where the row holds its diagonal alone.
inline void coupled_row(const StencilRow<double>& a, std::uint8_t* coupled, Index nx) {
#pragma omp simd
    for (Index i = 0; i < nx; ++i) {
        const double sum = ((a.west[i] + a.east[i]) + (a.south[i] + a.north[i])) + (a.below[i] + a.above[i]);
        coupled[i] = sum != 0 ? 1 : 0;
    }
}

}  // namespace galena
