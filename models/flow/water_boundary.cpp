#include "flow/water_boundary.hpp"

#include <fmt/format.h>

namespace galena {

REGISTER_SECTION(WaterBoundaries)

void WaterBoundary::take_cells(const Name& zone, const std::optional<Side>& side, const Domain& domain, Diagnostics& diagnostics) {
    if (zone.empty() == !side.has_value()) {
        reading::exactly_one(places, fmt::format("boundary '{}'", label.text), "zone", "side", diagnostics);
        return;
    }
    cells_ = side ? active_side_cells(domain.grid, *side) : domain.zones.cells(zone, diagnostics);
    if (side && cells_.empty())
        diagnostics.error(places.of("side"), fmt::format("boundary '{}': no active cell lies along the side '{}'", label.text,
                                                         words<Side>[static_cast<std::size_t>(*side)]));
}

std::vector<double> Conductance::resolve(std::string_view boundary, const Places& places, const Grid& grid, const std::vector<Index>& cells,
                                         Diagnostics& diagnostics) const {
    if (!reading::exactly_one(places, fmt::format("boundary '{}'", boundary), "conductance", "leakance", diagnostics))
        return std::vector<double>(cells.size(), 0.0);
    std::vector<double> result;
    result.reserve(cells.size());
    for (const Index cell : cells) result.push_back(per_cell ? *per_cell : *leakance * grid.area(cell));
    return result;
}

}  // namespace galena
