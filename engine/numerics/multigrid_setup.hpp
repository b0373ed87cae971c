#pragma once
// How the levels of Multigrid come about.

#include <span>

#include "numerics/multigrid_level.hpp"
#include "numerics/stencil.hpp"

namespace galena {

/// The finest level: couplings in single precision, scaled by a power of two to about 1. Leaves in x what ties each cell to fixed values.
MultigridLevel finest_level(const StencilView<double>& a, std::span<const std::uint8_t> coupled, bool transposed);

/// Chooses the groups of columns for the next level; false when there is nothing to join.
bool choose_groups(MultigridLevel& level);

/// The next level by Galerkin sums over the groups. Both levels hold their ties in x.
MultigridLevel coarse_level(const MultigridLevel& fine);

/// Pivots of the lines from the ties in x; clears x.
void complete_level(MultigridLevel& level);

}  // namespace galena
