#include "remediation/face_line.hpp"

#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "numerics/face_conductance.hpp"
#include "simulation/domain.hpp"

namespace galena {

namespace {

struct Corner {
    double x, y;
};

/// True when p lies left of the line from u to v; points on it count to the right.
bool is_left(const Corner& p, const Corner& u, const Corner& v) { return (v.x - u.x) * (p.y - u.y) - (v.y - u.y) * (p.x - u.x) > 0; }

/// 0 when the segment from a to b does not cross the line; +1 when it goes from right to left, −1 the other way.
double crossing(const Corner& a, const Corner& b, const std::vector<std::vector<double>>& line) {
    for (std::size_t n = 1; n < line.size(); ++n) {
        const Corner u{line[n - 1][0], line[n - 1][1]}, v{line[n][0], line[n][1]};
        if (is_left(a, u, v) == is_left(b, u, v) || is_left(u, a, b) == is_left(v, a, b)) continue;
        return is_left(b, u, v) ? 1.0 : -1.0;
    }
    return 0;
}

}  // namespace

std::vector<CrossedFace> crossed_faces(const Grid& grid, const VerticalPlane& plane) {
    std::vector<CrossedFace> all;
    for (Index c = 0; c < grid.cell_count(); ++c)
        for (const Side side : {Side::east, Side::north}) {
            const Index other = neighbour(grid, c, side);
            if (other < 0 || !grid.active(c) || !grid.active(other)) continue;
            const auto a = grid.centre_crs(c), b = grid.centre_crs(other);
            const double direction = crossing({a.x, a.y}, {b.x, b.y}, plane.corners);
            const double z = 0.5 * (a.z + b.z);
            if (direction == 0 || (plane.top && z > *plane.top) || (plane.bottom && z < *plane.bottom)) continue;
            const Axis axis = axis_of(side);
            const double area = 0.5 * (side_area(grid, c, axis) + side_area(grid, other, axis));
            all.push_back({axis, outer_face(grid, c, side), c, other, area, direction});
        }
    return all;
}

void warn_of_reach(const std::vector<std::vector<double>>& corners, const Grid& grid, const std::string& title, const Place& place,
                   Diagnostics& diagnostics) {
    for (const auto& corner : corners) {
        if (grid.find_column({corner[0], corner[1], 0}) >= 0) continue;
        double nearest = std::numeric_limits<double>::infinity(), cell = 0;
        for (Index c = 0; c < grid.column_count(); ++c) {
            const auto centre = grid.centre_crs(c);
            if (const double distance = std::hypot(centre.x - corner[0], centre.y - corner[1]); distance < nearest)
                nearest = distance, cell = std::hypot(grid.width_x(c), grid.width_y(c));
        }
        if (nearest <= 1.5 * cell) continue;
        diagnostics.warning(
            place,
            fmt::format("{}: the corner at x = {:g} m, y = {:g} m lies {:.3g} m outside the grid; the line counts within it only", title,
                        corner[0], corner[1], nearest - 0.5 * cell),
            reach_of(grid));
        return;
    }
}

bool check_line(const std::vector<std::vector<double>>& corners, const std::string& title, const Place& place, Diagnostics& diagnostics) {
    for (const auto& point : corners)
        if (point.size() != 2) {
            diagnostics.error(place, fmt::format("{}: a corner of the line has {} numbers", title, point.size()),
                              "give [[\"x\", \"y\"], [\"x\", \"y\"]]");
            return false;
        }
    if (corners.size() >= 2) return true;
    diagnostics.error(place, fmt::format("{}: the line has {} corners", title, corners.size()), "give at least two");
    return false;
}

}  // namespace galena
