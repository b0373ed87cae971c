// Layers that are not level: fluxes that two-point conductances miss (numerics/deformed_layers.hpp).

#include <cmath>

#include <fmt/format.h>

#include "flow/water_flow.hpp"
#include "numerics/weighted_flow.hpp"

namespace galena {

void WaterFlow::choose_layers() {
    if (!DeformedLayers::in(domain_.grid)) return;
    const auto& m = domain_.medium;
    const bool corrected = !ground_->nonlinear() && table_.sloping_layers.value_or(SlopingLayers::corrected) == SlopingLayers::corrected;
    if (corrected)
        layers_ = std::make_unique<DeformedLayers>(domain_.grid, m.conductivity(Axis::x), m.conductivity(Axis::y), m.conductivity(Axis::z));
    else layer_error_open_ = true;
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

/// How much two-point fluxes miss: the cross fluxes beside the fluxes themselves, both summed over all faces.
void WaterFlow::estimate_layer_error(const State& state) {
    layer_error_open_ = false;
    const auto& m = domain_.medium;
    DeformedLayers layers(domain_.grid, m.conductivity(Axis::x), m.conductivity(Axis::y), m.conductivity(Axis::z));
    FaceField missed(domain_.grid);
    layers.add_cross_fluxes(conductance_, state.hydraulic_head, missed);
    if (ground_->nonlinear())
        for_each_face(domain_.grid, [&](const Face& f) {
            missed[f] *= 0.5 * (water_.relative_conductivity[f.left] + water_.relative_conductivity[f.right]);
        });
    double sum = 0, all = 0;
    for (const Axis axis : {Axis::x, Axis::y, Axis::z}) {
        const auto &part = missed.along(axis), &flux = state.water_flux.along(axis);
        sum += parallel_sum(part.size(), [&](Index f) { return std::abs(part[f]); });
        all += parallel_sum(flux.size(), [&](Index f) { return std::abs(flux[f]); });
    }
    if (all > 0)
        statistics_.remarks.push_back(fmt::format("layers are not level; two-point fluxes miss about {:.2g} % of what passes faces{}",
                                                  100 * sum / all,
                                                  ground_->nonlinear() ? "" : "; sloping_layers = \"corrected\" takes it in"));
}

}  // namespace galena
