#include <doctest/doctest.h>

#include <cmath>

#include "grid/surface.hpp"
#include "temporary_file.hpp"

using namespace galena;

namespace {

struct GridFile {
    explicit GridFile(const std::string& content)
        : file(content, "top.asc"), raster(read_ascii_grid(file.path, {"site.toml", 2, 1}, diagnostics)) {}
    [[nodiscard]] bool complains(const std::string& words) const { return diagnostics.text().find(words) != std::string::npos; }
    TemporaryFile file;
    Diagnostics diagnostics;
    std::optional<Raster> raster;
};

double plane(double x, double y) { return 3 + 0.5 * x - 0.25 * y; }

/// A plane on 4 × 3 cells of 10 m whose south-west centre is (105, 205).
Raster plane_raster() {
    Raster r{4, 3, 105, 205, 10, 10, {}};
    for (Index row = 0; row < 3; ++row)
        for (Index column = 0; column < 4; ++column)
            r.values.push_back(plane(105.0 + 10.0 * static_cast<double>(column), 205.0 + 10.0 * static_cast<double>(row)));
    return r;
}

}  // namespace

TEST_CASE("bilinear interpolation is exact for a plane between cell centres") {
    const auto r = plane_raster();
    for (double x = 105; x <= 135; x += 3.1)
        for (double y = 205; y <= 225; y += 2.3) CHECK(r.at(x, y) == doctest::Approx(plane(x, y)).epsilon(1e-13));
    CHECK(r.at(135, 225) == doctest::Approx(plane(135, 225)));
    // The half cells at the rim, and all beyond, take the nearest point of the outer centres.
    CHECK(r.at(101, 212) == doctest::Approx(plane(105, 212)));
    CHECK(r.at(500, 500) == doctest::Approx(plane(135, 225)));
    CHECK(r.covers(100, 200));
    CHECK(r.covers(140, 230));
    CHECK_FALSE(r.covers(99.9, 210));
    CHECK_FALSE(r.covers(120, 230.1));
    const auto surface = Surface::raster(r);
    CHECK(surface.beyond_edges(std::vector<Point>{{120, 210, 0}, {99, 210, 0}, {120, 500, 0}}) == 2);
}

TEST_CASE("next to cells without data the nearest cell counts") {
    auto r = plane_raster();
    r.values[0] = std::nan("");
    CHECK(r.at(112, 212) == doctest::Approx(plane(115, 215)));
    CHECK(r.at(112, 206) == doctest::Approx(plane(115, 205)));
    CHECK(r.at(120, 215) == doctest::Approx(plane(120, 215)));  // its four cells all have data
    for (double& z : r.values) z = std::nan("");
    CHECK(std::isnan(r.at(120, 215)));
}

TEST_CASE("ESRI ASCII grids are read with keys in any case, from north to south") {
    const GridFile corner("NCOLS 3\nNRows 2\nxllcorner 100\nYLLCORNER 200\ncellsize 10\nNODATA_value -9999\n1 2 3\n4 -9999 6\n");
    REQUIRE(corner.raster);
    CHECK(corner.raster->x_first == 105);
    CHECK(corner.raster->y_first == 205);
    CHECK(corner.raster->at(105, 205) == 4);
    CHECK(corner.raster->at(105, 215) == 1);
    CHECK(corner.raster->at(125, 205) == 6);
    CHECK(std::isnan(corner.raster->values[1]));
    const GridFile centre("ncols 2 nrows 2\r\nxllcenter 105\r\nyllcenter 205\r\ndx 10\r\ndy 20\r\nnodata_value nan\r\n1 2\r\nnan\r\n4\r\n");
    REQUIRE(centre.raster);
    CHECK(centre.raster->cell_height == 20);
    CHECK(centre.raster->at(105, 225) == 1);
    CHECK(centre.raster->at(115, 205) == 4);
}

