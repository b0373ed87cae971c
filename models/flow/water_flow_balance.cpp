// What every cell gains and loses at the heads of the moment.

#include <cmath>

#include "flow/water_flow.hpp"
#include "numerics/face_operators.hpp"
#include "numerics/weighted_flow_kernel.hpp"

namespace galena {

/// What one boundary sees of its cells.
void WaterFlow::gather_ground(const State& state, std::size_t boundary) {
    const auto& cells = boundaries_[boundary]->cells();
    const auto side = boundaries_[boundary]->through_side();
    const bool scaled = ground_->nonlinear() && (ground_->scales_vertical() || !side || (*side != Side::top && *side != Side::bottom));
    auto& [head, elevation, conductivity, slope, shift, stretch] = seen_;
    head.resize(cells.size());
    elevation.resize(cells.size());
    conductivity.assign(cells.size(), 1.0);
    slope.assign(cells.size(), 0.0);
    shift.assign(cells.size(), 0.0);
    stretch.assign(cells.size(), 1.0);
    for (std::size_t n = 0; n < cells.size(); ++n) {
        head[n] = state.hydraulic_head[cells[n]];
        elevation[n] = domain_.grid.elevation(cells[n]);
        if (corrected_ && boundaries_[boundary]->follows_layers()) {
            shift[n] = layers_->side_shift(cells[n], *side, layer_conductance());
            if (const double along_z = domain_.medium.conductivity(Axis::z, cells[n]); axis_of(*side) == Axis::z && along_z > 0)
                stretch[n] = layers_->across()[cells[n]] / along_z;
        }
        if (!scaled) continue;
        conductivity[n] = water_.relative_conductivity[cells[n]];
        slope[n] = water_.relative_conductivity_slope[cells[n]];
    }
}

void WaterFlow::evaluate_boundaries(const State& state, const FlowMoment& moment) {
    joint_responses_.clear();
    for (std::size_t b = 0; b < boundaries_.size(); ++b) {
        if (boundaries_[b]->holds_head()) continue;
        gather_ground(state, b);
        const GroundAtBoundary seen{seen_.head,  seen_.elevation, seen_.conductivity, seen_.conductivity_slope,
                                    weighting(), *ground_,        seen_.shift,        seen_.stretch};
        boundaries_[b]->evaluate(moment, seen, rate_[b], slope_[b]);
        JointResponse joint{b, std::vector<double>(rate_[b].size()), slope_[b]};
        const bool jointly = boundaries_[b]->responds_jointly(moment, seen, joint.response);
        if (const auto* factor = domain_.alterations.rate_of(boundaries_[b]->label.text))
            for (std::size_t n = 0; n < rate_[b].size(); ++n) {
                rate_[b][n] *= (*factor)[boundaries_[b]->cells()[n]];
                slope_[b][n] *= (*factor)[boundaries_[b]->cells()[n]];
                joint.response[n] *= (*factor)[boundaries_[b]->cells()[n]];
            }
        if (jointly) joint_responses_.push_back(std::move(joint));
    }
}

RelativeConductance WaterFlow::relative_conductance() const {
    return {water_.relative_conductivity, water_.relative_conductivity_slope, weighting(), ground_->scales_vertical(),
            corrected_ ? &shift_ : nullptr};
}

/// What the correction for layers that are not level has to know of the ground.
RelativeConductance WaterFlow::layer_conductance() const { return ground_->nonlinear() ? relative_conductance() : RelativeConductance{}; }

/// residual += Σ conductance (h_neighbour − h): differences, not matrix times head, so that a high datum costs no digits.
void WaterFlow::add_inflow(const State& state) {
    const auto& grid = domain_.grid;
    if (!ground_->nonlinear()) {
        add_diffusive_inflow(grid, conductance_, state.hydraulic_head, residual_);
        if (corrected_) add_cross_inflow(state.hydraulic_head, residual_);
        return;
    }
    if (corrected_) layers_->head_shifts(relative_conductance(), state.hydraulic_head, shift_);
    weighted_flux(grid, conductance_, relative_conductance(), state.hydraulic_head, flux_);
    add_net_inflow(grid, flux_, residual_);
}

/// What the cell takes up during the step, as its head says and the last step left open [m³].
double WaterFlow::storage_change(Index c) const { return water_.amount[c] - amount_before_[c] - arrears_[c]; }

WaterFlow::Balance WaterFlow::compute_residual(const State& state, const FlowMoment& moment, double duration) {
    ground_->evaluate(state.hydraulic_head, water_);
    const double stored = start_residual(duration);
    add_inflow(state);
    evaluate_boundaries(state, moment);
    auto balance = book_boundaries();
    if (duration > 0) balance.throughput += 0.5 * stored / duration;
    const double* r = residual_.data();
    balance.imbalance = parallel_sum_blocks(residual_.size(), [=](Index begin, Index end) { return sum_of_sizes(r + begin, end - begin); });
    return balance;
}

/// residual = what storage gives up; returns Σ |storage change| [m³].
double WaterFlow::start_residual(double duration) {
    if (duration == 0) {
        residual_.fill(0.0);
        return 0;
    }
    const double *amount = water_.amount.data(), *before = amount_before_.data(), *arrears = arrears_.data();
    double* r = residual_.data();
    return parallel_sum_blocks(residual_.size(), [=](Index begin, Index end) {
        return storage_inflow(amount + begin, before + begin, arrears + begin, 1 / duration, r + begin, end - begin);
    });
}

/// Adds what the boundaries bring to the residual; what a held cell lacks is what its boundary supplies.
WaterFlow::Balance WaterFlow::book_boundaries() {
    Balance balance;
    for (std::size_t b = 0; b < boundaries_.size(); ++b)
        for (std::size_t n = 0; n < rate_[b].size() && !boundaries_[b]->holds_head(); ++n) {
            residual_[boundaries_[b]->cells()[n]] += rate_[b][n];
            balance.throughput += 0.5 * std::abs(rate_[b][n]);
        }
    for (std::size_t b = 0; b < boundaries_.size(); ++b) {
        if (!boundaries_[b]->holds_head()) continue;
        for (std::size_t n = 0; n < rate_[b].size(); ++n) {
            const Index cell = boundaries_[b]->cells()[n];
            rate_[b][n] = -residual_[cell];
            balance.throughput += 0.5 * std::abs(rate_[b][n]);
            residual_[cell] = 0;
        }
    }
    return balance;
}

Index WaterFlow::worst_cell() const {
    return parallel_maximum(
               domain_.grid.cell_count(),
               [&](Index c) { return std::isfinite(residual_[c]) ? std::abs(residual_[c]) : std::numeric_limits<double>::max(); })
        .index;
}

}  // namespace galena
