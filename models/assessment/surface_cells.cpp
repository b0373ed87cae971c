#include "assessment/surface_cells.hpp"

#include <algorithm>
#include <map>

namespace galena {

std::vector<Index> surface_cells(const Domain& domain, const Name& zone, Diagnostics& diagnostics) {
    std::map<Index, Index> highest;  // the cells come sorted, lowest layer first
    for (const Index cell : domain.zones.cells(zone, diagnostics)) highest[domain.grid.column(cell)] = cell;
    std::vector<Index> cells;
    for (const auto& [column, cell] : highest) cells.push_back(cell);
    std::sort(cells.begin(), cells.end());
    return cells;
}

}  // namespace galena
