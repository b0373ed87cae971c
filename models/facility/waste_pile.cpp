#include "facility/waste_pile.hpp"

#include "facility/waste_kind.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace galena {

namespace {

constexpr double water_density = 1000;

}  // namespace

auto WastePile::parameters() {
    using T = WastePile;
    return std::tuple_cat(
        waste_facility_parameters(),
        std::tuple{
            parameter(
                "kind", &T::kind,
                "of waste: gangue, gypsum, fly_ash, red_mud, smelting_slag, carbide_slag, chromium_slag, arsenic_slag, or one of your own "
                "in data/leaching/waste_kinds.csv; what is not given here, leaching too, is taken from there and told")
                .with_default(),
            parameter("height", &T::height, "m", positive, "mean height of the waste"),
            parameter("bulk_density", &T::bulk_density, "kg/m3", positive, "of the dry waste").with_default(),
            parameter("porosity", &T::porosity, "", open_fraction, "of the waste").with_default(),
            parameter("conductivity", &T::conductivity, "m/s", positive, "of the waste, saturated").with_default(),
            parameter("drainable_porosity", &T::drainable_porosity, "", open_fraction,
                      "water that moves, per volume, where the waste is full")
                .with_default(),
            parameter("water_content", &T::water_content, "", open_fraction, "pore water that stays and takes part in leaching")
                .with_default(),
            parameter("runoff", &T::runoff, "", fraction, "share of the rain that runs off").with_default(),
            parameter("evaporating", &T::evaporating, "", fraction, "share of the rest that goes back into the air, without a cover")
                .with_default(),
            parameter("passage_time", &T::passage_time, "a", positive, "τ: mean time the water takes through the waste"),
            parameter("cover", &T::cover, "what lies on the waste, from the date `covered` on").with_default(),
            parameter("covered", &T::covered, "date from which the cover lies; the start when absent"),
            parameter("leaching", &T::leaching, "concentration of the water that seeps, by substance, as a leach model tells it"),
            parameter("runoff_concentration", &T::runoff_concentration, "mg/L", not_negative,
                      "of the rain that runs off the waste, by substance; what it carries leaves the site and stands in the table "
                      "facility_releases"),
            parameter("sulfide", &T::sulfide, "sulfide in the waste, which air reaches through the cover"),
        });
}

void WastePile::check(ReadContext& context) {
    const auto title = fmt::format("boundary '{}'", label.text);
    if (zone.empty() == !polygon.has_value()) reading::exactly_one(places, title, "zone", "polygon", context.diagnostics);
    if (!removal) reading::report_unused(places, title, {"removal_to"}, "nothing is taken away; give removal", context);
    if (!cover) reading::report_unused(places, title, {"covered"}, "there is no cover", context);
    if (drainable_porosity + water_content > porosity)
        context.diagnostics.error(places.of("water_content"), title + ": drainable_porosity and water_content are more than the porosity",
                                  fmt::format("together at most {:g}", porosity));
}

std::vector<Date> WastePile::moments() const {
    std::vector<Date> all;
    if (covered) all.push_back(*covered);
    if (removal) all.push_back(*removal);
    return all;
}

std::vector<const Series*> WastePile::series() const {
    auto all = shared_series(leaching);
    for (const auto& [id, series] : runoff_concentration) all.push_back(&series);
    return all;
}

void WastePile::resolve(const Site& site, Domain& domain, Diagnostics& diagnostics) {
    const auto mistakes = diagnostics.error_count();
    start_ = domain.start;
    taken_ = {};
    cells_ = FacilityFloor::columns(label.text, zone, polygon, domain, diagnostics);
    if (cells_.empty() || diagnostics.error_count() != mistakes) return;  // an empty zone is told where it stands
    floor_.resolve(cells_, {}, site, domain, diagnostics);
    take_from_kind(site, domain, diagnostics);
    const double volume = height * floor_.total_area;
    chemistry_.resolve(leaching, sulfide, site, *this, {bulk_density * volume, water_content * volume, start_}, diagnostics);
    resolve_told(runoff_concentration, "runoff_concentration", site, diagnostics);
    released_ = {};
    adopt_medium(domain);
    if (!diagnostics.has_errors()) find_other(site, diagnostics);
    held_ = next_held_ = seeped_ = next_seeped_ = seepage_ = toe_rate_ = 0;
    off_ = next_off_ = at_toe_ = next_at_toe_ = 0;
    terms_.clear();
}

