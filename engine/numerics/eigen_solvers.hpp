#pragma once
// Eigen's iterations on our operators, as a cross-check of our own. Eigen itself stays in the one source file.

#include <memory>

#include "numerics/linear_solver.hpp"

namespace galena {

/// Eigen::ConjugateGradient, matrix-free, preconditioned by vertical lines.
std::unique_ptr<SymmetricSolver> make_eigen_conjugate_gradient();
/// Eigen::BiCGSTAB, matrix-free, preconditioned by vertical lines.
std::unique_ptr<NonsymmetricSolver> make_eigen_bicgstab();

}  // namespace galena
