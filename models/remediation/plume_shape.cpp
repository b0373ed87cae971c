#include "remediation/plume_shape.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace galena {

PlumeShape plume_shape(const Grid& grid, const std::vector<Index>& cells, const std::vector<double>& mass) {
    constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
    double total = 0;
    for (const double m : mass) total += m;
    if (!(total > 0)) return {{unknown, unknown, unknown}, unknown, unknown, unknown, unknown, unknown, unknown, unknown};

    PlumeShape shape;
    Point mean;
    for (std::size_t n = 0; n < cells.size(); ++n) {
        const auto p = grid.centre(cells[n]);
        const double part = mass[n] / total;
        mean.x += part * p.x, mean.y += part * p.y, mean.z += part * p.z;
    }
    // Second moments about the mean, with that of a block of the cell's size.
    double xx = 0, yy = 0, xy = 0, zz = 0;
    const auto square = [](double v) { return v * v; };
    for (std::size_t n = 0; n < cells.size(); ++n) {
        const Index c = cells[n];
        const auto p = grid.centre(c);
        const double part = mass[n] / total, x = p.x - mean.x, y = p.y - mean.y;
        xx += part * (x * x + square(grid.width_x(c)) / 12);
        yy += part * (y * y + square(grid.width_y(c)) / 12);
        zz += part * (square(p.z - mean.z) + square(grid.thickness(c)) / 12);
        xy += part * x * y;
    }
    const double angle = 0.5 * std::atan2(2 * xy, xx - yy), ex = std::cos(angle), ey = std::sin(angle);
    const double half = 0.5 * (xx + yy), apart = std::hypot(0.5 * (xx - yy), xy);
    shape.spread_along = std::sqrt(half + apart);
    shape.spread_across = std::sqrt(std::max(0.0, half - apart));
    shape.spread_down = std::sqrt(zz);

    constexpr double endless = std::numeric_limits<double>::infinity();
    double from = endless, to = -endless, left = endless, right = -endless;
    shape.lowest = endless;
    for (const Index c : cells) {
        const auto p = grid.centre(c);
        const double along = (p.x - mean.x) * ex + (p.y - mean.y) * ey, across = (p.y - mean.y) * ex - (p.x - mean.x) * ey;
        const double w = 0.5 * grid.width_x(c), h = 0.5 * grid.width_y(c);
        const double reach = w * std::abs(ex) + h * std::abs(ey), reach_across = w * std::abs(ey) + h * std::abs(ex);
        from = std::min(from, along - reach), to = std::max(to, along + reach);
        left = std::min(left, across - reach_across), right = std::max(right, across + reach_across);
        shape.lowest = std::min(shape.lowest, grid.bottom(c));
        shape.deepest = std::max(shape.deepest, grid.top(grid.top_active_cell(c)) - grid.bottom(c));
    }
    shape.length = to - from;
    shape.width = right - left;
    shape.centre = grid.georeference().to_crs(mean);
    return shape;
}

}  // namespace galena
