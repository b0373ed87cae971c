#include "numerics/multigrid_setup.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "numerics/multigrid_kernel.hpp"

namespace galena {

namespace {

/// A coupling below this share of the strongest coupling across is too weak to join cells by. Layers are joined only where the vertical
/// dominates: the lines take care of it otherwise.
constexpr float weak_share = 0.1f, vertical_dominance = 4.0f;
/// Share of the faces between two slices of cells that must be strong for the slices to be joined.
constexpr double strong_faces = 0.9, strong_vertical_faces = 0.5;
/// Layers and planes looked at for that choice.
constexpr Index sampled_layers = 8, sampled_planes = 64;
constexpr Index sampled_cells = 4096;

/// Per face between slices along one direction: how many faces there are, and how many of them are strong.
struct FaceCounts {
    explicit FaceCounts(Index n) : all(static_cast<std::size_t>(n)), strong(static_cast<std::size_t>(n)) {}
    void add(Index slice, float coupling, float across, float share) {
        if (!(coupling > 0) && !(across > 0)) return;
        ++all[static_cast<std::size_t>(slice)];
        if (coupling >= share * across) ++strong[static_cast<std::size_t>(slice)];
    }
    void add(const FaceCounts& other) {
        for (std::size_t s = 0; s < all.size(); ++s) all[s] += other.all[s], strong[s] += other.strong[s];
    }
    [[nodiscard]] bool joins(Index slice, double share) const {
        const auto s = static_cast<std::size_t>(slice);
        return static_cast<double>(strong[s]) >= share * static_cast<double>(all[s]);
    }
    std::vector<Index> all, strong;
};

/// Rows of a level in natural order, with zeros beyond the sides.
class NaturalRow {
public:
    explicit NaturalRow(Index nx) : values_(static_cast<std::size_t>(nx + 1)) {}
    const float* read(const MultigridLevel& level, ColourArray Colour::*array, Index j, Index k) {
        if (j < 0 || k < 0) {
            std::fill(values_.begin(), values_.end(), 0.0f);
        } else {
            const auto even = static_cast<std::size_t>(MultigridLevel::colour_of_even(j));
            const Index at = level.row(j, k);
            merge_row((level.colours[even].*array).data() + at, (level.colours[1 - even].*array).data() + at, 1.0f, values_.data() + 1,
                      level.nx);
        }
        return values_.data() + 1;  // cell −1 may be read: it holds 0
    }

private:
    std::vector<float> values_;
};

/// Counts of every block of planes, in parallel, added up: count(begin, end, counts of the block).
template <std::size_t N, class Count>
void count_by_planes(const MultigridLevel& level, std::array<FaceCounts*, N> totals, Count&& count) {
    const Index block = level.planes_per_block();
    std::vector<std::vector<FaceCounts>> parts(static_cast<std::size_t>((level.ny + block - 1) / block));
    parallel_blocks(level.ny, block, [&](Index begin, Index end) {
        auto& part = parts[static_cast<std::size_t>(begin / block)];
        for (const auto* total : totals) part.emplace_back(std::ssize(total->all));
        count(begin, end, part);
    });
    for (const auto& part : parts)
        for (std::size_t n = 0; n < N; ++n) totals[n]->add(part[n]);
}

/// Counts strong faces in a sample of layers: faces between columns along x and y.
void count_horizontal_faces(const MultigridLevel& level, FaceCounts& x_total, FaceCounts& y_total) {
    const Index step = std::max<Index>(1, level.nz / sampled_layers);
    count_by_planes<2>(level, {&x_total, &y_total}, [&](Index begin, Index end, std::vector<FaceCounts>& counts) {
        auto &x = counts[0], &y = counts[1];
        NaturalRow east_row(level.nx), north_row(level.nx), south_row(level.nx), beyond_row(level.nx);
        for (Index j = begin; j < end; ++j)
            for (Index k = step / 2; k < level.nz; k += step) {
                const float *east = east_row.read(level, &Colour::east, j, k), *north = north_row.read(level, &Colour::north, j, k);
                const float* south = south_row.read(level, &Colour::north, j - 1, k);
                const float* beyond = beyond_row.read(level, &Colour::east, j + 1 < level.ny ? j + 1 : -1, k);
                for (Index i = 0; i < level.nx; ++i) {
                    const auto across_x = [&](Index c) { return std::max(north[c], south[c]); };
                    if (i + 1 < level.nx) x.add(i, east[i], std::max(across_x(i), across_x(i + 1)), weak_share);
                    if (j + 1 < level.ny)
                        y.add(j, north[i], std::max(std::max(east[i], east[i - 1]), std::max(beyond[i], beyond[i - 1])), weak_share);
                }
            }
    });
}

/// Counts strong faces between layers in a sample of planes.
void count_vertical_faces(const MultigridLevel& level, FaceCounts& total) {
    const Index step = std::max<Index>(1, level.ny / sampled_planes);
    count_by_planes<1>(level, {&total}, [&](Index begin, Index end, std::vector<FaceCounts>& counts) {
        auto& z = counts[0];
        NaturalRow below_row(level.nx), east_row(level.nx), north_row(level.nx), south_row(level.nx);
        std::vector<float> lower(static_cast<std::size_t>(level.nx)), across(static_cast<std::size_t>(level.nx));
        for (Index j = begin; j < end; ++j) {
            if (j % step != step / 2) continue;
            for (Index k = 0; k < level.nz; ++k) {
                const float *east = east_row.read(level, &Colour::east, j, k), *north = north_row.read(level, &Colour::north, j, k);
                const float *south = south_row.read(level, &Colour::north, j - 1, k),
                            *below = below_row.read(level, &Colour::above, j, k - 1);
                for (Index i = 0; i < level.nx; ++i) {
                    const auto c = static_cast<std::size_t>(i);
                    across[c] = std::max(std::max(east[i], east[i - 1]), std::max(north[i], south[i]));
                    if (k > 0) z.add(k - 1, below[i], std::max(across[c], lower[c]), vertical_dominance);
                }
                std::swap(lower, across);
            }
        }
    });
}

/// Joins neighbouring slices in pairs.
CellGroups join(Index n, const FaceCounts& counts, double share) {
    CellGroups groups;
    bool single = false;
    for (Index i = 0; i < n; ++i) {
        if (single && counts.joins(i - 1, share)) {
            single = false;
            continue;
        }
        groups.start.push_back(i);
        single = true;
    }
    groups.start.push_back(n);
    return groups;
}

template <class Body>
void for_each_plane(const MultigridLevel& level, Body&& body) {
    parallel_blocks(level.ny, level.planes_per_block(), [&](Index begin, Index end) {
        for (Index j = begin; j < end; ++j) body(j);
    });
}

/// The operator's row that becomes row (j, k) of the finest level: its own, or gathered along y when the level is transposed.
class OperatorRow {
public:
    OperatorRow(const StencilView<double>& a, std::span<const std::uint8_t> coupled, bool transposed)
        : a_(a), coupled_(coupled), transposed_(transposed) {
        if (!transposed) return;
        for (auto& v : values_) v.resize(static_cast<std::size_t>(a.ny));
        mask_.resize(static_cast<std::size_t>(a.ny));
    }

