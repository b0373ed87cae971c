#include "numerics/flux_kernel.hpp"

#include <cmath>

// Compiled once more for AVX2: the instructions do the same operations in the same order, so the bits are the same.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define GALENA_CLONES [[gnu::target_clones("avx2", "default")]]
#else
#define GALENA_CLONES
#endif

namespace galena {

namespace {

using Index = std::int64_t;

inline double smaller(double a, double b) { return a < b ? a : b; }
inline double larger(double a, double b) { return a > b ? a : b; }

// φ(a, d): slope over a face from the difference upstream, a, and across it, d. Written without branches.
struct Upwind {
    static double slope(double, double) { return 0.0; }
};
struct VanLeer {
    static double slope(double a, double d) {
        const double p = a * d, sum = p > 0 ? a + d : 1.0;
        return 2 * larger(p, 0.0) / sum;
    }
};
struct Superbee {
    static double slope(double a, double d) {
        const double x = std::abs(a), y = std::abs(d);
        const double size = larger(smaller(2 * x, y), smaller(x, 2 * y));
        return a > 0 ? (d > 0 ? size : 0.0) : (d < 0 ? (a < 0 ? -size : 0.0) : 0.0);
    }
};
struct Koren {
    static double slope(double a, double d) {
        const double x = std::abs(a), y = std::abs(d);
        const double size = smaller(smaller(2 * x, 2 * y), (y + 2 * x) * (1.0 / 3.0));
        return a > 0 ? (d > 0 ? size : 0.0) : (d < 0 ? (a < 0 ? -size : 0.0) : 0.0);
    }
};

template <class Law>
inline void even_flux(const FluxRow& r, double dt, double* __restrict flux) {
    const double* __restrict q = r.water_flux, * __restrict g = r.conductance;
    const double *ll = r.far_left, *left = r.left, *right = r.right, *rr = r.far_right, *kl = r.inverse_left, *kr = r.inverse_right;
#pragma omp simd
    for (Index i = 0; i < r.n; ++i) {
        const bool forward = q[i] >= 0;
        const double up = forward ? left[i] : right[i], down = forward ? right[i] : left[i], upup = forward ? ll[i] : rr[i];
        const double courant = std::abs(q[i]) * (forward ? kl[i] : kr[i]) * dt;
        const double face = up + 0.5 * (1 - courant) * Law::slope(up - upup, down - up);
        flux[i] = q[i] * face - g[i] * (right[i] - left[i]);
    }
}

template <class Law>
inline void uneven_flux(const FluxRow& r, double dt, double* __restrict flux) {
    const double* __restrict q = r.water_flux, * __restrict g = r.conductance;
    const double *ll = r.far_left, *left = r.left, *right = r.right, *rr = r.far_right, *kl = r.inverse_left, *kr = r.inverse_right;
    const double *sl = r.stretch_left, *sr = r.stretch_right, *hl = r.reach_left, *hr = r.reach_right;
#pragma omp simd
    for (Index i = 0; i < r.n; ++i) {
        const bool forward = q[i] >= 0;
        const double up = forward ? left[i] : right[i], down = forward ? right[i] : left[i], upup = forward ? ll[i] : rr[i];
        const double courant = std::abs(q[i]) * (forward ? kl[i] : kr[i]) * dt;
        const double a = up - upup, d = down - up;
        const double slope = 0.5 * (1 - courant) * (forward ? hl[i] : hr[i]) * Law::slope(a * (forward ? sl[i] : sr[i]), d);
        const double most = smaller(std::abs(a), std::abs(d));
        const double bounded = larger(smaller(slope, most), -most);
        flux[i] = q[i] * (up + bounded) - g[i] * (right[i] - left[i]);
    }
}

// One function per law, so that each is compiled for both instruction sets.
GALENA_CLONES void upwind_even(const FluxRow& r, double dt, double* f) { even_flux<Upwind>(r, dt, f); }
GALENA_CLONES void van_leer_even(const FluxRow& r, double dt, double* f) { even_flux<VanLeer>(r, dt, f); }
GALENA_CLONES void superbee_even(const FluxRow& r, double dt, double* f) { even_flux<Superbee>(r, dt, f); }
GALENA_CLONES void koren_even(const FluxRow& r, double dt, double* f) { even_flux<Koren>(r, dt, f); }
GALENA_CLONES void van_leer_uneven(const FluxRow& r, double dt, double* f) { uneven_flux<VanLeer>(r, dt, f); }
GALENA_CLONES void superbee_uneven(const FluxRow& r, double dt, double* f) { uneven_flux<Superbee>(r, dt, f); }
GALENA_CLONES void koren_uneven(const FluxRow& r, double dt, double* f) { uneven_flux<Koren>(r, dt, f); }

}  // namespace

void limited_flux_row(Limiter limiter, const FluxRow& row, double duration, double* flux) {
    const bool even = row.stretch_left == nullptr;
    switch (limiter) {
        case Limiter::upwind: return upwind_even(row, duration, flux);
        case Limiter::van_leer: return even ? van_leer_even(row, duration, flux) : van_leer_uneven(row, duration, flux);
        case Limiter::superbee: return even ? superbee_even(row, duration, flux) : superbee_uneven(row, duration, flux);
        case Limiter::koren: return even ? koren_even(row, duration, flux) : koren_uneven(row, duration, flux);
    }
}

GALENA_CLONES void limited_cross_row(const CrossRow& r, double* flux) {
    const float* __restrict t = r.coefficient;
#pragma omp simd
    for (Index i = 0; i < r.n; ++i) {
        const double a = (r.left[i] - r.left_before[i]) * r.per_before_left[i], b = (r.left_after[i] - r.left[i]) * r.per_after_left[i];
        const double c = (r.right[i] - r.right_before[i]) * r.per_before_right[i],
                     d = (r.right_after[i] - r.right[i]) * r.per_after_right[i];
        const double mean = 0.25 * ((a + b) + (c + d));
        const double least = smaller(smaller(a, b), smaller(c, d)), most = larger(larger(a, b), larger(c, d));
        const double gradient = larger(smaller(mean, larger(2 * least, 0.0)), smaller(2 * most, 0.0));
        flux[i] -= static_cast<double>(t[i]) * gradient;
    }
}

GALENA_CLONES void update_row(const UpdateRow& r, double duration, double* __restrict now) {
#pragma omp simd
    for (Index i = 0; i < r.n; ++i) {
        const double gain = ((r.x[i] - r.x[i + 1]) + (r.south[i] - r.north[i])) + (r.bottom[i] - r.top[i]);
        now[i] = r.old[i] + duration * r.inverse_capacity[i] * gain;
    }
}

}  // namespace galena
