#pragma once
// How the levels of Multigrid come about.

#include <span>

#include "numerics/multigrid_level.hpp"
#include "numerics/stencil.hpp"

namespace galena {

/// Power of two near 1 / the largest diagonal among a sample of coupled cells: floats hold 38 decades each way.
[[nodiscard]] double power_of_two_scale(const StencilView<double>& a, std::span<const std::uint8_t> coupled);

/// The finest level: couplings in single precision times `scale`, pivots, and in x what ties each cell to fixed values.
void fill_finest_level(const StencilView<double>& a, std::span<const std::uint8_t> coupled, bool transposed, double scale,
                       MultigridLevel& level);

/// Chooses the groups of cells for the next level; false when there are no columns to join.
bool choose_groups(MultigridLevel& level);

/// The next level by Galerkin sums over the groups: couplings, ties in x, pivots. The ties of `fine` stand in its x.
void fill_coarse_level(const MultigridLevel& fine, MultigridLevel& coarse);

}  // namespace galena
