// Tracking by itself: closed forms in one cell, there and back through many, and every way to end.

#include <cmath>

#include <doctest/doctest.h>

#include "core/random.hpp"
#include "numerics/particle_tracking.hpp"

using namespace galena;

namespace {

Grid box(Index nx, Index ny, Index nz) {
    std::vector<double> surfaces;
    for (Index k = 0; k <= nz; ++k) surfaces.insert(surfaces.end(), static_cast<std::size_t>(nx * ny), static_cast<double>(k));
    return {std::vector<double>(static_cast<std::size_t>(nx), 1.0), std::vector<double>(static_cast<std::size_t>(ny), 1.0), surfaces};
}

/// A flow without sources, from random circulations around the edges of cells, and a mean flow along x.
FaceField circulating_flow(const Grid& g) {
    FaceField flux(g);
    const RandomStream random(7, "circulation");
    std::uint64_t drawn = 0;
    const auto draw = [&] { return 2 * random.uniform(drawn++) - 1; };
    const Index nx = g.nx(), ny = g.ny(), nz = g.nz();
    for (Index k = 0; k < nz; ++k)
        for (Index j = 0; j < ny; ++j)
            for (Index i = 0; i <= nx; ++i) flux.x[(k * ny + j) * (nx + 1) + i] = 1.0;
    for (Index k = 0; k < nz; ++k)
        for (Index j = 1; j < ny; ++j)
            for (Index i = 1; i < nx; ++i) {  // around the vertical edge between four cells
                const double c = draw();
                flux.x[(k * ny + j - 1) * (nx + 1) + i] += c;
                flux.x[(k * ny + j) * (nx + 1) + i] -= c;
                flux.y[(k * (ny + 1) + j) * nx + i - 1] -= c;
                flux.y[(k * (ny + 1) + j) * nx + i] += c;
            }
    for (Index k = 1; k < nz; ++k)
        for (Index j = 0; j < ny; ++j)
            for (Index i = 1; i < nx; ++i) {  // around an edge along y
                const double c = draw();
                flux.x[((k - 1) * ny + j) * (nx + 1) + i] += c;
                flux.x[(k * ny + j) * (nx + 1) + i] -= c;
                flux.z[(k * ny + j) * nx + i - 1] -= c;
                flux.z[(k * ny + j) * nx + i] += c;
            }
    return flux;
}

double imbalance(const Grid& g, const FaceField& flux) {
    double worst = 0;
    for (Index c = 0; c < g.cell_count(); ++c) {
        const auto at = [&](Axis a, Side s) { return flux.along(a)[outer_face(g, c, s)]; };
        worst = std::max(worst, std::abs(at(Axis::x, Side::east) - at(Axis::x, Side::west) + at(Axis::y, Side::north) -
                                         at(Axis::y, Side::south) + at(Axis::z, Side::top) - at(Axis::z, Side::bottom)));
    }
    return worst;
}

constexpr Index plenty = 100000;

}  // namespace

TEST_CASE("within a cell paths follow the closed form of a velocity that grows linearly") {
    // One cell of unit water: ds/dt = 1 + 2 s along x, 1 at rest along y, −1 − s along z from the top.
    const auto g = box(1, 1, 1);
    FaceField flux(g);
    flux.x[0] = 1, flux.x[1] = 3;
    flux.z[0] = -1, flux.z[1] = -2;
    const std::vector<double> water{1.0};
    const ParticleFlow flow{g, flux, water, {}, {}};
    Particle p{0, {0.25, 0.5, 0.9}};
    std::vector<PathPoint> path;
    follow(flow, 0.1, plenty, p, &path);
    CHECK(p.halt == Halt::none);
    CHECK(p.time == 0.1);
    CHECK(p.place[0] == doctest::Approx(0.25 + (1 + 2 * 0.25) * std::expm1(0.2) / 2).epsilon(1e-14));
    CHECK(p.place[1] == 0.5);
    // ds/dt = −1 − s: s + 1 decays from 1.9.
    CHECK(p.place[2] == doctest::Approx(1.9 * std::exp(-0.1) - 1).epsilon(1e-14));
    follow(flow, 1e9, plenty, p, &path);
    CHECK(p.halt == Halt::left);
    CHECK(p.side == Side::east);
    CHECK(p.time == doctest::Approx(std::log(3 / 1.5) / 2).epsilon(1e-14));  // Pollock (1988); the bottom needs ln 1.9
    CHECK(p.place[0] == 1.0);
    REQUIRE(path.size() == 2);
    CHECK(path.back().time == p.time);
}

TEST_CASE("a velocity that is uniform is no special case, and one nearly so is as exact") {
    const auto g = box(1, 1, 1);
    const std::vector<double> water{2.0};
    for (const double growth : {0.0, 1e-300, 1e-17, 1e-12, 1e-8, 1e-4}) {
        FaceField flux(g);
        flux.x[0] = 1, flux.x[1] = 1 + growth;
        Particle p{0, {0.5, 0.5, 0.5}};
        follow({g, flux, water, {}, {}}, 1e9, plenty, p, nullptr);
        // log1p(x)/x = 1 − x/2 + …, x = growth/2 at most 5e-5.
        CHECK(p.time == doctest::Approx(1 - 0.75 * growth + 0.6 * growth * growth).epsilon(1e-9));
        CHECK(p.halt == Halt::left);
    }
}

