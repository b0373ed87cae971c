#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <stdexcept>
#include <utility>
#include <vector>

#include "grid/builder.hpp"
#include "grid/field.hpp"
#include "grid/grid.hpp"

using namespace galena;

namespace {

/// 4 × 3 × 2 cells of uneven size; the layers are 2 m and 1 m thick and rise by 0.1 m per column towards growing x.
Grid uneven_grid(Georeference georeference = {}) {
    const std::vector<double> dx{1, 2, 3, 4}, dy{5, 6, 7};
    std::vector<double> surfaces;
    for (double z : {0.0, 2.0, 3.0})
        for (std::size_t j = 0; j < dy.size(); ++j)
            for (std::size_t i = 0; i < dx.size(); ++i) surfaces.push_back(z + 0.1 * static_cast<double>(i));
    return {dx, dy, surfaces, std::move(georeference)};
}

Grid flat_grid(Index nx, Index ny, Index nz) {
    const auto columns = static_cast<std::size_t>(nx * ny);
    std::vector<double> surfaces;
    for (Index k = 0; k <= nz; ++k) surfaces.insert(surfaces.end(), columns, static_cast<double>(k));
    return {std::vector<double>(static_cast<std::size_t>(nx), 1.0), std::vector<double>(static_cast<std::size_t>(ny), 1.0), surfaces};
}

/// How often for_each_face visits each face; a FaceField takes the counts so that faces are told apart by their index.
FaceField visits(const Grid& grid) {
    FaceField count(grid);
    for_each_face(grid, [&](const Face& face) { count[face] += 1; });
    return count;
}

double total(const DoubleArray& values) {
    double sum = 0;
    for (double v : values) sum += v;
    return sum;
}

}  // namespace

TEST_CASE("cells have their size and place") {
    const auto grid = uneven_grid();
    CHECK(grid.cell_count() == 24);
    CHECK(grid.active_count() == 24);
    const Index c = grid.cell(2, 1, 1);
    CHECK(grid.ijk(c) == std::array<Index, 3>{2, 1, 1});
    CHECK(grid.column(c) == grid.cell(2, 1, 0));
    CHECK(grid.bottom(c) == doctest::Approx(2.2));
    CHECK(grid.thickness(c) == doctest::Approx(1.0));
    CHECK(grid.volume(c) == doctest::Approx(3 * 6 * 1.0));
    const auto p = grid.centre(c);
    CHECK(p.x == doctest::Approx(4.5));
    CHECK(p.y == doctest::Approx(8.0));
    CHECK(p.z == doctest::Approx(2.7));
    double volume = 0;
    for (Index n = 0; n < grid.cell_count(); ++n) volume += grid.volume(n);
    CHECK(volume == doctest::Approx(10.0 * 18 * 3));
}

TEST_CASE("a point finds its cell") {
    const auto grid = uneven_grid({.crs = "EPSG:28992", .vertical_datum = "NAP", .origin_x = 1000, .origin_y = 2000, .rotation = 0.3});
    for (Index c = 0; c < grid.cell_count(); ++c) CHECK(grid.find_cell(grid.centre_crs(c)) == c);
}

TEST_CASE("the edges of the box are inside and what lies beyond is not") {
    const auto grid = uneven_grid();
    CHECK(grid.find_cell({0, 0, 0}) == grid.cell(0, 0, 0));
    CHECK(grid.find_cell({10, 18, 3.3}) == grid.cell(3, 2, 1));  // upper corner, on the top surface
    CHECK(grid.find_cell({1, 0.5, 0.5}) == grid.cell(1, 0, 0));  // an edge between cells belongs to the right one
    CHECK(grid.find_cell({0.5, 0.5, 2.0}) == grid.cell(0, 0, 1));
    CHECK(grid.find_cell({-1e-9, 1, 1}) == -1);
    CHECK(grid.find_cell({1, 18.001, 1}) == -1);
    CHECK(grid.find_cell({0.5, 0.5, -0.001}) == -1);
    CHECK(grid.find_cell({0.5, 0.5, 3.001}) == -1);
    CHECK(grid.find_cell({std::nan(""), 1, 1}) == -1);
    CHECK(grid.find_column({9.9, 17.9, 1e9}) == grid.cell(3, 2, 0));
    CHECK(grid.find_column({10.1, 1, 0}) == -1);
}

