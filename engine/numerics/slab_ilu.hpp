#pragma once
// Incomplete factorisation without fill, in slabs of the grid. With a 7-point operator ILU(0) keeps the off-diagonal entries of A
// (Meijerink & van der Vorst 1977): only the pivots are stored. Couplings between slabs are left out, and the slabs depend on the
// grid alone, so any number of threads gives the same bits.

#include <array>
#include <memory>
#include <vector>

#include "numerics/stencil.hpp"

namespace galena {

/// M = (P − L) P⁻¹ (P − U) in each slab, L and U the couplings to cells before and after in (k, j, i) order, P the pivots. Real: float, double.
template <class Real>
class SlabIlu {
public:
    void prepare(const StencilView<Real>& a);
    /// z = M⁻¹ r; one number per cell each; z must not overlap r.
    void apply(const Real* r, Real* z) const;
    [[nodiscard]] std::size_t bytes() const { return inverse_pivot_.size() * sizeof(Real); }

private:
    struct Slab {
        Index first_j, last_j, first_k, last_k;  ///< inclusive
    };
    struct Sweep;
    void choose_slabs();
    void factorise(const Slab& slab);
    void solve(const Slab& slab, const Real* r, Real* z) const;

    StencilView<Real> a_;
    std::vector<Real> inverse_pivot_;
    std::vector<Real> nothing_;  ///< a row of zeros: the values behind the edge of a slab
    std::vector<Slab> slabs_;
};

extern template class SlabIlu<float>;
extern template class SlabIlu<double>;

}  // namespace galena
