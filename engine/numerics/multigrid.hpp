#pragma once
// Multigrid for symmetric seven-point operators, as a preconditioner in single precision.
//
// Columns of cells are coloured like a chess board. Colour 1 is eliminated: with A = [K C; Cᵀ E] and E block-diagonal by vertical lines, the
// equations that remain are S x = b_k − C E⁻¹ b_e with S = K − C E⁻¹ Cᵀ. Nothing is stored of S; a product with it is one sweep over each
// colour, and all vectors of an iteration have half the length.
//
// A step on a level takes a residual of S: it is summed over groups of cells, the coarse equations are solved, what comes back is
// constant over a group, and one sweep by vertical lines over either colour smooths it. Groups are 2 × 2 columns, and two layers where
// the vertical coupling dominates; couplings of coarse cells are sums of couplings across common faces (Galerkin), so that every level is a
// seven-point operator again. Constant transfer makes the coarse operators too stiff: corrections are taken 1.2-fold, and coarse levels are
// solved by two iterations of flexible CG, each preconditioned by the next level (a K-cycle, Notay & Vassilevski 2008).

#include <functional>
#include <span>
#include <vector>

#include "numerics/band_cholesky.hpp"
#include "numerics/block_sums.hpp"
#include "numerics/multigrid_level.hpp"
#include "numerics/stencil.hpp"

namespace galena {

class Multigrid {
public:
    /// Builds the levels; their memory is kept for the next time. coupled: 0 for the cells that hang on no other; they are left out.
    void prepare(const StencilView<double>& a, std::span<const std::uint8_t> coupled);

    /// Takes row r of the residual (StencilView's row), times `scale`, as the right-hand side of the next cycle.
    void load_row(Index r, const double* residual, double scale);
    /// One cycle from a zero start. Not quite a linear operation: what is around it must be flexible.
    void cycle();
    /// The same with a sweep before restriction, too: dearer, symmetric but for the inner iterations, and so the better one where CG is
    /// needed to find what no coarse level holds.
    void symmetric_cycle();
    /// Hands out row r of the correction: about A⁻¹ · residual · scale.
    void correction_row(Index r, double* z) const;
    /// The same over matrix_scale(), which leaves the range of floats to it.
    void correction_row(Index r, float* z) const;
    [[nodiscard]] double matrix_scale() const { return matrix_scale_; }

    // For an iteration on the equations of the colour kept. Its vectors are laid out as the finest level's.

    /// From what was loaded: the residual of the colour kept, E⁻¹ b_e within.
    void eliminate();
    [[nodiscard]] float* residual() { return levels_.front().colours[kept].rhs.data(); }
    /// Restricts the residual, plane by plane; before(plane) may still change that plane of it. Returns Σ before(plane).
    double restrict_residual(const std::function<double(Index plane)>& before);
    /// After restrict_residual: correction = step(residual), product = S · correction.
    void precondition();
    [[nodiscard]] const float* correction() const { return levels_.front().colours[kept].x.data(); }
    [[nodiscard]] const float* product() const { return levels_.front().difference.data(); }
    /// Takes x as the solution of the colour kept (and leaves other memory in it) and completes the other one for correction_row.
    void complete(ColourArray& x);

    /// Σ term(plane) over the planes of the finest level.
    template <std::size_t N, class Term>
    [[nodiscard]] std::array<double, N> sum_planes(Term&& term) const {
        const auto& level = levels_.front();
        return parallel_block_sums<N>(level.ny, level.planes_per_block(), [&](Index begin, Index end) {
            std::array<double, N> sums{};
            for (Index j = begin; j < end; ++j) {
                const std::array<double, N> more = term(j);
                for (std::size_t s = 0; s < N; ++s) sums[s] += more[s];
            }
            return sums;
        });
    }

    /// Puts all values to zero, after numbers that were not finite.
    void clear_values();

    [[nodiscard]] std::size_t bytes() const;
    [[nodiscard]] Index level_count() const { return std::ssize(levels_); }
    [[nodiscard]] const MultigridLevel& level(Index l) const { return levels_[static_cast<std::size_t>(l)]; }
    /// Bytes moved since the Multigrid was made: in every pass each array once, twice where it is written (write-allocate), as if nothing
    /// stayed in a cache from one pass to the next.
    [[nodiscard]] double bytes_moved() const { return moved_; }

private:
    template <class Real>
    void hand_out_row(Index r, Real scale, Real* z) const;
    void eliminate(std::size_t l);
    double restrict_residual(std::size_t l, const std::function<double(Index plane)>& before);
    void step(std::size_t l, float* correction, float* difference, bool with_product);
    void smooth_and_restrict(std::size_t l, float* correction, float* difference);
    void solve(std::size_t l);
    void solve_twice(std::size_t l);
    void solve_coarsest();
    void factorise_coarsest();
    void count(const MultigridLevel& level, double bytes_per_cell) { moved_ += bytes_per_cell * static_cast<double>(level.cells()); }

    bool symmetric_ = false;   ///< sweep before restriction
    bool transposed_ = false;  ///< the levels' x runs along the grid's y: rows should be long
    Index natural_nx_ = 0, natural_ny_ = 0;
    double matrix_scale_ = 1;
    double moved_ = 0;
    std::vector<MultigridLevel> levels_;
    BandCholesky coarsest_;
    std::vector<double> coarsest_values_;
};

}  // namespace galena
