#include "grid/surface.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "grid/interpolation.hpp"

namespace galena {

namespace {

constexpr double no_data = std::numeric_limits<double>::quiet_NaN();

/// Points that fit a variogram well enough: pairs grow with the square.
constexpr std::size_t most_points_of_fit = 4000;
constexpr std::size_t neighbours_of_surface = 24;

/// The two cells of a row (or column) around a fractional cell number, and the weight of the second.
struct Between {
    Index first, second;
    double weight;
};

Between between(double number, Index cells) {
    const double inside = std::clamp(number, 0.0, static_cast<double>(cells - 1));
    const auto first = std::min(static_cast<Index>(inside), std::max<Index>(0, cells - 2));
    return {first, std::min(first + 1, cells - 1), inside - static_cast<double>(first)};
}

Variogram variogram_of(const Samples& points) {
    if (points.size() < 2) return {};
    const auto stride = (points.size() + most_points_of_fit - 1) / most_points_of_fit;
    Samples thinned;
    for (std::size_t p = 0; p < points.size(); p += stride) thinned.add(points.x[p], points.y[p], points.value[p]);
    return fit_variogram(experimental_variogram(thinned), VariogramModel::spherical).variogram;
}

}  // namespace

double Raster::at(double x, double y) const {
    const auto column = between((x - x_first) / cell_width, columns), row = between((y - y_first) / cell_height, rows);
    const auto value = [&](Index r, Index c) { return values[static_cast<std::size_t>(r * columns + c)]; };
    const double u = column.weight, v = row.weight;
    const std::array<double, 4> corner{value(row.first, column.first), value(row.first, column.second), value(row.second, column.first),
                                       value(row.second, column.second)};
    const std::array<double, 4> weight{(1 - u) * (1 - v), u * (1 - v), (1 - u) * v, u * v};
    const auto missing = [](double z) { return std::isnan(z); };
    if (std::any_of(corner.begin(), corner.end(), missing)) {
        // The nearest corner has the greatest weight when cells are square.
        double best = no_data, best_weight = -1;
        for (std::size_t c = 0; c < 4; ++c)
            if (!missing(corner[c]) && weight[c] > best_weight) {
                best = corner[c];
                best_weight = weight[c];
            }
        return best;
    }
    return weight[0] * corner[0] + weight[1] * corner[1] + weight[2] * corner[2] + weight[3] * corner[3];
}

bool Raster::covers(double x, double y) const {
    const double column = (x - x_first) / cell_width, row = (y - y_first) / cell_height;
    return column >= -0.5 && row >= -0.5 && column <= static_cast<double>(columns) - 0.5 && row <= static_cast<double>(rows) - 0.5;
}

Surface Surface::constant(double z) { return Surface(Kind(z)); }

Surface Surface::raster(Raster raster) { return Surface(Kind(std::move(raster))); }

Surface Surface::through_points(Samples points, SurfaceMethod method, std::optional<Variogram> variogram) {
    if (points.empty()) throw std::invalid_argument("a surface needs at least one point");
    if (method == SurfaceMethod::kriging && !variogram) variogram = variogram_of(points);
    return Surface(Kind(Scattered{std::move(points), method, variogram.value_or(Variogram{})}));
}

std::vector<double> Surface::at(std::span<const Point> points) const {
    if (const auto* z = std::get_if<double>(&kind_)) return std::vector<double>(points.size(), *z);
    if (const auto* raster = std::get_if<Raster>(&kind_)) {
        std::vector<double> values(points.size());
        parallel_for(static_cast<Index>(points.size()), [&](Index p) {
            const auto& point = points[static_cast<std::size_t>(p)];
            values[static_cast<std::size_t>(p)] = raster->at(point.x, point.y);
        });
        return values;
    }
    const auto& scattered = std::get<Scattered>(kind_);
    switch (scattered.method) {
        case SurfaceMethod::nearest: return nearest_sample(scattered.points, points);
        case SurfaceMethod::kriging:
            return ordinary_kriging(scattered.points, scattered.variogram, points, {.neighbours = neighbours_of_surface}).estimate;
        case SurfaceMethod::inverse_distance: break;
    }
    return inverse_distance(scattered.points, points, {.neighbours = neighbours_of_surface});
}

std::size_t Surface::beyond_edges(std::span<const Point> points) const {
    const auto* raster = std::get_if<Raster>(&kind_);
    if (!raster) return 0;
    return static_cast<std::size_t>(std::count_if(points.begin(), points.end(), [&](const Point& p) { return !raster->covers(p.x, p.y); }));
}

}  // namespace galena
