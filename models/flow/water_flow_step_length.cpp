// How long steps may be: as Newton's effort and the error that their length makes let them.

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "flow/water_flow.hpp"

namespace galena {

namespace {

/// Of the step that would just meet the tolerance: the estimate is one of leading order.
constexpr double caution = 0.9;

/// The error of a step grows with the square of its length.
double ratio_for(double error, double tolerance) { return error > 0 ? caution * std::sqrt(tolerance / error) : infinite; }

constexpr std::array<std::string_view, step_limits> texts{
    "growth", "maximum_step", "maximum_head_change", "head_error", "water_content_error", "Newton's effort", "events"};

}  // namespace

double WaterFlow::head_change(const State& state, Index c) const {
    return held_[static_cast<std::size_t>(c)] || !domain_.grid.active(c) ? 0.0 : state.hydraulic_head[c] - head_before_[c];
}

double WaterFlow::content_change(Index c) const {
    if (held_[static_cast<std::size_t>(c)] || !domain_.grid.active(c)) return 0.0;
    return (water_.amount[c] - amount_before_[c]) / domain_.grid.volume(c);
}

/// Notes what the length of the step allows of the next one; throws when the step itself is too long. Where something jumps the water moves
/// infinitely fast at first: a thousandth of initial_step is short enough.
void WaterFlow::check_step_error(const State& state, const FlowMoment& moment, double duration) {
    const double shortest = 1e-3 * table_.initial_step;
    error_ratio_ = {infinite, StepLimit::growth};
    const auto watch = [&](const std::optional<double>& tolerance, const StepError& error, StepLimit by, auto&& change) {
        if (!tolerance) return;
        const auto worst = error.worst(domain_.grid.cell_count(), duration, change);
        const double ratio = ratio_for(worst.error, *tolerance);
        if (ratio < error_ratio_.ratio) error_ratio_ = {ratio, by};
        if (worst.error <= *tolerance || duration <= shortest) return;
        const bool head = by == StepLimit::head_error;
        const auto cause =
            fmt::format("the step's length makes {} wrong by {:.3g}{}, more than {} = {:.3g}", head ? "heads" : "water contents",
                        worst.error, head ? " m" : "", texts[static_cast<std::size_t>(by)], *tolerance);
        retry_step_ = duration * std::clamp(ratio, 0.1, caution);
        fail(cause, worst.cell, moment, retry_step_);
    };
    watch(table_.head_error, head_error_, StepLimit::head_error, [&](Index c) { return head_change(state, c); });
    watch(table_.water_content_error, content_error_, StepLimit::water_content_error, [&](Index c) { return content_change(c); });
}

/// Next step over this one: the least that growth, how far the heads went, how hard Newton had to work, and the errors allow.
WaterFlow::StepChoice WaterFlow::step_ratio(const State& state) const {
    constexpr int easy = 10, hard = 20;
    StepChoice choice{table_.growth, StepLimit::growth};
    const auto at_most = [&](double ratio, StepLimit by) {
        if (ratio < choice.ratio) choice = {ratio, by};
    };
    if (table_.maximum_head_change) {
        const auto change = parallel_maximum(domain_.grid.cell_count(), [&](Index c) {
            return domain_.grid.active(c) ? std::abs(state.hydraulic_head[c] - head_before_[c]) : 0.0;
        });
        if (change.value > 0) at_most(std::max(0.3, *table_.maximum_head_change / change.value), StepLimit::head_change);
    }
    at_most(std::max(0.3, error_ratio_.ratio), error_ratio_.by);
    if (ground_->nonlinear() && newton_iterations_ > easy) at_most(newton_iterations_ <= hard ? 1.0 : 0.5, StepLimit::newton);
    return choice;
}

void WaterFlow::choose_next_step(const State& state, const Step& step) {
    auto choice = step_ratio(state);
    if (step.duration >= 0.999999 * next_step_ || choice.ratio < 1)  // a step cut short by others says nothing of longer ones
        next_step_ = step.duration * choice.ratio;
    if (table_.maximum_step && next_step_ > *table_.maximum_step) next_step_ = *table_.maximum_step, choice.by = StepLimit::maximum_step;
    const bool jump = events_.contains(step.end());
    if (jump) next_step_ = table_.initial_step, choice.by = StepLimit::event;
    ++chosen_by_[static_cast<std::size_t>(choice.by)];
    shortest_step_ = std::min(shortest_step_, step.duration);
    if (table_.head_error) head_error_.remember(domain_.grid, step.duration, [&](Index c) { return head_change(state, c); });
    if (table_.water_content_error) content_error_.remember(domain_.grid, step.duration, [&](Index c) { return content_change(c); });
    if (jump) forget_rates();
}

void WaterFlow::forget_rates() {
    head_error_.forget();
    content_error_.forget();
}

SolverStatistics WaterFlow::statistics() const {
    auto statistics = statistics_;
    for (auto& remark : shortfall_remarks()) statistics.remarks.push_back(std::move(remark));
    std::string by;
    for (std::size_t n = 0; n < step_limits; ++n)
        if (chosen_by_[n] > 0) by += fmt::format("{}{} {}", by.empty() ? "" : ", ", texts[n], chosen_by_[n]);
    if (!by.empty())
        statistics.notes.push_back(
            fmt::format("the shortest step was {:.3g} d; lengths were chosen by: {}", shortest_step_ / seconds_per_day, by));
    if (two_point_solves_ > 0)
        statistics.notes.push_back(fmt::format("layers are not level, and corrected fluxes did not converge: {} {} two-point fluxes",
                                               two_point_solves_, table_.regime == Regime::steady ? "steady states have" : "steps have"));
    if (upstream_solves_ > 0)
        statistics.notes.push_back(fmt::format("the mean conductivity of two cells did not converge: {} {} that of the upstream one",
                                               upstream_solves_, table_.regime == Regime::steady ? "steady states have" : "steps have"));
    if (soft_laws_ > 0)
        statistics.notes.push_back(
            fmt::format("Newton alone did not reach the steady state: {} laws of drying that bend more softly led to it", soft_laws_));
    if (pseudo_time_steps_ > 0)
        statistics.notes.push_back(
            fmt::format("Newton alone did not reach the steady state: {} steps in pseudo-time did", pseudo_time_steps_));
    return statistics;
}

}  // namespace galena
