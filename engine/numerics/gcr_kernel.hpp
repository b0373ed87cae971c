#pragma once
// The inner loops of multigrid_gcr: directions in single precision, residual and solution in double.

#include "numerics/stencil.hpp"

namespace galena {

/// q = scale · A z on the rows [begin, end) of the operator: summed in double, rounded at the end.
void multiply_rows(const StencilView<double>& a, const float* z, double scale, float* q, Index begin, Index end);

/// Σ r_i q_i.
double dot_kernel(const double* r, const float* q, Index n);
/// y += factor · x.
void add_scaled_kernel(double factor, const float* x, double* y, Index n);

}  // namespace galena
