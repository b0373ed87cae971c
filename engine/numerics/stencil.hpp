#pragma once
// Seven-point operators on the structured grid: the matrices of flow and transport without row pointers or column numbers.

#include <array>
#include <span>
#include <utility>

#include "grid/field.hpp"
#include "grid/grid.hpp"

namespace galena {

/// A symmetric operator: (A x)_i = diagonal_i x_i − Σ_faces coupling_f x_neighbour, coupling ≥ 0 (a conductance [m²/s]).
/// Arrays are laid out as FaceField; faces on the sides of the box hold 0. Cells that are not unknowns (inactive, fixed head)
/// have diagonal 1 and zero couplings: the system stays positive definite on the full box and no kernel needs a branch.
/// What such a fixed cell does to its neighbours belongs into their diagonal and right-hand side.
struct SymmetricStencil {
    SymmetricStencil() = default;
    explicit SymmetricStencil(const Grid& g) : grid(&g), diagonal(g.cell_count()), coupling(g) {}

    const Grid* grid = nullptr;
    DoubleArray diagonal;
    FaceField coupling;
};

/// A nonsymmetric operator:
/// (A x)_i = diagonal_i x_i − Σ_{faces whose right cell is i} from_left_f x_left − Σ_{faces whose left cell is i} from_right_f x_right.
/// An M-matrix when from_left, from_right ≥ 0 and the columns (or rows) are diagonally dominant, as upwind advection with dispersion gives.
/// Faces on the sides of the box hold 0. Cells that are not unknowns have diagonal 1 and nothing coming in.
struct Stencil {
    Stencil() = default;
    explicit Stencil(const Grid& g) : grid(&g), diagonal(g.cell_count()), from_left(g), from_right(g) {}

    const Grid* grid = nullptr;
    DoubleArray diagonal;
    FaceField from_left, from_right;
};

/// One row of cells (j, k fixed) of an operator: pointers to the coefficients of its first cell.
template <class Real>
struct StencilRow {
    const Real *diagonal, *west, *east, *south, *north, *below, *above;
};

/// Where a kernel finds the coefficients. A symmetric operator has the same arrays on both sides.
template <class Real>
struct StencilView {
    Index nx = 0, ny = 0, nz = 0;
    const Real* diagonal = nullptr;
    const Real *left_x = nullptr, *left_y = nullptr, *left_z = nullptr;     ///< what a face hands to its right cell
    const Real *right_x = nullptr, *right_y = nullptr, *right_z = nullptr;  ///< what a face hands to its left cell

    [[nodiscard]] Index cell_count() const { return nx * ny * nz; }
    [[nodiscard]] Index row_count() const { return ny * nz; }
    /// Rows per block of a parallel pass: fixed by the grid alone.
    [[nodiscard]] Index rows_per_block() const { return std::max<Index>(1, sum_block / std::max<Index>(1, nx)); }

    [[nodiscard]] StencilRow<Real> row(Index r) const {
        const Index j = r % ny, k = r / ny, x = r * (nx + 1), y = (k * (ny + 1) + j) * nx, z = r * nx;
        return {diagonal + z, left_x + x, right_x + x + 1, left_y + y, right_y + y + nx, left_z + z, right_z + z + nx * ny};
    }
};

[[nodiscard]] StencilView<double> view(const SymmetricStencil& a);
[[nodiscard]] StencilView<double> view(const Stencil& a);

/// y = A x. Sizes: all cells of the grid; y must not overlap x.
void multiply(const StencilView<double>& a, std::span<const double> x, std::span<double> y);
/// y = A x, and in the same pass {y·c, y·y}.
std::array<double, 2> multiply_and_dot(const StencilView<double>& a, std::span<const double> x, std::span<double> y,
                                       std::span<const double> c);
/// r = b − A x. Sizes: all cells of the grid; r must not overlap x, and may be b.
void residual(const StencilView<double>& a, std::span<const double> b, std::span<const double> x, std::span<double> r);

inline void multiply(const SymmetricStencil& a, std::span<const double> x, std::span<double> y) { multiply(view(a), x, y); }
inline void multiply(const Stencil& a, std::span<const double> x, std::span<double> y) { multiply(view(a), x, y); }
inline void residual(const SymmetricStencil& a, std::span<const double> b, std::span<const double> x, std::span<double> r) {
    residual(view(a), b, x, r);
}
inline void residual(const Stencil& a, std::span<const double> b, std::span<const double> x, std::span<double> r) {
    residual(view(a), b, x, r);
}

}  // namespace galena
