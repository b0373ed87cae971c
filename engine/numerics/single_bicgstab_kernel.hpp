#pragma once
// The inner loops of SingleBiCgStab: products and updates in single precision, sums in double.

#include <array>

#include "numerics/stencil_kernel.hpp"

namespace galena {

/// y = A x on rows begin .. end − 1; returns {Σ y c, Σ y²} over them.
std::array<double, 2> multiply_rows_and_sum(const StencilView<float>& a, const float* x, float* y, const float* c, Index begin, Index end);

/// y += factor · x, and z += more · x in double.
void add_to_both(float factor, const float* x, float* y, double more, const float* search, double* z, Index n);

/// As add_to_both; returns {Σ shadow · y, Σ y²}.
std::array<double, 2> add_to_both_and_sum(float factor, const float* x, float* y, double more, const float* search, double* z,
                                          const float* shadow, Index n);

/// p = r + beta (p − omega v).
void next_direction(float beta, float omega, const float* r, const float* v, float* p, Index n);

/// out = scale · from.
void to_single(double scale, const double* from, float* out, Index n);

}  // namespace galena
