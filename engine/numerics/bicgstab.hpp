#pragma once
// BiCGSTAB (van der Vorst 1992) for advection and dispersion, preconditioned from the right by ILU(0) in slabs: in single precision inside a
// refinement in double, and in double where that does not help.

#include "numerics/linear_solver.hpp"
#include "numerics/linear_system.hpp"
#include "numerics/single_bicgstab.hpp"

namespace galena {

class BiCgStab final : public NonsymmetricSolver {
public:
    void prepare(const Stencil& a) override;
    SolveReport solve(std::span<const double> b, std::span<double> x, const SolveOptions& options) override;
    [[nodiscard]] std::size_t bytes() const override;

private:
    void prepare_in_double();
    void pass(std::span<double> x, const SolveOptions& options, SolveReport& report);
    void make_nonnegative(std::span<const double> b, std::span<double> x, const SolveOptions& options, SolveReport& report);
    void gauss_seidel(std::span<const double> b, std::span<double> x) const;

    LinearSystem system_;
    SingleBiCgStab single_;
    SlabIlu<double> ilu_;  ///< this and the vectors but r_: only where single precision did not do
    bool factorised_ = false;
    DoubleArray r_, shadow_, p_, v_, t_, search_;
    double prepare_seconds_ = 0;
};

}  // namespace galena
