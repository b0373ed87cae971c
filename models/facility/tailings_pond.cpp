// The tailings pond: its table, its basin, its books. What water does in it stands in pond_balance.cpp.

#include "facility/tailings_pond.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/suggestion.hpp"
#include "grid/polygon.hpp"
#include "transport/substance.hpp"

namespace galena {

auto TailingsTable::parameters() {
    using T = TailingsTable;
    return std::tuple{
        parameter("conductivity", &T::conductivity, "m/s", positive, "vertical, saturated"),
        parameter("porosity", &T::porosity, "", open_fraction, "after consolidation"),
        parameter("solids_density", &T::solids_density, "kg/m3", positive, "of the grains").with_default(),
        parameter("specific_yield", &T::specific_yield, "", open_fraction, "water per volume that drains after closure").with_default(),
        parameter("initial_mass", &T::initial_mass, "t", not_negative, "dry tailings in the pond at the start").with_default(),
        parameter("initial_porosity", &T::initial_porosity, "", open_fraction, "as they settle; what is more than porosity is pressed out"),
        parameter("consolidation_coefficient", &T::consolidation_coefficient, "m2/s", positive, "cv: how fast")
            .source("1e-6 to 1e-3 m2/s sand, 1e-8 to 1e-6 m2/s slimes"),
        parameter("downward", &T::downward, "", fraction, "share of the water pressed out that leaves through the floor").with_default(),
    };
}

void TailingsTable::check(ReadContext& context) {
    if (initial_porosity.has_value() != consolidation_coefficient.has_value())
        context.diagnostics.error(places.of(initial_porosity ? "initial_porosity" : "consolidation_coefficient"),
                                  "tailings give only one of initial_porosity and consolidation_coefficient", "give both");
    if (initial_porosity && *initial_porosity < porosity)
        context.diagnostics.error(places.of("initial_porosity"), "tailings settle denser than they end", "let it be at least porosity");
}

auto TailingsPond::parameters() {
    using T = TailingsPond;
    return std::tuple_cat(
        boundary_parameters(),
        std::tuple{
            parameter("zone", &T::zone, "the columns above any cell of this zone are the floor (or give polygon)").with_default(),
            parameter("polygon", &T::polygon, "CSV or GeoJSON file of the floor's outline"),
            parameter("storage", &T::storage, "stage-area-volume curve of the empty basin; from the floor's elevations when absent"),
            parameter("base_elevation", &T::base_elevation, "m", anything,
                      "of the floor, the top of the liner; the top of the ground when absent"),
            parameter("initial_stage", &T::initial_stage, "m", anything, "water level at the start; no free water when absent"),
            parameter("spillway", &T::spillway, "m", anything, "level above which water leaves; the top of the basin when absent"),
            parameter("pond_share", &T::pond_share, "", Bounds{0, 1, false, true},
                      "share of the tailings' surface that the free water covers; the rest is beach")
                .with_default(),
            parameter("tailings", &T::tailings, "what lies in the pond; water alone when absent"),
            parameter("deposition", &T::deposition, "t/d", not_negative, "dry tailings brought").with_default(),
            parameter("slurry_solids", &T::slurry_solids, "", Bounds{0, 1, false, true}, "mass of solids over mass of slurry"),
            parameter("inflow", &T::inflow, "m3/d", not_negative, "other water that is led in").with_default(),
            parameter("rain", &T::rain, "mm/d", not_negative, "on the facility").with_default(),
            parameter("evaporation", &T::evaporation, "mm/d", not_negative, "of free water").with_default(),
            parameter("beach_runoff", &T::beach_runoff, "", fraction, "share of the rain on the beach that reaches the pond")
                .with_default(),
            parameter("reclaim", &T::reclaim, "m3/d", not_negative, "water taken back to the mill, as long as there is any").with_default(),
            parameter("liner", &T::liner, "what lies between tailings and ground"),
            parameter("closure", &T::closure, "date after which nothing is brought or reclaimed, and the tailings drain"),
            parameter("cover", &T::cover, "what lies on the tailings after closure; a tenth of the rain passes when absent").with_default(),
            parameter("drain_down_time", &T::drain_down_time, "a", positive,
                      "time constant of drainage after closure; when absent, drainage begins at the seepage of the last day")
                .source("1 to 30 a"),
            parameter("pore_water", &T::pore_water, "concentration of the water that seeps, by substance, as a leach model tells it"),
            parameter("dam", &T::dam, "for indicators: phreatic line and exit gradient"),
            parameter("maximum_step", &T::maximum_step, "d", positive, "longest step"),
        });
}

void TailingsPond::check(ReadContext& context) {
    const auto title = fmt::format("boundary '{}'", label.text);
    if (zone.empty() == !polygon.has_value()) reading::exactly_one(places, title, "zone", "polygon", context.diagnostics);
    const bool deposits = !deposition.constant() || deposition.values.front() > 0;
    if (deposits && (!tailings || !slurry_solids))
        context.diagnostics.error(places.of("deposition"),
                                  fmt::format("{} deposits, but gives no {}", title, tailings ? "slurry_solids" : "tailings"),
                                  "give slurry_solids and a table tailings = { ... }");
    if (!closure) reading::report_unused(places, title, {"cover", "drain_down_time"}, "the pond is never closed; give closure", context);
    if (!tailings) reading::report_unused(places, title, {"drain_down_time"}, "there are no tailings that could drain", context);
    if (tailings && slurry_solids) {
        const double porosity = tailings->initial_porosity.value_or(tailings->porosity);
        const double pores = porosity / (1 - porosity) / tailings->solids_density, water = (1 - *slurry_solids) / *slurry_solids / 1000;
        if (water < pores)
            context.diagnostics.error(places.of("slurry_solids"),
                                      fmt::format("the slurry brings {:.3g} m3 of water per t of solids, but their pores hold {:.3g} m3",
                                                  1e3 * water, 1e3 * pores),
                                      "let slurry_solids be smaller, or the porosity of the tailings");
    }
}

std::vector<Date> TailingsPond::moments() const { return closure ? std::vector<Date>{*closure} : std::vector<Date>{}; }

std::vector<const Series*> TailingsPond::series() const {
    std::vector<const Series*> all{&deposition, &inflow, &rain, &evaporation, &reclaim};
    const auto add = [&](const std::vector<const Series*>& more) { all.insert(all.end(), more.begin(), more.end()); };
    if (liner) add(liner->series());
    if (cover) add(cover->series());
    for (const auto& [id, law] : pore_water)
        if (law) add(law->series());
    return all;
}

// ---- set-up -----------------------------------------------------------------------------------------------------------------------

void TailingsPond::resolve(const Site& site, Domain& domain, Diagnostics& diagnostics) {
    domain_ = &domain;
    const auto mistakes = diagnostics.error_count();
    take_columns(site, domain, diagnostics);
    check_pore_water(site, diagnostics);
    if (dam && !dam->toe_zone.empty()) {
        std::set<Index> tops;
        for (const Index c : domain.zones.cells(dam->toe_zone, diagnostics)) tops.insert(domain.grid.top_active_cell(c));
        toe_cells_.assign(tops.begin(), tops.end());
    }
    if (diagnostics.error_count() != mistakes) return;
    make_basin(site, domain, diagnostics);
    if (diagnostics.error_count() != mistakes) return;
    adopt_medium(domain);
    fill_at_start(diagnostics);
    if (diagnostics.error_count() == mistakes) check_room(site, domain, diagnostics);
}

/// The highest cells of the columns under the pond; an outline that leaves the grid is a mistake.
void TailingsPond::take_columns(const Site&, Domain& domain, Diagnostics& diagnostics) {
    const auto& grid = domain.grid;
    std::set<Index> tops;
    if (!polygon) {
        for (const Index c : domain.zones.cells(zone, diagnostics)) tops.insert(grid.top_active_cell(c));
    } else {
        const auto outline = read_polygon(polygon->path.string(), polygon->place, diagnostics);
        if (outline.empty()) return;
        for (const auto& part : outline.polygons())
            for (const auto& ring : part.rings())
                for (std::size_t v = 0; v < ring.size(); ++v)
                    if (grid.find_column({ring.x[v], ring.y[v], 0}) < 0) {
                        diagnostics.error(
                            polygon->place,
                            fmt::format("the liner of '{}' lies outside the grid: the outline passes x = {:.10g} m, y = {:.10g} m",
                                        label.text, ring.x[v], ring.y[v]),
                            reach_of(grid));
                        return;
                    }
        for (Index c = 0; c < grid.column_count(); ++c) {
            const auto p = grid.centre_crs(c);
            if (outline.contains(p.x, p.y) && grid.top_active_cell(c) >= 0) tops.insert(grid.top_active_cell(c));
        }
        if (tops.empty())
            diagnostics.error(polygon->place, fmt::format("the outline of '{}' holds no centre of an active column", label.text),
                              reach_of(grid));
    }
    cells_.assign(tops.begin(), tops.end());
}

void TailingsPond::make_basin(const Site& site, Domain& domain, Diagnostics& diagnostics) {
    area_.clear();
    base_.clear();
    total_area_ = 0;
    const auto floor = base_elevation ? field_of(*base_elevation, site, domain, diagnostics) : CellField();
    for (const Index c : cells_) {
        area_.push_back(domain.grid.area(c));
        base_.push_back(base_elevation ? floor[c] : domain.grid.top(c));
        total_area_ += area_.back();
    }
    lowest_floor_ = *std::min_element(base_.begin(), base_.end());
    if (storage.empty()) {
        basin_ = StorageCurve::of_floor(base_, area_);
    } else {
        basin_ = StorageCurve::of_points(storage, diagnostics);
        if (basin_.empty()) return;
        if (basin_.largest_area() > 1.1 * total_area_)
            diagnostics.error(storage.back().places.of("area"),
                              fmt::format("the basin of '{}' grows to {:.4g} m2, but its floor has {:.4g} m2 in plan", label.text,
                                          basin_.largest_area(), total_area_),
                              "let the zone or polygon be as large as the pond at its highest");
    }
    spill_ = spillway.value_or(storage.empty() ? infinite : basin_.highest());
    if (spill_ <= basin_.lowest())
        diagnostics.error(places.of("spillway"), fmt::format("the spillway of '{}' lies below its floor", label.text),
                          fmt::format("its lowest point is at {:.6g} m", basin_.lowest()));
}

void TailingsPond::adopt_medium(const Domain& domain) {
    centre_.clear();
    resistance_.clear();
    for (std::size_t n = 0; n < cells_.size(); ++n) {
        centre_.push_back(std::min(base_[n] - liner->depth(), domain.grid.elevation(cells_[n])));
        resistance_.push_back(0.5 * domain.grid.thickness(cells_[n]) / domain.medium.conductivity(Axis::z, cells_[n]));
    }
}

void TailingsPond::fill_at_start(Diagnostics& diagnostics) {
    now_ = {};
    if (tailings) {
        now_.solids = tailings->initial_mass;
        now_.retained = now_.solids / tailings->solids_density * tailings->porosity / (1 - tailings->porosity);
    }
    const double surface = basin_.stage(tailings_volume(now_.solids, 0));
    if (initial_stage) {
        if (*initial_stage < surface || *initial_stage > spill_)
            diagnostics.error(places.of("initial_stage"),
                              fmt::format("the water of '{}' begins at {:.6g} m, {}", label.text, *initial_stage,
                                          *initial_stage < surface ? "below its floor or tailings" : "above its spillway"),
                              fmt::format("allowed: {:.6g} m to {:.6g} m", surface, spill_));
        now_.depth = *initial_stage - surface;
        now_.free = pond_share * (basin_.volume(*initial_stage) - basin_.volume(surface));
    }
    next_ = now_;
    load_ = {};
    flows_ = {};
    level_ = {now_.depth, now_.free > 0 ? 1.0 : 0.0};
    terms_.clear();
}

double TailingsPond::tailings_volume(double solids, double consolidating) const {
    return tailings ? solids / tailings->solids_density / (1 - tailings->porosity) + consolidating : 0.0;
}

/// All that is ever brought has to fit below the spillway.
void TailingsPond::check_room(const Site& site, const Domain& domain, Diagnostics& diagnostics) const {
    if (!tailings || spill_ == infinite) return;
    const double end = std::min(site.section<SiteTable>().length(), closure ? closure->since(domain.start) : infinite);
    const double brought = now_.solids + (end > 0 ? deposition.mean(domain.start, 0, end) * end : 0.0);
    const double volume = tailings_volume(brought, 0), room = basin_.volume(spill_);
    if (volume > room)
        diagnostics.error(
            places.of("deposition"),
            fmt::format("the tailings of '{}' come to {:.4g} m3, but below the spillway it holds {:.4g} m3", label.text, volume, room),
            "deposit less, close earlier, or let the basin be larger");
}

void TailingsPond::check_pore_water(const Site& site, Diagnostics& diagnostics) {
    std::vector<std::string> known;
    for (const auto& [id, table] : site.section<SubstanceTables>().list) known.push_back(id);
    leach_.clear();
    for (const auto& [id, law] : pore_water) {
        if (!law) continue;
        LeachState state;
        state.solids = tailings ? tailings->initial_mass : 0.0;
        if (law->content() < infinite) state.brought = state.solids * law->content();
        leach_.push_back(state);
        if (std::find(known.begin(), known.end(), id) == known.end())
            diagnostics.error(law->place,
                              fmt::format("boundary '{}' gives the pore water's '{}', which is no substance of this site", label.text, id),
                              known.empty() ? "add [transport] and a table such as [substance.As]" : suggestion(id, known));
        else if (const auto given = concentration.find(id); given != concentration.end() && !given->second.place.file.empty())
            diagnostics.error(given->second.place, fmt::format("boundary '{}' gives {} as concentration and as pore_water", label.text, id),
                              "give one of them");
        else concentration[id] = Series(0.0);
        if (!tailings && law->content() < infinite)
            diagnostics.error(law->place, fmt::format("boundary '{}' has no tailings that {} could come from", label.text, id),
                              "give a table tailings, or type = \"constant\"");
    }
    next_leach_ = leach_;
}

// ---- books ------------------------------------------------------------------------------------------------------------------------

void TailingsPond::add_budget(std::vector<BudgetTerm>& terms) const { terms.insert(terms.end(), terms_.begin(), terms_.end()); }

void TailingsPond::save(CheckpointWriter& out) const {
    const auto prefix = "facility/" + label.text;
    out.write(prefix + "/contents",
              std::vector<double>{now_.solids, now_.depth, now_.free, now_.consolidating, now_.drainable, now_.retained, now_.seepage,
                                  now_.drain_time, now_.seeped, level_.depth, level_.part});
    std::vector<double> numbers;
    std::size_t n = 0;
    for (const auto& [id, law] : pore_water) {
        const auto& s = leach_[n++];
        numbers.insert(numbers.end(), {s.solids, s.pore_water, s.water, s.brought, s.leached, concentration.at(id).values.front()});
    }
    write_list(out, prefix + "/leached", numbers);
}

void TailingsPond::load(CheckpointReader& in) {
    const auto prefix = "facility/" + label.text;
    std::vector<double> c(11);
    in.read(prefix + "/contents", c);
    now_ = {c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8]};
    level_ = {c[9], c[10]};
    const auto numbers = read_list(in, prefix + "/leached");
    std::size_t n = 0;
    for (const auto& [id, law] : pore_water) {
        const double* s = numbers.data() + 6 * n;
        leach_[n++] = {s[0], s[1], s[2], s[3], s[4]};
        concentration[id] = Series(s[5]);
    }
    next_ = now_;
    next_leach_ = leach_;
    load_ = {};
}

REGISTER(WaterBoundary, TailingsPond)

}  // namespace galena
