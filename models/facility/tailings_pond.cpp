// The tailings pond: its table, its basin, its books. What water does in it stands in pond_balance.cpp.

#include "facility/tailings_pond.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

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
        waste_facility_parameters(),
        std::tuple{
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
            parameter("beach_runoff", &T::beach_runoff, "", fraction, "share of the rain on the beach that reaches the pond")
                .with_default(),
            parameter("reclaim", &T::reclaim, "m3/d", not_negative, "water taken back to the mill, as long as there is any").with_default(),
            parameter("closure", &T::closure, "date after which nothing is brought or reclaimed, and the tailings drain"),
            parameter("cover", &T::cover, "what lies on the tailings after closure").with_default(),
            parameter("bare_percolation", &T::bare_percolation, "", fraction,
                      "share of the rain that passes closed tailings without a cover")
                .with_default()
                .source("5 to 20 % in wet years"),
            parameter("drain_down_time", &T::drain_down_time, "a", positive,
                      "time constant of drainage after closure; when absent, drainage begins at the seepage of the last day")
                .source("1 to 30 a"),
            parameter("pore_water", &T::pore_water, "concentration of the water that seeps, by substance, as a leach model tells it"),
            parameter("free_water", &T::free_water, "mg/L", not_negative,
                      "concentration of the water above the tailings, by substance: what overflows carries it off the site (table "
                      "facility_releases); substances not named: as in the water that seeps"),
            parameter("sulfide", &T::sulfide, "sulfide in the tailings, which air reaches after closure, through the cover"),
            parameter("dam", &T::dam, "for indicators: phreatic line and exit gradient"),
        });
}

