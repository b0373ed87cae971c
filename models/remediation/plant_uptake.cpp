#include "remediation/plant_uptake.hpp"

#include <fmt/format.h>

namespace galena {

void PlantUptake::resolve(const Measure& measure, const Name& zone, double root_depth, const Domain& domain, Diagnostics& diagnostics) {
    cells_.clear(), share_.clear(), columns_.clear();
    area_ = 0;
    const auto& grid = domain.grid;
    if (domain.medium.bulk_density.empty()) {
        diagnostics.error(measure.place,
                          fmt::format("measure '{}': plants go by contents per dry soil, and no bulk_density is given", measure.label.text),
                          "give bulk_density in a [[medium]] for every active cell");
        return;
    }
    std::set<Index> tops;
    for (const Index c : domain.zones.cells(zone, diagnostics)) tops.insert(grid.top_active_cell(c));
    for (const Index top : tops) {
        const double deepest = grid.top(top) - root_depth;
        Column column{cells_.size(), 0, grid.area(top)};
        for (Index c = top; c >= 0 && grid.top(c) > deepest; c -= grid.column_count()) {
            if (!grid.active(c)) continue;
            cells_.push_back(c);
            share_.push_back(std::min(1.0, (grid.top(c) - deepest) / grid.thickness(c)));
            ++column.count;
        }
        columns_.push_back(column);
        area_ += column.area;
    }
}

std::vector<Index> PlantUptake::grid_columns(const Grid& grid) const {
    std::vector<Index> all;
    for (const auto& column : columns_) all.push_back(grid.column(cells_[column.first]));
    return all;
}

double PlantUptake::content(std::size_t column, std::span<const double> contents, const Domain& domain) const {
    const auto& [first, count, area] = columns_[column];
    double soil = 0, mass = 0;
    for (std::size_t n = first; n < first + count; ++n) {
        const double rooted = share_[n] * domain.medium.bulk_density[cells_[n]] * domain.grid.volume(cells_[n]);
        soil += rooted;
        mass += rooted * contents[static_cast<std::size_t>(cells_[n])];
    }
    return soil > 0 ? mass / soil : 0;
}

double PlantUptake::ph(std::size_t column, const Domain& domain) const {
    if (domain.medium.pH.empty()) return 7;
    const auto& [first, count, area] = columns_[column];
    double sum = 0, weight = 0;
    for (std::size_t n = first; n < first + count; ++n) {
        const double w = share_[n] * domain.grid.thickness(cells_[n]);
        sum += w * domain.medium.pH[cells_[n]];
        weight += w;
    }
    return weight > 0 ? sum / weight : 7;
}

std::vector<double> PlantUptake::rates(const State& state, Index substance, std::span<const double> contents, const Domain& domain,
                                       const std::function<double(std::size_t column)>& uptake) const {
    std::vector<double> all(cells_.size(), 0.0);
    const auto concentration = state.concentration[substance];
    for (std::size_t k = 0; k < columns_.size(); ++k) {
        const auto& [first, count, area] = columns_[k];
        double held = 0;
        std::vector<double> mass(count);
        for (std::size_t n = 0; n < count; ++n) {
            const Index c = cells_[first + n];
            mass[n] = share_[first + n] * domain.medium.bulk_density[c] * domain.grid.volume(c) * contents[static_cast<std::size_t>(c)];
            held += mass[n];
        }
        if (!(held > 0)) continue;
        const double wanted = uptake(k) * area;
        for (std::size_t n = 0; n < count; ++n) {
            const Index c = cells_[first + n];
            const double dissolved = state.mobile_water[c] * concentration[static_cast<std::size_t>(c)];
            if (dissolved > 0) all[first + n] = wanted * mass[n] / held / dissolved;
        }
    }
    return all;
}

}  // namespace galena
