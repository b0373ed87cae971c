#pragma once
// Lines in plan: a river's course, a ditch. Read from two columns of a CSV file.

#include <string>
#include <vector>

#include "core/error.hpp"
#include "grid/polygon.hpp"

namespace galena {

/// Points joined by straight pieces [m].
struct Polyline {
    std::vector<double> x, y;

    /// Shortest distance from a point to the line [m]; infinite for a line without points.
    [[nodiscard]] double distance(double px, double py) const;
};

/// Reads the points of a line, one a row. columns empty: the first two. Mistakes go to `diagnostics`.
Polyline read_polyline(const std::string& path, const Place& asked_at, Diagnostics& diagnostics, const VertexColumns& columns = {});

}  // namespace galena
