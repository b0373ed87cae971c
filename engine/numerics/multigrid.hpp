#pragma once
// Multigrid for symmetric seven-point operators, as a preconditioner in single precision.
//
// Aggregation of columns with Galerkin sums: the cells of a coarse level are groups of whole columns of cells side by side, 2 × 2 where
// both horizontal directions are coupled alike, 4 × 1 where one dominates. Their coupling is the sum of the couplings across their common
// faces, so that every level is a seven-point operator again. The smoother is red–black Gauss–Seidel by vertical lines: flat cells are
// coupled most strongly in the vertical. Constant transfer makes the coarse operators too stiff; a K-cycle mends that: coarse levels are
// solved by two iterations of flexible CG, each preconditioned by the next level (Notay & Vassilevski 2008). It also copes with
// contrasts of many orders of magnitude, where a V-cycle with over-correction does not.

#include <span>
#include <vector>

#include "numerics/band_cholesky.hpp"
#include "numerics/multigrid_level.hpp"
#include "numerics/stencil.hpp"

namespace galena {

class Multigrid {
public:
    /// Builds the levels. coupled: 0 for the cells that hang on no other; they are left out.
    void prepare(const StencilView<double>& a, std::span<const std::uint8_t> coupled);

    /// Takes row r of the residual (StencilView's row), times `scale`, as the right-hand side of the next cycle.
    void load_row(Index r, const double* residual, double scale);
    /// One cycle from a zero start.
    void cycle();
    /// Hands out row r of the correction.
    void correction_row(Index r, double* z) const;

    [[nodiscard]] std::size_t bytes() const;
    [[nodiscard]] Index level_count() const { return std::ssize(levels_); }
    [[nodiscard]] const MultigridLevel& level(Index l) const { return levels_[static_cast<std::size_t>(l)]; }

private:
    void cycle(std::size_t l);
    void solve(std::size_t l);
    void solve_directly();
    void factorise_coarsest();

    bool transposed_ = false;  ///< the levels' x runs along the grid's y: rows should be long
    Index natural_nx_ = 0, natural_ny_ = 0;
    std::vector<MultigridLevel> levels_;
    BandCholesky coarsest_;
    std::vector<double> coarsest_values_;
};

}  // namespace galena
