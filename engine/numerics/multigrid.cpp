#include "numerics/multigrid.hpp"

#include <algorithm>

#include "numerics/multigrid_kernel.hpp"
#include "numerics/multigrid_setup.hpp"
#include "numerics/multigrid_transfer.hpp"

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
/// Coarse operators are too stiff for smooth errors: twice, with constant transfer; 1.5 times, once a colour has relaxed.
constexpr float over_correction = 1.2f;

// Bytes per cell of the passes below. The four sides of a colour's cells are all horizontal couplings of the level: two floats per cell of
// the level; lines have two floats per cell of a colour; a vector of one colour is half a float per cell of the level, read, and one written.
constexpr double sides = 8, lines = 4, reading = 2, writing = 4;

template <class Body>
void for_each_plane(const MultigridLevel& level, Body&& body) {
    parallel_blocks(level.ny, level.planes_per_block(), [&](Index begin, Index end) {
        for (Index j = begin; j < end; ++j) body(j, level.row(j, 0));
    });
}

template <std::size_t N, class Term>
std::array<double, N> sum_over_planes(const MultigridLevel& level, Term&& term) {
    return parallel_block_sums<N>(level.ny, level.planes_per_block(), [&](Index begin, Index end) {
        std::array<double, N> sums{};
        for (Index j = begin; j < end; ++j) {
            const std::array<double, N> more = term(level.row(j, 0));
            for (std::size_t s = 0; s < N; ++s) sums[s] += more[s];
        }
        return sums;
    });
}

}  // namespace

void Multigrid::prepare(const StencilView<double>& a, std::span<const std::uint8_t> coupled) {
    transposed_ = a.nx < short_row && a.ny > a.nx;
    natural_nx_ = a.nx;
    natural_ny_ = a.ny;
    matrix_scale_ = power_of_two_scale(a, coupled);
    levels_.resize(std::max<std::size_t>(1, levels_.size()));
    fill_finest_level(a, coupled, transposed_, matrix_scale_, levels_.front());
    count(levels_.front(), 4 * sizeof(double) + 1 + 5 * 2 * sizeof(float));
    const double finest = static_cast<double>(levels_.front().cells());
    double doubled_at = finest;
    std::size_t l = 0;
    for (; levels_[l].nx * levels_[l].ny > columns_solved_directly && choose_groups(levels_[l]); ++l) {
        if (levels_.size() == l + 1) levels_.emplace_back();
        auto& level = levels_[l + 1];
        fill_coarse_level(levels_[l], level);
        count(levels_[l], 4 * sizeof(float));
        count(level, 4 * 2 * sizeof(float) + 4 * sizeof(float) + 2 * sizeof(float));
        const double cells = static_cast<double>(level.cells());
        const double shrink = cells <= small_share * finest ? shrink_of_small_levels : shrink_for_two_iterations;
        level.set_two_iterations(shrink * cells <= doubled_at);
        if (level.two_iterations) doubled_at = cells;
    }
    levels_.resize(l + 1);
    factorise_coarsest();
}

void Multigrid::factorise_coarsest() {
    const auto& level = levels_.back();
    const Index width = level.nx * level.ny, n = level.cells();
    coarsest_values_.clear();
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
                const auto& colour = level.colours[static_cast<std::size_t>(MultigridLevel::colour_of(i, j))];
                const Index cell = k * width + j * level.nx + i, at = level.row(j, k) + i / 2;
                diagonal[static_cast<std::size_t>(cell)] += static_cast<double>(colour.x.data()[at]);
                if (i + 1 < level.nx) couple(cell, 1, colour.east.data()[at]);
                if (j + 1 < level.ny) couple(cell, level.nx, colour.north.data()[at]);
                if (k + 1 < level.nz) couple(cell, width, colour.above.data()[at]);
            }
    coarsest_.factorise(width, std::move(diagonal), std::move(lower));
    coarsest_values_.resize(static_cast<std::size_t>(n));
}

void Multigrid::solve_coarsest() {
    auto& level = levels_.back();
    const auto exchange = [&](auto&& each) {
        std::size_t cell = 0;
        for (Index k = 0; k < level.nz; ++k)
            for (Index j = 0; j < level.ny; ++j)
                for (Index i = 0; i < level.nx; ++i)
                    each(coarsest_values_[cell++], level.colours[static_cast<std::size_t>(MultigridLevel::colour_of(i, j))],
                         level.row(j, k) + i / 2);
    };
    exchange([](double& value, const Colour& colour, Index at) { value = static_cast<double>(colour.rhs.data()[at]); });
    coarsest_.solve(coarsest_values_);
    exchange([](double& value, Colour& colour, Index at) { colour.x.data()[at] = static_cast<float>(value); });
}

void Multigrid::eliminate(std::size_t l) {
    auto& level = levels_[l];
    auto &k = level.colours[kept], &e = level.colours[eliminated];
    for_each_plane(level, [&](Index j, Index at) { solve_lines(colour_plane(level, eliminated, j), e.rhs.data() + at, e.x.data() + at); });
    for_each_plane(level, [&](Index j, Index at) {
        add_neighbours(colour_plane(level, kept, j), k.rhs.data() + at, e.x.data() + at, k.rhs.data() + at);
    });
    count(level, lines + reading + writing);
    count(level, sides + reading + writing);
}