TEST_CASE("rotation and origin take local points to the crs and back") {
    const Georeference georeference{
        .crs = "", .vertical_datum = "", .origin_x = 178000, .origin_y = 329000, .rotation = std::numbers::pi / 6};
    const auto crs = georeference.to_crs({100, 0, 7});
    // x' = 100 cos 30°, y' = 100 sin 30°: counter-clockwise.
    CHECK(crs.x == doctest::Approx(178000 + 100 * std::sqrt(3.0) / 2));
    CHECK(crs.y == doctest::Approx(329000 + 50));
    CHECK(crs.z == 7);
    const auto back = georeference.to_local(georeference.to_crs({123.4, -56.7, 8.9}));
    // Coordinates of 3e5 m leave 3e5 · 2^-52 = 7e-11 m.
    CHECK(std::abs(back.x - 123.4) < 1e-9);
    CHECK(std::abs(back.y + 56.7) < 1e-9);
}

TEST_CASE("a side holds the cells along it") {
    auto grid = uneven_grid();
    CHECK(grid.side_cells(Side::west).size() == 6);
    CHECK(grid.side_cells(Side::south).size() == 8);
    CHECK(grid.side_cells(Side::top).size() == 12);
    for (Index c : grid.side_cells(Side::west)) CHECK(grid.ijk(c)[0] == 0);
    for (Index c : grid.side_cells(Side::east)) CHECK(grid.ijk(c)[0] == 3);
    for (Index c : grid.side_cells(Side::south)) CHECK(grid.ijk(c)[1] == 0);
    for (Index c : grid.side_cells(Side::north)) CHECK(grid.ijk(c)[1] == 2);
    for (Index c : grid.side_cells(Side::bottom)) CHECK(grid.ijk(c)[2] == 0);
    for (Index c : grid.side_cells(Side::top)) CHECK(grid.ijk(c)[2] == 1);
}

TEST_CASE("top and bottom are the outermost active cells") {
    auto grid = uneven_grid();
    grid.set_status(grid.cell(1, 1, 1), CellStatus::inactive);
    grid.set_status(grid.cell(2, 1, 0), CellStatus::pass_through);
    grid.set_status(grid.cell(3, 1, 0), CellStatus::inactive);
    grid.set_status(grid.cell(3, 1, 1), CellStatus::inactive);
    CHECK(grid.active_count() == 20);
    CHECK(grid.top_active_cell(grid.cell(1, 1, 1)) == grid.cell(1, 1, 0));
    CHECK(grid.top_active_cell(grid.cell(3, 1, 0)) == -1);
    CHECK(grid.side_cells(Side::top).size() == 11);
    const auto bottom = grid.side_cells(Side::bottom);
    CHECK(bottom.size() == 11);
    CHECK(std::count(bottom.begin(), bottom.end(), grid.cell(2, 1, 1)) == 1);
}

TEST_CASE("each interior face is visited once") {
    for (const auto& [nx, ny, nz] : std::vector<std::array<Index, 3>>{{1, 1, 1}, {5, 1, 1}, {1, 4, 1}, {1, 1, 6}, {4, 3, 2}, {70, 9, 30}}) {
        const auto grid = flat_grid(nx, ny, nz);
        const auto count = visits(grid);
        CHECK(total(count.x) == static_cast<double>((nx - 1) * ny * nz));
        CHECK(total(count.y) == static_cast<double>(nx * (ny - 1) * nz));
        CHECK(total(count.z) == static_cast<double>(nx * ny * (nz - 1)));
        for (const auto* axis : {&count.x, &count.y, &count.z})
            for (double n : *axis) CHECK((n == 0 || n == 1));
    }
}

TEST_CASE("a face knows its neighbours and its index") {
    const auto grid = flat_grid(4, 3, 2);
    std::vector<int> wrong(3 * 64);
    for_each_face(grid, [&](const Face& face) {
        const auto [i, j, k] = grid.ijk(face.right);
        const Index index = face.axis == Axis::x ? (k * 3 + j) * 5 + i : face.axis == Axis::y ? (k * 4 + j) * 4 + i : (k * 3 + j) * 4 + i;
        auto left = std::array<Index, 3>{i, j, k};
        left[static_cast<std::size_t>(face.axis)] -= 1;
        const bool right_place = face.index == index && grid.ijk(face.left) == left;
        wrong[static_cast<std::size_t>(face.axis) * 64 + static_cast<std::size_t>(face.index)] = right_place ? 0 : 1;
    });
    CHECK(std::count(wrong.begin(), wrong.end(), 1) == 0);
}

