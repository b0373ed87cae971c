#include "numerics/weighted_flow_kernel.hpp"

#include <cmath>

#include "core/vector_clones.hpp"
#include "numerics/vector_kernel.hpp"

namespace galena {

GALENA_CLONES
void plain_flux_row(const FaceRow& row, double* __restrict flux) {
    const double *c = row.conductance, *left = row.left, *right = row.right;
#pragma omp simd
    for (Index i = 0; i < row.n; ++i) flux[i] = c[i] * (left[i] - right[i]);
}

GALENA_CLONES
void upstream_flux_row(const FaceRow& row, double* __restrict flux) {
    const double *c = row.conductance, *left = row.left, *right = row.right, *a = row.left_factor, *b = row.right_factor;
#pragma omp simd
    for (Index i = 0; i < row.n; ++i) {
        const double of_left = a[i], of_right = b[i];
        flux[i] = c[i] * (left[i] >= right[i] ? of_left : of_right) * (left[i] - right[i]);
    }
}

GALENA_CLONES
void upstream_slopes_row(const FaceRow& row, double* __restrict from_left, double* __restrict from_right) {
    const double *c = row.conductance, *left = row.left, *right = row.right, *a = row.left_factor, *b = row.right_factor;
    const double *da = row.left_slope, *db = row.right_slope;
#pragma omp simd
    for (Index i = 0; i < row.n; ++i) {
        const double of_left = a[i], of_right = b[i], slope_left = da[i], slope_right = db[i];
        const bool forward = left[i] >= right[i];
        const double difference = left[i] - right[i], factor = forward ? of_left : of_right;
        from_left[i] = c[i] * (factor + (forward ? slope_left : 0.0) * difference);
        from_right[i] = c[i] * (factor - (forward ? 0.0 : slope_right) * difference);
    }
}

GALENA_CLONES
void add_net_inflow_row(const CellFaceRow& flux, double* __restrict inflow) {
    const double *x = flux.x, *south = flux.south, *north = flux.north, *bottom = flux.bottom, *top = flux.top;
#pragma omp simd
    for (Index i = 0; i < flux.n; ++i) inflow[i] += ((x[i] - x[i + 1]) + (south[i] - north[i])) + (bottom[i] - top[i]);
}

GALENA_CLONES
double storage_inflow(const double* amount, const double* before, const double* arrears, double rate, double* __restrict inflow, Index n) {
#pragma omp simd
    for (Index i = 0; i < n; ++i) inflow[i] = -rate * (amount[i] - before[i] - arrears[i]);
    return lane_sum(n, [=](Index i) { return std::abs(amount[i] - before[i] - arrears[i]); });
}

GALENA_CLONES
double sum_of_sizes(const double* value, Index n) {
    return lane_sum(n, [=](Index i) { return std::abs(value[i]); });
}

GALENA_CLONES
void geometric_mean_row(const double* a, const double* b, double* __restrict mean, Index n) {
#pragma omp simd
    for (Index i = 0; i < n; ++i) {
        const double left = a[i] > 0 ? a[i] : 0.0, right = b[i] > 0 ? b[i] : 0.0;
        mean[i] = std::sqrt(left * right);
    }
}

}  // namespace galena
