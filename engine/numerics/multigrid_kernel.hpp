#pragma once
// The loops of multigrid over one plane of cells (j fixed). See multigrid_level.hpp for the layout.

#include <array>

#include "numerics/multigrid_level.hpp"

namespace galena {

/// Pointers to one plane of a level and to the values of the two planes beside it.
struct MultigridPlane {
    Index nz, half, cells;  ///< cells: of one colour per row, the longer half
    const float *east, *north, *south, *above, *inverse_pivot, *diagonal;
    const float *x_south, *x_north;
};

MultigridPlane plane_of(const MultigridLevel& level, const float* x, Index j);

/// x = T⁻¹ rhs on the lines of one colour (0: even cells, 1: odd cells of this plane): the first half-sweep on a zero start.
void relax_zero_lines(const MultigridPlane& a, int colour, const float* rhs, float* x);
/// x = T⁻¹ (rhs + Σ horizontal couplings · neighbours) on the lines of one colour.
void relax_lines(const MultigridPlane& a, int colour, const float* rhs, float* x);
/// sum = Σ horizontal couplings · neighbours for one colour of row k: the residual there, if it was zero before the other colour moved.
void neighbour_sum_row(const MultigridPlane& a, int colour, Index k, const float* x, float* sum);
/// product = A x on the plane; returns {x·product, x·other, x·rhs}. product may be null: it is then not kept.
std::array<double, 3> apply_plane(const MultigridPlane& a, const float* x, float* product, const float* other, const float* rhs);

/// rhs −= factor · product; returns {rhs·rhs before, after}.
std::array<double, 2> subtract_kernel(float factor, const float* product, float* rhs, Index n);
/// x = a · first + b · x.
void combine_kernel(float a, const float* first, float b, float* x, Index n);

/// Between a row in the grid's order and one of a level: even cells first.
void split_row(const double* in, double scale, float* row, Index nx, Index half);
void merge_row(const float* row, double* out, Index nx, Index half);

/// 1 / pivots of the lines of one plane, without subtractions: `tie` holds, for every cell, what ties it to a fixed value (storage,
/// fixed heads); on return what its lower line, too, ties it to. Grassmann, Taksar & Heyman 1985 eliminate Markov chains this way.
void line_pivots(const MultigridPlane& a, float* tie, float* inverse_pivot);

}  // namespace galena