/// What the file does not say is taken from the table of kinds, and told: it is a guess until somebody measures it.
void WastePile::take_from_kind(const Site& site, Domain& domain, Diagnostics& diagnostics) {
    if (kind.empty()) return;
    auto table = WasteKind::read(kind, diagnostics);
    const std::pair<const char*, double*> properties[] = {{"bulk_density", &bulk_density},
                                                          {"porosity", &porosity},
                                                          {"conductivity", &conductivity},
                                                          {"drainable_porosity", &drainable_porosity},
                                                          {"water_content", &water_content}};
    for (const auto& [key, value] : properties)
        if (!places.has(key)) *value = table.take(key, *value);
    for (const auto& id : from_kind_) leaching.erase(id), concentration.erase(id);  // of an earlier build
    from_kind_.clear();
    for (const auto& id : site.keys("substance"))
        if (!leaching.contains(id) && !concentration.contains(id)) from_kind_.push_back(id);
    for (auto& [id, model] : table.leaching(from_kind_, diagnostics)) leaching[id] = std::move(model);
    std::erase_if(from_kind_, [&](const std::string& id) { return !leaching.contains(id); });
    std::string line = fmt::format("pile '{}': of {}, from data/leaching/waste_kinds.csv:", label.text, kind.text);
    for (const auto& taken : table.taken()) line += "\n    " + taken;
    if (!table.taken().empty()) domain.remarks.push_back(line);
}

// ---- a step -----------------------------------------------------------------------------------------------------------------------

WastePile::Water WastePile::water_of(const FlowMoment& moment) const {
    Water water;
    water.removed = removal && moment.from >= removal->since(moment.origin);
    water.is_covered = cover && (!covered || moment.from >= covered->since(moment.origin));
    if (water.removed) return water;
    const double duration = moment.to - moment.from, volume = floor_.total_area * duration;
    const Weather weather{rain.mean(moment.origin, moment.from, moment.to), evaporation.mean(moment.origin, moment.from, moment.to),
                          moment.origin, moment.from, moment.to};
    water.rain = weather.rain * volume;
    const double enters = water.rain * (1 - runoff);
    water.infiltration = water.is_covered ? std::min(enters, cover->percolation(weather) * volume) : enters * (1 - evaporating);
    water.runoff = water.rain - enters;
    water.evaporation = enters - water.infiltration;
    if (duration > 0) water.asked = reservoir_outflow(held_, water.infiltration, duration, passage_time);
    return water;
}

void WastePile::evaluate(const FlowMoment& moment, const GroundAtBoundary& ground, std::span<double> rate, std::span<double> slope) const {
    const auto water = water_of(moment);
    const double duration = moment.to - moment.from;
    const double asked = duration > 0 ? water.asked / (duration * floor_.total_area) : 0.0;
    const double depth = std::min(height, held_ / (drainable_porosity * floor_.total_area));
    const LinerMoment when{moment.origin, moment.from, moment.to};
    for (std::size_t n = 0; n < rate.size(); ++n) {
        // What the floor takes from waste that is as full as it is; a film at least, else nothing would ever begin to seep.
        const double wet = std::max(depth, 1e-3);
        const double most =
            asked > 0 ? floor_.seepage(n, floor_.base[n] + wet, {conductivity, wet}, ground.head[n], *liner, when).flux : 0.0;
        rate[n] = floor_.area[n] * std::min(asked, std::max(0.0, most));
        slope[n] = 0;
    }
}

