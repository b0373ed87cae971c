// A steady state that Newton does not reach from where it starts: the ground is let to get there.

#include <algorithm>
#include <cmath>

#include "flow/water_flow.hpp"

namespace galena {

/// Implicit steps towards the steady state, with a storage that is not there; the steps grow as the balance gets better (switched evolution
/// relaxation, Mulder & van Leer 1985).
WaterFlow::Balance WaterFlow::continue_in_pseudo_time(State& state, const FlowMoment& moment) {
    constexpr int most_steps = 500;
    auto balance = compute_residual(state, moment, 0);
    note_start(balance);
    const double fastest = parallel_maximum(domain_.grid.cell_count(), [&](Index c) {
                               return domain_.grid.active(c) ? std::abs(residual_[c]) / domain_.grid.area(c) : 0.0;
                           }).value;
    relaxation_ = fastest;  // at first no head moves by more than a metre
    double before = infinite;
    struct Reset {
        double& value;
        ~Reset() { value = 0; }
    } const reset{relaxation_};
    for (newton_iterations_ = 0; newton_iterations_ < most_steps; ++newton_iterations_) {
        pseudo_time_steps_ = newton_iterations_;
        if (!std::isfinite(balance.imbalance)) fail("the heads are no longer finite", worst_cell(), moment);
        balance.converged = converged(state, balance, before);
        if (balance.converged) return balance;
        before = balance.imbalance;
        balance = ground_->nonlinear() ? correct_nonlinear(state, balance, 0, moment, 0) : correct_linear(state, balance, moment, 0);
        relaxation_ *= std::clamp(balance.imbalance / before, 0.2, 2.0);
    }
    return balance;
}

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

/// The steady state of ground whose law bends more softly, then less and less so, each from the one before. Cells that a thin sheet of water
/// passes, such as those beside the rim of a perched water table, stay in reach of each other that way: with the sharp law most of them
/// are dry on the way, and a correction says nothing of how far they are from wet.
WaterFlow::Balance WaterFlow::continue_through_soft_laws(State& state, const FlowMoment& moment) {
    constexpr double softest = 256, widest = 4, narrowest = 1.1;  // how many times as soft as it is, and how much less in one go
    struct Sharpen {
        Ground& ground;
        ~Sharpen() { ground.soften(1); }
    } const sharpen{*ground_};
    soft_laws_ = 0;
    CellField reached = state.hydraulic_head;
    double reached_at = 0, ratio = widest;
    Balance balance;
    int iterations = 0;
    for (double times = softest; ratio >= narrowest; times = std::max(1.0, reached_at / ratio)) {
        balance.converged = false;
        try {
            ground_->soften(times);
            balance = newton(state, moment, 0);
        } catch (const StepFailed&) {  // NOLINT: a smaller step is tried
        }
        iterations += newton_iterations_;
        if (balance.converged) {
            if (times == 1) break;
            ++soft_laws_;
            reached = state.hydraulic_head;
            reached_at = times;
        } else {
            if (reached_at == 0) break;
            ratio = std::sqrt(ratio);
            state.hydraulic_head = reached;
        }
    }
    newton_iterations_ = iterations;
    return balance;
}

}  // namespace galena
