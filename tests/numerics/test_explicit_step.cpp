// Explicit steps with vertical dispersion by the end of the step: first order in time, bounded and conservative however thin the layers are.

#include <cmath>
#include <numbers>
#include <random>

#include <doctest/doctest.h>

#include "numerics/explicit_step.hpp"

using namespace galena;

namespace {

using Vertical = ExplicitStep::Vertical;

Grid box(Index nx, Index ny, Index nz) {
    std::vector<double> surfaces;
    for (Index k = 0; k <= nz; ++k) surfaces.insert(surfaces.end(), static_cast<std::size_t>(nx * ny), static_cast<double>(k));
    return {std::vector<double>(static_cast<std::size_t>(nx), 1.0), std::vector<double>(static_cast<std::size_t>(ny), 1.0), surfaces};
}

/// Largest |C − exp(−λ t) cos(π (k + ½) / n)| after a time in which the mode falls to 1/e, in `steps` steps: n layers, closed at both ends,
/// λ = 2 g (1 − cos(π / n)) / capacity of the equations in space.
double error_of_mode(Index layers, Index steps) {
    const Grid grid = box(3, 2, layers);
    FaceField flux(grid), conductance(grid);
    for_each_face(grid, [&](const Face& f) {
        if (f.axis == Axis::z) conductance[f] = 0.5;
    });
    CellField concentration(grid), inverse(grid, 1.0);
    const auto mode = [&](Index k) { return std::cos(std::numbers::pi * (static_cast<double>(k) + 0.5) / static_cast<double>(layers)); };
    for (Index c = 0; c < grid.cell_count(); ++c) concentration[c] = 2 + mode(c / grid.column_count());
    std::vector<ExplicitSolute> solutes(1);
    solutes[0].concentration = concentration.span();
    solutes[0].inverse_capacity = inverse;
    ExplicitStep step(grid, Limiter::van_leer, 0);
    step.set_operator({&flux, &conductance, nullptr}, inverse, std::vector<std::uint8_t>(static_cast<std::size_t>(grid.cell_count()), 0));
    const double lambda = 2 * 0.5 * (1 - std::cos(std::numbers::pi / static_cast<double>(layers)));
    step.advance(solutes, 1 / lambda / static_cast<double>(steps), steps, Vertical::by_end);
    double worst = 0;
    for (Index c = 0; c < grid.cell_count(); ++c)
        worst = std::max(worst, std::abs(concentration[c] - 2 - std::exp(-1.0) * mode(c / grid.column_count())));
    return worst;
}

/// Water that turns around in every vertical section along x, of random strength, through ground of random conductances and capacities in
/// layers so thin that vertical dispersion bounds explicit steps; two cells are held in some.
struct RandomColumns {
    Grid grid = box(17, 6, 9);
    FaceField flux{grid}, conductance{grid};
    CellField inverse{grid}, concentration{grid};
    std::vector<std::uint8_t> none = std::vector<std::uint8_t>(static_cast<std::size_t>(grid.cell_count()), 0);

    explicit RandomColumns(unsigned seed) {
        std::mt19937 random(seed);
        std::uniform_real_distribution<double> unit(0, 1);
        const Index nx = grid.nx(), ny = grid.ny(), nz = grid.nz();
        for (Index j = 0; j < ny; ++j) {
            // A stream function on the corners of the section, 0 around it: what enters a cell leaves it.
            std::vector<double> stream(static_cast<std::size_t>((nx + 1) * (nz + 1)), 0.0);
            const auto at = [&](Index i, Index k) -> double& { return stream[static_cast<std::size_t>(k * (nx + 1) + i)]; };
            for (Index k = 1; k < nz; ++k)
                for (Index i = 1; i < nx; ++i) at(i, k) = 1e-2 * std::pow(unit(random), 3) * (unit(random) < 0.5 ? -1 : 1);
            for (Index k = 0; k < nz; ++k)
                for (Index i = 1; i < nx; ++i) flux.x[(k * ny + j) * (nx + 1) + i] = at(i, k + 1) - at(i, k);
            for (Index k = 1; k < nz; ++k)
                for (Index i = 0; i < nx; ++i) flux.z[(k * ny + j) * nx + i] = at(i, k) - at(i + 1, k);
        }
        for_each_face(grid, [&](const Face& f) { conductance[f] = (f.axis == Axis::z ? 1.0 : 1e-2) * std::pow(unit(random), 2); });
        for (Index c = 0; c < grid.cell_count(); ++c) {
            inverse[c] = 1 / (0.2 + unit(random));
            concentration[c] = unit(random) < 0.6 ? 0.0 : unit(random);
        }
    }
};

}  // namespace

