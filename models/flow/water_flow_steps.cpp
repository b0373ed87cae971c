// Steps of flow: what moves, what is booked, what is kept.

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "flow/water_flow.hpp"

namespace galena {

void WaterFlow::initialise(State& state) {
    const auto& grid = domain_.grid;
    state.has_flow = true;
    state.hydraulic_head = initial_head_;
    ground_->limit(state.hydraulic_head);
    initial_head_ = CellField();
    state.water_flux = FaceField(grid);
    state.mobile_water = CellField(grid);
    arrears_ = CellField(grid);
    if (table_.regime == Regime::steady) solve(state, {domain_.start, 0, 0}, 0);
    ground_->mobile_water(state.hydraulic_head, state.mobile_water);
    show_saturation(state);
    stored_ = all_water(state.mobile_water);
    fill_exchanges(state);
    head_before_ = state.hydraulic_head;
}

/// Mobile water and what transport does not count as mobile [m³].
double WaterFlow::all_water(const CellField& mobile_water) const {
    const auto& m = domain_.medium;
    return parallel_sum(domain_.grid.cell_count(), [&](Index c) {
        if (!domain_.grid.active(c)) return 0.0;
        return mobile_water[c] + (m.porosity[c] - m.mobile_porosity()[c]) * domain_.grid.volume(c);
    });
}

void WaterFlow::show_saturation(State& state) const {
    if (!ground_->nonlinear()) return;
    if (state.saturation.empty()) state.saturation = CellField(domain_.grid);
    ground_->saturation(state.hydraulic_head, state.saturation);
}

void WaterFlow::finish_fluxes(State& state, double duration) {
    const auto& grid = domain_.grid;
    state.water_flux = fluxes(state);
    storage_in_ = storage_out_ = 0;
    if (duration > 0) {
        const auto taken = [&](Index c) { return grid.active(c) ? storage_change(c) + residual_[c] * duration : 0.0; };
        storage_in_ = parallel_sum(grid.cell_count(), [&](Index c) { return std::max(0.0, -taken(c)); });
        storage_out_ = parallel_sum(grid.cell_count(), [&](Index c) { return std::max(0.0, taken(c)); });
    }
    ++state.flow_version;
}

void WaterFlow::fill_exchanges(State& state) const {
    state.water_exchanges.resize(boundaries_.size());
    for (std::size_t b = 0; b < boundaries_.size(); ++b) {
        auto& exchange = state.water_exchanges[b];
        const auto& boundary = *boundaries_[b];
        exchange.type = boundary.type();
        exchange.name = boundary.label.text;
        exchange.place = boundary.place;
        exchange.cells = boundary.cells();
        exchange.rate = rate_[b];
        exchange.side = boundary.through_side();
        exchange.takes_solute = boundary.takes_solute();
        exchange.plants_take = boundary.plants_take();
        exchange.concentration = &boundary.concentration;
    }
    show_flux_through_sides(state);
}

/// Water through a side of the box, or onto the top, is a flux through the outer faces of the cells there: the sum of all boundaries.
void WaterFlow::show_flux_through_sides(State& state) const {
    for (const auto& exchange : state.water_exchanges)
        if (exchange.side)
            for (const Index cell : exchange.cells)
                state.water_flux.along(axis_of(*exchange.side))[outer_face(domain_.grid, cell, *exchange.side)] = 0;
    for (const auto& exchange : state.water_exchanges) {
        if (!exchange.side) continue;
        const double inwards = points_inwards(*exchange.side) ? 1.0 : -1.0;
        auto& flux = state.water_flux.along(axis_of(*exchange.side));
        for (std::size_t n = 0; n < exchange.cells.size(); ++n)
            flux[outer_face(domain_.grid, exchange.cells[n], *exchange.side)] += inwards * exchange.rate[n];
    }
}

// ---- steps ------------------------------------------------------------------------------------------------------------------------

double WaterFlow::longest_step(const State&) const {
    double longest = table_.regime == Regime::steady ? infinite : next_step_;
    for (const auto& boundary : boundaries_) longest = std::min(longest, boundary->longest_step());
    return longest;
}

void WaterFlow::advance(State& state, const Step& step) {
    step_duration_ = step.duration;
    const FlowMoment moment{step.origin, step.start, step.end()};
    if (table_.regime == Regime::steady) {
        if (!changes_in_time_ && !edited_) return;
        solve(state, moment, 0);
    } else {
        if (state.mobile_water_before.empty()) state.mobile_water_before = state.mobile_water;
        ground_->begin_step(head_before_);
        ground_->evaluate(head_before_, water_);
        amount_before_ = water_.amount;
        solve(state, moment, step.duration);
        update_water(state, moment, step.duration);
        check_step_error(state, moment, step.duration);
    }
    for (std::size_t b = 0; b < boundaries_.size(); ++b) boundaries_[b]->settle(moment, rate_[b]);
    show_saturation(state);
    fill_exchanges(state);
}

/// Mobile water changes by what the fluxes bring: by what the heads say plus what the last iteration left open, which the next step makes
/// up for. So neither water nor solute is lost to an iteration that stopped.
void WaterFlow::update_water(State& state, const FlowMoment& moment, double duration) {
    const auto& grid = domain_.grid;
    for_each_cell(grid,
                  [&](Index c) { state.mobile_water[c] = state.mobile_water_before[c] + storage_change(c) + residual_[c] * duration; });
    const auto driest =
        parallel_maximum(grid.cell_count(), [&](Index c) { return grid.active(c) && state.mobile_water[c] <= 0 ? 1.0 : 0.0; });
    if (driest.value > 0)
        fail(ground_->nonlinear() ? "more water left the pores than they held"
                                  : "the head fell so far that storage gave up more water than the pores hold; check specific_storage",
             driest.index, moment);
}

/// Wells of which less came than was asked, for their ground dries or a level holds them.
void WaterFlow::note_shortfalls(const FlowMoment& moment, double duration) {
    constexpr double notable = 1e-3;  // of the rate: above what an iteration that stopped leaves
    shortfalls_.resize(boundaries_.size());
    for (std::size_t b = 0; b < boundaries_.size(); ++b) {
        const auto wanted = boundaries_[b]->wanted(moment);
        if (!wanted || domain_.alterations.rate_of(boundaries_[b]->label.text)) continue;
        auto& shortfall = shortfalls_[b];
        const double missed = std::abs(*wanted - std::accumulate(rate_[b].begin(), rate_[b].end(), 0.0));
        shortfall.asked += std::abs(*wanted) * duration;
        if (missed <= notable * std::abs(*wanted)) continue;
        shortfall.missed += missed * duration;
        if (shortfall.since < 0) shortfall.since = duration > 0 ? moment.from : moment.to;
    }
}

std::vector<std::string> WaterFlow::shortfall_remarks() const {
    std::vector<std::string> remarks;
    for (std::size_t b = 0; b < shortfalls_.size(); ++b) {
        const auto& [since, asked, missed] = shortfalls_[b];
        if (since < 0 || !(missed > 0)) continue;
        remarks.push_back(
            fmt::format("{} '{}': {:.4g} m3 of the {:.4g} m3 asked for did not pass ({:.3g} %), for the first time at {:.6g} d: "
                        "its cells dry, or a level in it is reached",
                        boundaries_[b]->type(), boundaries_[b]->label.text, missed, asked, 100 * missed / asked, since / seconds_per_day));
    }
    return remarks;
}

void WaterFlow::accept(State& state, const Step& step) {
    for (const auto& boundary : boundaries_) boundary->accept();
    note_shortfalls({step.origin, step.start, step.end()}, step.duration);
    if (table_.regime == Regime::steady && edited_) head_before_ = state.hydraulic_head;
    edited_ = false;
    if (table_.regime == Regime::steady) return;
    layer_failures_ = 0;
    if (two_point_steps_ > 0) --two_point_steps_, ++two_point_solves_;
    choose_next_step(state, step);
    note_head_rate(state, step);
    head_before_ = state.hydraulic_head;
    for_each_cell(domain_.grid, [&](Index c) { arrears_[c] = residual_[c] * step.duration; });
    state.mobile_water_before = state.mobile_water;
    stored_ += storage_out_ - storage_in_;
}

/// How fast the heads move says where they will be, unless something changes abruptly now.
void WaterFlow::note_head_rate(const State& state, const Step& step) {
    if (!ground_->nonlinear()) return;
    if (events_.contains(step.end())) {
        head_rate_ = CellField();
        return;
    }
    if (head_rate_.empty()) head_rate_ = CellField(domain_.grid);
    const double *now = state.hydraulic_head.data(), *before = head_before_.data();
    double* rate = head_rate_.data();
    parallel_for(head_rate_.size(), [=, per_second = 1 / step.duration](Index c) { rate[c] = (now[c] - before[c]) * per_second; });
}

void WaterFlow::reject(State& state) {
    if (table_.regime == Regime::transient && !state.mobile_water_before.empty()) state.mobile_water = state.mobile_water_before;
    state.hydraulic_head = head_before_;
    show_saturation(state);
    next_step_ = std::min(next_step_, retry_step_ > 0 ? retry_step_ : 0.5 * step_duration_);
    retry_step_ = 0;
}

void WaterFlow::budget(std::vector<BudgetTerm>& terms) const {
    for (std::size_t b = 0; b < boundaries_.size(); ++b) {
        BudgetTerm term{"water", std::string(boundaries_[b]->type()), boundaries_[b]->label.text, 0, 0, "m3", 0};
        for (const double rate : rate_[b]) (rate > 0 ? term.in : term.out) += std::abs(rate) * step_duration_;
        terms.push_back(std::move(term));
    }
    terms.push_back({"water", "storage", "pores", storage_in_, storage_out_, "m3", stored_});
    for (const auto& boundary : boundaries_) boundary->add_budget(terms);
}

// ---- edits ------------------------------------------------------------------------------------------------------------------------

void WaterFlow::before_edits(const State& state) {
    water_before_ = CellField(domain_.grid);
    ground_->mobile_water(state.hydraulic_head, water_before_);
    stored_before_ = all_water(water_before_);
}

/// Pores that grew or shrank are as full as before; that water is booked under the edits.
void WaterFlow::after_edits(State& state, std::span<const Removal>, std::vector<BudgetTerm>& terms) {
    adopt_medium();
    for (const auto& boundary : boundaries_) boundary->adopt_medium(domain_);
    edited_ = true;
    head_rate_ = CellField();
    next_step_ = std::min(next_step_, table_.initial_step);
    forget_rates();
    CellField water(domain_.grid);
    ground_->mobile_water(state.hydraulic_head, water);
    for_each_cell(domain_.grid, [&](Index c) {
        if (water[c] != water_before_[c]) state.mobile_water[c] += water[c] - water_before_[c];
    });
    if (table_.regime == Regime::transient) state.mobile_water_before = state.mobile_water;
    water_before_ = CellField();
    show_saturation(state);
    if (const double more = all_water(water) - stored_before_; more != 0) {
        stored_ += more;
        BudgetTerm brought{"water", "edits", "edited ground", 0, 0, "m3", 0};
        BudgetTerm kept{"water", "storage", "pores", 0, 0, "m3", 0};
        (more > 0 ? brought.in : brought.out) = std::abs(more);
        (more > 0 ? kept.out : kept.in) = std::abs(more);
        terms.insert(terms.end(), {brought, kept});
    }
}

// ---- checkpoint -------------------------------------------------------------------------------------------------------------------

void WaterFlow::save(CheckpointWriter& out, const State& state) const {
    out.write("flow/hydraulic_head", state.hydraulic_head.span());
    out.write("flow/mobile_water", state.mobile_water.span());
    out.write("flow/arrears", arrears_.span());
    if (ground_->nonlinear()) out.write("flow/head_rate", (head_rate_.empty() ? CellField(domain_.grid) : head_rate_).span());
    out.write("flow/water_flux_x", state.water_flux.x.span());
    out.write("flow/water_flux_y", state.water_flux.y.span());
    out.write("flow/water_flux_z", state.water_flux.z.span());
    out.write("flow/next_step", next_step_);
    out.write("flow/stored", stored_);
    if (table_.head_error) head_error_.save(out, "flow/head_rate");
    if (table_.water_content_error) content_error_.save(out, "flow/water_content_rate");
    out.write("flow/edited", edited_ ? 1.0 : 0.0);
    if (layers_) out.write("flow/two_point_steps", static_cast<double>(two_point_steps_));
    std::vector<double> rates;
    for (const auto& rate : rate_) rates.insert(rates.end(), rate.begin(), rate.end());
    write_list(out, "flow/boundary_rates", rates);
    std::vector<double> missed;
    for (const auto& s : shortfalls_) missed.insert(missed.end(), {s.since, s.asked, s.missed});
    write_list(out, "flow/shortfalls", missed);
    for (const auto& boundary : boundaries_) boundary->save(out);
}

void WaterFlow::load(CheckpointReader& in, State& state) {
    const auto& grid = domain_.grid;
    state.has_flow = true;
    state.hydraulic_head = CellField(grid);
    state.mobile_water = CellField(grid);
    arrears_ = CellField(grid);
    state.water_flux = FaceField(grid);
    initial_head_ = CellField();
    in.read("flow/hydraulic_head", state.hydraulic_head.span());
    in.read("flow/mobile_water", state.mobile_water.span());
    in.read("flow/arrears", arrears_.span());
    if (ground_->nonlinear()) {  // zeros: nothing is known, which predicts the same
        head_rate_ = CellField(grid);
        in.read("flow/head_rate", head_rate_.span());
    }
    in.read("flow/water_flux_x", state.water_flux.x.span());
    in.read("flow/water_flux_y", state.water_flux.y.span());
    in.read("flow/water_flux_z", state.water_flux.z.span());
    next_step_ = in.read("flow/next_step");
    stored_ = in.read("flow/stored");
    if (table_.head_error) head_error_.load(in, grid, "flow/head_rate");
    if (table_.water_content_error) content_error_.load(in, grid, "flow/water_content_rate");
    edited_ = in.read("flow/edited") != 0;
    if (layers_) two_point_steps_ = static_cast<int>(in.read("flow/two_point_steps"));
    layers_started_ = true;
    if (domain_.medium_version > 0) {
        adopt_medium();
        for (const auto& boundary : boundaries_) boundary->adopt_medium(domain_);
    }
    // Boundaries that measures brought come last; a run without them says nothing of them, and they are still shut.
    const auto rates = read_list(in, "flow/boundary_rates");
    auto from = rates.begin();
    for (auto& rate : rate_) {
        const auto count = std::min(std::ssize(rate), rates.end() - from);
        std::copy(from, from + count, rate.begin());
        from += count;
    }
    const auto missed = read_list(in, "flow/shortfalls");
    shortfalls_.assign(boundaries_.size(), {});
    for (std::size_t b = 0; b < shortfalls_.size() && 3 * b + 2 < missed.size(); ++b)
        shortfalls_[b] = {missed[3 * b], missed[3 * b + 1], missed[3 * b + 2]};
    for (const auto& boundary : boundaries_) boundary->load(in);
    head_before_ = state.hydraulic_head;
    if (table_.regime == Regime::transient) state.mobile_water_before = state.mobile_water;
    show_saturation(state);
    ++state.flow_version;
    fill_exchanges(state);
}

}  // namespace galena
