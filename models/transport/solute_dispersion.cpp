// Dispersion of the solutes: dispersivities by zone and by scale, what follows from the flow, and whether the grid can show it.

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "transport/solute_transport.hpp"

namespace galena {

namespace {

/// Of the grid, before a run says that it is too coarse: 2, and what rounding makes of 2.
constexpr double largest_peclet = 2 + 1e-6;

/// What one table says of its cells, with the usual ratios where it is silent.
struct DispersivityGiven {
    std::optional<SpatialValue> longitudinal, horizontal, vertical;

    [[nodiscard]] bool constant() const {
        for (const auto* value : {&longitudinal, &horizontal, &vertical})
            if (*value && (*value)->source) return false;
        return true;
    }
    [[nodiscard]] Dispersivity same_everywhere() const {
        const double along = longitudinal ? longitudinal->constant : 0.0;
        return {along, horizontal ? horizontal->constant : 0.1 * along, vertical ? vertical->constant : 0.01 * along};
    }
    /// Puts its values into those cells.
    void fill(const std::vector<Index>& cells, const Site& site, Domain& domain, Diagnostics& diagnostics,
              std::vector<Dispersivity>& out) const {
        const auto field = [&](const std::optional<SpatialValue>& value) {
            return value ? field_of(*value, site, domain, diagnostics) : CellField();
        };
        const auto along = field(longitudinal), across = field(horizontal), up = field(vertical);
        for (const Index c : cells) {
            const double a = along.empty() ? 0.0 : along[c];
            out[static_cast<std::size_t>(c)] = {a, across.empty() ? 0.1 * a : across[c], up.empty() ? 0.01 * a : up[c]};
        }
    }
};

template <class Table>
DispersivityGiven given_in(const Table& table) {
    return {table.longitudinal_dispersivity, table.transverse_horizontal_dispersivity, table.transverse_vertical_dispersivity};
}

}  // namespace

void SoluteTransport::read_dispersivities(const Site& site, Diagnostics& diagnostics) {
    auto everywhere = given_in(table_);
    if (table_.plume_length) {
        if (everywhere.longitudinal)
            diagnostics.error(table_.places.of("plume_length"), "both longitudinal_dispersivity and plume_length are given",
                              "give one of them: the length stands for a dispersivity");
        everywhere.longitudinal = SpatialValue(0.83 * std::pow(std::log10(*table_.plume_length), 2.414));
    }
    const bool constant = everywhere.constant() &&
                          std::all_of(table_.zones.begin(), table_.zones.end(), [](const auto& z) { return given_in(z).constant(); });
    if (constant) {
        dispersivity_ = everywhere.same_everywhere();
        for (const auto& zone : table_.zones)
            dispersivity_.set(domain_.grid, domain_.zones.cells(zone.zone, diagnostics), given_in(zone).same_everywhere());
        return;
    }
    std::vector<Dispersivity> cells(static_cast<std::size_t>(domain_.grid.cell_count()));
    std::vector<Index> active;
    for (Index c = 0; c < domain_.grid.cell_count(); ++c)
        if (domain_.grid.active(c)) active.push_back(c);
    everywhere.fill(active, site, domain_, diagnostics, cells);
    for (const auto& zone : table_.zones)
        given_in(zone).fill(domain_.zones.cells(zone.zone, diagnostics), site, domain_, diagnostics, cells);
    dispersivity_ = DispersivityMap(std::move(cells));
}

void SoluteTransport::update_dispersion(const State& state) {
    if (dispersion_version_ == state.flow_version) return;
    dispersion_version_ = state.flow_version;
    if (!diffusion_geometry_.x.empty() && !state.saturation.empty())
        diffusion_conductance(domain_.grid, domain_.medium.mobile_porosity(), state.saturation, diffusion_geometry_);
    if (dispersivity_.none()) return;
    if (dispersion_.x.empty()) dispersion_ = FaceField(domain_.grid);
    mechanical_dispersion(domain_.grid, state.water_flux, dispersivity_, dispersion_, table_.dispersion_velocity);
    if (table_.dispersion == DispersionKind::tensor)
        cross_dispersion(domain_.grid, state.water_flux, dispersivity_, cross_, table_.dispersion_velocity);
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
    if (peclet_ > largest_peclet)
        grid_remark_ += sharp ? "; above 2 the grid is too coarse to resolve the dispersivity given: fronts are a few cells wide instead"
                              : fmt::format(
                                    "; above 2 the grid is too coarse for the dispersivity given: upwind adds {:.3g} times of it; give "
                                    "advection = \"tvd\", or cells {:.2g} times finer along the flow",
                                    0.5 * peclet_, 0.5 * peclet_);
}

SolverStatistics SoluteTransport::statistics() const {
    auto all = statistics_;
    if (!grid_remark_.empty()) (peclet_ > largest_peclet ? all.remarks : all.notes).push_back(grid_remark_);
    else if (dispersivity_.none()) all.notes.emplace_back("no dispersivity: fronts are as wide as the scheme makes them");
    if (largest_courant_ > 10)
        all.remarks.push_back(
            fmt::format("Courant number up to {:.3g}: steps this long smear in time; a smaller maximum_step sharpens", largest_courant_));
    else if (largest_courant_ > 0) all.notes.push_back(fmt::format("Courant number up to {:.3g}", largest_courant_));
    return all;
}

}  // namespace galena
