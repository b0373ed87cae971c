#include "numerics/multigrid_kernel.hpp"

#include <algorithm>

#include "core/vector_clones.hpp"

namespace galena {

namespace {

/// Cells of a row swept together through all layers: with 8 arrays and 256 layers they fill 0.5 MB, a core's own cache.
constexpr Index tile = 64;
/// Couplings are about 1 at most: a pivot this small is none.
constexpr float smallest_pivot = 1e-30f;
/// Floats added up in single precision before they go on in double.
constexpr Index stretch = 128;
constexpr Index lanes = 8;

/// Σ horizontal couplings · neighbours of cell h of a row.
struct NeighbourSum {
    const float *west, *east, *south, *north, *x_west, *x_east, *x_south, *x_north;

    NeighbourSum(const ColourPlane& a, const float* others, Index k)
        : west(a.west + k * a.pitch), east(a.east + k * a.pitch), south(a.south + k * a.pitch), north(a.north + k * a.pitch),
          x_west(others + k * a.pitch + a.to_west), x_east(others + k * a.pitch + a.to_east), x_south(others + k * a.pitch + a.to_south),
          x_north(others + k * a.pitch + a.to_north) {}

    float operator()(Index h) const {
        return (west[h] * x_west[h] + east[h] * x_east[h]) + (south[h] * x_south[h] + north[h] * x_north[h]);
    }
};

/// Solves the lines of a tile with the right-hand side source(k)(h): up with the pivots, then down with x += above · x_above / pivot.
/// finish(k, h) follows when x is final.
template <class Source, class Finish>
[[gnu::always_inline]] inline void sweep_lines(const ColourPlane& a, float* x, Source&& source, Finish&& finish) {
    const Index pitch = a.pitch;
    for (Index begin = 0; begin < pitch; begin += tile) {
        const Index end = std::min(pitch, begin + tile);
        for (Index k = 0; k < a.nz; ++k) {
            const auto rhs = source(k);
            const float* inverse = a.inverse_pivot + k * pitch;
            float* __restrict z = x + k * pitch;
            if (k == 0) {
#pragma omp simd
                for (Index h = begin; h < end; ++h) z[h] = rhs(h) * inverse[h];
            } else {
                const float *below = a.above + (k - 1) * pitch, *lower = x + (k - 1) * pitch;
#pragma omp simd
                for (Index h = begin; h < end; ++h) z[h] = (rhs(h) + below[h] * lower[h]) * inverse[h];
            }
        }
        const Index top = (a.nz - 1) * pitch;
        finish(top, begin, end);
        for (Index row = top - pitch; row >= 0; row -= pitch) {
            const float *above = a.above + row, *inverse = a.inverse_pivot + row, *upper = x + row + pitch;
            float* __restrict z = x + row;
#pragma omp simd
            for (Index h = begin; h < end; ++h) z[h] += (above[h] * upper[h]) * inverse[h];
            finish(row, begin, end);
        }
    }
}

constexpr auto nothing_more = [](Index, Index, Index) {};

}  // namespace

ColourPlane colour_plane(const MultigridLevel& level, int colour, Index j) {
    const Colour &own = level.colours[static_cast<std::size_t>(colour)], &other = level.colours[static_cast<std::size_t>(1 - colour)];
    const Index at = level.row(j, 0), plane = level.plane();
    // Cell h of a row is i = 2 h + parity; its neighbours at i ± 1 are of the other parity.
    const Index parity = (colour + j) & 1, to_west = parity - 1, to_east = parity;
    return {level.nz,
            level.half,
            other.east.data() + at + to_west,
            own.east.data() + at,
            j > 0 ? other.north.data() + at - plane : level.nothing.data(),
            own.north.data() + at,
            own.above.data() + at,
            own.inverse_pivot.data() + at,
            to_west,
            to_east,
            j > 0 ? -plane : 0,
            j + 1 < level.ny ? plane : 0};
}

GALENA_CLONES
void solve_lines(const ColourPlane& a, const float* rhs, float* x) {
    const auto source = [=](Index k) { return [row = rhs + k * a.pitch](Index h) { return row[h]; }; };
    sweep_lines(a, x, source, nothing_more);
}

GALENA_CLONES
void relax_lines(const ColourPlane& a, const float* others, float* x) {
    sweep_lines(
        a, x, [&](Index k) { return NeighbourSum(a, others, k); }, nothing_more);
}

GALENA_CLONES
void relax_lines(const ColourPlane& a, const float* rhs, const float* others, float* x) {
    const auto source = [&](Index k) {
        return [row = rhs + k * a.pitch, sum = NeighbourSum(a, others, k)](Index h) { return row[h] + sum(h); };
    };
    sweep_lines(a, x, source, nothing_more);
}

GALENA_CLONES
void relax_lines(const ColourPlane& a, const float* rhs, const float* others, float* x, float* difference) {
    const auto source = [&](Index k) {
        return [row = rhs + k * a.pitch, sum = NeighbourSum(a, others, k)](Index h) { return row[h] + sum(h); };
    };
    sweep_lines(a, x, source, [=](Index row, Index begin, Index end) {
        const float* z = x + row;
        float* __restrict d = difference + row;
#pragma omp simd
        for (Index h = begin; h < end; ++h) d[h] -= z[h];
    });
}

GALENA_CLONES
void add_neighbours(const ColourPlane& a, const float* base, const float* others, float* sum) {
    for (Index k = 0; k < a.nz; ++k) {
        const NeighbourSum neighbours(a, others, k);
        const float* from = base + k * a.pitch;
        float* to = sum + k * a.pitch;
#pragma omp simd
        for (Index h = 0; h < a.pitch; ++h) to[h] = from[h] + neighbours(h);
    }
}

GALENA_CLONES
double dot_kernel(const float* a, const float* b, Index n) {
    double sum = 0;
    for (Index begin = 0; begin < n; begin += stretch) {
        const Index end = std::min(n, begin + stretch);
        const Index whole = end - (end - begin) % lanes;  // rows of a colour are whole vectors, others end as they like
        float lane[lanes] = {};
        for (Index i = begin; i < whole; i += lanes)
#pragma omp simd
            for (Index l = 0; l < lanes; ++l) lane[l] += a[i + l] * b[i + l];
        for (Index i = whole; i < end; ++i) lane[i - whole] += a[i] * b[i];
        sum += static_cast<double>(((lane[0] + lane[4]) + (lane[1] + lane[5])) + ((lane[2] + lane[6]) + (lane[3] + lane[7])));
    }
    return sum;
}

GALENA_CLONES
void add_scaled_kernel(float factor, const float* x, float* __restrict y, Index n) {
#pragma omp simd
    for (Index i = 0; i < n; ++i) y[i] += factor * x[i];
}

GALENA_CLONES
void combine_kernel(float a, float* __restrict x, float b, const float* y, Index n) {
#pragma omp simd
    for (Index i = 0; i < n; ++i) x[i] = a * x[i] + b * y[i];
}

GALENA_CLONES
void advance_kernel(const DirectionPlane& v, float beta, float alpha, Index n) {
    const float *correction = v.correction, *product = v.product;
    float* __restrict direction = v.direction, * __restrict image = v.image, * __restrict x = v.x, * __restrict residual = v.residual;
#pragma omp simd
    for (Index i = 0; i < n; ++i) {
        const float p = correction[i] + beta * direction[i], q = product[i] + beta * image[i];
        direction[i] = p;
        image[i] = q;
        x[i] += alpha * p;
        residual[i] -= alpha * q;
    }
}

GALENA_CLONES
void add_row(const float* row, float* __restrict sum, Index n) {
#pragma omp simd
    for (Index i = 0; i < n; ++i) sum[i] += row[i];
}

GALENA_CLONES
void split_row(const double* in, double scale, float* __restrict even, float* __restrict odd, Index nx) {
    const Index pairs = nx / 2;
#pragma omp simd
    for (Index h = 0; h < pairs; ++h) {
        even[h] = static_cast<float>(scale * in[2 * h]);
        odd[h] = static_cast<float>(scale * in[2 * h + 1]);
    }
    if (nx % 2 != 0) even[pairs] = static_cast<float>(scale * in[nx - 1]);
}

GALENA_CLONES
void split_row(const float* in, float* __restrict even, float* __restrict odd, Index nx) {
    const Index pairs = nx / 2;
#pragma omp simd
    for (Index h = 0; h < pairs; ++h) {
        even[h] = in[2 * h];
        odd[h] = in[2 * h + 1];
    }
    if (nx % 2 != 0) even[pairs] = in[nx - 1];
}

GALENA_CLONES
void merge_row(const float* even, const float* odd, double scale, double* __restrict out, Index nx) {
    const Index pairs = nx / 2;
#pragma omp simd
    for (Index h = 0; h < pairs; ++h) {
        out[2 * h] = scale * static_cast<double>(even[h]);
        out[2 * h + 1] = scale * static_cast<double>(odd[h]);
    }
    if (nx % 2 != 0) out[nx - 1] = scale * static_cast<double>(even[pairs]);
}

GALENA_CLONES
void merge_row(const float* even, const float* odd, float scale, float* __restrict out, Index nx) {
    const Index pairs = nx / 2;
#pragma omp simd
    for (Index h = 0; h < pairs; ++h) {
        out[2 * h] = scale * even[h];
        out[2 * h + 1] = scale * odd[h];
    }
    if (nx % 2 != 0) out[nx - 1] = scale * even[pairs];
}

GALENA_CLONES
void scale_row(const StencilRow<double>& row, const std::uint8_t* mask, double scale, const SingleRow& to, Index n) {
    float* __restrict east = to.east, * __restrict north = to.north, * __restrict above = to.above, * __restrict below = to.below;
    float* __restrict sides = to.sides, * __restrict tie = to.tie;
#pragma omp simd
    for (Index i = 0; i < n; ++i) {
        const double s = mask[i] != 0 ? scale : 0.0;
        const double e = s * row.east[i], w = s * row.west[i], v = s * row.north[i], u = s * row.south[i];
        const double a = s * row.above[i], b = s * row.below[i];
        const double rest = s * row.diagonal[i] - (((e + w) + (v + u)) + (a + b));
        east[i] = static_cast<float>(e);
        north[i] = static_cast<float>(v);
        above[i] = static_cast<float>(a);
        below[i] = static_cast<float>(b);
        sides[i] = (static_cast<float>(w) + static_cast<float>(e)) + (static_cast<float>(u) + static_cast<float>(v));
        tie[i] = static_cast<float>(rest > 0 ? rest : 0.0);
    }
}

// A line's matrix is M = diag − couplings with diag = tie + sides + below + above. Elimination from below gives
// pivot_k = above_k + t_k, t_k = tie_k + sides_k + below_k t_{k−1} / (below_k + t_{k−1}): all terms positive, so that a line that
// hangs on almost nothing keeps its small tie to full relative precision.
GALENA_CLONES
void line_pivots(const float* sides, const float* above, const float* below, const float* lower_tie, float* __restrict tie,
                 float* __restrict inverse_pivot, Index n) {
    if (below) {
#pragma omp simd
        for (Index h = 0; h < n; ++h) {
            const float bound = below[h] + lower_tie[h];
            tie[h] += below[h] * (lower_tie[h] / (bound > smallest_pivot ? bound : smallest_pivot));
        }
    }
#pragma omp simd
    for (Index h = 0; h < n; ++h) {
        tie[h] += sides[h];
        const float pivot = above[h] + tie[h];
        inverse_pivot[h] = (pivot > smallest_pivot ? 1.0f : 0.0f) / (pivot > smallest_pivot ? pivot : smallest_pivot);
    }
}

GALENA_CLONES
void side_couplings(const ColourPlane& a, Index k, float* sides) {
    const float *west = a.west + k * a.pitch, *east = a.east + k * a.pitch, *south = a.south + k * a.pitch, *north = a.north + k * a.pitch;
#pragma omp simd
    for (Index h = 0; h < a.pitch; ++h) sides[h] = (west[h] + east[h]) + (south[h] + north[h]);
}

}  // namespace galena