void WastePile::settle(const FlowMoment& moment, std::span<const double> rate) {
    const double duration = moment.to - moment.from;
    if (duration == 0) return;
    const auto water = water_of(moment);
    if (water.removed) return take_away(moment);
    double down = 0;
    for (const double r : rate) down += r * duration;
    const double room = drainable_porosity * floor_.total_area * height;
    next_held_ = held_ + water.infiltration - down;
    const double toe = std::max(0.0, next_held_ - room);
    next_held_ -= toe;
    next_seeped_ = seeped_ + down;
    next_off_ = off_ + water.runoff;
    next_at_toe_ = at_toe_ + toe;
    seepage_ = down / duration;
    toe_rate_ = toe / duration;
    book(water, down, 0, toe, 0, held_);
    SeepageStep step{moment.origin, moment.from, moment.to};
    step.water = down;
    step.toe = toe;
    step.pore_water = water_content * height * floor_.total_area + next_held_;
    step.age = moment.from;
    step.area = floor_.total_area;
    step.exposed = true;
    step.cover_resistance = water.is_covered ? cover->oxygen_resistance(moment.from, moment.to) : 0.0;
    chemistry_.advance(step, concentration);
    note_step(moment, rate, next_held_ > 0);
    release({down, toe, water.runoff}, duration, "runoff", told(runoff_concentration, moment), moment);
}

void WastePile::take_away(const FlowMoment& moment) {
    const double volume = height * floor_.total_area;
    taken_ = {volume, (bulk_density + water_density * water_content) * volume};
    next_held_ = 0;
    next_seeped_ = seeped_;
    next_off_ = off_;
    next_at_toe_ = at_toe_;
    seepage_ = toe_rate_ = 0;
    chemistry_.take_away(concentration);
    released_.begin_step();
    note_step(moment, {}, false);
    book(water_of(moment), 0, 0, 0, held_, held_);
}

void WastePile::book(const Water& water, double down, double up, double toe, double removed, double before) {
    const auto component = "water of " + label.text;
    terms_.clear();
    const auto term = [&](const char* what, double in, double out) { terms_.push_back({component, "facility", what, in, out, "m3", 0}); };
    term("rain", water.rain, 0);
    term("runoff", 0, water.runoff);
    term("evaporation", 0, water.evaporation);
    term("seepage", up, down);
    term("toe", 0, toe);
    term("removal", 0, removed);
    terms_.push_back({component, "storage", "water in the waste", std::max(0.0, before - next_held_), std::max(0.0, next_held_ - before),
                      "m3", next_held_});
}

void WastePile::accept() {
    held_ = next_held_;
    seeped_ = next_seeped_;
    off_ = next_off_;
    at_toe_ = next_at_toe_;
    chemistry_.accept();
    released_.accept();
}

void WastePile::save(CheckpointWriter& out) const {
    const auto prefix = "facility/" + label.text;
    out.write(prefix + "/water", std::vector<double>{held_, seeped_, seepage_, taken_.volume, taken_.mass, toe_rate_, off_, at_toe_});
    chemistry_.save(out, prefix, concentration);
    released_.save(out, prefix);
}

void WastePile::load(CheckpointReader& in) {
    const auto prefix = "facility/" + label.text;
    std::vector<double> numbers(8);
    in.read(prefix + "/water", numbers);
    held_ = next_held_ = numbers[0];
    seeped_ = next_seeped_ = numbers[1];
    seepage_ = numbers[2];
    taken_ = {numbers[3], numbers[4]};
    toe_rate_ = numbers[5];
    off_ = next_off_ = numbers[6];
    at_toe_ = next_at_toe_ = numbers[7];
    chemistry_.load(in, prefix, concentration);
    released_.load(in, prefix);
}

std::vector<FacilityFigure> WastePile::figures(const Moment&) const {
    std::vector<FacilityFigure> all{{"seepage", "m3/a", seepage_, true},
                                    {"seepage per area", "mm/a", seepage_ / floor_.total_area, true},
                                    {"water at the toe", "m3/a", toe_rate_, true},
                                    {"water seeped since the start", "m3", seeped_},
                                    {"water in the waste", "m3", held_}};
    chemistry_.add_figures(concentration, all);
    return all;
}

std::vector<std::string> WastePile::closing_lines() const {
    std::vector<std::string> lines{
        fmt::format("pile '{}' ({}): {} seeped into the ground", label.text, liner->text(), quantity_text(seeped_, unit("m3")))};
    const auto also = [&](double volume, const char* how) {
        if (volume > 0) lines.front() += fmt::format(", {} {}", quantity_text(volume, unit("m3")), how);
    };
    also(off_, "ran off");
    also(at_toe_, "came out at the toe");
    add_release_lines(lines);
    chemistry_.add_lines(lines);
    return lines;
}

REGISTER(WaterBoundary, WastePile)

}  // namespace galena
