#pragma once
// Incomplete factorisation without fill, in slabs of the grid. With a 7-point operator ILU(0) keeps the off-diagonal entries of A
// (Meijerink & van der Vorst 1977): only the pivots are stored. Couplings between slabs are left out, and the slabs depend on the
// grid alone, so any number of threads gives the same bits.

#include <span>
#include <vector>

#include "numerics/stencil.hpp"

namespace galena {

/// M = (P − L) P⁻¹ (P − U) in each slab, L and U the couplings to cells before and after in (k, j, i) order, P the pivots.
class SlabIlu {
public:
    void prepare(const StencilView<double>& a);
    /// z = M⁻¹ r; z must not overlap r.
    void apply(std::span<const double> r, std::span<double> z) const;
    [[nodiscard]] std::size_t bytes() const { return static_cast<std::size_t>(inverse_pivot_.size()) * sizeof(double); }

private:
    struct Slab {
        Index first_j, last_j, first_k, last_k;  ///< inclusive
    };
    void choose_slabs();
    void factorise(const Slab& slab);
    void solve(const Slab& slab, const double* r, double* z) const;

    StencilView<double> a_;
    DoubleArray inverse_pivot_;
    std::vector<double> nothing_;  ///< a row of zeros: the values behind the edge of a slab
    std::vector<Slab> slabs_;
};

}  // namespace galena
