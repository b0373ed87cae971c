#include "grid/builder.hpp"

#include <cmath>

#include <fmt/format.h>

namespace galena {

std::vector<Point> column_centres(const std::vector<double>& dx, const std::vector<double>& dy) {
    std::vector<Point> centres;
    centres.reserve(dx.size() * dy.size());
    double y = 0;
    for (const double height : dy) {
        double x = 0;
        for (const double width : dx) {
            centres.push_back({x + 0.5 * width, y + 0.5 * height, 0});
            x += width;
        }
        y += height;
    }
    return centres;
}

namespace {

/// Lower surface of a layer under each column, given its upper one.
std::vector<double> lower_surface(const LayerPlan& layer, const std::vector<double>& upper, Index& clipped) {
    std::vector<double> lower(upper.size());
    for (std::size_t c = 0; c < upper.size(); ++c) {
        lower[c] = layer.by_thickness ? upper[c] - layer.values[c] : layer.values[c];
        if (lower[c] > upper[c]) {
            lower[c] = upper[c];
            ++clipped;
        }
    }
    return lower;
}

bool check_layer(const LayerPlan& layer, std::size_t number, const std::vector<double>& upper, const std::vector<double>& lower,
                 Diagnostics& diagnostics) {
    double thickest = 0;
    for (std::size_t c = 0; c < upper.size(); ++c) {
        if (!std::isfinite(lower[c])) {
            diagnostics.error(layer.place, fmt::format("layer {} '{}' has no finite lower surface under column {}", number, layer.name, c));
            return false;
        }
        thickest = std::max(thickest, upper[c] - lower[c]);
    }
    if (thickest > 0) return true;
    diagnostics.error(layer.place, fmt::format("layer {} '{}' has zero thickness everywhere", number, layer.name),
                      "give it a thickness, or a bottom below the layer above, or take it out");
    return false;
}

/// Thin cells between others pass water on; thin cells with nothing above or below hold nothing at all.
Index mark_thin_cells(Grid& grid, double minimum) {
    const double thinnest = minimum * (1 - 1e-6);  // a thickness is the difference of two elevations: rounding must not decide
    Index thin = 0;
    for (Index cell = 0; cell < grid.cell_count(); ++cell)
        if (grid.active(cell) && grid.thickness(cell) < thinnest) {
            grid.set_status(cell, CellStatus::pass_through);
            ++thin;
        }
    return thin;
}

}  // namespace

std::unique_ptr<Grid> build_layered_grid(const GridPlan& plan, GridReport& report, Diagnostics& diagnostics) {
    const std::size_t columns = plan.dx.size() * plan.dy.size();
    std::size_t rows = 0;
    for (const auto& layer : plan.layers) rows += static_cast<std::size_t>(layer.cells);
    constexpr double most_cells = 2e9;
    if (static_cast<double>(columns) * static_cast<double>(rows) > most_cells) {
        diagnostics.error(plan.place,
                          fmt::format("the grid would have {:.3g} cells", static_cast<double>(columns) * static_cast<double>(rows)),
                          fmt::format("at most {:.0e}", most_cells));
        return nullptr;
    }
    bool good = true;
    for (const double z : plan.top)
        if (!std::isfinite(z)) {
            diagnostics.error(plan.place, "the top of the grid is not finite everywhere");
            good = false;
            break;
        }
    std::vector<double> surfaces((rows + 1) * columns);
    std::vector<double> upper = plan.top;
    std::copy(upper.begin(), upper.end(), surfaces.begin() + static_cast<std::ptrdiff_t>(rows * columns));
    std::vector<Layer> layers;
    std::size_t k = rows;
    for (std::size_t n = 0; n < plan.layers.size(); ++n) {
        const auto& layer = plan.layers[n];
        Index clipped = 0;
        const auto lower = lower_surface(layer, upper, clipped);
        report.clipped.push_back(clipped);
        good = check_layer(layer, n + 1, upper, lower, diagnostics) && good;
        for (int part = 1; part <= layer.cells; ++part) {
            --k;
            const double share = static_cast<double>(part) / layer.cells;
            for (std::size_t c = 0; c < columns; ++c)
                surfaces[k * columns + c] = part == layer.cells ? lower[c] : upper[c] + share * (lower[c] - upper[c]);
        }
        layers.push_back({layer.name, static_cast<Index>(k), static_cast<Index>(k) + layer.cells - 1});
        upper = lower;
    }
    if (!good) return nullptr;
    auto grid = std::make_unique<Grid>(plan.dx, plan.dy, std::move(surfaces), plan.georeference);
    grid->set_layers(std::move(layers));
    report.pass_through = mark_thin_cells(*grid, plan.minimum_thickness);
    return grid;
}

void deactivate_columns(Grid& grid, const std::vector<bool>& inside) {
    const auto columns = static_cast<std::size_t>(grid.column_count());
    for (Index cell = 0; cell < grid.cell_count(); ++cell)
        if (!inside[static_cast<std::size_t>(cell) % columns]) grid.set_status(cell, CellStatus::inactive);
}

}  // namespace galena