void TailingsPond::check(ReadContext& context) {
    const auto title = fmt::format("boundary '{}'", label.text);
    if (zone.empty() == !polygon.has_value()) reading::exactly_one(places, title, "zone", "polygon", context.diagnostics);
    if (!removal) reading::report_unused(places, title, {"removal_to"}, "nothing is taken away; give removal", context);
    const bool deposits = !deposition.constant() || deposition.values.front() > 0;
    if (deposits && (!tailings || !slurry_solids))
        context.diagnostics.error(places.of("deposition"),
                                  fmt::format("{} deposits, but gives no {}", title, tailings ? "slurry_solids" : "tailings"),
                                  "give slurry_solids and a table tailings = { ... }");
    if (!closure)
        reading::report_unused(places, title, {"cover", "drain_down_time", "sulfide"}, "the pond is never closed; give closure", context);
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

std::vector<Date> TailingsPond::moments() const {
    std::vector<Date> all;
    if (closure) all.push_back(*closure);
    if (removal) all.push_back(*removal);
    return all;
}

std::vector<const Series*> TailingsPond::series() const {
    auto all = shared_series(pore_water);
    all.insert(all.end(), {&deposition, &inflow, &reclaim});
    for (const auto& [id, series] : free_water) all.push_back(&series);
    return all;
}

// ---- set-up -----------------------------------------------------------------------------------------------------------------------

void TailingsPond::resolve(const Site& site, Domain& domain, Diagnostics& diagnostics) {
    domain_ = &domain;
    start_ = domain.start;
    taken_ = {};
    const auto mistakes = diagnostics.error_count();
    cells_ = FacilityFloor::columns(label.text, zone, polygon, domain, diagnostics);
    const double solids = tailings ? tailings->initial_mass : 0.0;
    const double pores = tailings ? solids / tailings->solids_density * tailings->porosity / (1 - tailings->porosity) : 0.0;
    chemistry_.resolve(pore_water, sulfide, site, *this, {solids, pores, start_}, diagnostics);
    resolve_told(free_water, "free_water", site, diagnostics);
    released_ = {};
    for (const auto& [id, law] : pore_water)
        if (law && !tailings && law->content() < infinite)
            diagnostics.error(law->place, fmt::format("boundary '{}' has no tailings that {} could come from", label.text, id),
                              "give a table tailings, or type = \"constant\"");
    if (dam && !dam->toe_zone.empty()) {
        std::set<Index> tops;
        for (const Index c : domain.zones.cells(dam->toe_zone, diagnostics)) tops.insert(domain.grid.top_active_cell(c));
        toe_cells_.assign(tops.begin(), tops.end());
    }
    if (cells_.empty() || diagnostics.error_count() != mistakes) return;  // an empty zone is told where it stands
    make_basin(site, domain, diagnostics);
    if (diagnostics.error_count() != mistakes) return;
    adopt_medium(domain);
    fill_at_start(diagnostics);
    if (diagnostics.error_count() == mistakes) check_room(site, domain, diagnostics);
    if (closure && closure->since(domain.start) < 0)
        diagnostics.error(places.of("closure"),
                          fmt::format("the pond '{}' is closed on {}, before the run begins", label.text, closure->text()),
                          fmt::format("the run begins on {}; a pond that is closed already closes on that day", domain.start.text()));
    if (closure && closure->since(domain.start) == 0 && tailings && tailings->initial_mass > 0 && !drain_down_time)
        diagnostics.error(places.of("closure"),
                          fmt::format("the pond '{}' is closed from the start, and nothing says how it drains", label.text),
                          "give drain_down_time, e.g. \"10 a\": there is no seepage of a last day to begin with");
    if (!diagnostics.has_errors()) find_other(site, diagnostics);
}

void TailingsPond::make_basin(const Site& site, Domain& domain, Diagnostics& diagnostics) {
    floor_.resolve(cells_, base_elevation, site, domain, diagnostics);
    if (storage.empty()) {
        basin_ = StorageCurve::of_floor(floor_.base, floor_.area);
    } else {
        basin_ = StorageCurve::of_points(storage, diagnostics);
        if (basin_.empty()) return;
        if (basin_.largest_area() > 1.1 * floor_.total_area)
            diagnostics.error(storage.back().places.of("area"),
                              fmt::format("the basin of '{}' grows to {:.4g} m2, but its floor has {:.4g} m2 in plan", label.text,
                                          basin_.largest_area(), floor_.total_area),
                              "let the zone or polygon be as large as the pond at its highest");
        warn_of_floor(diagnostics);
    }
    spill_ = spillway.value_or(storage.empty() ? infinite : basin_.highest());
    if (spill_ <= basin_.lowest())
        diagnostics.error(places.of("spillway"), fmt::format("the spillway of '{}' lies below its floor", label.text),
                          fmt::format("its lowest point is at {:.6g} m", basin_.lowest()));
    if (!storage.empty() && spill_ > basin_.highest())
        diagnostics.error(places.of("spillway"), fmt::format("the spillway of '{}' lies above its basin", label.text),
                          fmt::format("the last stage of its storage is {:.6g} m", basin_.highest()));
}

/// What drives the seepage is the level above the floor: a storage curve of another datum would make it too strong or too weak.
void TailingsPond::warn_of_floor(Diagnostics& diagnostics) const {
    constexpr double between_surveys = 0.5;  // m: a curve and a raster of one basin may differ by that
    if (std::abs(basin_.lowest() - floor_.lowest) <= between_surveys) return;
    diagnostics.warning(
        storage.front().places.of("stage"),
        fmt::format("the storage of '{}' begins at {:.6g} m, but the lowest point of its floor lies at {:.6g} m ({})", label.text,
                    basin_.lowest(), floor_.lowest, base_elevation ? "base_elevation" : "the top of the ground"),
        fmt::format("it seeps as if {:.3g} m of {}; give base_elevation = \"{:.6g} m\", or stages that begin at the floor",
                    std::abs(basin_.lowest() - floor_.lowest),
                    basin_.lowest() > floor_.lowest ? "water stood below the basin" : "the basin lay under its floor", basin_.lowest()));
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

// ---- checkpoints ------------------------------------------------------------------------------------------------------------------

void TailingsPond::save(CheckpointWriter& out) const {
    const auto prefix = "facility/" + label.text;
    out.write(prefix + "/contents", std::vector<double>{now_.solids, now_.depth, now_.free, now_.consolidating, now_.drainable,
                                                        now_.retained, now_.seepage, now_.drain_time, now_.seeped, now_.overflow,
                                                        now_.overflowed, level_.depth, level_.part, taken_.volume, taken_.mass});
    chemistry_.save(out, prefix, concentration);
    released_.save(out, prefix);
}

void TailingsPond::load(CheckpointReader& in) {
    const auto prefix = "facility/" + label.text;
    std::vector<double> c(15);
    in.read(prefix + "/contents", c);
    now_ = {c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8], c[9], c[10]};
    level_ = {c[11], c[12]};
    taken_ = {c[13], c[14]};
    chemistry_.load(in, prefix, concentration);
    released_.load(in, prefix);
    next_ = now_;
    load_ = {};
}

REGISTER(WaterBoundary, TailingsPond)

}  // namespace galena
