// What water does in a tailings pond during a step.

#include <algorithm>
#include <cmath>
#include <numbers>

#include <boost/math/tools/roots.hpp>

#include "facility/tailings_pond.hpp"

namespace galena {

namespace {

constexpr double water_density = 1000;

/// (1 − exp(−a))/a: the mean over a step of a decay that is exp(−a) at its end.
double mean_decay(double a) { return a > 1e-12 ? -std::expm1(-a) / a : 1.0; }

}  // namespace

// ---- what a step brings -----------------------------------------------------------------------------------------------------------

const TailingsPond::Load& TailingsPond::load_of(const FlowMoment& moment) const {
    if (load_.from == moment.from && load_.to == moment.to) return load_;
    Load load;
    load.from = moment.from;
    load.to = moment.to;
    load.duration = moment.to - moment.from;
    load.start = now_;
    load.closed = closure && moment.from >= closure->since(moment.origin);
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
        load.thickness.push_back(tailings ? std::max(0.0, load.surface - base_[n]) : 0.0);
        load.factor.push_back(factor ? (*factor)[cells_[n]] : 1.0);
    }
    load_ = std::move(load);
    return load_;
}

/// Water in excess of the final pores leaves with the slowest mode of one-way drainage, τ = 4 H²/(π² cv) (Terzaghi 1943).
void TailingsPond::load_consolidation(Load& load) const {
    if (!tailings->initial_porosity) return;
    const auto ratio = [](double porosity) { return porosity / (1 - porosity); };
    const double brought = load.solids - load.start.solids;
    const double excess = brought / tailings->solids_density * (ratio(*tailings->initial_porosity) - ratio(tailings->porosity));
    load.released -= excess;
    const double height = tailings_volume(load.solids, load.start.consolidating) / total_area_;
    const double time = 4 * height * height / (std::numbers::pi * std::numbers::pi * *tailings->consolidation_coefficient);
    const double a = time > 0 ? load.duration / time : 700.0;
    load.consolidating = load.start.consolidating * std::exp(-a) + excess * mean_decay(a);
    load.expelled = load.start.consolidating + excess - load.consolidating;
    load.downward = tailings->downward * load.expelled;
}

/// A linear reservoir, exact over the step: dW/dt = inflow − W/τ.
void TailingsPond::load_drain_down(Load& load, const FlowMoment& moment) const {
    auto& start = load.start;
    if (start.drain_time == 0) {
        start.drainable = std::min(start.retained, tailings->specific_yield * tailings_volume(start.solids, start.consolidating));
        start.retained -= start.drainable;
        load.retained = start.retained;
        start.drain_time = drain_down_time.value_or(start.seepage > 0 ? start.drainable / start.seepage : 1e12);
    }
    const double before = basin_.stage(tailings_volume(start.solids, start.consolidating)) + start.depth;
    const double dry = total_area_ * (start.free > 0 ? 1 - share_covered(before) : 1.0);
    const Weather weather{rain.mean(moment.origin, moment.from, moment.to), evaporation.mean(moment.origin, moment.from, moment.to),
                          moment.origin, moment.from, moment.to};
    const double bare = 0.1;
    load.percolation = dry * load.duration * (cover ? cover->percolation(weather) : bare * weather.rain);
    const double a = load.duration / start.drain_time, fed = load.percolation + load.downward;
    load.downward = fed * (1 - mean_decay(a)) - start.drainable * std::expm1(-a);
}

// ---- seepage ----------------------------------------------------------------------------------------------------------------------

/// q = liner(drop − q · resistance): what a liner that is not linear passes in series with a resistance [s] to uniform flow.
double TailingsPond::through_nonlinear(double drop, double resistance, const Overburden& overburden, const LinerMoment& moment) const {
    if (drop <= 0) return 0;
    const double most = liner->flux(drop, overburden, moment);
    if (most * resistance <= 1e-14 * drop) return most;
    const auto excess = [&](double q) { return q - liner->flux(drop - q * resistance, overburden, moment); };
    const double bound = std::min(most, drop / resistance);
    if (excess(bound) <= 0) return bound;
    std::uintmax_t iterations = 200;
    const auto [low, high] =
        boost::math::tools::toms748_solve(excess, 0.0, bound, boost::math::tools::eps_tolerance<double>(50), iterations);
    return 0.5 * (low + high);
}

double TailingsPond::driven(double drop, double resistance, double leakance, const Overburden& overburden,
                            const LinerMoment& moment) const {
    return std::isnan(leakance) ? through_nonlinear(drop, resistance, overburden, moment) : drop / (resistance + 1 / leakance);
}