double Multigrid::restrict_residual(std::size_t l, const std::function<double(Index plane)>& before) {
    const auto& fine = levels_[l];
    if (l + 1 == levels_.size())
        return parallel_block_sums<1>(fine.ny, fine.planes_per_block(), [&](Index begin, Index end) {
            std::array<double, 1> sum{};
            for (Index j = begin; j < end && before; ++j) sum[0] += before(j);
            return sum;
        })[0];
    auto& coarse = levels_[l + 1];
    count(fine, reading);
    count(coarse, 2 * writing);
    return parallel_block_sums<1>(coarse.ny, coarse.planes_per_block(), [&](Index begin, Index end) {
        std::array<double, 1> sum{};
        for (Index plane = begin; plane < end; ++plane) {
            for (Index j = fine.y_groups.begin(plane); j < fine.y_groups.end(plane) && before; ++j) sum[0] += before(j);
            restrict_plane(fine, fine.colours[kept].rhs.data(), plane, coarse);
        }
        return sum;
    })[0];
}

// The correction starts as c, what the coarse level says; the eliminated colour follows with E⁻¹ Cᵀ c, and a sweep over the kept one gives
// K z = r + C E⁻¹ Cᵀ c. So S z = r + C E⁻¹ Cᵀ (c − z), which asks for no diagonal and loses nothing when S z is nearly r.
void Multigrid::step(std::size_t l, float* correction, float* difference, bool with_product) {
    auto& level = levels_[l];
    const float* rhs = level.colours[kept].rhs.data();
    float* other = level.colours[eliminated].x.data();
    if (l + 1 == levels_.size()) {
        for_each_plane(level, [&](Index j, Index at) {
            std::fill_n(difference + at, level.plane(), 0.0f);
            solve_lines(colour_plane(level, kept, j), rhs + at, correction + at);
            add_scaled_kernel(-1, correction + at, difference + at, level.plane());
        });
        count(level, lines + reading + 2 * writing);
    } else {
        auto& coarse = levels_[l + 1];
        if (symmetric_) smooth_and_restrict(l, correction, difference);
        solve(l + 1);
        for_each_plane(coarse, [&](Index plane, Index) { prolong_plane(coarse, plane, over_correction, level, difference); });
        if (symmetric_)
            for_each_plane(level, [&](Index, Index at) { add_scaled_kernel(1, correction + at, difference + at, level.plane()); });
        for_each_plane(level, [&](Index j, Index at) { relax_lines(colour_plane(level, eliminated, j), difference + at, other + at); });
        for_each_plane(level, [&](Index j, Index at) {
            relax_lines(colour_plane(level, kept, j), rhs + at, other + at, correction + at, difference + at);
        });
        count(coarse, 2 * reading);
        count(level, writing);
        count(level, sides + lines + reading + writing);
        count(level, sides + lines + 2 * reading + 2 * writing);
    }
    if (!with_product) return;
    for_each_plane(level, [&](Index j, Index at) { relax_lines(colour_plane(level, eliminated, j), difference + at, other + at); });
    for_each_plane(level, [&](Index j, Index at) { add_neighbours(colour_plane(level, kept, j), rhs + at, other + at, difference + at); });
    count(level, sides + lines + reading + writing);
    count(level, sides + 2 * reading + writing);
}

// A first sweep from zero: z = K⁻¹ r leaves the residual C E⁻¹ Cᵀ z.
void Multigrid::smooth_and_restrict(std::size_t l, float* correction, float* difference) {
    auto& level = levels_[l];
    auto& coarse = levels_[l + 1];
    const float* rhs = level.colours[kept].rhs.data();
    float* other = level.colours[eliminated].x.data();
    for_each_plane(level, [&](Index j, Index at) {
        solve_lines(colour_plane(level, kept, j), rhs + at, correction + at);
        std::fill_n(difference + at, level.plane(), 0.0f);
    });
    for_each_plane(level, [&](Index j, Index at) { relax_lines(colour_plane(level, eliminated, j), correction + at, other + at); });
    for_each_plane(level,
                   [&](Index j, Index at) { add_neighbours(colour_plane(level, kept, j), difference + at, other + at, difference + at); });
    for_each_plane(coarse, [&](Index plane, Index) { restrict_plane(level, difference, plane, coarse); });
    count(level, lines + reading + 2 * writing);
    count(level, sides + lines + reading + writing);
    count(level, sides + 2 * reading + writing);
    count(level, reading);
    count(coarse, 2 * writing);
}

void Multigrid::solve(std::size_t l) {
    auto& level = levels_[l];
    if (l + 1 == levels_.size() && !coarsest_values_.empty()) return solve_coarsest();
    auto &k = level.colours[kept], &e = level.colours[eliminated];
    eliminate(l);
    restrict_residual(l, nullptr);
    step(l, k.x.data(), level.difference.data(), level.two_iterations);
    if (level.two_iterations) solve_twice(l);
    for_each_plane(level, [&](Index j, Index at) {
        relax_lines(colour_plane(level, eliminated, j), e.rhs.data() + at, k.x.data() + at, e.x.data() + at);
    });
    count(level, sides + lines + 2 * reading + writing);
}

