// Water that comes back: the concentration that enters through one boundary is what leaves through another in the same step (Bedekar et al.
// 2016, MT3D-USGS, on recirculating wells, where it is that of the step before). The two are solved in turn until they agree.

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/suggestion.hpp"
#include "flow/water_boundary.hpp"
#include "transport/solute_transport.hpp"

namespace galena {

REGISTER_SECTION(RecirculationTables)

void SoluteTransport::read_recirculation(const Site& site, Diagnostics& diagnostics) {
    const auto* tables = site.find<RecirculationTables>();
    if (!tables || !site.sound("recirculation") || !site.sound("boundary")) return;
    std::vector<std::string> boundaries, ids;
    for (const auto& boundary : site.section<WaterBoundaries>().list)
        if (boundary) boundaries.push_back(boundary->label.text);
    for (const auto& solute : solutes_) ids.push_back(solute.id);
    for (const auto& table : tables->list) {
        for (const auto* name : {&table.from, &table.into})
            if (std::find(boundaries.begin(), boundaries.end(), name->text) == boundaries.end())
                diagnostics.error(name->place, fmt::format("there is no boundary '{}'", name->text), suggestion(name->text, boundaries));
        if (table.from.text == table.into.text)
            diagnostics.error(table.into.place, fmt::format("water of '{}' would come back to itself", table.from.text),
                              "give two boundaries: one that takes, one that gives");
        for (const auto& other : recirculation_)
            if (other.into.text == table.into.text)
                diagnostics.error(table.into.place, fmt::format("water for '{}' comes from two boundaries", table.into.text),
                                  fmt::format("the first is '{}'", other.from.text));
        for (const auto& [id, share] : table.removed)
            if (std::find(ids.begin(), ids.end(), id) == ids.end())
                diagnostics.error(table.places.of("removed"), fmt::format("'{}' is no substance of this site", id), suggestion(id, ids));
        recirculation_.push_back(table);
    }
    for (auto& solute : solutes_) solute.returning.assign(recirculation_.size(), 0.0);
    returning_water_.assign(recirculation_.size(), 0.0);
}

namespace {

const WaterExchange* find_exchange(const State& state, const std::string& name) {
    for (const auto& exchange : state.water_exchanges)
        if (exchange.name == name) return &exchange;
    return nullptr;
}

}  // namespace

/// Mass that a loop brings back [kg/s], by the concentrations of the present iterate, and the water that it goes with [m³/s].
std::pair<double, double> SoluteTransport::leaving_through(const State& state, Index s, const RecirculationTable& loop) const {
    const auto* exchange = find_exchange(state, loop.from.text);
    double mass = 0, water = 0;
    if (!exchange) return {0, 0};
    const auto& id = solutes_[static_cast<std::size_t>(s)].id;
    const double taken = exchange->share_taken(id);
    for (std::size_t n = 0; n < exchange->cells.size(); ++n)
        if (const double rate = -exchange->rate[n]; rate > 0) {
            mass += rate * taken * state.concentration[s][static_cast<std::size_t>(exchange->cells[n])];
            water += rate;
        }
    const auto removed = loop.removed.find(id);
    return {mass * (removed == loop.removed.end() ? 1.0 : 1.0 - removed->second), water};
}

/// Concentrations that come back, from the present iterate; `bound`: by how much they may differ from what was solved with and then stay.
/// Returns by how much they do, over the largest concentration of the substance.
double SoluteTransport::take_returning(const State& state, Index s, double bound) {
    auto& solute = solutes_[static_cast<std::size_t>(s)];
    if (recirculation_.empty()) return 0;
    const auto now = state.concentration[s];
    const double most = parallel_maximum(std::ssize(now), [&](Index c) { return now[static_cast<std::size_t>(c)]; }).value;
    std::vector<double> fresh;
    double change = 0;
    returning_water_.assign(recirculation_.size(), 0.0);
    for (std::size_t n = 0; n < recirculation_.size(); ++n) {
        const auto [mass, water] = leaving_through(state, s, recirculation_[n]);
        returning_water_[n] = water;
        fresh.push_back(water > 0 ? mass / water : 0.0);
        if (most > 0) change = std::max(change, std::abs(fresh[n] - solute.returning[n]) / most);
    }
    if (change > bound) solute.returning = std::move(fresh);
    return change;
}

/// Of the water that an exchange brings in: what comes back, as far as it lasts, mixed with its own.
double SoluteTransport::with_returning(const WaterExchange& exchange, const Solute& solute, double own) const {
    for (std::size_t n = 0; n < recirculation_.size(); ++n) {
        if (recirculation_[n].into.text != exchange.name) continue;
        double entering = 0;
        for (const double rate : exchange.rate) entering += std::max(0.0, rate);
        const double back = std::min(entering, returning_water_[n]);
        return entering > 0 ? (back * solute.returning[n] + (entering - back) * own) / entering : own;
    }
    return own;
}

}  // namespace galena
