#include "grid/grid.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

namespace galena {

namespace {

std::vector<double> edges(const std::vector<double>& widths) {
    std::vector<double> e(widths.size() + 1, 0.0);
    for (std::size_t i = 0; i < widths.size(); ++i) {
        if (!(widths[i] > 0)) throw std::invalid_argument(fmt::format("cell width {} is {} m; it must be positive", i, widths[i]));
        e[i + 1] = e[i] + widths[i];
    }
    return e;
}

/// The interval that holds a value, the last one including its end; -1 outside.
Index interval(const std::vector<double>& e, double value) {
    if (!(value >= e.front()) || !(value <= e.back())) return -1;
    const auto above = std::upper_bound(e.begin(), e.end(), value);
    return std::min<Index>(above - e.begin() - 1, static_cast<Index>(e.size()) - 2);
}

}  // namespace

Point Georeference::to_crs(Point p) const {
    const double c = std::cos(rotation), s = std::sin(rotation);
    return {origin_x + c * p.x - s * p.y, origin_y + s * p.x + c * p.y, p.z};
}

Point Georeference::to_local(Point p) const {
    const double c = std::cos(rotation), s = std::sin(rotation);
    const double x = p.x - origin_x, y = p.y - origin_y;
    return {c * x + s * y, -s * x + c * y, p.z};
}

Grid::Grid(std::vector<double> dx, std::vector<double> dy, std::vector<double> surfaces, Georeference georeference)
    : nx_(static_cast<Index>(dx.size())), ny_(static_cast<Index>(dy.size())), nz_(0), dx_(std::move(dx)), dy_(std::move(dy)),
      x_edges_(edges(dx_)), y_edges_(edges(dy_)), surfaces_(std::move(surfaces)), georeference_(std::move(georeference)) {
    const auto columns = static_cast<std::size_t>(nx_ * ny_);
    if (columns == 0) throw std::invalid_argument("a grid needs at least one column");
    if (surfaces_.size() < 2 * columns || surfaces_.size() % columns != 0)
        throw std::invalid_argument("surfaces must hold a whole number, at least two, of elevations per column");
    nz_ = static_cast<Index>(surfaces_.size() / columns) - 1;
    layers_ = {{"grid", 0, nz_ - 1}};
    const auto worst = parallel_maximum(cell_count(), [&](Index c) { return std::isfinite(thickness(c)) ? -thickness(c) : 1.0; });
    if (worst.value > 0) throw std::invalid_argument(fmt::format("the top of {} lies below its bottom", describe(worst.index)));
    status_.assign(static_cast<std::size_t>(cell_count()), CellStatus::active);
}

Index Grid::active_count() const { return static_cast<Index>(std::count(status_.begin(), status_.end(), CellStatus::active)); }

Point Grid::centre(Index c) const {
    const auto i = static_cast<std::size_t>(c % nx_), j = static_cast<std::size_t>(c / nx_ % ny_);
    return {0.5 * (x_edges_[i] + x_edges_[i + 1]), 0.5 * (y_edges_[j] + y_edges_[j + 1]), elevation(c)};
}

Point Grid::centre_crs(Index c) const { return georeference_.to_crs(centre(c)); }

Index Grid::find_column(Point crs) const {
    const auto p = georeference_.to_local(crs);
    const Index i = interval(x_edges_, p.x), j = interval(y_edges_, p.y);
    return i < 0 || j < 0 ? -1 : cell(i, j, 0);
}

Index Grid::find_cell(Point crs) const {
    const Index lowest = find_column(crs);
    if (lowest < 0 || crs.z < bottom(lowest)) return -1;
    for (Index k = 0; k < nz_; ++k) {
        const Index c = lowest + k * nx_ * ny_;
        if (crs.z < top(c) || (k == nz_ - 1 && crs.z <= top(c))) return c;
    }
    return -1;
}

Index Grid::top_active_cell(Index c) const {
    const Index lowest = column(c);
    for (Index k = nz_ - 1; k >= 0; --k)
        if (const Index candidate = lowest + k * nx_ * ny_; active(candidate)) return candidate;
    return -1;
}

std::vector<Index> Grid::side_cells(Side side) const {
    std::vector<Index> cells;
    const auto add_rows = [&](auto&& pick, Index n) {
        for (Index k = 0; k < nz_; ++k)
            for (Index m = 0; m < n; ++m) cells.push_back(pick(m, k));
    };
    switch (side) {
        case Side::west: add_rows([&](Index j, Index k) { return cell(0, j, k); }, ny_); break;
        case Side::east: add_rows([&](Index j, Index k) { return cell(nx_ - 1, j, k); }, ny_); break;
        case Side::south: add_rows([&](Index i, Index k) { return cell(i, 0, k); }, nx_); break;
        case Side::north: add_rows([&](Index i, Index k) { return cell(i, ny_ - 1, k); }, nx_); break;
        case Side::bottom:
            for (Index c = 0; c < column_count(); ++c)
                for (Index k = 0; k < nz_; ++k)
                    if (active(c + k * column_count())) {
                        cells.push_back(c + k * column_count());
                        break;
                    }
            break;
        case Side::top:
            for (Index c = 0; c < column_count(); ++c)
                if (const Index t = top_active_cell(c); t >= 0) cells.push_back(t);
            break;
    }
    return cells;
}

std::size_t Grid::layer_of(Index c) const {
    const Index k = c / column_count();
    for (std::size_t n = 0; n < layers_.size(); ++n)
        if (k >= layers_[n].first_k && k <= layers_[n].last_k) return n;
    throw std::logic_error(fmt::format("row {} of cells belongs to no layer", k));
}

std::string Grid::size_text() const { return fmt::format("{} x {} x {} cells", nx_, ny_, nz_); }

std::string Grid::describe(Index c) const {
    const auto [i, j, k] = ijk(c);
    const auto p = centre_crs(c);
    const auto n = layer_of(c);
    return fmt::format("cell ({}, {}, {}), layer {} '{}', x = {:.10g} m, y = {:.10g} m, z = {:.6g} m", i, j, k, n + 1, layers_[n].name, p.x,
                       p.y, p.z);
}

std::size_t Grid::bytes() const {
    return sizeof(double) * (dx_.size() + dy_.size() + x_edges_.size() + y_edges_.size() + surfaces_.size()) + status_.size();
}

}  // namespace galena
