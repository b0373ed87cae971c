#include "numerics/flux_kernel.hpp"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "core/vector_clones.hpp"

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
        // A product that underflows has lost its digits: the slope could be steeper than both differences.
        constexpr double least = 1e-280;
        const double p = a * d, sum = a + d, divisor = p > least ? sum : 1.0, product = p > least ? p : 0.0;
        return 2 * product / divisor;
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

/// One face: two cells on each side, their inverse capacities, water flux, conductance.
template <class Law>
GALENA_INLINE double even_face(double ll, double l, double r, double rr, double k_left, double k_right, double q, double g, double dt) {
    const bool forward = q >= 0;
    const double d = r - l, up = forward ? l : r;
    if constexpr (std::is_same_v<Law, Upwind>) {
        return q * up - g * d;
    } else {
        const double before = l - ll, after = rr - r, size = std::abs(q);
        const double a = forward ? before : after, k = forward ? k_left : k_right;
        const double slope = larger(1 - size * k * dt, 0.0) * (0.5 * Law::slope(a, d));
        return (q * up + size * slope) - g * d;
    }
}

/// The factors of FaceRow for uneven widths.
struct Uneven {
    double stretch_left, stretch_right, reach_left, reach_right;
};

GALENA_INLINE Uneven factors_of(const FaceRow& f) {
    if (f.widths == FaceRow::Widths::even) return {1, 1, 1, 1};
    return {*f.stretch_left, *f.stretch_right, *f.reach_left, *f.reach_right};
}

template <class Law>
GALENA_INLINE double uneven_face(double ll, double l, double r, double rr, double k_left, double k_right, double q, double g, double dt,
                                 const Uneven& w) {
    const bool forward = q >= 0;
    const double d = r - l, up = forward ? l : r;
    if constexpr (std::is_same_v<Law, Upwind>) {
        return q * up - g * d;
    } else {
        const double before = l - ll, after = rr - r, size = std::abs(q);
        const double a = forward ? before : after, k = forward ? k_left : k_right;
        const double stretch = forward ? w.stretch_left : w.stretch_right, reach = forward ? w.reach_left : w.reach_right;
        const double most = smaller(std::abs(a), std::abs(d)), full = 0.5 * reach * Law::slope(a * stretch, d);
        const double slope = larger(1 - size * k * dt, 0.0) * larger(smaller(full, most), -most);
        return (q * up + size * slope) - g * d;
    }
}

