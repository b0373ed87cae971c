#include "numerics/multigrid.hpp"

#include <algorithm>

#include "numerics/block_sums.hpp"
#include "numerics/multigrid_kernel.hpp"
#include "numerics/multigrid_setup.hpp"

namespace galena {

namespace {

/// Columns of a level that is solved directly: its band is that wide.
constexpr Index columns_solved_directly = 32;
/// Rows shorter than this are too short to vectorise: the longer horizontal direction is then taken along the rows.
constexpr Index short_row = 16;
/// Two inner iterations on a level are worth their while if it is this much smaller than the level where work was last doubled: work
/// per cycle then stays bounded. Small levels may take more: where columns are joined in one direction only, they decide.
constexpr double shrink_for_two_iterations = 2.8, shrink_of_small_levels = 1.5, small_share = 0.25;
/// The second inner iteration is left out when the first reduced the square of the residual by this factor (Notay 2010).
constexpr double enough_reduction = 0.0625;

template <class Body>
void for_each_plane(const MultigridLevel& level, Body&& body) {
    parallel_blocks(level.ny, level.planes_per_block(), [&](Index begin, Index end) {
        for (Index j = begin; j < end; ++j) body(j);
    });
}

/// colour 0 of the chess board: even cells of even planes, odd cells of odd planes.
int half_of(int colour, Index j) { return static_cast<int>((colour + j) & 1); }

void relax(MultigridLevel& level, int colour) {
    for_each_plane(level, [&](Index j) {
        const Index at = j * level.plane();
        relax_lines(plane_of(level, level.x.data(), j), half_of(colour, j), level.rhs.data() + at, level.x.data() + at);
    });
}

void relax_zero(MultigridLevel& level, int colour) {
    for_each_plane(level, [&](Index j) {
        const Index at = j * level.plane();
        relax_zero_lines(plane_of(level, level.x.data(), j), half_of(colour, j), level.rhs.data() + at, level.x.data() + at);
    });
}

/// rhs of the coarse level = sums over its groups of the residual on colour 0; colour 1, relaxed last, has none left.
void restrict_residual(const MultigridLevel& fine, MultigridLevel& coarse) {
    for_each_plane(coarse, [&](Index plane) {
        std::vector<float> residual(static_cast<std::size_t>(fine.half)), sums(static_cast<std::size_t>(coarse.nx));
        for (Index k = 0; k < fine.nz; ++k) {
            std::fill(sums.begin(), sums.end(), 0.0f);
            for (Index j = fine.y_groups.start[static_cast<std::size_t>(plane)];
                 j < fine.y_groups.start[static_cast<std::size_t>(plane + 1)]; ++j) {
                const float* x = fine.x.data() + j * fine.plane();
                const int half = half_of(0, j);
                neighbour_sum_row(plane_of(fine, fine.x.data(), j), half, k, x, residual.data());
                if (fine.pairs) {
                    for (Index c = 0; c < coarse.nx; ++c) sums[static_cast<std::size_t>(c)] += residual[static_cast<std::size_t>(c)];
                } else {
                    for (Index c = 0; c < coarse.nx; ++c)
                        for (Index i = fine.x_groups.start[static_cast<std::size_t>(c)];
                             i < fine.x_groups.start[static_cast<std::size_t>(c + 1)]; ++i)
                            if ((i & 1) == half) sums[static_cast<std::size_t>(c)] += residual[static_cast<std::size_t>(i >> 1)];
                }
            }
            float* out = coarse.rhs.data() + plane * coarse.plane() + k * coarse.pitch();
            for (Index c = 0; c < coarse.nx; ++c) out[coarse.position(c)] = sums[static_cast<std::size_t>(c)];
        }
    });
}

/// x of colour 0 += x of the group; colour 1 is relaxed next and takes nothing from its own old value.
void prolong(MultigridLevel& fine, const MultigridLevel& coarse) {
    for_each_plane(coarse, [&](Index plane) {
        std::vector<float> values(static_cast<std::size_t>(coarse.nx));
        for (Index k = 0; k < fine.nz; ++k) {
            const float* in = coarse.x.data() + plane * coarse.plane() + k * coarse.pitch();
            for (Index c = 0; c < coarse.nx; ++c) values[static_cast<std::size_t>(c)] = in[coarse.position(c)];
            for (Index j = fine.y_groups.start[static_cast<std::size_t>(plane)];
                 j < fine.y_groups.start[static_cast<std::size_t>(plane + 1)]; ++j) {
                const int half = half_of(0, j);
                float* x = fine.x.data() + j * fine.plane() + k * fine.pitch() + half * fine.half;
                if (fine.pairs) {
                    const Index cells = half == 0 ? (fine.nx + 1) / 2 : fine.nx / 2;
                    for (Index c = 0; c < cells; ++c) x[c] += values[static_cast<std::size_t>(c)];
                } else {
                    for (Index c = 0; c < coarse.nx; ++c)
                        for (Index i = fine.x_groups.start[static_cast<std::size_t>(c)];
                             i < fine.x_groups.start[static_cast<std::size_t>(c + 1)]; ++i)
                            if ((i & 1) == half) x[i >> 1] += values[static_cast<std::size_t>(c)];
                }
            }
        }
    });
}

/// {x·A x, x·other, x·rhs} on a level; keeps A x in `product` unless that is null.
std::array<double, 3> apply(MultigridLevel& level, float* product, const float* other) {
    return parallel_block_sums<3>(level.ny, level.planes_per_block(), [&](Index begin, Index end) {
        std::array<double, 3> dots{};
        for (Index j = begin; j < end; ++j) {
            const Index at = j * level.plane();
            const auto plane = plane_of(level, level.x.data(), j);
            const auto d = apply_plane(plane, level.x.data() + at, product ? product + at : nullptr, other + at, level.rhs.data() + at);
            for (std::size_t s = 0; s < 3; ++s) dots[s] += d[s];
        }
        return dots;
    });
}

}  // namespace

void Multigrid::prepare(const StencilView<double>& a, std::span<const std::uint8_t> coupled) {
    transposed_ = a.nx < short_row && a.ny > a.nx;
    natural_nx_ = a.nx;
    natural_ny_ = a.ny;
    levels_.clear();
    levels_.push_back(finest_level(a, coupled, transposed_));
    const double finest = static_cast<double>(levels_.front().cells());
    double doubled_at = finest;
    while (levels_.back().nx * levels_.back().ny > columns_solved_directly && choose_groups(levels_.back())) {
        levels_.push_back(coarse_level(levels_.back()));
        auto& level = levels_.back();
        const double cells = static_cast<double>(level.cells());
        const double shrink = cells <= small_share * finest ? shrink_of_small_levels : shrink_for_two_iterations;
        level.two_iterations = shrink * cells <= doubled_at;
        if (level.two_iterations) {
            doubled_at = cells;
            level.first = FloatArray(level.size());
            level.product = FloatArray(level.size());
        }
        complete_level(levels_[levels_.size() - 2]);
    }
    factorise_coarsest();
    complete_level(levels_.back());
}

void Multigrid::factorise_coarsest() {
    const auto& level = levels_.back();
    const Index width = level.nx * level.ny, n = level.cells();
    if (width > columns_solved_directly) return;
    std::vector<double> diagonal(static_cast<std::size_t>(n)), lower(static_cast<std::size_t>(n * width));
    const auto couple = [&](Index cell, Index distance, float coupling) {
        diagonal[static_cast<std::size_t>(cell)] += static_cast<double>(coupling);
        diagonal[static_cast<std::size_t>(cell + distance)] += static_cast<double>(coupling);
        lower[static_cast<std::size_t>((cell + distance) * width + width - distance)] = -static_cast<double>(coupling);
    };
    for (Index k = 0; k < level.nz; ++k)
        for (Index j = 0; j < level.ny; ++j)
            for (Index i = 0; i < level.nx; ++i) {
                const Index cell = k * width + j * level.nx + i, at = j * level.plane() + k * level.pitch() + level.position(i);
                diagonal[static_cast<std::size_t>(cell)] += static_cast<double>(level.x.data()[at]);
                if (i + 1 < level.nx) couple(cell, 1, level.east.data()[at]);
                if (j + 1 < level.ny) couple(cell, level.nx, level.north.data()[at]);
                if (k + 1 < level.nz) couple(cell, width, level.above.data()[at]);
            }
    coarsest_.factorise(width, std::move(diagonal), std::move(lower));
    coarsest_values_.resize(static_cast<std::size_t>(n));
}

void Multigrid::solve_directly() {
    auto& level = levels_.back();
    const auto exchange = [&](auto&& each) {
        std::size_t cell = 0;
        for (Index k = 0; k < level.nz; ++k)
            for (Index j = 0; j < level.ny; ++j)
                for (Index i = 0; i < level.nx; ++i)
                    each(coarsest_values_[cell++], j * level.plane() + k * level.pitch() + level.position(i));
    };
    exchange([&](double& value, Index at) { value = static_cast<double>(level.rhs.data()[at]); });
    coarsest_.solve(coarsest_values_);
    exchange([&](double& value, Index at) { level.x.data()[at] = static_cast<float>(value); });
}

void Multigrid::cycle() { cycle(0); }

void Multigrid::cycle(std::size_t l) {
    auto& level = levels_[l];
    const bool last = l + 1 == levels_.size();
    if (last && !coarsest_values_.empty()) return solve_directly();
    relax_zero(level, 0);
    relax(level, 1);
    if (!last) {
        restrict_residual(level, levels_[l + 1]);
        solve(l + 1);
        prolong(level, levels_[l + 1]);
        relax(level, 1);
    }
    relax(level, 0);
}

// Two iterations of flexible CG (Notay 2010, algorithm 3.2): x = a c + b d with c, d the cycles' answers to rhs and to what is left of it.
void Multigrid::solve(std::size_t l) {
    auto& level = levels_[l];
    cycle(l);
    if (!level.two_iterations || l + 1 == levels_.size()) return;
    const auto [c_ac, unused, c_b] = apply(level, level.product.data(), level.rhs.data());
    if (!(c_ac > 0)) return;
    const double a = c_b / c_ac;
    const auto [before, after] = parallel_block_sums<2>(level.ny, level.planes_per_block(), [&](Index begin, Index end) {
        const Index at = begin * level.plane();
        return subtract_kernel(static_cast<float>(a), level.product.data() + at, level.rhs.data() + at, (end - begin) * level.plane());
    });
    std::swap(level.first, level.x);
    double first_share = a, second_share = 0;
    if (after > enough_reduction * before) {
        cycle(l);
        const auto [d_ad, d_ac, d_r] = apply(level, nullptr, level.product.data());
        const double rest = d_ad - d_ac * d_ac / c_ac;
        if (rest > 0) {
            second_share = d_r / rest;
            first_share = a - d_ac * second_share / c_ac;
        }
    }
    for_each_plane(level, [&](Index j) {
        const Index at = j * level.plane();
        combine_kernel(static_cast<float>(first_share), level.first.data() + at, static_cast<float>(second_share), level.x.data() + at,
                       level.plane());
    });
}

void Multigrid::load_row(Index r, const double* residual, double scale) {
    auto& level = levels_.front();
    const Index k = r / natural_ny_, j = r % natural_ny_;
    if (transposed_) {
        float* out = level.rhs.data() + k * level.pitch() + level.position(j);
        for (Index i = 0; i < natural_nx_; ++i) out[i * level.plane()] = static_cast<float>(scale * residual[i]);
    } else {
        split_row(residual, scale, level.rhs.data() + j * level.plane() + k * level.pitch(), level.nx, level.half);
    }
}

void Multigrid::correction_row(Index r, double* z) const {
    const auto& level = levels_.front();
    const Index k = r / natural_ny_, j = r % natural_ny_;
    if (transposed_) {
        const float* in = level.x.data() + k * level.pitch() + level.position(j);
        for (Index i = 0; i < natural_nx_; ++i) z[i] = static_cast<double>(in[i * level.plane()]);
    } else {
        merge_row(level.x.data() + j * level.plane() + k * level.pitch(), z, level.nx, level.half);
    }
}

std::size_t Multigrid::bytes() const {
    std::size_t sum = coarsest_.bytes() + coarsest_values_.size() * sizeof(double);
    for (const auto& level : levels_) sum += level.bytes();
    return sum;
}

}  // namespace galena
