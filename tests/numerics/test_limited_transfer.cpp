// Transfers by the beginning of an implicit step: bounded whatever the field, conservative, and second order where nothing is limited.

#include <cmath>
#include <random>

#include <doctest/doctest.h>

#include "numerics/face_operators.hpp"
#include "numerics/limited_transfer.hpp"

using namespace galena;

namespace {

Grid box(Index nx, Index ny, Index nz) {
    std::vector<double> surfaces, dx, dy;
    for (Index k = 0; k <= nz; ++k) surfaces.insert(surfaces.end(), static_cast<std::size_t>(nx * ny), static_cast<double>(k));
    for (Index i = 0; i < nx; ++i) dx.push_back(1 + 0.3 * static_cast<double>(i % 3));
    for (Index j = 0; j < ny; ++j) dy.push_back(1 + 0.5 * static_cast<double>(j % 2));
    return {dx, dy, surfaces};
}

/// One step of a closed box: random water fluxes, amounts of water that follow from them, random dispersion, cross terms and concentrations.
struct RandomStep {
    Grid grid = box(5, 4, 3);
    FaceField flux{grid}, spreading{grid}, transfer{grid};
    CrossDispersion cross;
    CellField before{grid}, after{grid}, concentration{grid}, share{grid, 1.0}, still{grid}, outflow{grid};
    double duration = 0;

    explicit RandomStep(unsigned seed) {
        std::mt19937 random(seed);
        std::uniform_real_distribution<double> unit(0, 1);
        for (Index c = 0; c < grid.cell_count(); ++c) {
            if (unit(random) < 0.1) grid.set_status(c, CellStatus::inactive);
            concentration[c] = !grid.active(c) || unit(random) < 0.4 ? 0.0 : std::pow(unit(random), 4);
            before[c] = 0.1 + unit(random);
        }
        for (auto* list : {&cross.xy, &cross.xz}) list->assign(static_cast<std::size_t>(flux.x.size()), 0.0F);
        for (auto* list : {&cross.yx, &cross.yz}) list->assign(static_cast<std::size_t>(flux.y.size()), 0.0F);
        for (auto* list : {&cross.zx, &cross.zy}) list->assign(static_cast<std::size_t>(flux.z.size()), 0.0F);
        std::vector<float>* lists[3][2] = {{&cross.xy, &cross.xz}, {&cross.yx, &cross.yz}, {&cross.zx, &cross.zy}};
        const double strength = std::pow(10.0, 2 * unit(random) - 1);
        set_thread_count(1);
        for_each_face(grid, [&](const Face& f) {
            flux[f] = strength * (2 * unit(random) - 1) * std::pow(unit(random), 3);
            spreading[f] = unit(random) < 0.5 ? 0.0 : 0.2 * strength * unit(random);
            for (auto* list : lists[static_cast<std::size_t>(f.axis)])
                (*list)[static_cast<std::size_t>(f.index)] = static_cast<float>(strength * (unit(random) - 0.5));
        });
        // Cells drain to a twentieth at most.
        CellField gain(grid);
        add_inflow_of_faces(grid, flux, gain);
        duration = 20 * unit(random);
        for (Index c = 0; c < grid.cell_count(); ++c)
            if (gain[c] < 0) duration = std::min(duration, 0.95 * before[c] / -gain[c]);
        for (Index c = 0; c < grid.cell_count(); ++c) after[c] = before[c] + duration * gain[c];
        CellField sums(grid);
        outflow_of_cells(grid, flux, outflow);
        sum_of_faces(grid, spreading, sums);
        const double late = unit(random) < 0.5 ? 0.5 : 1.0;
        for (Index c = 0; c < grid.cell_count(); ++c) {
            const double leaving = duration * (outflow[c] + sums[c]), early = std::min((1 - late) * leaving, 0.5 * before[c]);
            if (leaving > 0) share[c] = 1 - early / leaving;
            still[c] = before[c] - early;
        }
    }

    void compute(LimitedTransfer& limited) {
        TransferStep step;
        step.concentration = concentration;
        step.water_flux = &flux;
        step.spreading = &spreading;
        step.cross = &cross;
        step.implicit_share = share;
        step.still = still;
        step.duration = duration;
        limited.compute(step, transfer);
    }

    /// The implicit rest, by Gauss and Seidel: an M-matrix, whose sweeps never leave the bounds of its right-hand side.
    [[nodiscard]] CellField solve() const {
        CellField c = concentration, rhs(grid), gain(grid);
        add_inflow_of_faces(grid, transfer, gain);
        for (int sweep = 0; sweep < 400; ++sweep)
            for (Index n = 0; n < grid.cell_count(); ++n) {
                if (!grid.active(n)) continue;
                double sum = before[n] * concentration[n] + duration * gain[n], diagonal = after[n];
                for (int side = 0; side < 6; ++side) {
                    const Index other = neighbour(grid, n, static_cast<Side>(side));
                    if (other < 0 || !grid.active(other)) continue;
                    const auto axis = static_cast<Axis>(side / 2);
                    const Index face = outer_face(grid, n, static_cast<Side>(side));
                    const double in = (points_inwards(static_cast<Side>(side)) ? 1 : -1) * flux.along(axis)[face];
                    const double spread = spreading.along(axis)[face];
                    sum += duration * share[other] * (std::max(in, 0.0) + spread) * c[other];
                    diagonal += duration * share[n] * (std::max(-in, 0.0) + spread);
                }
                c[n] = sum / diagonal;
            }
        return c;
    }
};

}  // namespace

TEST_SUITE("numerics") {
    TEST_CASE("implicit steps of second order keep within bounds whatever flows where: 1000 random steps") {
        const int threads = thread_count();
        int limited_steps = 0;
        for (unsigned seed = 0; seed < 1000; ++seed) {
            RandomStep step(seed);
            const std::array<Limiter, 4> limiters{Limiter::van_leer, Limiter::koren, Limiter::superbee, Limiter::upwind};
            LimitedTransfer limited(step.grid, limiters[seed % 4], seed % 8 == 3);
            step.compute(limited);
            const auto c = step.solve();
            double lowest = 1, highest = 0, most = 0;
            for (Index n = 0; n < c.size(); ++n) {
                lowest = std::min(lowest, c[n]);
                highest = std::max(highest, c[n]);
                most = std::max(most, step.concentration[n]);
            }
            REQUIRE(lowest >= 0);
            REQUIRE(highest <= most * (1 + 1e-12));
            CellField gain(step.grid);
            add_inflow_of_faces(step.grid, step.transfer, gain);
            double sum = 0, size = 0;
            for (const double g : gain.span()) sum += g, size += std::abs(g);
            REQUIRE(std::abs(sum) <= 1e-13 * (size + 1e-300));
            limited_steps += size > 0;
        }
        CHECK(limited_steps > 900);
        set_thread_count(threads);
    }
}