    void read(Index j, Index k) {
        if (!transposed_) {
            row = a_.row(k * a_.ny + j);
            mask = coupled_.data() + (k * a_.ny + j) * a_.nx;
            return;
        }
        for (Index i = 0; i < a_.ny; ++i) {
            const auto from = a_.row(k * a_.ny + i);
            const auto c = static_cast<std::size_t>(i);
            const std::array<const double*, 7> arrays = {from.diagonal, from.south, from.north, from.west,
                                                         from.east,     from.below, from.above};
            for (std::size_t s = 0; s < 7; ++s) values_[s][c] = arrays[s][j];
            mask_[c] = coupled_[static_cast<std::size_t>((k * a_.ny + i) * a_.nx + j)];
        }
        row = {values_[0].data(), values_[1].data(), values_[2].data(), values_[3].data(),
               values_[4].data(), values_[5].data(), values_[6].data()};
        mask = mask_.data();
    }

    StencilRow<double> row{};
    const std::uint8_t* mask = nullptr;

private:
    const StencilView<double>& a_;
    std::span<const std::uint8_t> coupled_;
    bool transposed_;
    std::array<std::vector<double>, 7> values_;
    std::vector<std::uint8_t> mask_;
};

/// Sums over the columns of each group: row holds the even and the odd cells of a fine row, sums the cells of a coarse row.
/// Of eastward couplings only those count that leave their group.
void add_groups(const MultigridLevel& fine, const float* row_even, const float* row_odd, bool leaving, float* sums) {
    if (fine.pairs) {
        if (!leaving) add_row(row_even, sums, fine.half);
        add_row(row_odd, sums, fine.half);
        return;
    }
    for (Index c = 0; c < fine.x_groups.count(); ++c)
        for (Index i = leaving ? fine.x_groups.end(c) - 1 : fine.x_groups.begin(c); i < fine.x_groups.end(c); ++i)
            sums[c] += (i % 2 == 0 ? row_even : row_odd)[i / 2];
}

/// Adds up row (plane, layer) of one array of the coarse level from rows of the fine one.
class CoarseRow {
public:
    CoarseRow(const MultigridLevel& fine, MultigridLevel& coarse)
        : fine_(fine), coarse_(coarse), sums_(static_cast<std::size_t>(std::max(fine.half, coarse.nx))) {}

