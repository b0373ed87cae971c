#include "numerics/multigrid_kernel.hpp"

#include <algorithm>

#include "numerics/vector_kernel.hpp"

// The release build is portable: it also carries these loops for AVX2 and picks at start-up. Both give the same bits, because no
// products are contracted (-ffp-contract=off) and sums keep their own lanes. Sanitizers do not get on with picking at start-up.
#if defined(__x86_64__) && !defined(__AVX2__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define GALENA_CLONES [[gnu::target_clones("avx2", "default")]]
#else
#define GALENA_CLONES
#endif

namespace galena {

namespace {

/// Cells of a row swept together through all layers: with 8 arrays and 256 layers they fill 0.5 MB, a core's own cache.
constexpr Index tile = 64;
/// Couplings are about 1 at most: a pivot this small is none.
constexpr float smallest_pivot = 1e-30f;

/// One colour of one row: where its cells and their neighbours in the row lie.
struct ColourRow {
    Index own, west, east;  ///< offsets of the first cell of the colour, of its western and of its eastern neighbour
};

inline ColourRow colour_row(const MultigridPlane& a, int colour, Index k) {
    const Index row = k * 2 * a.half;
    return colour == 0 ? ColourRow{row, row + a.half - 1, row + a.half} : ColourRow{row + a.half, row, row + 1};
}

/// Σ horizontal couplings · neighbours of cell h of a colour. The coupling to the west is the western neighbour's to the east.
struct HorizontalSum {
    const float *east_of_west, *east, *south, *north, *x_west, *x_east, *x_south, *x_north;

    HorizontalSum(const MultigridPlane& a, const ColourRow& row, const float* x)
        : east_of_west(a.east + row.west), east(a.east + row.own), south(a.south + row.own), north(a.north + row.own), x_west(x + row.west),
          x_east(x + row.east), x_south(a.x_south + row.own), x_north(a.x_north + row.own) {}