TEST_CASE("mistakes of ASCII grids are told with their line") {
    const std::string header = "ncols 3\nnrows 2\nxllcorner 0\nyllcorner 0\ncellsize 10\n";
    CHECK(GridFile(header + "1 2 3\n4 x 6\n").complains("top.asc:7:3: error: 'x' is not a number (row 2, column 2)"));
    CHECK(GridFile(header + "1 2 3\n4 5\n").complains("the grid has 5 values, its header announces 3 × 2 = 6"));
    CHECK(GridFile(header + "1 2 3\n4 5 6 7\n").complains("has 7 values"));
    CHECK(GridFile(header + "-9999 -9999 -9999\n-9999 -9999 -9999\n").complains("holds no data at all"));
    CHECK(GridFile("ncolls 3\n" + header + "1 2 3 4 5 6").complains("did you mean 'ncols'?"));
    CHECK(GridFile("ncols 3\n" + header + "1 2 3 4 5 6").complains(":2:1: error: the key 'ncols' is given twice"));
    CHECK(GridFile("ncols 2.5\nnrows 0\nxllcorner a\nyllcorner 0\ncellsize -1\n1\n").diagnostics.error_count() == 5);
    const GridFile bare("1 2 3\n");
    CHECK(bare.diagnostics.error_count() == 6);
    CHECK(bare.complains("the header does not give xllcorner or xllcenter"));
    CHECK_FALSE(bare.raster.has_value());
    // A grid announced too large is found to be short before memory is asked for.
    CHECK(GridFile("ncols 1000000\nnrows 1000000\nxllcorner 0\nyllcorner 0\ncellsize 1\n1 2\n").complains("has 2 values"));
}

TEST_CASE("constant surfaces and surfaces through points") {
    const std::vector<Point> points{{0, 0, 0}, {10, 0, 0}, {5, 5, 0}};
    CHECK(Surface::constant(4).at(points) == std::vector<double>{4, 4, 4});
    Samples s;
    for (int x = -2; x <= 12; ++x)
        for (int y = -2; y <= 7; ++y) s.add(x + 0.01 * y, y, plane(x, y));
    for (const auto method : {SurfaceMethod::inverse_distance, SurfaceMethod::nearest, SurfaceMethod::kriging}) {
        const auto z = Surface::through_points(s, method).at(points);
        for (std::size_t p = 0; p < points.size(); ++p)
            // Points lie within a cell of the samples, over which the plane changes by less than 0.75.
            CHECK(std::abs(z[p] - plane(points[p].x, points[p].y)) < (method == SurfaceMethod::kriging ? 0.05 : 0.75));
    }
    Samples one;
    one.add(3, 3, 8);
    for (const auto method : {SurfaceMethod::inverse_distance, SurfaceMethod::nearest, SurfaceMethod::kriging})
        CHECK(Surface::through_points(one, method).at(points)[1] == doctest::Approx(8));
    CHECK(Surface::constant(4).beyond_edges(points) == 0);
}

TEST_CASE("points of a surface come from csv") {
    const TemporaryFile file("x,y,top\n0,0,1\n10,0,2\n10,0,4\n5,5,\n", "points.csv");
    Diagnostics diagnostics;
    const auto points = read_surface_points(file.path, {"site.toml", 2, 1}, diagnostics);
    REQUIRE(points);
    CHECK(points->value == std::vector<double>{1, 3});
    CHECK_FALSE(diagnostics.has_errors());
    CHECK(diagnostics.text().find("warning: 1 point lies on another one; points at one place were averaged") != std::string::npos);
    CHECK_FALSE(read_surface_points(file.path, {"site.toml", 2, 1}, diagnostics, {"x", "y", "base"}).has_value());
    CHECK(diagnostics.text().find("has no column 'base'") != std::string::npos);
    const TemporaryFile empty("x,y,z\n1,2,\n", "empty.csv");
    Diagnostics none;
    CHECK_FALSE(read_surface_points(empty.path, {"site.toml", 2, 1}, none).has_value());
    CHECK(none.text().find("has no point with a value") != std::string::npos);
}