    void sum(ColourArray Colour::*array, Index plane, Index layer, Index first_j, Index first_k, bool leaving = false) {
        std::fill(sums_.begin(), sums_.end(), 0.0f);
        for (Index j = first_j; j < fine_.y_groups.end(plane); ++j)
            for (Index k = first_k; k < fine_.z_groups.end(layer); ++k) {
                const auto even = static_cast<std::size_t>(MultigridLevel::colour_of_even(j));
                const Index at = fine_.row(j, k);
                add_groups(fine_, (fine_.colours[even].*array).data() + at, (fine_.colours[1 - even].*array).data() + at, leaving,
                           sums_.data());
            }
        const auto even = static_cast<std::size_t>(MultigridLevel::colour_of_even(plane));
        const Index at = coarse_.row(plane, layer);
        split_row(sums_.data(), (coarse_.colours[even].*array).data() + at, (coarse_.colours[1 - even].*array).data() + at, coarse_.nx);
    }

private:
    const MultigridLevel& fine_;
    MultigridLevel& coarse_;
    std::vector<float> sums_;
};

/// Pivots of all lines of plane j from the ties in x, which stay. `ties` has room for a row of each of two layers.
void pivots_of_plane(MultigridLevel& level, Index j, std::vector<float>& ties) {
    ties.resize(static_cast<std::size_t>(3 * level.half));
    for (int colour = 0; colour < 2; ++colour) {
        auto& c = level.colours[static_cast<std::size_t>(colour)];
        const auto plane = colour_plane(level, colour, j);
        float *sides = ties.data(), *bound = sides + level.half, *lower = bound + level.half;
        for (Index k = 0; k < level.nz; ++k) {
            const Index at = level.row(j, k);
            side_couplings(plane, k, sides);
            std::copy_n(c.x.data() + at, level.half, bound);
            line_pivots(sides, c.above.data() + at, k > 0 ? c.above.data() + at - level.half : nullptr, lower, bound,
                        c.inverse_pivot.data() + at, level.half);
            std::swap(bound, lower);
        }
    }
}

}  // namespace

double power_of_two_scale(const StencilView<double>& a, std::span<const std::uint8_t> coupled) {
    double largest = 0;
    const Index n = a.cell_count(), step = std::max<Index>(1, n / sampled_cells);
    for (Index c = 0; c < n; c += step)
        if (coupled[static_cast<std::size_t>(c)]) largest = std::max(largest, a.diagonal[c]);
    return largest > 0 ? std::exp2(-std::round(std::log2(largest))) : 1.0;
}

void fill_finest_level(const StencilView<double>& a, std::span<const std::uint8_t> coupled, bool transposed, double scale,
                       MultigridLevel& level) {
    level.shape(transposed ? a.ny : a.nx, transposed ? a.nx : a.ny, a.nz);
    const auto n = static_cast<std::size_t>(level.nx);
    parallel_blocks(level.ny, level.planes_per_block(), [&](Index begin, Index end) {
        OperatorRow from(a, coupled, transposed);
        std::vector<float> rows(6 * n), lower(n * static_cast<std::size_t>(end - begin));
        float *east = rows.data(), *north = east + n, *above = north + n, *below = above + n, *sides = below + n, *inverse = sides + n;
        std::vector<float> tie(n);
        for (Index k = 0; k < level.nz; ++k)  // rows of a layer lie side by side in the operator
            for (Index j = begin; j < end; ++j) {
                from.read(j, k);
                scale_row(from.row, from.mask, scale, {east, north, above, below, sides, tie.data()}, level.nx);
                const Index at = level.row(j, k);
                auto &even = level.colours[static_cast<std::size_t>(MultigridLevel::colour_of_even(j))],
                     &odd = level.colours[static_cast<std::size_t>(1 - MultigridLevel::colour_of_even(j))];
                split_row(tie.data(), even.x.data() + at, odd.x.data() + at, level.nx);
                float* bound = lower.data() + (j - begin) * level.nx;
                line_pivots(sides, above, k > 0 ? below : nullptr, bound, tie.data(), inverse, level.nx);
                std::copy(tie.begin(), tie.end(), bound);
                split_row(east, even.east.data() + at, odd.east.data() + at, level.nx);
                split_row(north, even.north.data() + at, odd.north.data() + at, level.nx);
                split_row(above, even.above.data() + at, odd.above.data() + at, level.nx);
                split_row(inverse, even.inverse_pivot.data() + at, odd.inverse_pivot.data() + at, level.nx);
            }
    });
}

bool choose_groups(MultigridLevel& level) {
    FaceCounts x(level.nx), y(level.ny), z(level.nz);
    count_horizontal_faces(level, x, y);
    count_vertical_faces(level, z);
    // Where neither direction has enough that is strong, the choice is made for them.
    for (const double share : {strong_faces, 0.5, 0.0}) {
        level.x_groups = join(level.nx, x, share);
        level.y_groups = join(level.ny, y, share);
        if (5 * level.x_groups.count() * level.y_groups.count() <= 4 * level.nx * level.ny) break;
    }
    level.z_groups = join(level.nz, z, strong_vertical_faces);
    level.pairs = level.x_groups.pairs() && level.y_groups.pairs();
    return level.x_groups.count() * level.y_groups.count() < level.nx * level.ny;
}

void fill_coarse_level(const MultigridLevel& fine, MultigridLevel& coarse) {
    coarse.shape(fine.x_groups.count(), fine.y_groups.count(), fine.z_groups.count());
    for_each_plane(coarse, [&](Index plane) {
        CoarseRow row(fine, coarse);
        for (Index layer = 0; layer < coarse.nz; ++layer) {
            const Index j = fine.y_groups.begin(plane), k = fine.z_groups.begin(layer);
            row.sum(&Colour::x, plane, layer, j, k);
            row.sum(&Colour::east, plane, layer, j, k, true);
            row.sum(&Colour::north, plane, layer, fine.y_groups.end(plane) - 1, k);
            row.sum(&Colour::above, plane, layer, j, fine.z_groups.end(layer) - 1);
        }
    });
    parallel_blocks(coarse.ny, coarse.planes_per_block(), [&](Index begin, Index end) {
        std::vector<float> ties;
        for (Index j = begin; j < end; ++j) pivots_of_plane(coarse, j, ties);
    });
}

}  // namespace galena
