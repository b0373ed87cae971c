#include "numerics/gcr_kernel.hpp"

#include "core/vector_clones.hpp"
#include "numerics/stencil_kernel.hpp"
#include "numerics/vector_kernel.hpp"

namespace galena {

GALENA_CLONES
void multiply_rows(const StencilView<double>& a, const float* z, double scale, float* q, Index begin, Index end) {
    for (Index r = begin; r < end; ++r) {
        const auto row = a.row(r);
        const auto values = row_values(a, z, r);
        float* __restrict out = q + r * a.nx;
        for_each_neighbour_sum(row, values, a.nx, [&](Index i, double sum) {
            out[i] = static_cast<float>(scale * (row.diagonal[i] * static_cast<double>(values.centre[i]) - sum));
        });
    }
}

GALENA_CLONES
double dot_kernel(const double* r, const float* q, Index n) {
    return lane_sum(n, [=](Index i) { return r[i] * static_cast<double>(q[i]); });
}

GALENA_CLONES
void add_scaled_kernel(double factor, const float* x, double* __restrict y, Index n) {
#pragma omp simd
    for (Index i = 0; i < n; ++i) y[i] += factor * static_cast<double>(x[i]);
}

}  // namespace galena
