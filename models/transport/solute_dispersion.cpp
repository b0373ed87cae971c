// Dispersion of the solutes: dispersivities by zone and by scale, what follows from the flow, and whether the grid can show it.

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "transport/solute_transport.hpp"

namespace galena {

namespace {

template <class Table>
Dispersivity with_transverse(const Table& table, double longitudinal) {
    return {longitudinal, table.transverse_horizontal_dispersivity.value_or(0.1 * longitudinal),
            table.transverse_vertical_dispersivity.value_or(0.01 * longitudinal)};
}

}  // namespace

void SoluteTransport::read_dispersivities(Diagnostics& diagnostics) {
    double longitudinal = table_.longitudinal_dispersivity;
    if (table_.plume_length) {
        if (longitudinal > 0)
            diagnostics.error(table_.places.of("plume_length"), "both longitudinal_dispersivity and plume_length are given",
                              "give one of them: the length stands for a dispersivity");
        longitudinal = 0.83 * std::pow(std::log10(*table_.plume_length), 2.414);
    }
    dispersivity_ = with_transverse(table_, longitudinal);
    for (const auto& zone : table_.zones)
        dispersivity_.set(domain_.grid, domain_.zones.cells(zone.zone, diagnostics), with_transverse(zone, zone.longitudinal_dispersivity));
}

void SoluteTransport::update_dispersion(const State& state) {
    if (dispersion_version_ == state.flow_version) return;
    dispersion_version_ = state.flow_version;
    if (!diffusion_geometry_.x.empty() && !state.saturation.empty())
        diffusion_conductance(domain_.grid, domain_.medium.mobile_porosity(), state.saturation, diffusion_geometry_);
    if (dispersivity_.none()) return;
    if (dispersion_.x.empty()) dispersion_ = FaceField(domain_.grid);
    mechanical_dispersion(domain_.grid, state.water_flux, dispersivity_, dispersion_, table_.dispersion_velocity);
    if (table_.dispersion == DispersionKind::tensor) cross_dispersion(domain_.grid, state.water_flux, dispersivity_, cross_);
}

/// Grid Peclet number of a face: its water flux over its conductance for dispersion, the width of the cells over the dispersivity. Above 2
/// upwind smears more than the dispersivity (numerical dispersion v dx / 2; Lantz 1971), and a sharp scheme keeps fronts within few cells.
void SoluteTransport::judge_grid(const State& state) {
    if (!grid_remark_.empty() || dispersion_.x.empty() || solutes_.empty()) return;
    constexpr Index most_faces = 50000;            // of each axis: a sample says enough
    std::vector<std::pair<double, double>> faces;  // Peclet number, water
    for (const Axis axis : {Axis::x, Axis::y, Axis::z}) {
        const auto &q = state.water_flux.along(axis), &g = dispersion_.along(axis);
        for (Index f = 0; f < q.size(); f += 1 + q.size() / most_faces)
            if (g[f] > 0 && q[f] != 0) faces.emplace_back(std::abs(q[f]) / g[f], std::abs(q[f]));
    }
    if (faces.empty()) return;
    std::sort(faces.begin(), faces.end());
    double all = 0, below = 0;
    for (const auto& [number, water] : faces) all += water;
    peclet_ = faces.back().first;
    for (const auto& [number, water] : faces)
        if (below += water; below >= 0.5 * all) {
            peclet_ = number;
            break;
        }
    const bool sharp = table_.advection == AdvectionScheme::tvd;
    grid_remark_ = fmt::format("grid Peclet number {:.3g} (cell width over dispersivity, median of the water)", peclet_);
    if (peclet_ > 2)
        grid_remark_ += sharp ? "; above 2 the grid is too coarse to resolve the dispersivity given: fronts are a few cells wide instead"
                              : fmt::format(
                                    "; above 2 the grid is too coarse for the dispersivity given: upwind adds {:.3g} times of it; give "
                                    "advection = \"tvd\", or cells {:.2g} times finer along the flow",
                                    0.5 * peclet_, 0.5 * peclet_);
}

SolverStatistics SoluteTransport::statistics() const {
    auto all = statistics_;
    if (peclet_ > 2) all.remarks.push_back(grid_remark_);
    if (largest_courant_ > 10 && largest_courant_ > 1.01 * table_.courant)
        all.remarks.push_back(
            fmt::format("Courant number up to {:.3g}: steps this long smear in time; a smaller maximum_step sharpens", largest_courant_));
    return all;
}

}  // namespace galena
