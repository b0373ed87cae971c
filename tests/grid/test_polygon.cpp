#include <doctest/doctest.h>

#include <cmath>
#include <numbers>
#include <stdexcept>

#include "grid/polygon.hpp"
#include "paths.hpp"
#include "temporary_file.hpp"

using namespace galena;

namespace {

Ring rectangle(double x_min, double y_min, double x_max, double y_max) {
    return {{x_min, x_max, x_max, x_min}, {y_min, y_min, y_max, y_max}};
}

/// Crossing number straight from the definition, without bands.
bool inside_by_all_edges(const Ring& ring, double x, double y) {
    bool inside = false;
    for (std::size_t v = 0, last = ring.size() - 1; v < ring.size(); last = v++)
        if ((ring.y[v] > y) != (ring.y[last] > y) &&
            x < ring.x[v] + (ring.x[last] - ring.x[v]) * (y - ring.y[v]) / (ring.y[last] - ring.y[v]))
            inside = !inside;
    return inside;
}

struct PolygonFile {
    PolygonFile(const std::string& content, const std::string& name, const VertexColumns& columns = {})
        : file(content, name), area(read_polygon(file.path, {"site.toml", 5, 9}, diagnostics, columns)) {}
    [[nodiscard]] bool complains(const std::string& words) const { return diagnostics.text().find(words) != std::string::npos; }
    TemporaryFile file;
    Diagnostics diagnostics;
    Area area;
};

PolygonFile geojson(const std::string& content) { return {content, "area.geojson"}; }

}  // namespace

TEST_CASE("a polygon with a hole holds what lies between its rings") {
    const Polygon p({rectangle(0, 0, 10, 10), rectangle(4, 4, 6, 6)});
    CHECK(p.contains(1, 1));
    CHECK_FALSE(p.contains(5, 5));
    CHECK_FALSE(p.contains(11, 5));
    CHECK_FALSE(p.contains(-1, 5));
    CHECK(p.bounds().x_max == 10);
}

TEST_CASE("neighbours that share an edge share no point and leave none out") {
    // Nine triangles and quadrangles round odd vertices, in coordinates of a national grid where rounding shows.
    const double x0 = 180000.1, y0 = 331000.7, third = 1.0 / 3;
    const Polygon west({{{x0, x0 + third, x0 + 2 * third, x0}, {y0, y0, y0 + 1, y0 + 1}}});
    const Polygon east({{{x0 + third, x0 + 1, x0 + 1, x0 + 2 * third}, {y0, y0, y0 + 1, y0 + 1}}});
    int found = 0;
    for (int i = 0; i <= 1000; ++i) {
        const double t = i / 1001.0;
        const double x = x0 + third + t * third, y = y0 + t;
        CHECK(west.contains(x, y) + east.contains(x, y) == 1);
        found += east.contains(x, y);
    }
    CHECK(found > 0);
    const Polygon square({rectangle(0, 0, 1, 1)});
    CHECK(square.contains(0, 0.5));  // an edge belongs to the area east of it
    CHECK_FALSE(square.contains(1, 0.5));
    CHECK(square.contains(0.5, 0));  // or north of it
    CHECK_FALSE(square.contains(0.5, 1));
}

TEST_CASE("bands of edges change nothing for a jagged ring") {
    Ring star;
    for (int v = 0; v < 401; ++v) {
        const double angle = 2 * std::numbers::pi * v / 401, radius = v % 2 == 0 ? 100 : 30 + 0.1 * v;
        star.add(radius * std::cos(angle), radius * std::sin(angle));
    }
    const Polygon p({star});
    int inside = 0;
    for (int i = -110; i <= 110; ++i)
        for (int j = -110; j <= 110; ++j) {
            const double x = i + 0.123, y = j + 0.456;
            CHECK(p.contains(x, y) == inside_by_all_edges(star, x, y));
            inside += p.contains(x, y);
        }
    CHECK(inside > 1000);
    CHECK(inside < 30000);
}

TEST_CASE("many points at once give the same as one by one") {
    std::vector<Polygon> parts;
    parts.emplace_back(std::vector<Ring>{rectangle(0, 0, 10, 10)});
    parts.emplace_back(std::vector<Ring>{rectangle(5, 5, 20, 20)});  // overlap: a union, no hole
    const Area area(std::move(parts));
    std::vector<Point> points;
    for (int i = 0; i < 100000; ++i) points.push_back({25.0 * (i % 311) / 311, 25.0 * (i % 307) / 307, 0});
    const auto inside = area.contains(points);
    int wrong = 0;
    for (std::size_t p = 0; p < points.size(); ++p) wrong += (inside[p] != 0) != area.contains(points[p].x, points[p].y);
    CHECK(wrong == 0);
    CHECK(area.contains(7, 7));
    CHECK_FALSE(area.contains(15, 2));
    CHECK_FALSE(Area().contains(0, 0));
}

TEST_CASE("rings without area are refused") {
    CHECK_THROWS_AS(Polygon({}), std::invalid_argument);
    const Ring line{{0, 1, 1, 0}, {0, 1, 1, 0}};
    CHECK_THROWS_WITH_AS(Polygon({line}), doctest::Contains("only 2 different vertices"), std::invalid_argument);
    CHECK_THROWS_WITH_AS(Polygon({Ring{{0, 1, 2}, {0, 1, 2}}}), doctest::Contains("encloses no area"), std::invalid_argument);
    CHECK(rectangle(0, 0, 2, 3).area() == 6);
}

