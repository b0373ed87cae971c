// A steady state that Newton does not reach from where it starts: the ground is let to get there.

#include <algorithm>

#include "flow/water_flow.hpp"

namespace galena {

/// Implicit steps of the ground's own storage, as long as Newton bears, until nothing changes any more: the way that water itself takes, so
/// that a perched water table fills up before it presses. For ground that stores what its retention curves say.
WaterFlow::Balance WaterFlow::continue_in_time(State& state, const FlowMoment& moment) {
    constexpr int most_steps = 1000, easy = 10;
    constexpr double first = 0.01 * seconds_per_day, shortest = 1e-9 * first, longest = 1e12 * first;
    double duration = first;
    arrears_ = CellField(domain_.grid);
    Balance balance;
    for (pseudo_time_steps_ = 1; pseudo_time_steps_ <= most_steps; ++pseudo_time_steps_) {
        const CellField start = state.hydraulic_head;
        ground_->begin_step(start);
        ground_->evaluate(start, water_);
        amount_before_ = water_.amount;
        balance.converged = false;
        try {
            balance = newton(state, moment, duration);
        } catch (const StepFailed&) {  // NOLINT: a shorter step is tried
        }
        if (!balance.converged) {
            state.hydraulic_head = start;
            duration *= 0.25;
            if (duration < shortest) break;
            continue;
        }
        const int effort = newton_iterations_;
        newton_iterations_ = 0;
        balance = compute_residual(state, moment, 0);
        balance.converged = converged(state, balance, infinite);
        if (balance.converged) return balance;
        if (effort <= easy) duration = std::min(4 * duration, longest);
    }
    newton_iterations_ = pseudo_time_steps_;
    return balance;
}

}  // namespace galena
