#pragma once
// The loops of multigrid over one plane of cells (j fixed). See multigrid_level.hpp for the layout.

#include "numerics/multigrid_level.hpp"
#include "numerics/stencil.hpp"

namespace galena {

/// The coefficients of one colour in one plane, and where the values of its neighbours (all of the other colour) lie. Pointers stand
/// at the first row; couplings and values advance by `pitch` from layer to layer.
struct ColourPlane {
    Index nz, pitch;
    const float *west, *east, *south, *north, *above, *inverse_pivot;
    Index to_west, to_east, to_south, to_north;  ///< from a cell's place to its neighbours' places among the other colour
};

ColourPlane colour_plane(const MultigridLevel& level, int colour, Index j);

/// x = T⁻¹ rhs on the vertical lines T of one colour.
void solve_lines(const ColourPlane& a, const float* rhs, float* x);
/// x = T⁻¹ Σ horizontal couplings · neighbours. All pointers stand at the plane's first row, `others` in the array of the other colour.
void relax_lines(const ColourPlane& a, const float* others, float* x);
/// x = T⁻¹ (rhs + Σ horizontal couplings · neighbours).
void relax_lines(const ColourPlane& a, const float* rhs, const float* others, float* x);
/// The same, and difference −= x.
void relax_lines(const ColourPlane& a, const float* rhs, const float* others, float* x, float* difference);
/// sum = base + Σ horizontal couplings · neighbours; sum may be base.
void add_neighbours(const ColourPlane& a, const float* base, const float* others, float* sum);

/// Σ a_i b_i: floats in eight lanes over short stretches, these in double.
double dot_kernel(const float* a, const float* b, Index n);
/// y += factor · x.
void add_scaled_kernel(float factor, const float* x, float* y, Index n);
/// x = a · x + b · y.
void combine_kernel(float a, float* x, float b, const float* y, Index n);
/// direction = correction + beta · direction, image = product + beta · image; x += alpha · direction, residual −= alpha · image.
struct DirectionPlane {
    const float *correction, *product;
    float *direction, *image, *x, *residual;
};
void advance_kernel(const DirectionPlane& v, float beta, float alpha, Index n);

/// sum += row.
void add_row(const float* row, float* sum, Index n);
/// Between a row in natural order and its cells with even and with odd i.
void split_row(const double* in, double scale, float* even, float* odd, Index nx);
void split_row(const float* in, float* even, float* odd, Index nx);
void merge_row(const float* even, const float* odd, double scale, double* out, Index nx);
void merge_row(const float* even, const float* odd, float scale, float* out, Index nx);

/// One row of the operator in single precision, in natural order: couplings, those of the four sides summed, and what ties each cell to
/// fixed values. Cells whose mask is 0 get nothing.
struct SingleRow {
    float *east, *north, *above, *below, *sides, *tie;
};
void scale_row(const StencilRow<double>& row, const std::uint8_t* mask, double scale, const SingleRow& to, Index n);

/// What the lines' pivots are made of, for n cells of one layer: `tie` binds a cell to fixed values (storage, fixed heads); on return it
/// holds what else but the cell above it hangs on. Couplings of the four sides summed in `sides`; `below` and `lower_tie` belong to the
/// cell below (null in the lowest layer). Without subtractions: Grassmann, Taksar & Heyman 1985 eliminate Markov chains this way.
void line_pivots(const float* sides, const float* above, const float* below, const float* lower_tie, float* tie, float* inverse_pivot,
                 Index n);
/// Σ couplings of the four sides of row k.
void side_couplings(const ColourPlane& a, Index k, float* sides);

}  // namespace galena
