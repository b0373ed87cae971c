#pragma once
// Flexible CG in double around symmetric cycles of Multigrid, for operators whose contrasts are too much for products in single precision.

#include "grid/field.hpp"
#include "numerics/linear_system.hpp"
#include "numerics/multigrid.hpp"

namespace galena {

class MultigridConjugateGradient {
public:
    /// Goes on from x, whose true residual the report brings. A note left in the report says why it gave up.
    void iterate(const LinearSystem& system, Multigrid& multigrid, std::span<const double> b, std::span<double> x,
                 const SolveOptions& options, SolveReport& report);

private:
    void pass(const LinearSystem& system, Multigrid& multigrid, std::span<double> x, const SolveOptions& options, SolveReport& report);
    double smooth(double rr, std::span<double> x);

    DoubleArray r_, p_, q_;
    DoubleArray iterate_;   ///< CG's own solution
    DoubleArray smoothed_;  ///< residual of the smoothed solution
    double smoothed_square_ = 0;
};

}  // namespace galena
