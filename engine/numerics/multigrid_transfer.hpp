#pragma once
// Between two levels of Multigrid: sums over groups of cells, and values constant over them.

#include "numerics/multigrid_level.hpp"

namespace galena {

/// Plane `plane` of the coarse right-hand side = sums of `residual` (of the fine colour kept; the other one has none) over the groups.
void restrict_plane(const MultigridLevel& fine, const float* residual, Index plane, MultigridLevel& coarse);

/// values (of the fine colour kept) = factor · x of the group, for all cells of coarse plane `plane`.
void prolong_plane(const MultigridLevel& coarse, Index plane, float factor, const MultigridLevel& fine, float* values);

}  // namespace galena
