#include "facility/areal_source.hpp"

#include <set>

namespace galena {

void ArealSource::resolve(const Site&, Domain& domain, Diagnostics& diagnostics) {
    std::set<Index> tops;
    for (const Index c : domain.zones.cells(zone, diagnostics)) tops.insert(domain.grid.top_active_cell(c));
    cells_.assign(tops.begin(), tops.end());
    area_.clear();
    for (const Index c : cells_) area_.push_back(domain.grid.area(c));
}

}  // namespace galena