TEST_CASE("polygons come from csv, several rings with holes") {
    const PolygonFile one("x,y\n0,0\n10,0\n10,10\n0,10\n0,0\n", "area.csv");
    REQUIRE_FALSE(one.diagnostics.has_errors());
    CHECK(one.area.polygons()[0].rings()[0].size() == 4);
    CHECK(one.area.contains(5, 5));
    // One ring ends at its first vertex repeated, the next at an empty line, the last at an empty row.
    const PolygonFile three(
        "name,east,north\na,0,0\na,10,0\na,10,10\na,0,10\na,0,0\n"
        "b,4,4\nb,6,4\nb,6,6\nb,4,6\n\nc,20,0\nc,30,0\nc,20,10\n,,\n",
        "area.csv", {"east", "north"});
    REQUIRE_FALSE(three.diagnostics.has_errors());
    CHECK(three.area.polygons()[0].rings().size() == 3);
    CHECK(three.area.contains(1, 1));
    CHECK_FALSE(three.area.contains(5, 5));
    CHECK(three.area.contains(21, 1));
}

TEST_CASE("mistakes of polygon files are told with their place") {
    const PolygonFile few("x,y\n0,0\n10,0\n", "area.csv");
    CHECK(few.complains("area.csv:2:1: error: the ring that begins here has only 2 different vertices"));
    CHECK(few.complains("at least three vertices"));
    CHECK(few.area.empty());
    const PolygonFile flat("x,y\n0,0\n10,0\n20,0\n", "area.csv");
    CHECK(flat.complains("encloses no area"));
    const PolygonFile gap("x,y\n0,0\n10,\n20,5\n20,x\n", "area.csv");
    CHECK(gap.complains("area.csv:3:4: error: a number is missing (row 2, column 'y')"));
    CHECK(gap.complains("'x' is not a number (row 4, column 'y')"));
    const PolygonFile column("x,y\n0,0\n1,0\n1,1\n", "area.csv", {"X", "yy"});
    CHECK(column.complains("site.toml:5:9: error: "));
    CHECK(column.diagnostics.error_count() == 2);
    const PolygonFile narrow("x\n1\n", "area.csv");
    CHECK(narrow.complains("has only 1 column"));
    const PolygonFile none("x,y\n", "area.csv");
    CHECK(none.complains("has no vertices"));
    const Area missing = [] {
        Diagnostics diagnostics;
        auto area = read_polygon("/nowhere/area.geojson", {"site.toml", 5, 9}, diagnostics);
        CHECK(diagnostics.error_count() == 1);
        return area;
    }();
    CHECK(missing.empty());
}

TEST_CASE("polygons come from GeoJSON in all its wrappings") {
    const std::string square = R"([[[0,0],[10,0],[10,10],[0,10],[0,0]],[[4,4],[6,4],[6,6],[4,6],[4,4]]])";
    const auto polygon = geojson(R"({"type":"Polygon","coordinates":)" + square + "}");
    REQUIRE_FALSE(polygon.diagnostics.has_errors());
    CHECK(polygon.area.contains(1, 1));
    CHECK_FALSE(polygon.area.contains(5, 5));
    const auto multi = geojson(R"({"type":"FeatureCollection","features":[
        {"type":"Feature","properties":{},"geometry":{"type":"MultiPolygon","coordinates":[)" +
                               square + R"(,[[[20,0],[30,0],[20,10],[20,0]]]]}},
        {"type":"Feature","properties":{},"geometry":null},
        {"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[[[50,0,7],[60,0,7],[50,10,7],[50,0,7]]]}}]})");
    REQUIRE_FALSE(multi.diagnostics.has_errors());
    CHECK(multi.area.polygons().size() == 3);
    CHECK(multi.area.contains(21, 1));
    CHECK(multi.area.contains(51, 1));
}

TEST_CASE("mistakes of GeoJSON files are told with their place or element") {
    const auto syntax = geojson("{\"type\": \"Polygon\",\n \"coordinates\": [[[0,0],]]}");
    CHECK(syntax.complains("area.geojson:2:25: error: this is not valid JSON"));
    const auto line = geojson(R"({"type":"FeatureCollection","features":[
        {"type":"Feature","geometry":{"type":"LineString","coordinates":[]}}]})");
    CHECK(line.complains("features[0].geometry is a LineString"));
    CHECK(line.complains("allowed: Polygon, MultiPolygon"));
    const auto position = geojson(R"({"type":"Polygon","coordinates":[[[0,0],[1,"a"],[1,1]],[[0,0],[1,1]]]})");
    CHECK(position.complains("coordinates[0][1] is no position"));
    CHECK(position.complains("coordinates[1] has only 2 different vertices"));
    CHECK(position.area.empty());
    CHECK(geojson(R"({"type":"Polygon","coordinates":[[[0,0],[1e999,0],[1,1]]]})").complains("a number of this file is too large"));
    CHECK(geojson(R"({"type":"Polygon","coordinates":[[[0,0],[1e300,0],[1,1]]]})").complains("too far apart"));
    CHECK(geojson("[]").complains("the document has no \"type\""));
    CHECK(geojson(R"({"type":"FeatureCollection","features":[]})").complains("has no polygon"));
    CHECK(geojson(R"({"type":"Polygon"})").complains("the document has no \"coordinates\""));
}

TEST_CASE("the study area of the Meuse holds its grid") {
    Diagnostics diagnostics;
    const std::string folder = source_folder() + "/examples/meuse/";
    const auto area = read_polygon(folder + "meuse.area.csv", {}, diagnostics);
    const auto river = read_polygon(folder + "meuse.riv.csv", {}, diagnostics);
    CHECK_FALSE(diagnostics.has_errors());
    CHECK(area.contains(181072, 333611));  // its first sample
    CHECK_FALSE(river.contains(181072, 333611));
    CHECK(river.polygons().size() == 1);
}
