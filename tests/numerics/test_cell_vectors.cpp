#include <doctest/doctest.h>

#include <cmath>

#include "numerics/face_operators.hpp"

using namespace galena;

namespace {

struct Vectors {
    Vectors(const Grid& grid, const FaceField& flux) : x(grid), y(grid), z(grid) { cell_vectors(grid, flux, x, y, z); }
    CellField x, y, z;
};

}  // namespace

TEST_CASE("a uniform flow gives the same vector in every active cell, whatever its size") {
    const std::vector<double> dx{1, 2, 4}, dy{3, 5}, levels{0, 0.5, 2};
    std::vector<double> surfaces;
    for (const double level : levels) surfaces.insert(surfaces.end(), 6, level);
    Grid grid(dx, dy, surfaces);
    grid.set_status(grid.cell(1, 1, 0), CellStatus::inactive);

    // The flow of a flux (a, b, c): times the area of each face.
    const double a = 1e-6, b = -2e-6, c = 3e-7;
    FaceField flow(grid);
    for (Index k = 0; k < 2; ++k) {
        const double thickness = levels[static_cast<std::size_t>(k) + 1] - levels[static_cast<std::size_t>(k)];
        for (Index j = 0; j < 2; ++j)
            for (Index i = 0; i <= 3; ++i) flow.x[(k * 2 + j) * 4 + i] = a * dy[static_cast<std::size_t>(j)] * thickness;
        for (Index j = 0; j <= 2; ++j)
            for (Index i = 0; i < 3; ++i) flow.y[(k * 3 + j) * 3 + i] = b * dx[static_cast<std::size_t>(i)] * thickness;
    }
    for (Index k = 0; k <= 2; ++k)
        for (Index column = 0; column < 6; ++column) flow.z[k * 6 + column] = c * grid.area(column);

    const Vectors q(grid, flow);
    // Tolerance: a handful of roundings of numbers of size 1e-6.
    for (Index cell = 0; cell < grid.cell_count(); ++cell) {
        const double active = grid.active(cell) ? 1 : 0;
        CHECK(std::abs(q.x[cell] - active * a) < 1e-20);
        CHECK(std::abs(q.y[cell] - active * b) < 1e-20);
        CHECK(std::abs(q.z[cell] - active * c) < 1e-20);
    }
}

TEST_CASE("a flow that changes across a cell is taken in its middle") {
    const Grid grid({2}, {4}, {0, 3});
    FaceField flow(grid);
    flow.x[0] = 12;  // over 12 m²
    flow.x[1] = 36;
    flow.z[1] = 8;  // over 8 m², through the top only
    const Vectors q(grid, flow);
    CHECK(q.x[0] == 2);
    CHECK(q.y[0] == 0);
    CHECK(q.z[0] == 0.5);
}
