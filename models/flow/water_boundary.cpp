#include "flow/water_boundary.hpp"

#include <fmt/format.h>

namespace galena {

REGISTER_SECTION(WaterBoundaries)

void WaterBoundary::take_cells(const Name& zone, const std::optional<Side>& side, const Domain& domain, Diagnostics& diagnostics) {
    if (zone.empty() == !side.has_value()) {
        diagnostics.error(place, fmt::format("boundary '{}' gives {} zone {} side", label.text, side ? "both" : "neither", side ? "and" : "nor"), "give one of them");
        return;
    }
    cells_ = side ? active_side_cells(domain.grid, *side) : domain.zones.cells(zone, diagnostics);
    if (side && cells_.empty()) diagnostics.error(place, fmt::format("boundary '{}': no active cell lies along the side '{}'", label.text, words<Side>[static_cast<std::size_t>(*side)]));
}

std::vector<double> Conductance::resolve(std::string_view boundary, const Place& place, const Grid& grid, const std::vector<Index>& cells,
                                         Diagnostics& diagnostics) const {
    if (per_cell.has_value() == leakance.has_value()) {
        diagnostics.error(place, fmt::format("boundary '{}' gives {} conductance {} leakance", boundary, leakance ? "both" : "neither", leakance ? "and" : "nor"),
                          "give conductance (per cell, \"m2/d\") or leakance (per plan area, \"1/d\")");
        return std::vector<double>(cells.size(), 0.0);
    }
    std::vector<double> result;
    result.reserve(cells.size());
    for (const Index cell : cells) result.push_back(per_cell ? *per_cell : *leakance * grid.area(cell));
    return result;
}

}  // namespace galena
