#pragma once
// The inner loops of LimitedTransfer over one row of faces or cells.

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/parallel.hpp"

namespace galena {

/// A cell may miss its bounds by this share of its room at most: its rest outweighs rounding.
inline constexpr double transfer_margin = 1e-12;

// φ(a, d): slope over a face from the difference upstream, a, and across it, d (van Leer 1974; Roe 1986; Koren 1993).
struct VanLeerSlope {
    static double of(double a, double d) {
        constexpr double least = 1e-280;  // a product that underflows has lost its digits
        const double p = a * d, sum = p > least ? a + d : 1.0, product = p > least ? p : 0.0;
        return 2 * product / sum;
    }
};
struct SuperbeeSlope {
    static double of(double a, double d) {
        const double x = std::abs(a), y = std::abs(d);
        return a * d > 0 ? std::copysign(std::max(std::min(2 * x, y), std::min(x, 2 * y)), d) : 0.0;
    }
};
struct KorenSlope {
    static double of(double a, double d) {
        const double x = std::abs(a), y = std::abs(d);
        return a * d > 0 ? std::copysign(std::min(2 * std::min(x, y), (y + 2 * x) * (1.0 / 3.0)), d) : 0.0;
    }
};

/// n faces in a row: the two cells on each side (one that is not there is the next one inwards), water flux, and the factors of FaceWidths.
struct SlopeRow {
    Index n;
    const double *far_left, *left, *right, *far_right, *water_flux;
    const double *stretch_left, *stretch_right, *reach_left, *reach_right;
};

/// flux = q ½ φ: what the limited slope carries through a face beside the concentration upstream; never outside of the two cells, and never
/// further from the one upstream than the next one upstream is.
template <class Law>
[[gnu::always_inline]] inline void slope_kernel(const SlopeRow& r, double* flux) {
#pragma omp simd
    for (Index i = 0; i < r.n; ++i) {
        const bool forward = r.water_flux[i] >= 0;
        const double up = forward ? r.left[i] : r.right[i], down = forward ? r.right[i] : r.left[i];
        const double a = up - (forward ? r.far_left[i] : r.far_right[i]), d = down - up;
        const double slope =
            0.5 * (forward ? r.reach_left[i] : r.reach_right[i]) * Law::of(a * (forward ? r.stretch_left[i] : r.stretch_right[i]), d);
        const double most = std::min(std::abs(a), std::abs(d));
        flux[i] = r.water_flux[i] * std::max(std::min(slope, most), -most);
    }
}

/// flux −= t · gradient along a transverse direction: the mean of the four one-sided gradients beside the face, but no more than twice the
/// smallest, and nothing where they differ in sign (after Sharma & Hammett 2007, section 3.2). per_before, per_after: 1 / distance [1/m].
[[gnu::always_inline]] inline void cross_gradient_kernel(const float* t, const double* left, const double* right, Index stride,
                                                         const double* per_before, const double* per_after, double* flux, Index n) {
#pragma omp simd
    for (Index i = 0; i < n; ++i) {
        const double a = (left[i] - left[i - stride]) * per_before[i], b = (left[i + stride] - left[i]) * per_after[i];
        const double c = (right[i] - right[i - stride]) * per_before[i], d = (right[i + stride] - right[i]) * per_after[i];
        const double least = std::min(std::min(a, b), std::min(c, d)), most = std::max(std::max(a, b), std::max(c, d));
        const double mean = 0.25 * ((a + b) + (c + d));
        flux[i] -= static_cast<double>(t[i]) * std::max(std::min(mean, std::max(2 * least, 0.0)), std::min(2 * most, 0.0));
    }
}

/// flux += what leaves each cell by its concentration at the beginning.
[[gnu::always_inline]] inline void early_outflow_kernel(const double* q, const double* g, const double* left, const double* right,
                                                        const double* share_left, const double* share_right, double* flux, Index n) {
#pragma omp simd
    for (Index i = 0; i < n; ++i)
        flux[i] +=
            (1 - share_left[i]) * (std::max(q[i], 0.0) + g[i]) * left[i] - (1 - share_right[i]) * (std::max(-q[i], 0.0) + g[i]) * right[i];
}

/// Cells around a row; those that are not there are the cell itself. `centre` has one more number on each side.
struct CellRow {
    const double *centre, *south, *north, *below, *above;
};

/// excess = 1 where duration · (inflow − outflow) takes a cell out of the bounds of itself and its neighbours.
[[gnu::always_inline]] inline void excess_kernel(const CellRow& c, const double* x, const double* south, const double* north,
                                                 const double* below, const double* above, const double* still, double duration,
                                                 std::uint8_t* excess, Index n) {
#pragma omp simd
    for (Index i = 0; i < n; ++i) {
        const double here = c.centre[i], w = c.centre[i - 1], e = c.centre[i + 1];
        const double lowest =
            std::min(std::min(std::min(here, w), std::min(e, c.south[i])), std::min(c.north[i], std::min(c.below[i], c.above[i])));
        const double highest =
            std::max(std::max(std::max(here, w), std::max(e, c.south[i])), std::max(c.north[i], std::max(c.below[i], c.above[i])));
        const double gain = duration * ((x[i] - x[i + 1]) + (south[i] - north[i]) + (below[i] - above[i]));
        const double room = (1 - transfer_margin) * still[i];
        excess[i] = (gain > room * (highest - here)) | (-gain > room * (here - lowest)) ? 1 : 0;
    }
}

}  // namespace galena
