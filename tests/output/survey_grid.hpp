#pragma once
// A small grid with everything that can go wrong in a file: uneven spacing, deformed layers, a hole, a pinched-out cell, a rotated
// origin far from zero.

#include <numbers>

#include "grid/grid.hpp"

inline galena::Grid survey_grid() {
    using namespace galena;
    const std::vector<double> dx{10, 20, 30, 40}, dy{5, 10, 15};
    std::vector<double> surfaces;
    for (int k = 0; k < 3; ++k)
        for (int column = 0; column < 12; ++column) surfaces.push_back(20 + 2 * k + 0.25 * column);
    Grid grid(dx, dy, std::move(surfaces), {"EPSG:28992", "NAP", 178600.5, 329700.25, std::numbers::pi / 6});
    for (Index k = 0; k < 2; ++k) grid.set_status(grid.cell(0, 0, k), CellStatus::inactive);
    grid.set_status(grid.cell(2, 1, 0), CellStatus::pass_through);
    grid.set_status(grid.cell(3, 2, 1), CellStatus::inactive);
    grid.set_layers({{"loam", 1, 1}, {"gravel", 0, 0}});
    return grid;
}

/// One value per cell, all different.
inline std::vector<double> cell_numbers(const galena::Grid& grid, double first, double step = 0.125) {
    std::vector<double> values;
    for (galena::Index c = 0; c < grid.cell_count(); ++c) values.push_back(first + step * static_cast<double>(c));
    return values;
}
