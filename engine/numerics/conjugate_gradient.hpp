#pragma once
// Preconditioned conjugate gradients (Hestenes & Stiefel 1952) in double precision, with a preconditioner of the caller's.

#include "numerics/linear_solver.hpp"
#include "numerics/linear_system.hpp"

namespace galena {

/// z ≈ A⁻¹ r by a fixed symmetric positive definite operation. Called once per iteration on the whole grid.
class Preconditioner {
public:
    virtual ~Preconditioner() = default;
    /// z must not overlap r. Cells without couplings carry r = 0 and must get z = 0.
    virtual void apply(std::span<const double> r, std::span<double> z) = 0;
};

/// The vectors of CG and the iteration itself.
class ConjugateGradient {
public:
    void prepare(Index cells);
    [[nodiscard]] std::size_t bytes() const { return 4 * sizeof(double) * static_cast<std::size_t>(r_.size()); }
    /// The residual vector, for LinearSystem::start and finish.
    [[nodiscard]] DoubleArray& residual() { return r_; }

    /// Iterates from the residual left by system.start until the true residual meets the tolerance, the iteration stagnates
    /// (report.note says so) or max_iterations is reached.
    void iterate(const LinearSystem& system, Preconditioner& preconditioner, std::span<const double> b, std::span<double> x,
                 const SolveOptions& options, SolveReport& report);

private:
    void pass(const LinearSystem& system, Preconditioner& preconditioner, std::span<double> x, const SolveOptions& options,
              SolveReport& report);

    DoubleArray r_, p_, q_, z_;
};

/// CG with vertical lines: slow on large grids, but it converges on every positive definite stencil.
std::unique_ptr<SymmetricSolver> make_lines_conjugate_gradient();

}  // namespace galena
