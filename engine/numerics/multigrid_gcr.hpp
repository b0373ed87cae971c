#pragma once
// For Jacobians of flow: a residual-minimising iteration preconditioned by the multigrid of the symmetric part.

#include <memory>

#include "numerics/linear_solver.hpp"

namespace galena {

/// Generalised conjugate residuals (Eisenstat, Elman & Schultz 1983), which allow a preconditioner that is not quite linear. The
/// preconditioner is the multigrid of the symmetric operator with the geometric means of the couplings both ways: positive definite for any
/// M-matrix, because its couplings are those of a matrix similar to it column by column. BiCGSTAB with ILU takes over where that stagnates.
std::unique_ptr<NonsymmetricSolver> make_multigrid_conjugate_residuals();

}  // namespace galena
