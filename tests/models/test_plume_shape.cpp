// The shape of a plume against blocks whose moments are known.

#include <cmath>
#include <numbers>

#include <doctest/doctest.h>

#include "remediation/plume_shape.hpp"

using namespace galena;

namespace {

/// 20 × 10 × 4 cells of 5 m × 5 m × 2 m, the lowest at 0 m.
Grid box(Georeference georeference = {}) {
    std::vector<double> surfaces;
    for (int k = 0; k <= 4; ++k) surfaces.insert(surfaces.end(), 200, 2.0 * k);
    return {std::vector<double>(20, 5.0), std::vector<double>(10, 5.0), surfaces, std::move(georeference)};
}

}  // namespace

TEST_CASE("a block of even concentration has the moments of a block") {
    const Georeference placed{"local", "", 1000, 2000, 0.5 * std::numbers::pi};
    for (const auto& grid : {box(), box(placed)}) {
        std::vector<Index> cells;
        for (Index k = 1; k < 3; ++k)
            for (Index j = 2; j < 5; ++j)
                for (Index i = 4; i < 12; ++i) cells.push_back(grid.cell(i, j, k));
        const auto shape = plume_shape(grid, cells, std::vector<double>(cells.size(), 3.0));
        CHECK(shape.length == doctest::Approx(40).epsilon(1e-12));
        CHECK(shape.width == doctest::Approx(15).epsilon(1e-12));
        CHECK(shape.spread_along == doctest::Approx(40 / std::sqrt(12.0)).epsilon(1e-12));
        CHECK(shape.spread_across == doctest::Approx(15 / std::sqrt(12.0)).epsilon(1e-12));
        CHECK(shape.spread_down == doctest::Approx(4 / std::sqrt(12.0)).epsilon(1e-12));
        CHECK(shape.lowest == 2);
        CHECK(shape.deepest == 6);
        CHECK(shape.centre.z == doctest::Approx(4).epsilon(1e-12));
        // The middle of the block in the grid's axes; turned by a quarter those are (1000 − y, 2000 + x).
        const bool turned = grid.georeference().origin_x > 0;
        CHECK(shape.centre.x == doctest::Approx(turned ? 1000 - 17.5 : 40).epsilon(1e-12));
        CHECK(shape.centre.y == doctest::Approx(turned ? 2000 + 40 : 17.5).epsilon(1e-12));
    }
}

TEST_CASE("a plume that runs askew is as long as its diagonal, and nothing has no shape") {
    const auto grid = box();
    std::vector<Index> cells;
    for (Index n = 0; n < 8; ++n) cells.push_back(grid.cell(n, n, 3));
    const auto shape = plume_shape(grid, cells, std::vector<double>(8, 1.0));
    CHECK(shape.length == doctest::Approx(8 * 5 * std::numbers::sqrt2).epsilon(1e-12));
    CHECK(shape.width == doctest::Approx(5 * std::numbers::sqrt2).epsilon(1e-12));
    // Centres 5√2 apart along the diagonal: variance 50 (8² − 1)/12, and that of a cell.
    CHECK(shape.spread_along == doctest::Approx(std::sqrt(50 * 63 / 12.0 + 25 / 12.0)).epsilon(1e-12));
    CHECK(shape.spread_across == doctest::Approx(std::sqrt(25 / 12.0)).epsilon(1e-9));
    // Mass draws the centre towards itself.
    auto mass = std::vector<double>(8, 1.0);
    mass.back() = 100;
    CHECK(plume_shape(grid, cells, mass).centre.x > 34);
    const auto none = plume_shape(grid, {}, {});
    CHECK(std::isnan(none.length));
    CHECK(std::isnan(none.centre.x));
}
