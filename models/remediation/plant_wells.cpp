#include "remediation/plant_wells.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "remediation/tree.hpp"

namespace galena {

double PlantWell::capacity() const { return rate.values.empty() ? 0 : *std::max_element(rate.values.begin(), rate.values.end()); }

std::vector<Node> PlantWells::boundaries(const std::map<std::string, double>& brought) const {
    std::vector<Node> all;
    const auto add = [&](const PlantWell& well, double sign) {
        auto table = boundary_table("well", well.name.text, well.place, {{"x", metres(well.x)}, {"y", metres(well.y)}});
        table.entries.push_back({"rate", well.place, series_node(well.rate, sign, "m3/s", well.place)});
        if (well.screen_top) table.entries.push_back({"screen_top", well.place, text_node(metres(*well.screen_top), well.place)});
        if (well.screen_bottom) table.entries.push_back({"screen_bottom", well.place, text_node(metres(*well.screen_bottom), well.place)});
        if (sign > 0 && !brought.empty()) {
            std::vector<std::pair<std::string, std::string>> texts;
            for (const auto& [id, c] : brought) texts.emplace_back(id, fmt::format("{:.17g} kg/m3", c));
            add_table(table, "concentration", texts);
        }
        all.push_back(std::move(table));
    };
    for (const auto& well : pumping) add(well, -1);
    for (const auto& well : injecting) add(well, 1);
    return all;
}

void PlantWells::resolve(const Measure& measure, Domain& domain, Diagnostics& diagnostics) {
    if (pumping.empty())
        diagnostics.error(measure.place, fmt::format("measure '{}' has no well", measure.label.text),
                          "add a [[measure.well]] with x, y and rate");
    check_balance(measure, diagnostics);
    std::set<Index> cells;
    const auto& grid = domain.grid;
    for (const auto& well : injecting) {
        const Index lowest = grid.find_column({well.x, well.y, 0});
        for (Index c = lowest; lowest >= 0 && c < grid.cell_count(); c += grid.column_count())
            if (grid.active(c) &&
                std::min(well.screen_top.value_or(1e30), grid.top(c)) > std::max(well.screen_bottom.value_or(-1e30), grid.bottom(c)))
                cells.insert(c);
    }
    injection_cells.assign(cells.begin(), cells.end());
    pumped_water = injected_water = 0;
    for (const auto& name : names()) domain.alterations.rate[name].everywhere[measure.layer()] = 0.0;
}

/// Tried at the start and at every date at which a rate changes.
void PlantWells::check_balance(const Measure& measure, Diagnostics& diagnostics) const {
    std::vector<Date> dates;
    for (const auto* list : {&pumping, &injecting})
        for (const auto& well : *list) {
            if (well.rate.kind == SeriesKind::linear)
                diagnostics.error(well.rate.place,
                                  fmt::format("well '{}' of measure '{}' changes along lines", well.name.text, measure.label.text),
                                  "give its rate in steps: kind = \"step\"");
            dates.insert(dates.end(), well.rate.dates.begin(), well.rate.dates.end());
        }
    if (dates.empty()) dates.emplace_back();
    for (const auto& date : dates) {
        double out = 0, in = 0;
        for (const auto& well : pumping) out += well.rate.at(date, 0);
        for (const auto& well : injecting) in += well.rate.at(date, 0);
        if (!(in > out * (1 + 1e-12))) continue;
        diagnostics.error(measure.places.of("injection_well"),
                          fmt::format("measure '{}' puts back more water than it takes out", measure.label.text),
                          "let the rates of the injection wells be at most those of the wells");
        return;
    }
}

void PlantWells::run(EditSession& session, const std::string& layer, bool on) const {
    for (const auto* list : {&pumping, &injecting})
        for (const auto& well : *list)
            if (well.capacity() > 0) session.scale_rate(layer, well.name.text, on ? 1.0 : 0.0);  // others move no water: no edit
}

void PlantWells::accept(const State& state, const Step& step) {
    for (const auto& exchange : state.water_exchanges) {
        const auto is_it = [&](const PlantWell& well) { return well.name.text == exchange.name; };
        const bool pumps = std::any_of(pumping.begin(), pumping.end(), is_it);
        const bool injects = std::any_of(injecting.begin(), injecting.end(), is_it);
        for (const double rate : exchange.rate) {
            if (pumps) pumped_water += std::max(0.0, -rate) * step.duration;
            if (injects) injected_water += std::max(0.0, rate) * step.duration;
        }
    }
}

std::vector<std::string> PlantWells::names() const {
    std::vector<std::string> all;
    for (const auto* list : {&pumping, &injecting})
        for (const auto& well : *list) all.push_back(well.name.text);
    return all;
}

double PlantWells::capacity() const {
    double sum = 0;
    for (const auto& well : pumping) sum += well.capacity();
    return sum;
}

double PlantWells::pumped_concentration(const State& state, const std::string& substance) const {
    double water = 0, mass = 0;
    for (std::size_t s = 0; s < state.substances.size(); ++s)
        for (const auto& exchange : state.water_exchanges)
            for (const auto& well : pumping)
                if (state.substances[s].id == substance && exchange.name == well.name.text)
                    for (std::size_t n = 0; n < exchange.cells.size(); ++n) {
                        const double out = std::max(0.0, -exchange.rate[n]);
                        water += out;
                        mass += out * state.concentration[static_cast<Index>(s)][static_cast<std::size_t>(exchange.cells[n])];
                    }
    return water > 0 ? mass / water : 0.0;
}

std::vector<double> PlantWells::injected(const State& state) const {
    std::map<Index, double> rates;
    for (const auto& exchange : state.water_exchanges)
        for (const auto& well : injecting)
            if (exchange.name == well.name.text)
                for (std::size_t n = 0; n < exchange.cells.size(); ++n) rates[exchange.cells[n]] += std::max(0.0, exchange.rate[n]);
    std::vector<double> all;
    for (const Index c : injection_cells) all.push_back(rates[c]);
    return all;
}

}  // namespace galena