TEST_CASE("a particle that goes on and comes back is where it was") {
    const auto g = box(12, 9, 7);
    const auto flux = circulating_flow(g);
    REQUIRE(imbalance(g, flux) < 1e-13);
    std::vector<double> water;
    const RandomStream random(3, "water");
    for (Index c = 0; c < g.cell_count(); ++c) water.push_back(0.1 + random.uniform(static_cast<std::uint64_t>(c)));
    const ParticleFlow there{g, flux, water, {}, {}, 1}, back{g, flux, water, {}, {}, -1};
    int returned = 0;
    Index crossings = 0;
    for (Index c = 0; c < g.cell_count(); ++c) {
        const Particle start{c, {0.3, 0.6, 0.45}};
        Particle p = start;
        follow(there, 4.0, plenty, p, nullptr);
        if (p.halt != Halt::none) continue;
        crossings += p.crossings;
        p.time = 0;
        follow(back, 4.0, plenty, p, nullptr);
        REQUIRE(p.halt == Halt::none);
        const auto a = place_of(there, start), b = place_of(there, p);
        // Rounding of 1e-16 a crossing, stretched by e to the power of velocity gradient times time, some 1e5 here at worst.
        CHECK(std::hypot(a.x - b.x, a.y - b.y, a.z - b.z) < 1e-9);
        ++returned;
    }
    CHECK(returned > 200);
    CHECK(crossings > 5 * returned);
}

TEST_CASE("every way to end has its name") {
    const auto g = box(3, 1, 1);
    FaceField flux(g);
    std::vector<double> water{1, 1, 1};
    std::vector<CellRule> rules(3, CellRule::carries);
    ParticleFlow flow{g, flux, water, {}, rules};
    const auto end = [&](double until = 1e30, Index most = plenty) {
        Particle p{0, {0.5, 0.5, 0.5}};
        follow(flow, until, most, p, nullptr);
        return p;
    };
    CHECK(end().halt == Halt::stagnant);  // no flow at all
    CHECK(end().time == 0);
    flux.x[0] = flux.x[1] = flux.x[2] = flux.x[3] = 1;
    CHECK(end().halt == Halt::left);
    CHECK(end().time == doctest::Approx(2.5).epsilon(1e-15));
    CHECK(end().crossings == 2);
    CHECK(end(1.0).halt == Halt::none);
    CHECK(end(1e30, 1).halt == Halt::crossings);
    rules[1] = CellRule::weak_sink;
    flow.rules = rules;
    CHECK(end().halt == Halt::left);
    rules[1] = CellRule::stops;
    CHECK(end().halt == Halt::stopped);
    CHECK(end().cell == 1);
    rules[1] = CellRule::captures;
    CHECK(end().halt == Halt::captured);
    CHECK(end().time == 0.5);
    rules[1] = CellRule::weak_sink;
    flux.x[2] = 0;  // nothing flows on
    CHECK(end().halt == Halt::captured);
    rules[1] = CellRule::carries;
    CHECK(end().halt == Halt::stagnant);
    flow.steady = false;  // the next step may bring another flow: it only approaches the side
    CHECK(end(10).halt == Halt::none);
    CHECK(end(10).time == 10);
    CHECK(end(10).place[0] == doctest::Approx(1 - std::exp(-9.5)).epsilon(1e-12));
    flow.steady = true;
    flux.x[2] = 1e-12;
    flow.stagnant_after = 1e6;
    CHECK(end().halt == Halt::left);  // ln(1e12) s
    flux.x[1] = flux.x[2] = 1e-9;
    flux.x[0] = 1e-9;
    CHECK(end().halt == Halt::stagnant);
    flux.x[0] = flux.x[1] = flux.x[2] = 1;
    water[1] = 0;
    CHECK(end().halt == Halt::no_water);
    CHECK(end().cell == 1);
}

TEST_CASE("particles pass pinched-out cells and end before inactive ones") {
    auto g = box(1, 1, 4);
    FaceField flux(g);
    for (Index k = 0; k <= 4; ++k) flux.z[k] = -2;
    const std::vector<double> water{1, 0, 1, 1};
    g.set_status(1, CellStatus::pass_through);
    Particle p{3, {0.5, 0.5, 0.5}};
    follow({g, flux, water, {}, {}}, 1e30, plenty, p, nullptr);
    CHECK(p.halt == Halt::left);
    CHECK(p.side == Side::bottom);
    CHECK(p.cell == 0);
    CHECK(p.crossings == 2);
    CHECK(p.time == 1.25);  // two and a half cells at 2 per second
    g.set_status(1, CellStatus::inactive);
    Particle q{3, {0.5, 0.5, 0.5}};
    follow({g, flux, water, {}, {}}, 1e30, plenty, q, nullptr);
    CHECK(q.halt == Halt::left);
    CHECK(q.cell == 2);
}

TEST_CASE("in a cell that is wet in its lower part particles keep to the water") {
    const auto g = box(1, 1, 1);
    FaceField flux(g);
    const std::vector<double> water{1}, wet{0.4};
    const ParticleFlow flow{g, flux, water, wet, {}};
    Particle p{0};
    set_height(flow, 0.2, p);
    CHECK(p.place[2] == doctest::Approx(0.5));
    CHECK(place_of(flow, p).z == doctest::Approx(0.2));
    set_height(flow, 0.9, p);  // above the water: at its surface
    CHECK(place_of(flow, p).z == doctest::Approx(0.4));
}
