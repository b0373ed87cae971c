#include "numerics/column_kernel.hpp"

#include "core/vector_clones.hpp"

namespace galena {

GALENA_WIDE_CLONES void sweep_up(const ColumnRow& r, double duration) {
    const float* __restrict bottom = r.bottom;
    const float* __restrict top = r.top;
    const double* __restrict inverse = r.inverse_capacity;
    const double* __restrict below = r.below;
    double* __restrict x = r.concentration;
    double* __restrict rest = r.rest;
    double* __restrict part = r.part;
    const std::int64_t n = r.n;
#pragma omp simd
    for (std::int64_t i = 0; i < n; ++i) {
        const double share = duration * inverse[i];
        const double lower = share * static_cast<double>(bottom[i]), upper = share * static_cast<double>(top[i]);
        const double own = 1 + lower * rest[i];
        const double per_pivot = 1 / (own + upper);
        x[i] = (x[i] + lower * below[i]) * per_pivot;
        rest[i] = own * per_pivot;
        part[i] = upper * per_pivot;
    }
}

GALENA_WIDE_CLONES void sweep_down(std::int64_t n, const double* part, const double* above, double* concentration) {
    const double* __restrict share = part;
    const double* __restrict next = above;
    double* __restrict x = concentration;
#pragma omp simd
    for (std::int64_t i = 0; i < n; ++i) x[i] += share[i] * next[i];
}

}  // namespace galena
