// Layers that are not level: fluxes that two-point conductances miss (numerics/deformed_layers.hpp).

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "flow/water_flow.hpp"
#include "numerics/stencil.hpp"
#include "numerics/weighted_flow.hpp"

namespace galena {

void WaterFlow::choose_layers() {
    if (!DeformedLayers::in(domain_.grid)) return;
    const auto& m = domain_.medium;
    corrected_ = table_.sloping_layers.value_or(SlopingLayers::corrected) == SlopingLayers::corrected;
    layer_error_open_ = !corrected_;
    if (corrected_)
        layers_ = std::make_unique<DeformedLayers>(domain_.grid, m.conductivity(Axis::x), m.conductivity(Axis::y), m.conductivity(Axis::z));
}

/// Takes corrected fluxes, or two-point ones for a while.
void WaterFlow::correct_layers(bool corrected) {
    if (corrected_ == corrected) return;
    corrected_ = corrected;
    adopt_medium();
}

/// out += what the cross fluxes bring into each cell that is not held.
void WaterFlow::add_cross_inflow(std::span<const double> head, std::span<double> out) {
    for (const Axis axis : {Axis::x, Axis::y, Axis::z}) flux_.along(axis).fill(0.0);
    layers_->add_cross_fluxes(conductance_, head, flux_);
    add_net_inflow(domain_.grid, flux_, out);
}

/// The corrected operator is the matrix less the cross fluxes. It is not symmetric, and its rows reach beyond the nearest neighbours: the
/// matrix alone preconditions it. A tenth is enough for that.
SolveReport WaterFlow::solve_with_cross_fluxes(const SolveOptions& options) {
    if (!layers_iteration_) layers_iteration_ = std::make_unique<ResidualIteration>(domain_.grid.cell_count());
    const auto apply = [&](std::span<const double> x, std::span<double> y) {
        parallel_for(domain_.grid.cell_count(), [&](Index c) { y[static_cast<std::size_t>(c)] = 0; });
        add_cross_inflow(x, y);
        add_shifted_sides(y);
        residual(matrix_, y, x, y);  // cross inflow − A x
        parallel_for(domain_.grid.cell_count(), [&](Index c) {
            auto& value = y[static_cast<std::size_t>(c)];
            value = held_[static_cast<std::size_t>(c)] ? x[static_cast<std::size_t>(c)] : -value;
        });
    };
    SolveReport inner;
    const auto precondition = [&](std::span<const double> r, std::span<double> z) {
        inner = solver_->solve(r, z, {.tolerance = 0.1, .max_iterations = options.max_iterations});
        return std::max(1, inner.iterations);
    };
    auto report = layers_iteration_->solve(apply, precondition, residual_, correction_, options);
    report.solver = inner.solver + " in residual_iteration";
    return report;
}

/// out += what a change of the heads brings into each cell by the differences it adds to those of the heads, at conductances that stay.
void WaterFlow::add_shifted_inflow(std::span<const double> change, std::span<double> out) {
    layers_->head_shifts(relative_conductance(), change, shift_);
    for_each_face(domain_.grid, [&](const Face& f) { shift_[f] *= through_[f]; });
    add_net_inflow(domain_.grid, shift_, out);
}

/// out += what the gradients last found bring through the sides of the box on which heads are given.
void WaterFlow::add_shifted_sides(std::span<double> out) const {
    for (std::size_t b = 0; b < boundaries_.size(); ++b) {
        if (!boundaries_[b]->follows_layers()) continue;
        const auto& cells = boundaries_[b]->cells();
        for (std::size_t n = 0; n < cells.size(); ++n)
            out[static_cast<std::size_t>(cells[n])] +=
                slope_[b][n] * layers_->side_shift(cells[n], *boundaries_[b]->through_side(), layer_conductance());
    }
}

/// The Jacobian of the corrected fluxes: that of seven points, with the differences that drive the flux as they are, less what a change of
/// the heads changes in the rest of these differences. It reaches beyond the nearest neighbours; that of seven points preconditions it.
SolveReport WaterFlow::solve_with_shifts(std::span<const double> b, std::span<double> x, const SolveOptions& options) {
    if (!layers_iteration_) layers_iteration_ = std::make_unique<ResidualIteration>(domain_.grid.cell_count());
    DoubleArray inflow(domain_.grid.cell_count());
    const auto apply = [&](std::span<const double> v, std::span<double> y) {
        inflow.fill(0.0);
        add_shifted_inflow(v, inflow);
        add_shifted_sides(inflow);
        multiply(jacobian_, v, y);
        parallel_for(domain_.grid.cell_count(), [&](Index c) {
            if (!held_[static_cast<std::size_t>(c)]) y[static_cast<std::size_t>(c)] -= inflow[c];
        });
    };
    SolveReport inner;
    const auto precondition = [&](std::span<const double> r, std::span<double> z) {
        inner = newton_solver_->solve(r, z, {.tolerance = 0.1, .max_iterations = options.max_iterations});
        return std::max(1, inner.iterations);
    };
    auto report = layers_iteration_->solve(apply, precondition, b, x, options);
    report.solver = inner.solver + " in residual_iteration";
    return report;
}

/// With corrected fluxes, from the present heads; not converged also where a linear solver failed.
WaterFlow::Balance WaterFlow::solve_steady_corrected(State& state, const FlowMoment& moment) {
    correct_layers(true);
    try {
        return newton_with_care(state, moment, 0);
    } catch (const StepFailed&) {  // NOLINT: two-point fluxes are left
        return {};
    }
}

/// A steady state with corrected fluxes. In ground that is not full a first guess may lie far from it: there two-point fluxes, which are
/// monotone, get nearer first, and so they do where boundaries switch. Where the corrected ones do not converge, the two-point ones stand.
WaterFlow::Balance WaterFlow::solve_steady_layers(State& state, const FlowMoment& moment) {
    const CellField guess = state.hydraulic_head;
    pseudo_time_steps_ = soft_laws_ = 0;
    if (layers_started_ || !ground_->nonlinear())
        if (const auto balance = solve_steady_corrected(state, moment); balance.converged) return balance;
    state.hydraulic_head = guess;
    correct_layers(false);
    if (const auto balance = find_steady(state, moment); !balance.converged) return balance;
    layers_started_ = true;
    const CellField two_point = state.hydraulic_head;
    const int steps = pseudo_time_steps_, laws = soft_laws_;
    if (const auto balance = solve_steady_corrected(state, moment); balance.converged) return balance;
    state.hydraulic_head = two_point;
    correct_layers(false);
    ++two_point_solves_;
    layer_error_open_ = two_point_solves_ == 1;
    const auto balance = find_steady(state, moment);
    pseudo_time_steps_ = std::max(steps, pseudo_time_steps_);
    soft_laws_ = std::max(laws, soft_laws_);
    return balance;
}

/// A step with corrected fluxes. Where they do not converge shorter steps are tried, then some steps are left to two-point fluxes.
WaterFlow::Balance WaterFlow::solve_step_layers(State& state, const FlowMoment& moment, double duration) {
    constexpr int patience = 2, pause = 10;
    if (layer_failures_ >= patience && two_point_steps_ == 0) {
        two_point_steps_ = pause;
        layer_error_open_ = two_point_solves_ == 0;
    }
    correct_layers(two_point_steps_ == 0);
    if (!corrected_) return newton_with_care(state, moment, duration);
    ++layer_failures_;  // unless it gets there
    const auto balance = newton_with_care(state, moment, duration);
    if (balance.converged) layer_failures_ = 0;
    return balance;
}

/// Through faces between cells, at the heads last evaluated [m³/s].
FaceField WaterFlow::fluxes(const State& state) {
    if (ground_->nonlinear()) return flux_;
    const auto& head = state.hydraulic_head;
    FaceField flux(domain_.grid);
    for_each_face(domain_.grid, [&](const Face& f) { flux[f] = conductance_[f] * (head[f.left] - head[f.right]); });
    if (corrected_) layers_->add_cross_fluxes(conductance_, head, flux);
    return flux;
}

/// How much two-point fluxes miss: beside those of one Newton step with corrected fluxes, which in saturated ground is all there is to it, or,
/// where that cannot be solved for, beside corrected ones of the same heads; the differences and the corrected fluxes summed over all
/// faces. Everything is left as it was.
void WaterFlow::estimate_layer_error(State& state, const FlowMoment& moment, double duration) {
    layer_error_open_ = false;
    const auto& grid = domain_.grid;
    const auto& m = domain_.medium;
    const bool own = !layers_;
    const CellField start = state.hydraulic_head;
    const FaceField two_point = fluxes(state);
    if (own) layers_ = std::make_unique<DeformedLayers>(grid, m.conductivity(Axis::x), m.conductivity(Axis::y), m.conductivity(Axis::z));
    if (flux_.x.empty()) flux_ = FaceField(grid);
    if (ground_->nonlinear() && shift_.x.empty()) shift_ = through_ = FaceField(grid);
    correct_layers(true);
    const auto balance = compute_residual(state, moment, duration);
    FaceField corrected = fluxes(state);
    try {
        if (ground_->nonlinear()) correct_nonlinear(state, balance, 0, moment, duration);
        else correct_linear(state, balance, moment, duration);
        corrected = fluxes(state);
    } catch (const StepFailed&) {  // NOLINT: those of the same heads are left
    }
    double missed = 0, all = 0;
    for (const Axis axis : {Axis::x, Axis::y, Axis::z}) {
        const auto &a = two_point.along(axis), &b = corrected.along(axis);
        missed += parallel_sum(a.size(), [&](Index f) { return std::abs(a[f] - b[f]); });
        all += parallel_sum(b.size(), [&](Index f) { return std::abs(b[f]); });
    }
    state.hydraulic_head = start;
    correct_layers(false);
    if (own) layers_.reset();
    compute_residual(state, moment, duration);
    const auto hint = layers_ ? ", where corrected ones did not converge" : "; sloping_layers = \"corrected\" takes it in";
    if (all > 0)
        statistics_.remarks.push_back(
            fmt::format("layers are not level; two-point fluxes miss about {:.2g} % of what passes faces{}", 100 * missed / all, hint));
    else statistics_.remarks.push_back(fmt::format("layers are not level; two-point fluxes miss some of what passes faces{}", hint));
}

}  // namespace galena
