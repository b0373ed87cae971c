#pragma once
// BiCGSTAB (van der Vorst 1992) for advection and dispersion, preconditioned from the right by ILU(0) in slabs.

#include "numerics/linear_solver.hpp"
#include "numerics/linear_system.hpp"
#include "numerics/slab_ilu.hpp"

namespace galena {

class BiCgStab final : public NonsymmetricSolver {
public:
    void prepare(const Stencil& a) override;
    SolveReport solve(std::span<const double> b, std::span<double> x, const SolveOptions& options) override;
    [[nodiscard]] std::size_t bytes() const override;

private:
    void pass(std::span<double> x, const SolveOptions& options, SolveReport& report);
    void make_nonnegative(std::span<const double> b, std::span<double> x, const SolveOptions& options, SolveReport& report);
    void gauss_seidel(std::span<const double> b, std::span<double> x) const;

    LinearSystem system_;
    SlabIlu ilu_;
    DoubleArray r_, shadow_, p_, v_, t_, search_;
    double prepare_seconds_ = 0;
};

}  // namespace galena