TEST_CASE("no face touches an inactive cell and a pass-through cell keeps its faces") {
    auto grid = flat_grid(3, 3, 3);
    const double all = total(visits(grid).x) + total(visits(grid).y) + total(visits(grid).z);
    grid.set_status(grid.cell(1, 1, 1), CellStatus::pass_through);
    auto count = visits(grid);
    CHECK(total(count.x) + total(count.y) + total(count.z) == all);
    grid.set_status(grid.cell(1, 1, 1), CellStatus::inactive);
    count = visits(grid);
    CHECK(total(count.x) + total(count.y) + total(count.z) == all - 6);
}

TEST_CASE("cells are visited once and only when active") {
    auto grid = flat_grid(5, 4, 3);
    grid.set_status(7, CellStatus::inactive);
    grid.set_status(8, CellStatus::pass_through);
    CellField count(grid);
    for_each_cell(grid, [&](Index c) { count[c] += 1; });
    for (Index c = 0; c < grid.cell_count(); ++c) CHECK(count[c] == (c == 7 || c == 8 ? 0 : 1));
}

TEST_CASE("a cell as thick as the minimum stays, whatever rounding makes of its elevations") {
    for (const double top : {0.0, 0.3, 2.0, 123.456, 3000.1}) {
        GridPlan plan;
        plan.dx = plan.dy = {1.0};
        plan.top = {top};
        plan.minimum_thickness = 0.001;
        plan.layers = {{"at the minimum", 50, true, {0.05}, {}}, {"too thin", 1, true, {0.0009}, {}}, {"base", 1, true, {1.0}, {}}};
        GridReport report;
        Diagnostics diagnostics;
        const auto grid = build_layered_grid(plan, report, diagnostics);
        REQUIRE(grid);
        CHECK(report.pass_through == 1);
    }
}

TEST_CASE("a grid that cannot be is refused") {
    const std::vector<double> one{1}, two{1, 1};
    CHECK_THROWS_WITH_AS(Grid(two, one, {0, 0, 1, -0.5}), doctest::Contains("the top of cell (1, 0, 0)"), std::invalid_argument);
    CHECK_THROWS_AS(Grid(two, one, {0, 0, 1, std::nan("")}), std::invalid_argument);
    CHECK_THROWS_AS(Grid(two, one, {0, 0, 1}), std::invalid_argument);
    CHECK_THROWS_AS(Grid(two, one, {0, 0}), std::invalid_argument);
    CHECK_THROWS_AS(Grid({}, one, {}), std::invalid_argument);
    CHECK_THROWS_AS(Grid({1, -1}, one, {0, 0, 1, 1}), std::invalid_argument);
    CHECK_NOTHROW(Grid(two, one, {0, 0, 1, 0}));  // a cell of no thickness is a matter for the minimum thickness
}

TEST_CASE("people are told about a cell in layers and coordinates") {
    auto grid = flat_grid(2, 2, 2);
    grid.set_layers({{"topsoil", 1, 1}, {"aquifer", 0, 0}});
    CHECK(grid.describe(grid.cell(1, 0, 0)) == "cell (1, 0, 0), layer 2 'aquifer', x = 1.5 m, y = 0.5 m, z = 0.5 m");
}

TEST_CASE("fields are filled, copied and laid out species by species") {
    const auto grid = flat_grid(30, 20, 10);
    CellField a(grid, 3.0);
    CellField b = a;
    b[5] = 4;
    CHECK(a[5] == 3);
    CHECK(total(b) == 3.0 * 6000 + 1);
    a = std::move(b);
    CHECK(a[5] == 4);
    CHECK(reinterpret_cast<std::uintptr_t>(a.data()) % 64 == 0);
    SpeciesField species(grid, 3, 1.0);
    species[1][7] = 2;
    CHECK(species.all()[6000 + 7] == 2);
    CHECK(total(species.all()) == 18001);
}
