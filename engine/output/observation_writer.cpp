#include "output/observation_writer.hpp"

#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include "core/units.hpp"

namespace galena {

// ---- observations.csv -------------------------------------------------------------------------------------------------------------

Index observation_cell(const ObservationTable& point, const Grid& grid) {
    const Index lowest = grid.find_column({point.x, point.y, 0});
    if (lowest < 0) return -1;
    const double ground = grid.surfaces()[static_cast<std::size_t>(grid.cell_count() + lowest)];
    Index cell = grid.top_active_cell(lowest);
    if (point.z || point.depth) cell = grid.find_cell({point.x, point.y, point.z ? *point.z : ground - *point.depth});
    return cell >= 0 && grid.active(cell) ? cell : -1;
}

std::optional<Index> observation_cell(const ObservationTable& point, const Grid& grid, Diagnostics& diagnostics) {
    const Index lowest = grid.find_column({point.x, point.y, 0});
    if (lowest < 0) {
        diagnostics.error(
            point.place,
            fmt::format("observation '{}' at x = {:.10g} m, y = {:.10g} m lies outside the grid", point.name.text, point.x, point.y),
            reach_of(grid));
        return {};
    }
    const double ground = grid.surfaces()[static_cast<std::size_t>(grid.cell_count() + lowest)];
    Index cell = grid.top_active_cell(lowest);
    if (point.z || point.depth) cell = grid.find_cell({point.x, point.y, point.z ? *point.z : ground - *point.depth});
    if (cell >= 0 && grid.active(cell)) return cell;
    diagnostics.error(point.places.of(point.z ? "z" : "depth"), fmt::format("observation '{}' lies in no active cell", point.name.text),
                      fmt::format("its column reaches from {:.6g} m to {:.6g} m", grid.bottom(lowest), ground));
    return {};
}

ObservationWriter::ObservationWriter(const Site& site, const Domain& domain, Diagnostics& diagnostics) {
    for (const auto& point : site.section<ObservationTables>().list)
        if (const auto cell = observation_cell(point, domain.grid, diagnostics)) points_.push_back({point.name.text, *cell});
}

void ObservationWriter::open(const std::filesystem::path& file, ResultsFile& results, bool resume) {
    file_ = file;
    results_ = &results;
    if (!resume)
        out_ =
            std::make_unique<CsvWriter>(file, std::initializer_list<std::string_view>{"time", "date", "name", "quantity", "value", "unit"});
}

/// The same columns at every step; contents are only known at output times.
std::vector<Observed> ObservationWriter::row(const Moment& moment) const {
    const auto& state = moment.state;
    std::vector<Observed> all;
    for (const auto& point : points_) {
        const auto at = static_cast<std::size_t>(point.cell);
        if (state.has_flow) all.push_back({point.name, "hydraulic_head", "m", "m", state.hydraulic_head[point.cell]});
        for (std::size_t s = 0; s < state.substances.size(); ++s) {
            const auto& id = state.substances[s].id;
            const auto substance = static_cast<Index>(s);
            all.push_back({point.name, "concentration/" + id, "kg/m3", "mg/L", state.concentration[substance][at]});
            if (moment.domain.medium.bulk_density.empty()) continue;
            all.push_back({point.name, "total_content/" + id, "kg/kg", "mg/kg",
                           moment.output ? state.total_content[substance][at] : std::numeric_limits<double>::quiet_NaN()});
        }
    }
    const bool has_flowed = state.flow_version > 0;  // transient flow has no fluxes before its first step
    for (const auto& exchange : state.water_exchanges)
        all.push_back(
            {exchange.name, "water_flux", "m3/s", "m3/d",
             has_flowed ? std::accumulate(exchange.rate.begin(), exchange.rate.end(), 0.0) : std::numeric_limits<double>::quiet_NaN()});
    return all;
}

void ObservationWriter::observe(const Moment& moment) {
    const double days = moment.state.time / seconds_per_day;
    const auto date = moment.date().text();
    const auto observed = row(moment);
    for (const auto& o : observed)
        if (!std::isnan(o.value)) out_->row({days, date, o.name, o.quantity, unit(o.shown_unit).from_si(o.value), o.shown_unit});
    if (!observed.empty()) results_->append_observations(moment.state.time, observed);
    if (moment.output) out_->flush();
}

void ObservationWriter::save(CheckpointWriter& out) const {
    out.write("observations_csv/bytes", static_cast<double>(out_->flush()));
    results_->flush();  // a checkpoint must not know of more than the file holds
    out.write("observations/rows", static_cast<double>(results_->observation_rows()));
}
void ObservationWriter::load(CheckpointReader& in) {
    out_ = std::make_unique<CsvWriter>(file_, static_cast<std::uint64_t>(in.read("observations_csv/bytes")));
    results_->truncate_observations(static_cast<std::uint64_t>(in.read("observations/rows")));
}

// ---- zones.csv --------------------------------------------------------------------------------------------------------------------

ZoneWriter::ZoneWriter(const Site& site, const Domain& domain, Diagnostics& diagnostics) {
    for (const auto& name : site.section<OutputTable>().zones) {
        const auto& cells = domain.zones.cells(name, diagnostics);
        if (!cells.empty()) zones_.emplace_back(name.text, &cells);
    }
}

void ZoneWriter::open(const std::filesystem::path& file, bool resume) {
    file_ = file;
    if (!resume)
        out_ =
            std::make_unique<CsvWriter>(file, std::initializer_list<std::string_view>{"time", "date", "zone", "quantity", "value", "unit"});
}

void ZoneWriter::observe(const Moment& moment) {
    if (!moment.output) return;
    const auto& state = moment.state;
    const auto& grid = moment.domain.grid;
    const double days = state.time / seconds_per_day;
    const auto date = moment.date().text();
    for (const auto& [name, cells] : zones_) {
        double water = 0, soil = 0;
        for (const Index c : *cells) {
            water += state.mobile_water[c];
            if (!moment.domain.medium.bulk_density.empty()) soil += moment.domain.medium.bulk_density[c] * grid.volume(c);
        }
        out_->row({days, date, name, "mobile_water", water, "m3"});
        for (std::size_t s = 0; s < state.substances.size(); ++s) {
            double dissolved = 0, total = 0;
            for (const Index c : *cells) {
                dissolved += state.mobile_water[c] * state.concentration[static_cast<Index>(s)][static_cast<std::size_t>(c)];
                if (soil > 0)
                    total += moment.domain.medium.bulk_density[c] * grid.volume(c) *
                             state.total_content[static_cast<Index>(s)][static_cast<std::size_t>(c)];
            }
            const auto& id = state.substances[s].id;
            out_->row({days, date, name, "dissolved/" + id, dissolved, "kg"});
            if (soil > 0) {
                out_->row({days, date, name, "total/" + id, total, "kg"});
                out_->row({days, date, name, "mean_content/" + id, unit("mg/kg").from_si(total / soil), "mg/kg"});
            }
        }
    }
    out_->flush();
}

void ZoneWriter::save(CheckpointWriter& out) const { out.write("zones_csv/bytes", static_cast<double>(out_->flush())); }
void ZoneWriter::load(CheckpointReader& in) {
    out_ = std::make_unique<CsvWriter>(file_, static_cast<std::uint64_t>(in.read("zones_csv/bytes")));
}

}  // namespace galena