/// Fluxes through faces from .. to − 1; with cross terms their fluxes are there already.
template <class Law, FaceRow::Widths widths, bool crossed>
GALENA_INLINE void face_fluxes(const FaceRow& r, Index from, Index to, double dt) {
    const double* __restrict q = r.water_flux, * __restrict ll = r.far_left, * __restrict left = r.left;
    const double* __restrict right = r.right, * __restrict rr = r.far_right, * __restrict kl = r.inverse_left, * __restrict kr = r.inverse_right;
    const float* __restrict g = r.conductance;
    double* __restrict flux = r.flux;
    if constexpr (widths == FaceRow::Widths::along) {
        const double* __restrict sl = r.stretch_left, * __restrict sr = r.stretch_right, * __restrict hl = r.reach_left;
        const double* __restrict hr = r.reach_right;
#pragma omp simd
        for (Index i = from; i < to; ++i) {
            const double f = uneven_face<Law>(ll[i], left[i], right[i], rr[i], kl[i], kr[i], q[i], static_cast<double>(g[i]), dt,
                                              {sl[i], sr[i], hl[i], hr[i]});
            if constexpr (crossed) flux[i] += f;
            else flux[i] = f;
        }
    } else {
        Uneven w{};
        if constexpr (widths == FaceRow::Widths::across) w = {*r.stretch_left, *r.stretch_right, *r.reach_left, *r.reach_right};
#pragma omp simd
        for (Index i = from; i < to; ++i) {
            const double conductance = static_cast<double>(g[i]);
            double f;
            if constexpr (widths == FaceRow::Widths::even)
                f = even_face<Law>(ll[i], left[i], right[i], rr[i], kl[i], kr[i], q[i], conductance, dt);
            else f = uneven_face<Law>(ll[i], left[i], right[i], rr[i], kl[i], kr[i], q[i], conductance, dt, w);
            if constexpr (crossed) flux[i] += f;
            else flux[i] = f;
        }
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

template <bool crossed>
GALENA_INLINE void cross_fluxes(const FaceRow& r) {
    if constexpr (crossed) {
        for (Index i = 0; i < r.n; ++i) r.flux[i] = 0;
        for (int n = 0; n < r.crosses; ++n) {
            const auto& cross = r.cross[static_cast<std::size_t>(n)];
            if (cross.per_distance) cross_flux<true>(cross);
            else cross_flux<false>(cross);
        }
    }
}

template <class Law, bool crossed>
GALENA_INLINE void faces(const FaceRow& r, Index from, Index to, double dt) {
    if (from >= to) return;
    if (r.widths == FaceRow::Widths::even) face_fluxes<Law, FaceRow::Widths::even, crossed>(r, from, to, dt);
    else if (r.widths == FaceRow::Widths::across) face_fluxes<Law, FaceRow::Widths::across, crossed>(r, from, to, dt);
    else face_fluxes<Law, FaceRow::Widths::along, crossed>(r, from, to, dt);
}

/// Cells from .. to − 1 when all of their fluxes are there.
GALENA_INLINE void update(const RowStep& r, Index from, Index to, double dt) {
    const double* __restrict x = r.x_flux, * __restrict south = r.south, * __restrict north = r.north_flux, * __restrict bottom = r.bottom;
    const double* __restrict top = r.top_flux, * __restrict old = r.old, * __restrict inverse = r.inverse_capacity;
    double* __restrict now = r.now;
#pragma omp simd
    for (Index i = from; i < to; ++i)
        now[i] = old[i] + inverse[i] * (dt * (((x[i] - x[i + 1]) + (south[i] - north[i])) + (bottom[i] - top[i])));
}

/// Cells from .. to − 1 with the faces to the next rows, which all of them have: what is shared is loaded once.
template <class Law, bool even, bool crossed>
GALENA_INLINE void faces_and_update(const RowStep& r, Index from, Index to, double dt) {
    const Index n = to - from, y = from - r.north.first, z = from - r.top.first;
    const double* __restrict c = r.north.left + y, * __restrict south = r.north.far_left + y, * __restrict north = r.north.right + y;
    const double* __restrict far_north = r.north.far_right + y, * __restrict below = r.top.far_left + z, * __restrict above = r.top.right + z;
    const double* __restrict far_above = r.top.far_right + z, * __restrict k = r.north.inverse_left + y;
    const double* __restrict k_north = r.north.inverse_right + y, * __restrict k_above = r.top.inverse_right + z;
    const double* __restrict qy = r.north.water_flux + y, * __restrict qz = r.top.water_flux + z;
    const float* __restrict gy = r.north.conductance + y, * __restrict gz = r.top.conductance + z;
    double* __restrict north_flux = r.north.flux + y, * __restrict top_flux = r.top.flux + z, * __restrict now = r.now + from;
    const double* __restrict x = r.x_flux + from, * __restrict south_flux = r.south + from, * __restrict bottom_flux = r.bottom + from;
    Uneven wy{}, wz{};
    if constexpr (!even) {
        wy = factors_of(r.north);
        wz = factors_of(r.top);
    }
#pragma omp simd
    for (Index i = 0; i < n; ++i) {
        const double here = c[i], inverse = k[i], g_north = static_cast<double>(gy[i]), g_above = static_cast<double>(gz[i]);
        double to_north, to_above;
        if constexpr (even) {
            to_north = even_face<Law>(south[i], here, north[i], far_north[i], inverse, k_north[i], qy[i], g_north, dt);
            to_above = even_face<Law>(below[i], here, above[i], far_above[i], inverse, k_above[i], qz[i], g_above, dt);
        } else {
            to_north = uneven_face<Law>(south[i], here, north[i], far_north[i], inverse, k_north[i], qy[i], g_north, dt, wy);
            to_above = uneven_face<Law>(below[i], here, above[i], far_above[i], inverse, k_above[i], qz[i], g_above, dt, wz);
        }
        if constexpr (crossed) to_north += north_flux[i], to_above += top_flux[i];
        north_flux[i] = to_north;
        top_flux[i] = to_above;
        now[i] = here + inverse * (dt * (((x[i] - x[i + 1]) + (south_flux[i] - to_north)) + (bottom_flux[i] - to_above)));
    }
}

/// Faces of the cells before `begin` and from `end` on.
template <class Law, bool crossed>
GALENA_INLINE void faces_beside(const FaceRow& f, Index begin, Index end, double dt) {
    faces<Law, crossed>(f, 0, std::min(f.n, begin - f.first), dt);
    faces<Law, crossed>(f, std::max<Index>(0, end - f.first), f.n, dt);
}

template <class Law, bool crossed>
GALENA_INLINE void advance(const RowStep& r, double dt) {
    cross_fluxes<crossed>(r.along);
    faces<Law, crossed>(r.along, 0, r.along.n, dt);
    if (r.n <= 0) return;
    if (r.along.n == r.n) r.along.flux[r.n - 1] = 0;  // computed for the sake of whole vectors
    cross_fluxes<crossed>(r.north);
    cross_fluxes<crossed>(r.top);
    // Where the row has both a next one along y and one along z, all is done in one go; before and behind, one after the other.
    const Index north_end = r.north.first + r.north.n, top_end = r.top.first + r.top.n;
    Index begin = std::max(r.north.first, r.top.first), end = std::min(north_end, top_end);
    if (r.north.n <= 0 || r.top.n <= 0 || begin >= end) begin = end = r.n;
    faces_beside<Law, crossed>(r.north, begin, end, dt);
    faces_beside<Law, crossed>(r.top, begin, end, dt);
    update(r, 0, begin, dt);
    update(r, end, r.n, dt);
    if (begin == end) return;
    if (r.north.widths == FaceRow::Widths::even && r.top.widths == FaceRow::Widths::even)
        faces_and_update<Law, true, crossed>(r, begin, end, dt);
    else faces_and_update<Law, false, crossed>(r, begin, end, dt);
}

// One function per law, so that each is compiled for every instruction set.
GALENA_WIDE_CLONES void advance_upwind(const RowStep& r, double dt) { advance<Upwind, false>(r, dt); }
GALENA_WIDE_CLONES void advance_van_leer(const RowStep& r, double dt) { advance<VanLeer, false>(r, dt); }
GALENA_WIDE_CLONES void advance_superbee(const RowStep& r, double dt) { advance<Superbee, false>(r, dt); }
GALENA_WIDE_CLONES void advance_koren(const RowStep& r, double dt) { advance<Koren, false>(r, dt); }
GALENA_WIDE_CLONES void advance_upwind_crossed(const RowStep& r, double dt) { advance<Upwind, true>(r, dt); }
GALENA_WIDE_CLONES void advance_van_leer_crossed(const RowStep& r, double dt) { advance<VanLeer, true>(r, dt); }
GALENA_WIDE_CLONES void advance_superbee_crossed(const RowStep& r, double dt) { advance<Superbee, true>(r, dt); }
GALENA_WIDE_CLONES void advance_koren_crossed(const RowStep& r, double dt) { advance<Koren, true>(r, dt); }

}  // namespace

void advance_row(Limiter limiter, const RowStep& row, double duration) {
    const bool crossed = row.along.crosses + row.north.crosses + row.top.crosses > 0;
    switch (limiter) {
        case Limiter::upwind: return crossed ? advance_upwind_crossed(row, duration) : advance_upwind(row, duration);
        case Limiter::van_leer: return crossed ? advance_van_leer_crossed(row, duration) : advance_van_leer(row, duration);
        case Limiter::superbee: return crossed ? advance_superbee_crossed(row, duration) : advance_superbee(row, duration);
        case Limiter::koren: return crossed ? advance_koren_crossed(row, duration) : advance_koren(row, duration);
    }
}

void limited_flux_row(Limiter limiter, const FaceRow& row, double duration) {
    RowStep alone;
    alone.along = row;
    advance_row(limiter, alone, duration);
}

}  // namespace galena
