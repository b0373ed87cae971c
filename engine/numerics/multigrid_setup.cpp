#include "numerics/multigrid_setup.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "numerics/multigrid_kernel.hpp"

namespace galena {

namespace {

constexpr Index floats_per_cache_line = 16;
/// Planes are put together into blocks of at least this many cells; levels with fewer than the second run on one thread, because
/// starting another takes longer than the work.
constexpr Index cells_per_block = 8192, cells_worth_threads = 32768;
/// A coupling below this share of the strongest coupling across is too weak to join cells by.
constexpr float weak_share = 0.1f;
/// Share of the faces between two slices of cells that must be strong for the slices to be joined.
constexpr double strong_faces = 0.9;
/// Layers looked at for that choice.
constexpr Index sampled_layers = 8;
constexpr Index sampled_cells = 4096;

/// Power of two near 1 / the largest diagonal among a sample of coupled cells.
double power_of_two_scale(const StencilView<double>& a, std::span<const std::uint8_t> coupled) {
    double largest = 0;
    const Index n = a.cell_count(), step = std::max<Index>(1, n / sampled_cells);
    for (Index c = 0; c < n; c += step)
        if (coupled[static_cast<std::size_t>(c)]) largest = std::max(largest, a.diagonal[c]);
    return largest > 0 ? std::exp2(-std::round(std::log2(largest))) : 1.0;
}

/// Per face between slices along one direction: how many faces there are, and how many of them are strong.
struct FaceCounts {
    explicit FaceCounts(Index n) : all(static_cast<std::size_t>(n)), strong(static_cast<std::size_t>(n)) {}
    void add(Index slice, float coupling, float across) {
        if (!(coupling > 0) && !(across > 0)) return;
        ++all[static_cast<std::size_t>(slice)];
        if (coupling >= weak_share * across) ++strong[static_cast<std::size_t>(slice)];
    }
    [[nodiscard]] bool joins(Index slice, double share) const {
        const auto s = static_cast<std::size_t>(slice);
        return static_cast<double>(strong[s]) >= share * static_cast<double>(all[s]);
    }
    std::vector<Index> all, strong;
};

/// Counts strong faces in a sample of the layers, on one thread: the sample is small against one cycle.
std::array<FaceCounts, 2> count_strong_faces(const MultigridLevel& level) {
    std::array<FaceCounts, 2> counts{FaceCounts(level.nx), FaceCounts(level.ny)};
    const Index step_k = std::max<Index>(1, level.nz / sampled_layers);
    const auto east = [&](Index i, Index at) { return i >= 0 ? level.east.data()[at + level.position(i)] : 0.0f; };
    const auto north = [&](Index i, Index at) { return at >= 0 ? level.north.data()[at + level.position(i)] : 0.0f; };
    for (Index j = 0; j < level.ny; ++j)
        for (Index k = step_k / 2; k < level.nz; k += step_k) {
            const Index at = j * level.plane() + k * level.pitch(), south = at - level.plane(), beyond = at + level.plane();
            for (Index i = 0; i < level.nx; ++i) {
                const auto across_x = [&](Index c) { return std::max(north(c, at), north(c, south)); };
                const auto across_y = [&](Index row) { return std::max(east(i, row), east(i - 1, row)); };
                if (i + 1 < level.nx) counts[0].add(i, east(i, at), std::max(across_x(i), across_x(i + 1)));
                if (j + 1 < level.ny) counts[1].add(j, north(i, at), std::max(across_y(at), across_y(beyond)));
            }
        }
    return counts;
}

/// Joins neighbouring slices into groups of at most `most`.
CellGroups join(Index n, Index most, const FaceCounts& counts, double share) {
    CellGroups groups;
    for (Index i = 0, in_group = 0; i < n; ++i) {
        if (i > 0 && in_group < most && counts.joins(i - 1, share)) {
            ++in_group;
            continue;
        }
        groups.start.push_back(i);
        in_group = 1;
    }
    groups.start.push_back(n);
    return groups;
}

/// For every cell along a direction: the group it belongs to.
std::vector<Index> group_of_cell(const CellGroups& groups) {
    std::vector<Index> group;
    for (Index c = 0; c < groups.count(); ++c)
        for (Index i = groups.start[static_cast<std::size_t>(c)]; i < groups.start[static_cast<std::size_t>(c + 1)]; ++i)
            group.push_back(c);
    return group;
}

template <class Body>
void for_each_plane(const MultigridLevel& level, Body&& body) {
    parallel_blocks(level.ny, level.planes_per_block(), [&](Index begin, Index end) {
        for (Index j = begin; j < end; ++j) body(j);
    });
}

/// diagonal = tie + all couplings, on one plane.
void sum_diagonal(MultigridLevel& level, Index j) {
    const auto plane = plane_of(level, level.x.data(), j);
    for (Index k = 0; k < level.nz; ++k)
        for (Index i = 0; i < level.nx; ++i) {
            const Index at = k * level.pitch() + level.position(i);
            const float west = i > 0 ? plane.east[k * level.pitch() + level.position(i - 1)] : 0.0f;
            const float below = k > 0 ? plane.above[at - level.pitch()] : 0.0f;
            const float sum = ((west + plane.east[at]) + (plane.south[at] + plane.north[at])) + (below + plane.above[at]);
            level.diagonal.data()[j * level.plane() + at] = level.x.data()[j * level.plane() + at] + sum;
        }
}

}  // namespace

MultigridLevel::MultigridLevel(Index columns, Index planes, Index layers)
    : nx(columns), ny(planes), nz(layers),
      half(((nx + 1) / 2 + floats_per_cache_line / 2) / (floats_per_cache_line / 2) * (floats_per_cache_line / 2)), east(size()),
      north(size()), above(size()), inverse_pivot(size()), rhs(size()), x(size()), nothing(static_cast<std::size_t>(plane())) {}

Index MultigridLevel::planes_per_block() const {
    return cells() < cells_worth_threads ? ny : std::max<Index>(1, cells_per_block / (nx * nz));
}

std::size_t MultigridLevel::bytes() const {
    std::size_t sum = nothing.size() * sizeof(float);
    for (const auto* array : {&east, &north, &above, &inverse_pivot, &diagonal, &rhs, &x, &first, &product}) sum += array->bytes();
    return sum;
}

MultigridLevel finest_level(const StencilView<double>& a, std::span<const std::uint8_t> coupled, bool transposed) {
    MultigridLevel level = transposed ? MultigridLevel(a.ny, a.nx, a.nz) : MultigridLevel(a.nx, a.ny, a.nz);
    const double scale = power_of_two_scale(a, coupled);
    for_each_plane(level, [&](Index j) {
        for (Index k = 0; k < level.nz; ++k) {
            float *east = level.east.data() + j * level.plane() + k * level.pitch(),
                  *north = level.north.data() + (east - level.east.data());
            float *above = level.above.data() + (east - level.east.data()), *tie = level.x.data() + (east - level.east.data());
            for (Index i = 0; i < level.nx; ++i) {
                const Index natural_i = transposed ? j : i, natural_j = transposed ? i : j, r = k * a.ny + natural_j;
                const auto row = a.row(r);
                const Index at = level.position(i);
                if (!coupled[static_cast<std::size_t>(r * a.nx + natural_i)]) continue;
                const double x = row.east[natural_i], y = row.north[natural_i], z = row.above[natural_i];
                const double sum = ((x + row.west[natural_i]) + (y + row.south[natural_i])) + (z + row.below[natural_i]);
                east[at] = static_cast<float>(scale * (transposed ? y : x));
                north[at] = static_cast<float>(scale * (transposed ? x : y));
                above[at] = static_cast<float>(scale * z);
                tie[at] = static_cast<float>(scale * std::max(0.0, row.diagonal[natural_i] - sum));
            }
        }
    });
    return level;
}

bool choose_groups(MultigridLevel& level) {
    const auto counts = count_strong_faces(level);
    // Where one direction has nothing strong to join, the other is joined by fours. Where neither has, the choice is made for them.
    for (const double share : {strong_faces, 0.5, 0.0}) {
        level.x_groups = join(level.nx, 2, counts[0], share);
        level.y_groups = join(level.ny, 2, counts[1], share);
        if (level.y_groups.count() == level.ny) level.x_groups = join(level.nx, 2, counts[0], share);
        else if (level.x_groups.count() == level.nx) level.y_groups = join(level.ny, 2, counts[1], share);
        if (5 * level.x_groups.count() * level.y_groups.count() <= 4 * level.nx * level.ny) break;
    }
    level.pairs = level.x_groups.pairs() && level.y_groups.pairs();
    return level.x_groups.count() * level.y_groups.count() < level.nx * level.ny;
}

MultigridLevel coarse_level(const MultigridLevel& fine) {
    MultigridLevel coarse(fine.x_groups.count(), fine.y_groups.count(), fine.nz);
    const auto x_group = group_of_cell(fine.x_groups), y_group = group_of_cell(fine.y_groups);
    std::vector<Index> at(x_group.size());
    for (std::size_t i = 0; i < at.size(); ++i) at[i] = coarse.position(x_group[i]);
    for_each_plane(coarse, [&](Index plane) {
        const Index last = fine.y_groups.start[static_cast<std::size_t>(plane + 1)] - 1;
        for (Index j = fine.y_groups.start[static_cast<std::size_t>(plane)]; j <= last; ++j)
            for (Index k = 0; k < fine.nz; ++k) {
                const Index from = j * fine.plane() + k * fine.pitch(), to = plane * coarse.plane() + k * coarse.pitch();
                for (Index i = 0; i < fine.nx; ++i) {
                    const auto c = static_cast<std::size_t>(i);
                    const Index f = from + fine.position(i), g = to + at[c];
                    coarse.above.data()[g] += fine.above.data()[f];
                    coarse.x.data()[g] += fine.x.data()[f];
                    if (j == last) coarse.north.data()[g] += fine.north.data()[f];
                    if (i + 1 < fine.nx && x_group[c + 1] != x_group[c]) coarse.east.data()[g] += fine.east.data()[f];
                }
            }
    });
    coarse.diagonal = FloatArray(coarse.size());
    for_each_plane(coarse, [&](Index j) { sum_diagonal(coarse, j); });
    return coarse;
}

void complete_level(MultigridLevel& level) {
    for_each_plane(level, [&](Index j) {
        float* tie = level.x.data() + j * level.plane();
        line_pivots(plane_of(level, tie, j), tie, level.inverse_pivot.data() + j * level.plane());
    });
    level.x.clear();
}

}  // namespace galena
