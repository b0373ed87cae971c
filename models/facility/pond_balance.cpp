// What water does in a tailings pond during a step.

#include <algorithm>
#include <cmath>
#include <numbers>

#include <boost/math/tools/roots.hpp>

#include "facility/tailings_pond.hpp"

namespace galena {

namespace {

constexpr double water_density = 1000;

}  // namespace

// ---- what a step brings -----------------------------------------------------------------------------------------------------------

const TailingsPond::StepLoad& TailingsPond::load_of(const FlowMoment& moment) const {
    if (load_.from == moment.from && load_.to == moment.to) return load_;
    StepLoad load;
    load.from = moment.from;
    load.to = moment.to;
    load.duration = moment.to - moment.from;
    load.start = now_;
    load.closed = closure && moment.from >= closure->since(moment.origin);
    load.removed = removal && moment.from >= removal->since(moment.origin);
    const double brought = load.closed ? 0.0 : deposition.mean(moment.origin, moment.from, moment.to) * load.duration;
    load.solids = now_.solids + brought;
    load.retained = now_.retained;
    if (tailings) {
        const double pores = tailings->porosity / (1 - tailings->porosity) / tailings->solids_density;
        load.slurry = brought > 0 ? brought * (1 - *slurry_solids) / *slurry_solids / water_density : 0.0;
        load.retained += brought * pores;
        load.released = load.slurry - brought * pores;
        load_consolidation(load);
        if (load.closed) load_drain_down(load, moment);
    }
    load.surface = basin_.stage(tailings_volume(load.solids, load.consolidating));
    load.rain = rain.mean(moment.origin, moment.from, moment.to) * load.duration;
    load.evaporation = evaporation.mean(moment.origin, moment.from, moment.to) * load.duration;
    load.inflow = load.closed ? 0.0 : inflow.mean(moment.origin, moment.from, moment.to) * load.duration;
    load.reclaim = load.closed ? 0.0 : reclaim.mean(moment.origin, moment.from, moment.to) * load.duration;
    const auto* factor = domain_->alterations.rate_of(label.text);
    for (std::size_t n = 0; n < cells_.size(); ++n) {
        load.thickness.push_back(tailings ? std::max(0.0, load.surface - floor_.base[n]) : 0.0);
        load.factor.push_back(factor ? (*factor)[cells_[n]] : 1.0);
    }
    load_ = std::move(load);
    return load_;
}

/// Water in excess of the final pores leaves with the slowest mode of one-way drainage, τ = 4 H²/(π² cv) (Terzaghi 1943).
void TailingsPond::load_consolidation(StepLoad& load) const {
    if (!tailings->initial_porosity) return;
    const auto ratio = [](double porosity) { return porosity / (1 - porosity); };
    const double brought = load.solids - load.start.solids;
    const double excess = brought / tailings->solids_density * (ratio(*tailings->initial_porosity) - ratio(tailings->porosity));
    load.released -= excess;
    const double height = tailings_volume(load.solids, load.start.consolidating) / floor_.total_area;
    const double time = 4 * height * height / (std::numbers::pi * std::numbers::pi * *tailings->consolidation_coefficient);
    const double a = time > 0 ? load.duration / time : 700.0;
    load.consolidating = load.start.consolidating * std::exp(-a) + excess * mean_decay(a);
    load.expelled = load.start.consolidating + excess - load.consolidating;
    load.downward = tailings->downward * load.expelled;
}

/// A linear reservoir, exact over the step: dW/dt = inflow − W/τ.
void TailingsPond::load_drain_down(StepLoad& load, const FlowMoment& moment) const {
    auto& start = load.start;
    if (start.drain_time == 0) {
        start.drainable = std::min(start.retained, tailings->specific_yield * tailings_volume(start.solids, start.consolidating));
        start.retained -= start.drainable;
        load.retained = start.retained;
        start.drain_time = drain_down_time.value_or(start.seepage > 0 ? start.drainable / start.seepage : 1e12);
    }
    const double before = basin_.stage(tailings_volume(start.solids, start.consolidating)) + start.depth;
    const double dry = floor_.total_area * (start.free > 0 ? 1 - share_covered(before) : 1.0);
    const Weather weather{rain.mean(moment.origin, moment.from, moment.to), evaporation.mean(moment.origin, moment.from, moment.to),
                          moment.origin, moment.from, moment.to};
    load.percolation = dry * load.duration * (cover ? cover->percolation(weather) : bare_percolation * weather.rain);
    load.downward = reservoir_outflow(start.drainable, load.percolation + load.downward, load.duration, start.drain_time);
}

// ---- free water ----------------------------------------------------------------------------------------------------------------------

/// Share of the whole floor that free water at a stage covers.
double TailingsPond::share_covered(double stage) const {
    return std::min(1.0, pond_share * basin_.area(std::max(stage, basin_.lowest())) / floor_.total_area);
}

/// Cells that water at this stage reaches; the lowest ones always.
bool TailingsPond::reaches(double stage, std::size_t n) const { return floor_.base[n] <= std::max(stage, floor_.lowest); }

/// Share of every cell that it reaches which free water at a stage covers.
double TailingsPond::wet_part(double stage) const {
    double reached = 0;
    for (std::size_t n = 0; n < floor_.area.size(); ++n)
        if (reaches(stage, n)) reached += floor_.area[n];
    return std::min(1.0, pond_share * basin_.area(std::max(stage, basin_.lowest())) / reached);
}

// ---- sharing out ------------------------------------------------------------------------------------------------------------------

Overburden TailingsPond::waste_of(double thickness) const { return {tailings ? tailings->conductivity : infinite, thickness}; }

TailingsPond::Flows TailingsPond::share_out(const Level& level, const StepLoad& load, const FlowMoment& moment,
                                            const GroundAtBoundary& ground, std::span<double> rate, std::span<double> slope) const {
    Flows out;
    const double dt = load.duration, stage = load.surface + level.depth;
    out.volume = pond_share * (basin_.volume(stage) - basin_.volume(load.surface));
    out.wet_area = level.part * std::min(floor_.total_area, pond_share * basin_.area(stage));
    out.rain = load.rain * (out.wet_area + (load.closed ? 0.0 : beach_runoff * (floor_.total_area - out.wet_area)));
    out.evaporation = load.evaporation * out.wet_area;
    out.reclaim = level.part * load.reclaim;
    const double wet = level.part * wet_part(stage);
    const LinerMoment when{moment.origin, moment.from, moment.to};
    const double asked = dt > 0 ? load.downward / (floor_.total_area * dt) : 0.0;
    const double saturated = load.closed && tailings ? load.start.drainable / (tailings->specific_yield * floor_.total_area) : infinite;
    for (std::size_t n = 0; n < floor_.area.size(); ++n) {
        double flux = 0, steep = 0;
        if (wet > 0 && reaches(stage, n)) {
            const auto under = floor_.seepage(n, stage, waste_of(load.thickness[n]), ground.head[n], *liner, when);
            flux = wet * under.flux;
            steep = wet * under.slope;
        }
        double drained = 0;
        if (asked > 0) {
            // What the floor takes from tailings that are saturated to their phreatic level.
            const double depth = std::min(load.thickness[n], saturated);
            const double most =
                std::max(0.0, floor_.seepage(n, floor_.base[n] + depth, waste_of(depth), ground.head[n], *liner, when).flux);
            drained = load.closed ? (1 - wet) * std::min(asked, most) : std::clamp(most - flux, 0.0, asked);
        }
        rate[n] = floor_.area[n] * (flux + drained);
        slope[n] = floor_.area[n] * steep;
        out.pressed += load.factor[n] * floor_.area[n] * flux * dt;
        out.drained += load.factor[n] * floor_.area[n] * drained * dt;
    }
    return out;
}

/// The depth at the end of the step by bisection-safe iteration; below depth 0 the unknown is the share of what is asked that is there.
void TailingsPond::evaluate(const FlowMoment& moment, const GroundAtBoundary& ground, std::span<double> rate,
                            std::span<double> slope) const {
    const auto& load = load_of(moment);
    if (load.duration == 0) {  // before the first step: the pond as it is
        flows_ = share_out({now_.depth, now_.free > 0 ? 1.0 : 0.0}, load, moment, ground, rate, slope);
        return;
    }
    if (load.removed) {
        std::fill(rate.begin(), rate.end(), 0.0);
        std::fill(slope.begin(), slope.end(), 0.0);
        flows_ = {};
        level_ = {0, 0};
        return;
    }
    const auto level_of = [](double u) { return u < 0 ? Level{0, 1 + u} : Level{u, 1}; };
    const auto excess = [&](double u) {
        const auto f = share_out(level_of(u), load, moment, ground, rate, slope);
        const double up = load.closed ? load.expelled - tailings_down(load) : load.expelled - f.drained;
        return f.volume - load.start.free - load.released - load.inflow - up - f.rain + f.evaporation + f.reclaim + f.pressed;
    };
    const double highest = std::max(0.0, std::min(spill_ - load.surface, 1e4));
    const double over = excess(highest);
    double u = highest, lacking = excess(-1);
    if (over > 0 && lacking < 0) {
        std::uintmax_t iterations = 200;
        const auto [low, high] = boost::math::tools::toms748_solve(excess, -1.0, highest, lacking, over,
                                                                   boost::math::tools::eps_tolerance<double>(52), iterations);
        u = std::abs(excess(low)) < std::abs(excess(high)) ? low : high;
    } else if (over > 0) {
        u = -1;
    }
    level_ = level_of(u);
    const double open = excess(u);
    flows_ = share_out(level_, load, moment, ground, rate, slope);
    if (u == highest && over < 0) flows_.overflow = -open;
}

void TailingsPond::settle(const FlowMoment& moment, std::span<const double> rate) {
    const auto& load = load_of(moment);
    if (load.duration == 0) return;
    note_step(moment, rate, !load.removed && (flows_.volume > 0 || load.retained > 0));
    if (load.removed) return take_away();
    double down = 0, up = 0;
    for (const double r : rate) (r > 0 ? down : up) += std::abs(r) * load.duration;
    next_ = load.start;
    next_.solids = load.solids;
    next_.depth = level_.depth;
    next_.free = flows_.volume;
    next_.consolidating = load.consolidating;
    next_.retained = load.retained;
    next_.seepage = (down - up) / load.duration;
    next_.seeped = now_.seeped + down;
    next_.overflow = flows_.overflow / load.duration;
    next_.overflowed = now_.overflowed + flows_.overflow;
    if (load.closed && tailings) next_.drainable = load.start.drainable + load.percolation + tailings_down(load) - flows_.drained;
    book(load, down, up);
    leach(moment, load, down);
}

/// Solids and water are gone, and with them what could still be leached.
void TailingsPond::take_away() {
    if (now_.solids > 0)
        taken_ = {tailings_volume(now_.solids, now_.consolidating),
                  now_.solids + water_density * (now_.consolidating + now_.drainable + now_.retained)};
    const double water = now_.free + now_.consolidating + now_.drainable + now_.retained;
    const double seeped = now_.seeped, overflowed = now_.overflowed;
    next_ = {};
    next_.seeped = seeped;
    next_.overflowed = overflowed;
    next_.drain_time = now_.drain_time;
    chemistry_.take_away(concentration);
    released_.begin_step();
    flows_ = {};
    book({}, 0, 0, water);
}

double TailingsPond::tailings_down(const StepLoad& load) const { return tailings ? tailings->downward * load.expelled : 0.0; }

void TailingsPond::book(const StepLoad& load, double down, double up, double removed) {
    const auto component = "water of " + label.text;
    const auto term = [&](const char* kind, const char* what, double in, double out, double stored = 0) {
        terms_.push_back({component, kind, what, in, out, "m3", stored});
    };
    terms_.clear();
    term("facility", "slurry", load.slurry, 0);
    term("facility", "inflow", load.inflow, 0);
    term("facility", "rain", flows_.rain + load.percolation, 0);
    term("facility", "evaporation", 0, flows_.evaporation);
    term("facility", "reclaim", 0, flows_.reclaim);
    term("facility", "overflow", 0, flows_.overflow);
    term("facility", "seepage", up, down);
    term("facility", "removal", 0, removed);
    const auto store = [&](const char* what, double before, double now) {
        term("storage", what, std::max(0.0, before - now), std::max(0.0, now - before), now);
    };
    store("free water", now_.free, next_.free);
    store("consolidation water", now_.consolidating, next_.consolidating);
    store("drainable pore water", now_.drainable, next_.drainable);
    store("retained pore water", now_.retained, next_.retained);
}

void TailingsPond::leach(const FlowMoment& moment, const StepLoad& load, double down) {
    SeepageStep step{moment.origin, moment.from, moment.to};
    step.water = down;
    step.solids_added = load.solids - now_.solids;
    step.pore_water = next_.retained + next_.drainable + next_.consolidating;
    step.age = moment.from;
    step.area = floor_.total_area;
    step.exposed = load.closed && next_.free <= 0;
    step.cover_resistance = cover ? cover->oxygen_resistance(moment.from, moment.to) : 0.0;
    chemistry_.advance(step, concentration);
    release({down, 0, flows_.overflow}, load.duration, "overflow", overflow_concentration(moment), moment);
}

/// Of the water above the tailings: as told, else as it is in the pores.
std::map<std::string, double> TailingsPond::overflow_concentration(const FlowMoment& moment) const {
    auto all = told(free_water, moment);
    for (const auto& [id, series] : concentration) all.try_emplace(id, passed(id, series, moment));
    return all;
}

}  // namespace galena