/// Down through tailings of a thickness and the liner into the n-th cell. Under the liner the pores are open to the air as long as the
/// ground carries off what comes; else the water in the ground presses back. The smaller of both fluxes is the one that is.
TailingsPond::Seepage TailingsPond::seepage(std::size_t n, double stage, double thickness, double head, const LinerMoment& moment) const {
    const Overburden overburden{tailings ? tailings->conductivity : infinite, thickness};
    const double above = tailings ? thickness / tailings->conductivity : 0.0, leakance = liner->leakance(moment);
    const double below = std::max(head, centre_[n]);
    const auto pressed = [&](double level) { return driven(stage - level, above + resistance_[n], leakance, overburden, moment); };
    const double connected = pressed(below), open = driven(stage - base_[n] + liner->depth(), above, leakance, overburden, moment);
    if (open < connected) return {std::max(0.0, open), 0};
    if (head <= centre_[n]) return {std::max(0.0, connected), 0};
    if (!std::isnan(leakance)) return {connected, 1 / (above + resistance_[n] + 1 / leakance)};
    const double nearby = 1e-6 * std::max(1e-3, stage - below);
    return {connected, std::max(0.0, (connected - pressed(below + nearby)) / nearby)};
}

/// Share of the whole floor that free water at a stage covers.
double TailingsPond::share_covered(double stage) const {
    return std::min(1.0, pond_share * basin_.area(std::max(stage, basin_.lowest())) / total_area_);
}

/// Cells that water at this stage reaches; the lowest ones always.
bool TailingsPond::reaches(double stage, std::size_t n) const { return base_[n] <= std::max(stage, lowest_floor_); }

/// Share of every cell that it reaches which free water at a stage covers.
double TailingsPond::wet_part(double stage) const {
    double reached = 0;
    for (std::size_t n = 0; n < area_.size(); ++n)
        if (reaches(stage, n)) reached += area_[n];
    return std::min(1.0, pond_share * basin_.area(std::max(stage, basin_.lowest())) / reached);
}

// ---- sharing out ------------------------------------------------------------------------------------------------------------------

TailingsPond::Flows TailingsPond::share_out(const Level& level, const Load& load, const FlowMoment& moment, const GroundAtBoundary& ground,
                                            std::span<double> rate, std::span<double> slope) const {
    Flows out;
    const double dt = load.duration, stage = load.surface + level.depth;
    out.volume = pond_share * (basin_.volume(stage) - basin_.volume(load.surface));
    out.wet_area = level.part * std::min(total_area_, pond_share * basin_.area(stage));
    out.rain = load.rain * (out.wet_area + (load.closed ? 0.0 : beach_runoff * (total_area_ - out.wet_area)));
    out.evaporation = load.evaporation * out.wet_area;
    out.reclaim = level.part * load.reclaim;
    const double wet = level.part * wet_part(stage);
    const LinerMoment when{moment.origin, moment.from, moment.to};
    const double asked = dt > 0 ? load.downward / (total_area_ * dt) : 0.0;
    const double saturated = load.closed && tailings ? load.start.drainable / (tailings->specific_yield * total_area_) : infinite;
    for (std::size_t n = 0; n < area_.size(); ++n) {
        double flux = 0, steep = 0;
        if (wet > 0 && reaches(stage, n)) {
            const auto under = seepage(n, stage, load.thickness[n], ground.head[n], when);
            flux = wet * under.flux;
            steep = wet * under.slope;
        }
        double drained = 0;
        if (asked > 0) {
            // What the floor takes from tailings that are saturated to their phreatic level.
            const double depth = std::min(load.thickness[n], saturated);
            const double most = std::max(0.0, seepage(n, base_[n] + depth, depth, ground.head[n], when).flux);
            drained = load.closed ? (1 - wet) * std::min(asked, most) : std::clamp(most - flux, 0.0, asked);
        }
        rate[n] = area_[n] * (flux + drained);
        slope[n] = area_[n] * steep;
        out.pressed += load.factor[n] * area_[n] * flux * dt;
        out.drained += load.factor[n] * area_[n] * drained * dt;
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
    if (load.closed && tailings) next_.drainable = load.start.drainable + load.percolation + tailings_down(load) - flows_.drained;
    book(load, down, up);
    leach(moment, load, down);
}

double TailingsPond::tailings_down(const Load& load) const { return tailings ? tailings->downward * load.expelled : 0.0; }

void TailingsPond::book(const Load& load, double down, double up) {
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
    const auto store = [&](const char* what, double before, double now) {
        term("storage", what, std::max(0.0, before - now), std::max(0.0, now - before), now);
    };
    store("free water", now_.free, next_.free);
    store("consolidation water", now_.consolidating, next_.consolidating);
    store("drainable pore water", now_.drainable, next_.drainable);
    store("retained pore water", now_.retained, next_.retained);
}

/// What the water that seeps takes with it becomes the concentration of the boundary.
void TailingsPond::leach(const FlowMoment& moment, const Load& load, double down) {
    next_leach_ = leach_;
    const double flux = down / (total_area_ * load.duration);
    std::size_t n = 0;
    for (const auto& [id, law] : pore_water) {
        auto& state = next_leach_[n++];
        state.solids = load.solids;
        state.pore_water = next_.retained + next_.drainable + next_.consolidating;
        if (law->content() < infinite) state.brought += law->content() * (load.solids - now_.solids);
        double c = law->advance(state, {moment.origin, moment.from, moment.to, down, moment.from});
        const double more = std::min(c * (diffusion_factor(flux, liner->diffusion()) - 1) * down,
                                     law->content() < infinite ? std::max(0.0, state.left()) : infinite);
        if (down > 0 && more > 0) {
            state.leached += more;
            c += more / down;
        }
        concentration[id].values = {c};
    }
}

}  // namespace galena
