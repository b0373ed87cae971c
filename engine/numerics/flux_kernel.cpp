#include "numerics/flux_kernel.hpp"

#include <cmath>

// Compiled once more for AVX2: the instructions do the same operations in the same order, so the bits are the same.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define GALENA_CLONES [[gnu::target_clones("avx2", "default")]]
#else
#define GALENA_CLONES
#endif
#define GALENA_INLINE [[gnu::always_inline]] inline

namespace galena {

namespace {

using Index = std::int64_t;

GALENA_INLINE double smaller(double a, double b) { return a < b ? a : b; }
GALENA_INLINE double larger(double a, double b) { return a > b ? a : b; }

// φ(a, d): slope over a face from the difference upstream, a, and across it, d. Whatever may be computed is computed, and chosen from
// afterwards: a loop with branches does not become one over vectors.
struct Upwind {};
struct VanLeer {
    GALENA_INLINE static double slope(double a, double d) {
        const double p = a * d, sum = a + d, divisor = p > 0 ? sum : 1.0;
        return 2 * larger(p, 0.0) / divisor;
    }
};
struct Superbee {
    GALENA_INLINE static double slope(double a, double d) {
        const double x = std::abs(a), y = std::abs(d), p = a * d;
        const double size = std::copysign(larger(smaller(2 * x, y), smaller(x, 2 * y)), d);
        return p > 0 ? size : 0.0;
    }
};
struct Koren {
    GALENA_INLINE static double slope(double a, double d) {
        const double x = std::abs(a), y = std::abs(d), p = a * d;
        const double size = std::copysign(smaller(smaller(2 * x, 2 * y), (y + 2 * x) * (1.0 / 3.0)), d);
        return p > 0 ? size : 0.0;
    }
};

GALENA_INLINE void upwind_flux(const FaceRow& r) {
    const double* __restrict q = r.water_flux, * __restrict left = r.left, * __restrict right = r.right;
    const float* __restrict g = r.conductance;
    double* __restrict flux = r.flux;
    const Index n = r.n;
#pragma omp simd
    for (Index i = 0; i < n; ++i) {
        const double l = left[i], other = right[i], water = q[i];
        const double up = water >= 0 ? l : other;
        flux[i] = water * up - static_cast<double>(g[i]) * (other - l);
    }
}

template <class Law>
GALENA_INLINE void even_flux(const FaceRow& r, double dt) {
    const double* __restrict q = r.water_flux, * __restrict ll = r.far_left, * __restrict left = r.left;
    const double* __restrict right = r.right, * __restrict rr = r.far_right, * __restrict kl = r.inverse_left, * __restrict kr = r.inverse_right;
    const float* __restrict g = r.conductance;
    double* __restrict flux = r.flux;
    const Index n = r.n;
#pragma omp simd
    for (Index i = 0; i < n; ++i) {
        const double l = left[i], other = right[i], water = q[i], k_left = kl[i], k_right = kr[i];
        const double before = l - ll[i], after = rr[i] - other, d = other - l, size = std::abs(water);
        const bool forward = water >= 0;
        const double a = forward ? before : after, up = forward ? l : other, k = forward ? k_left : k_right;
        const double slope = 0.5 * (1 - size * k * dt) * Law::slope(a, d);
        flux[i] = (water * up + size * slope) - static_cast<double>(g[i]) * d;
    }
}

template <class Law, bool along>
GALENA_INLINE void uneven_flux(const FaceRow& r, double dt) {
    const double* __restrict q = r.water_flux, * __restrict ll = r.far_left, * __restrict left = r.left;
    const double* __restrict right = r.right, * __restrict rr = r.far_right, * __restrict kl = r.inverse_left, * __restrict kr = r.inverse_right;
    const double* __restrict sl = r.stretch_left, * __restrict sr = r.stretch_right, * __restrict hl = r.reach_left;
    const double* __restrict hr = r.reach_right;
    const float* __restrict g = r.conductance;
    double* __restrict flux = r.flux;
    const Index n = r.n;
    const double sl_all = *sl, sr_all = *sr, hl_all = *hl, hr_all = *hr;
#pragma omp simd
    for (Index i = 0; i < n; ++i) {
        const double l = left[i], other = right[i], water = q[i], k_left = kl[i], k_right = kr[i];
        const double before = l - ll[i], after = rr[i] - other, d = other - l, size = std::abs(water);
        const double stretch_left = along ? sl[i] : sl_all, stretch_right = along ? sr[i] : sr_all;
        const double reach_left = along ? hl[i] : hl_all, reach_right = along ? hr[i] : hr_all;
        const bool forward = water >= 0;
        const double a = forward ? before : after, up = forward ? l : other, k = forward ? k_left : k_right;
        const double stretch = forward ? stretch_left : stretch_right, reach = forward ? reach_left : reach_right;
        const double slope = 0.5 * (1 - size * k * dt) * reach * Law::slope(a * stretch, d);
        const double most = smaller(std::abs(a), std::abs(d));
        flux[i] = (water * up + size * larger(smaller(slope, most), -most)) - static_cast<double>(g[i]) * d;
    }
}

template <bool along>
GALENA_INLINE void cross_flux(const CrossRow& r) {
    const float* __restrict t = r.coefficient;
    const double* __restrict left = r.left, * __restrict left_before = r.left - r.stride, * __restrict left_after = r.left + r.stride;
    const double* __restrict right = r.right, * __restrict right_before = r.right - r.stride, * __restrict right_after = r.right + r.stride;
    const double* __restrict per = r.per_distance;
    double* __restrict flux = r.flux;
    const double before_all = r.per_before, after_all = r.per_after;
    const Index n = r.n;
#pragma omp simd
    for (Index i = 0; i < n; ++i) {
        const double per_before = along ? per[i] : before_all, per_after = along ? per[i + 1] : after_all;
        const double a = (left[i] - left_before[i]) * per_before, b = (left_after[i] - left[i]) * per_after;
        const double c = (right[i] - right_before[i]) * per_before, d = (right_after[i] - right[i]) * per_after;
        const double mean = 0.25 * ((a + b) + (c + d));
        const double least = smaller(smaller(a, b), smaller(c, d)), most = larger(larger(a, b), larger(c, d));
        const double gradient = larger(smaller(mean, larger(2 * least, 0.0)), smaller(2 * most, 0.0));
        flux[i] -= static_cast<double>(t[i]) * gradient;
    }
}

template <class Law>
GALENA_INLINE void flux_of(const FaceRow& r, double dt) {
    if (r.n <= 0) return;
    if constexpr (std::is_same_v<Law, Upwind>) upwind_flux(r);
    else if (r.widths == FaceRow::Widths::even) even_flux<Law>(r, dt);
    else if (r.widths == FaceRow::Widths::across) uneven_flux<Law, false>(r, dt);
    else uneven_flux<Law, true>(r, dt);
    for (const auto& cross : r.cross) {
        if (cross.n <= 0) continue;
        if (cross.per_distance) cross_flux<true>(cross);
        else cross_flux<false>(cross);
    }
}

template <bool amounts>
GALENA_INLINE void update(const RowStep& r, double dt) {
    const double* __restrict x = r.x_flux, * __restrict south = r.south, * __restrict north = r.north_flux, * __restrict bottom = r.bottom;
    const double* __restrict top = r.top_flux, * __restrict old = r.old, * __restrict inverse = r.inverse_capacity;
    double* __restrict now = amounts ? r.amount : r.now;
    const Index n = r.n;
#pragma omp simd
    for (Index i = 0; i < n; ++i) {
        const double gain = dt * (((x[i] - x[i + 1]) + (south[i] - north[i])) + (bottom[i] - top[i]));
        if constexpr (amounts) now[i] += gain;
        else now[i] = old[i] + inverse[i] * gain;
    }
}

template <class Law>
GALENA_INLINE void advance(const RowStep& r, double dt) {
    flux_of<Law>(r.north, dt);
    flux_of<Law>(r.top, dt);
    flux_of<Law>(r.along, dt);
    if (r.n <= 0) return;
    if (r.amount) update<true>(r, dt);
    else update<false>(r, dt);
}

// One function per law, so that each is compiled for both instruction sets.
GALENA_CLONES void advance_upwind(const RowStep& r, double dt) { advance<Upwind>(r, dt); }
GALENA_CLONES void advance_van_leer(const RowStep& r, double dt) { advance<VanLeer>(r, dt); }
GALENA_CLONES void advance_superbee(const RowStep& r, double dt) { advance<Superbee>(r, dt); }
GALENA_CLONES void advance_koren(const RowStep& r, double dt) { advance<Koren>(r, dt); }

}  // namespace

void advance_row(Limiter limiter, const RowStep& row, double duration) {
    switch (limiter) {
        case Limiter::upwind: return advance_upwind(row, duration);
        case Limiter::van_leer: return advance_van_leer(row, duration);
        case Limiter::superbee: return advance_superbee(row, duration);
        case Limiter::koren: return advance_koren(row, duration);
    }
}

void limited_flux_row(Limiter limiter, const FaceRow& row, double duration) {
    RowStep alone;
    alone.along = row;
    advance_row(limiter, alone, duration);
}

}  // namespace galena
