#pragma once
// The faces between cells that a line on the map passes: of walls and of control planes.

#include <optional>
#include <vector>

#include "grid/grid.hpp"
#include "scenario/values.hpp"

namespace galena {

/// A vertical surface above a line.
struct VerticalPlane {
    std::vector<std::vector<double>> corners;  ///< [x, y] in the crs
    std::optional<double> top, bottom;         ///< elevations [m]; the whole column when absent
};

/// A face that it passes, between two active cells.
struct CrossedFace {
    Axis axis;
    Index face, left, right;
    double area;       ///< [m²]
    double direction;  ///< +1 where growing i or j passes the line from its right side to its left, looking along it; else −1
};

/// Every face whose two cells have their centres on different sides of the line.
std::vector<CrossedFace> crossed_faces(const Grid& grid, const VerticalPlane& plane);

/// Mistakes in the corners of a line, at `place`. True when there are none.
bool check_line(const std::vector<std::vector<double>>& corners, const std::string& title, const Place& place, Diagnostics& diagnostics);

/// Warns of a corner that lies more than a cell outside the grid: the line counts within it only.
void warn_of_reach(const std::vector<std::vector<double>>& corners, const Grid& grid, const std::string& title, const Place& place,
                   Diagnostics& diagnostics);

}  // namespace galena
