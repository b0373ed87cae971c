#pragma once
// Multigrid in single precision inside a minimal-residual iteration, corrected in double; vertical lines take over where that stagnates.

#include <memory>

#include "numerics/linear_solver.hpp"

namespace galena {

std::unique_ptr<SymmetricSolver> make_multigrid_solver();

}  // namespace galena