    float operator()(Index h) const {
        return (east_of_west[h] * x_west[h] + east[h] * x_east[h]) + (south[h] * x_south[h] + north[h] * x_north[h]);
    }
};

/// From the top but one down: x += above · x_above / pivot.
inline void lines_down(const MultigridPlane& a, Index own, Index begin, Index end, float* x) {
    const Index pitch = 2 * a.half;
    for (Index k = a.nz - 1; k-- > 0;) {
        const Index row = k * pitch + own;
        const float *above = a.above + row, *inverse = a.inverse_pivot + row, *upper = x + row + pitch;
        float* __restrict z = x + row;
#pragma omp simd
        for (Index h = begin; h < end; ++h) z[h] += (above[h] * upper[h]) * inverse[h];
    }
}

}  // namespace

MultigridPlane plane_of(const MultigridLevel& level, const float* x, Index j) {
    const Index plane = level.plane(), at = j * plane;
    const float* nothing = level.nothing.data();
    const bool south = j > 0, north = j + 1 < level.ny;
    const float* diagonal = level.diagonal.size() > 0 ? level.diagonal.data() + at : nullptr;
    return {level.nz,
            level.half,
            (level.nx + 1) / 2,
            level.east.data() + at,
            level.north.data() + at,
            south ? level.north.data() + at - plane : nothing,
            level.above.data() + at,
            level.inverse_pivot.data() + at,
            diagonal,
            south ? x + at - plane : nothing,
            north ? x + at + plane : nothing};
}

GALENA_CLONES
void relax_zero_lines(const MultigridPlane& a, int colour, const float* rhs, float* x) {
    const Index pitch = 2 * a.half, own = colour * a.half;
    for (Index begin = 0; begin < a.cells; begin += tile) {
        const Index end = std::min(a.cells, begin + tile);
        for (Index k = 0; k < a.nz; ++k) {
            const Index row = k * pitch + own, lower_row = k > 0 ? row - pitch : row;
            const float *b = rhs + row, *inverse = a.inverse_pivot + row, *below = a.above + lower_row, *lower = x + lower_row;
            float* __restrict z = x + row;
            if (k == 0)
#pragma omp simd
                for (Index h = begin; h < end; ++h) z[h] = b[h] * inverse[h];
            else
#pragma omp simd
                for (Index h = begin; h < end; ++h) z[h] = (b[h] + below[h] * lower[h]) * inverse[h];
        }
        lines_down(a, own, begin, end, x);
    }
}

GALENA_CLONES
void relax_lines(const MultigridPlane& a, int colour, const float* rhs, float* x) {
    const Index pitch = 2 * a.half;
    for (Index begin = 0; begin < a.cells; begin += tile) {
        const Index end = std::min(a.cells, begin + tile);
        for (Index k = 0; k < a.nz; ++k) {
            const ColourRow at = colour_row(a, colour, k);
            const HorizontalSum sum(a, at, x);
            const Index lower_row = k > 0 ? at.own - pitch : at.own;
            const float *b = rhs + at.own, *inverse = a.inverse_pivot + at.own, *below = a.above + lower_row, *lower = x + lower_row;
            float* __restrict z = x + at.own;
            if (k == 0)
#pragma omp simd
                for (Index h = begin; h < end; ++h) z[h] = (b[h] + sum(h)) * inverse[h];
            else
#pragma omp simd
                for (Index h = begin; h < end; ++h) z[h] = ((b[h] + sum(h)) + below[h] * lower[h]) * inverse[h];
        }
        lines_down(a, colour * a.half, begin, end, x);
    }
}

GALENA_CLONES
void neighbour_sum_row(const MultigridPlane& a, int colour, Index k, const float* x, float* result) {
    const HorizontalSum sum(a, colour_row(a, colour, k), x);
#pragma omp simd
    for (Index h = 0; h < a.cells; ++h) result[h] = sum(h);
}

GALENA_CLONES
std::array<double, 3> apply_plane(const MultigridPlane& a, const float* x, float* product, const float* other, const float* rhs) {
    const Index pitch = 2 * a.half;
    std::array<double, 3> dots{};
    float buffer[tile];
    for (Index k = 0; k < a.nz; ++k)
        for (int colour = 0; colour < 2; ++colour) {
            const ColourRow at = colour_row(a, colour, k);
            const HorizontalSum sum(a, at, x);
            const Index lower_row = k > 0 ? at.own - pitch : at.own, upper_row = k + 1 < a.nz ? at.own + pitch : at.own;
            const float *diagonal = a.diagonal + at.own, *centre = x + at.own;
            const float *above = a.above + at.own, *upper = x + upper_row, *below = a.above + lower_row, *lower = x + lower_row;
            const float has_lower = k > 0 ? 1.0f : 0.0f;
            for (Index begin = 0; begin < a.cells; begin += tile) {
                const Index n = std::min(tile, a.cells - begin);
                float* __restrict v = product ? product + at.own + begin : buffer;
#pragma omp simd
                for (Index i = 0; i < n; ++i) {
                    const Index h = begin + i;
                    v[i] = diagonal[h] * centre[h] - (sum(h) + ((has_lower * below[h]) * lower[h] + above[h] * upper[h]));
                }
                const float *c = centre + begin, *o = other + at.own + begin, *b = rhs + at.own + begin;
                dots[0] += lane_sum(n, [=](Index i) { return static_cast<double>(c[i]) * static_cast<double>(v[i]); });
                dots[1] += lane_sum(n, [=](Index i) { return static_cast<double>(c[i]) * static_cast<double>(o[i]); });
                dots[2] += lane_sum(n, [=](Index i) { return static_cast<double>(c[i]) * static_cast<double>(b[i]); });
            }
        }
    return dots;
}

GALENA_CLONES
std::array<double, 2> subtract_kernel(float factor, const float* product, float* rhs, Index n) {
    std::array<double, 2> squares{};
    for (Index begin = 0; begin < n; begin += tile) {
        const Index m = std::min(tile, n - begin);
        float* __restrict b = rhs + begin;
        const float* v = product + begin;
        squares[0] += lane_sum(m, [=](Index i) { return static_cast<double>(b[i]) * static_cast<double>(b[i]); });
#pragma omp simd
        for (Index i = 0; i < m; ++i) b[i] -= factor * v[i];
        squares[1] += lane_sum(m, [=](Index i) { return static_cast<double>(b[i]) * static_cast<double>(b[i]); });
    }
    return squares;
}

GALENA_CLONES
void combine_kernel(float a, const float* first, float b, float* x, Index n) {
#pragma omp simd
    for (Index i = 0; i < n; ++i) x[i] = a * first[i] + b * x[i];
}

GALENA_CLONES
void split_row(const double* in, double scale, float* row, Index nx, Index half) {
    float *even = row, *odd = row + half;
    const Index pairs = nx / 2;
#pragma omp simd
    for (Index h = 0; h < pairs; ++h) {
        even[h] = static_cast<float>(scale * in[2 * h]);
        odd[h] = static_cast<float>(scale * in[2 * h + 1]);
    }
    if (nx % 2 != 0) even[pairs] = static_cast<float>(scale * in[nx - 1]);
}

GALENA_CLONES
void merge_row(const float* row, double* out, Index nx, Index half) {
    const float *even = row, *odd = row + half;
    const Index pairs = nx / 2;
#pragma omp simd
    for (Index h = 0; h < pairs; ++h) {
        out[2 * h] = static_cast<double>(even[h]);
        out[2 * h + 1] = static_cast<double>(odd[h]);
    }
    if (nx % 2 != 0) out[nx - 1] = static_cast<double>(even[pairs]);
}

// A line's matrix is M = diag − couplings with diag = tie + horizontal + below + above. Elimination from below gives
// pivot_k = above_k + t_k, t_k = tie_k + horizontal_k + below_k t_{k−1} / (below_k + t_{k−1}): all terms positive, so that a line that
// hangs on almost nothing keeps its small tie to full relative precision.
void line_pivots(const MultigridPlane& a, float* tie, float* inverse_pivot) {
    const Index pitch = 2 * a.half;
    for (Index k = 0; k < a.nz; ++k)
        for (int colour = 0; colour < 2; ++colour) {
            const ColourRow at = colour_row(a, colour, k);
            const float *west = a.east + at.west, *east = a.east + at.own, *south = a.south + at.own, *north = a.north + at.own;
            const float* above = a.above + at.own;
            float *t = tie + at.own, *inverse = inverse_pivot + at.own;
            for (Index h = 0; h < a.cells; ++h) {
                const float below = k > 0 ? above[h - pitch] : 0.0f, lower = k > 0 ? t[h - pitch] : 0.0f;
                const float through = below > 0 ? below * (lower / (below + lower)) : 0.0f;
                t[h] += ((west[h] + east[h]) + (south[h] + north[h])) + through;
                const float pivot = above[h] + t[h];
                inverse[h] = pivot > smallest_pivot ? 1 / pivot : 0.0f;
            }
        }
}

}  // namespace galena
