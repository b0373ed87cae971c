#pragma once
// Areas in plan: polygons with holes, read from CSV or GeoJSON, and which points lie inside.

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "grid/grid.hpp"

namespace galena {

/// A closed line in plan [m]; the last vertex is joined to the first and not repeated.
struct Ring {
    std::vector<double> x, y;

    [[nodiscard]] std::size_t size() const { return x.size(); }
    void add(double x_, double y_) {
        x.push_back(x_);
        y.push_back(y_);
    }
    /// Signed, positive when the vertices run counter-clockwise [m²].
    [[nodiscard]] double area() const;
};

/// An upright rectangle [m].
struct BoundingBox {
    double x_min = std::numeric_limits<double>::infinity(), y_min = x_min, x_max = -x_min, y_max = -x_min;  ///< empty

    void include(double x, double y) {
        x_min = std::min(x_min, x);
        y_min = std::min(y_min, y);
        x_max = std::max(x_max, x);
        y_max = std::max(y_max, y);
    }

    [[nodiscard]] bool contains(double x, double y) const { return x >= x_min && x <= x_max && y >= y_min && y <= y_max; }
    [[nodiscard]] bool overlaps(const BoundingBox& other) const {
        return x_min <= other.x_max && other.x_min <= x_max && y_min <= other.y_max && other.y_min <= y_max;
    }
};

/// An area bounded by rings. A point is inside when a ray from it crosses the rings an odd number of times, so that rings within rings
/// are holes, whatever their sense. A point on an edge belongs to the area that lies to the east of the edge, or to the north of a
/// horizontal one: of two polygons that share an edge exactly one holds each point of it.
class Polygon {
public:
    /// Throws std::invalid_argument for no ring, or a ring with fewer than three different vertices or no area.
    explicit Polygon(std::vector<Ring> rings);

    /// Why a ring bounds no area ("has only 2 different vertices"); empty when it does.
    static std::string fault_of(const Ring& ring);

    [[nodiscard]] bool contains(double x, double y) const;
    [[nodiscard]] const std::vector<Ring>& rings() const { return rings_; }
    [[nodiscard]] const BoundingBox& bounds() const { return bounds_; }

private:
    struct Edge {
        double x_low, y_low, x_high, y_high;  ///< y_low < y_high; horizontal edges are never crossed
    };
    void sort_edges_into_bands(const std::vector<Edge>& edges);
    [[nodiscard]] std::size_t band(double y) const;

    std::vector<Ring> rings_;
    BoundingBox bounds_;
    // Edges sorted into horizontal bands, so that a point is compared only with those near its height.
    double bands_per_metre_ = 0;
    std::vector<std::size_t> band_begin_;
    std::vector<Edge> band_edges_;
};

/// The union of polygons.
class Area {
public:
    Area() = default;
    explicit Area(std::vector<Polygon> polygons);

    [[nodiscard]] bool contains(double x, double y) const;
    /// 1 for each point inside (z is ignored), else 0.
    [[nodiscard]] std::vector<std::uint8_t> contains(std::span<const Point> points) const;
    [[nodiscard]] const std::vector<Polygon>& polygons() const { return polygons_; }
    [[nodiscard]] bool empty() const { return polygons_.empty(); }
    [[nodiscard]] const BoundingBox& bounds() const { return bounds_; }

private:
    std::vector<Polygon> polygons_;
    BoundingBox bounds_;
};

/// Which columns of a CSV file hold the vertices; empty: the first two.
struct VertexColumns {
    std::string x, y;
};

/// Reads vertices, one a row, in order. A ring ends at its first vertex repeated, at an empty line, or at the end of the file; several
/// rings make one polygon (rings within rings are holes). Mistakes go into `diagnostics`, and the area returned is then empty.
Area read_polygon_csv(const std::string& path, const Place& asked_at, Diagnostics& diagnostics, const VertexColumns& columns = {});

/// Reads the Polygons and MultiPolygons of a GeoJSON file (RFC 7946; as a geometry, feature or collection) in the coordinates of the site.
Area read_polygon_geojson(const std::string& path, const Place& asked_at, Diagnostics& diagnostics);

/// Chooses by the extension: .geojson and .json, or any other for CSV.
Area read_polygon(const std::string& path, const Place& asked_at, Diagnostics& diagnostics, const VertexColumns& columns = {});

}  // namespace galena
