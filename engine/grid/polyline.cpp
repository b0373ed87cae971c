#include "grid/polyline.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "core/csv.hpp"

namespace galena {

namespace {

double distance_to_piece(double px, double py, double ax, double ay, double bx, double by) {
    const double ux = bx - ax, uy = by - ay, length2 = ux * ux + uy * uy;
    const double along = length2 > 0 ? std::clamp(((px - ax) * ux + (py - ay) * uy) / length2, 0.0, 1.0) : 0.0;
    return std::hypot(px - ax - along * ux, py - ay - along * uy);
}

}  // namespace

double Polyline::distance(double px, double py) const {
    if (x.size() == 1) return std::hypot(px - x[0], py - y[0]);
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t n = 1; n < x.size(); ++n) least = std::min(least, distance_to_piece(px, py, x[n - 1], y[n - 1], x[n], y[n]));
    return least;
}

Polyline read_polyline(const std::string& path, const Place& asked_at, Diagnostics& diagnostics, const VertexColumns& columns) {
    const auto before = diagnostics.error_count();
    const auto table = read_csv(path, asked_at, diagnostics);
    if (diagnostics.error_count() != before) return {};
    if (table.column_count() < 2) {
        diagnostics.error(asked_at, fmt::format("'{}' has {} columns; a line needs x and y", path, table.column_count()));
        return {};
    }
    const auto x = columns.x.empty() ? std::optional<std::size_t>(0) : table.require_column(columns.x, asked_at, diagnostics);
    const auto y = columns.y.empty() ? std::optional<std::size_t>(1) : table.require_column(columns.y, asked_at, diagnostics);
    Polyline line;
    for (std::size_t row = 0; x && y && row < table.row_count(); ++row) {
        const auto px = table.required_number(row, *x, diagnostics), py = table.required_number(row, *y, diagnostics);
        if (!px || !py) continue;
        line.x.push_back(*px);
        line.y.push_back(*py);
    }
    if (diagnostics.error_count() == before && line.x.empty())
        diagnostics.error(asked_at, fmt::format("the line '{}' has no points", path));
    return line;
}

}  // namespace galena