TEST_CASE("vertical dispersion by the end of the step is of first order in time") {
    const double coarse = error_of_mode(8, 20), fine = error_of_mode(8, 40), finest = error_of_mode(8, 80);
    // (1 + λ dt)^−n misses exp(−λ t) by λ dt / 2 of it to leading order: halved with the step, its next term a few per cent of that.
    CHECK(std::log2(coarse / fine) == doctest::Approx(1.0).epsilon(0.05));
    CHECK(std::log2(fine / finest) == doctest::Approx(1.0).epsilon(0.03));
    CHECK(finest == doctest::Approx(std::exp(-1.0) * std::cos(std::numbers::pi / 16) / 160).epsilon(0.03));
}

TEST_CASE("a column is mixed in one long step, and the amount stays") {
    // Seven times the longest explicit step: a mode of the grid falls to 1 / (1 + λ dt), exactly.
    const Index layers = 6;
    const double error = error_of_mode(layers, 1);
    CHECK(error == doctest::Approx((0.5 - std::exp(-1.0)) * std::cos(std::numbers::pi / 12)).epsilon(1e-12));
}

TEST_CASE("steps with vertical dispersion by their end are bounded and keep the amount, with fast cells and cells held") {
    Index with_fast_cells = 0;
    for (unsigned seed = 0; seed < 60; ++seed) {
        RandomColumns field(seed);
        ExplicitStep step(field.grid, seed % 3 == 0 ? Limiter::superbee : Limiter::van_leer, seed % 4 == 0 ? 1e-10 : 0.0);
        std::vector<ExplicitSolute> solutes(1);
        auto& s = solutes[0];
        s.concentration = field.concentration.span();
        s.inverse_capacity = field.inverse;
        auto held = field.none;
        if (seed % 2 == 1)
            for (const Index c : {Index{300}, Index{301}}) {
                held[static_cast<std::size_t>(c)] = 1;
                s.special.push_back({.cell = c, .held = 1.0});
            }
        step.set_operator({&field.flux, &field.conductance, nullptr}, field.inverse, held, held);
        const auto plain = step.choose(1e6, 0.02), choice = step.choose(1e6, 0.02, true);
        REQUIRE(choice.vertical == Vertical::by_end);  // the layers are thin
        CHECK(choice.duration > 3 * plain.duration);
        const auto amount = [&] {
            double sum = 0;
            for (Index c = 0; c < field.grid.cell_count(); ++c) sum += field.concentration[c] / field.inverse[c];
            return sum;
        };
        const double before = amount();
        step.advance(solutes, choice.duration, 40, choice.vertical);
        with_fast_cells += step.fast_count() > 0 ? 1 : 0;
        double supplied = 0, lowest = 1, highest = 0;
        for (const auto& special : s.special) supplied += special.supplied;
        for (const double c : field.concentration.span()) lowest = std::min(lowest, c), highest = std::max(highest, c);
        INFO("seed ", seed, ": from ", lowest, " to ", highest);
        CHECK(lowest >= 0);
        // Rounding: 40 steps, each of a few units in the sixteenth place.
        CHECK(highest <= 1 + 1e-13);
        CHECK(amount() == doctest::Approx(before + supplied).epsilon(1e-12));
    }
    CHECK(with_fast_cells > 5);
}

TEST_CASE("a retarded solute makes as many steps as it would alone, and they are the same") {
    constexpr double retarded = 3.5;
    constexpr Index count = 40, own = 12;  // 40 / 3.5 rounded up
    RandomColumns field(7);
    const auto& grid = field.grid;
    CellField slow(grid), alone = field.concentration, together = field.concentration;
    for (Index c = 0; c < grid.cell_count(); ++c) slow[c] = field.inverse[c] / retarded;

    ExplicitStep shared(grid, Limiter::van_leer, 0);
    std::vector<ExplicitSolute> both(2);
    both[0].concentration = field.concentration.span();
    both[0].inverse_capacity = field.inverse;
    both[1].concentration = together.span();
    both[1].inverse_capacity = slow;
    shared.set_operator({&field.flux, &field.conductance, nullptr}, field.inverse, field.none);
    const double duration = shared.choose(1e6, 0).duration;
    shared.advance(both, duration, count);
    // Rows begin and end where something is: a few cells are left out at first.
    CHECK(shared.cells_computed() == doctest::Approx(static_cast<double>(grid.cell_count() * (count + own))).epsilon(1e-3));

    ExplicitStep single(grid, Limiter::van_leer, 0);
    std::vector<ExplicitSolute> one(1);
    one[0].concentration = alone.span();
    one[0].inverse_capacity = slow;
    single.set_operator({&field.flux, &field.conductance, nullptr}, slow, field.none);
    single.advance(one, duration * (static_cast<double>(count) / static_cast<double>(own)), own);
    for (Index c = 0; c < grid.cell_count(); ++c) CHECK(together[c] == alone[c]);
}