// Two iterations of flexible CG (Notay 2010, algorithm 3.2): x = a c + b d with c, d the steps' answers to the residual and to what is left
// of it.
void Multigrid::solve_twice(std::size_t l) {
    auto& level = levels_[l];
    const Index n = level.plane();
    float *r = level.colours[kept].rhs.data(), *c = level.colours[kept].x.data(), *sc = level.difference.data();
    float *d = level.second.data(), *sd = level.difference2.data();
    const auto [c_sc, c_r, before] = sum_over_planes<3>(level, [&](Index at) {
        return std::array{dot_kernel(c + at, sc + at, n), dot_kernel(c + at, r + at, n), dot_kernel(r + at, r + at, n)};
    });
    count(level, 3 * reading);
    if (!(c_sc > 0)) return;
    const double a = c_r / c_sc;
    const double after = restrict_residual(l, [&, a = a](Index j) {
        const Index at = level.row(j, 0);
        add_scaled_kernel(static_cast<float>(-a), sc + at, r + at, n);
        return dot_kernel(r + at, r + at, n);
    });
    count(level, reading + writing);
    double first_share = a, second_share = 0;
    if (after > enough_reduction * before) {
        step(l, d, sd, true);
        const auto [d_sd, d_sc, d_r] = sum_over_planes<3>(level, [&](Index at) {
            return std::array{dot_kernel(d + at, sd + at, n), dot_kernel(d + at, sc + at, n), dot_kernel(d + at, r + at, n)};
        });
        count(level, 4 * reading);
        const double rest = d_sd - d_sc * d_sc / c_sc;
        if (rest > 0) {
            second_share = d_r / rest;
            first_share = a - d_sc * second_share / c_sc;
        }
    }
    for_each_plane(level, [&](Index, Index at) {
        combine_kernel(static_cast<float>(first_share), c + at, static_cast<float>(second_share), d + at, n);
    });
    count(level, reading + writing);
}

void Multigrid::cycle() { solve(0); }

void Multigrid::symmetric_cycle() {
    symmetric_ = true;
    solve(0);
    symmetric_ = false;
}

void Multigrid::eliminate() { eliminate(0); }

double Multigrid::restrict_residual(const std::function<double(Index plane)>& before) { return restrict_residual(0, before); }

void Multigrid::precondition() {
    auto& level = levels_.front();
    step(0, level.colours[kept].x.data(), level.difference.data(), true);
}

void Multigrid::complete(ColourArray& x) {
    auto& level = levels_.front();
    auto &k = level.colours[kept], &e = level.colours[eliminated];
    std::swap(k.x, x);
    for_each_plane(level, [&](Index j, Index at) {
        relax_lines(colour_plane(level, eliminated, j), e.rhs.data() + at, k.x.data() + at, e.x.data() + at);
    });
    count(level, sides + lines + 2 * reading + writing);
}

void Multigrid::clear_values() {
    for (auto& level : levels_) level.clear_values();
}

void Multigrid::load_row(Index r, const double* residual, double scale) {
    auto& level = levels_.front();
    const Index k = r / natural_ny_, j = r % natural_ny_;
    if (transposed_) {
        for (Index i = 0; i < natural_nx_; ++i) {
            auto& colour = level.colours[static_cast<std::size_t>(MultigridLevel::colour_of(j, i))];
            colour.rhs.data()[level.row(i, k) + j / 2] = static_cast<float>(scale * residual[i]);
        }
        return;
    }
    const auto even = static_cast<std::size_t>(MultigridLevel::colour_of_even(j));
    const Index at = level.row(j, k);
    split_row(residual, scale, level.colours[even].rhs.data() + at, level.colours[1 - even].rhs.data() + at, level.nx);
}

template <class Real>
void Multigrid::hand_out_row(Index r, Real scale, Real* z) const {
    const auto& level = levels_.front();
    const Index k = r / natural_ny_, j = r % natural_ny_;
    if (transposed_) {
        for (Index i = 0; i < natural_nx_; ++i) {
            const auto& colour = level.colours[static_cast<std::size_t>(MultigridLevel::colour_of(j, i))];
            z[i] = scale * static_cast<Real>(colour.x.data()[level.row(i, k) + j / 2]);
        }
        return;
    }
    const auto even = static_cast<std::size_t>(MultigridLevel::colour_of_even(j));
    const Index at = level.row(j, k);
    merge_row(level.colours[even].x.data() + at, level.colours[1 - even].x.data() + at, scale, z, level.nx);
}

void Multigrid::correction_row(Index r, double* z) const { hand_out_row(r, matrix_scale_, z); }
void Multigrid::correction_row(Index r, float* z) const { hand_out_row(r, 1.0f, z); }

std::size_t Multigrid::bytes() const {
    std::size_t sum = coarsest_.bytes() + coarsest_values_.size() * sizeof(double);
    for (const auto& level : levels_) sum += level.bytes();
    return sum;
}

}  // namespace galena
