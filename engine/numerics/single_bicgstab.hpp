#pragma once
// BiCGSTAB in single precision as the inner iteration of a refinement in double (Wilkinson 1963; Buttari et al. 2007): half of the memory
// traffic, and the residual of the outer iteration keeps the accuracy.

#include "numerics/float_array.hpp"
#include "numerics/linear_system.hpp"
#include "numerics/slab_ilu.hpp"

namespace galena {

class SingleBiCgStab {
public:
    /// Copies the matrix, scaled by its largest diagonal.
    void prepare(const StencilView<double>& a);
    /// Adds to x what brings the residual r down as far as single precision can, or to the tolerance. reference: what residuals are relative
    /// to. Counts the iterations in the report.
    void improve(std::span<const double> r, std::span<double> x, double reference, const SolveOptions& options, SolveReport& report);
    [[nodiscard]] std::size_t bytes() const;

private:
    [[nodiscard]] std::array<double, 2> multiply(const FloatArray& x, FloatArray& y, const FloatArray& with) const;

    FloatArray diagonal_, left_x_, left_y_, left_z_, right_x_, right_y_, right_z_;
    StencilView<float> a_;
    double scale_ = 1;
    SlabIlu<float> ilu_;
    FloatArray r_, shadow_, p_, v_, t_, search_;
};

}  // namespace galena
