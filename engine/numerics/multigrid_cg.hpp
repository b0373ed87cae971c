#pragma once
// Flexible CG in double, preconditioned by multigrid in single precision; vertical lines take over where that stagnates.

#include <memory>

#include "numerics/linear_solver.hpp"

namespace galena {

std::unique_ptr<SymmetricSolver> make_multigrid_conjugate_gradient();

}  // namespace galena
