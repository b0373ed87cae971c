#include "flow/water_flow.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "core/suggestion.hpp"
#include "flow/flow_barrier.hpp"
#include "flow/retention_curve.hpp"
#include "grid/connectivity.hpp"
#include "numerics/face_conductance.hpp"

namespace galena {

REGISTER_SECTION(FlowTable)

namespace {
const bool registered =
    EquationIndex::instance().add({"flow", 10, [](const Site& site, Domain& domain, Diagnostics& diagnostics) -> std::unique_ptr<Equation> {
                                       if (!site.find<FlowTable>()) return nullptr;
                                       return std::make_unique<WaterFlow>(site, domain, diagnostics);
                                   }});

/// As the site file says it.
template <class Enum>
std::string_view text_of(Enum value) {
    return words<Enum>[static_cast<std::size_t>(value)];
}

std::unique_ptr<Ground> make_ground(const FlowTable& table, const Site& site, const Domain& domain, Diagnostics& diagnostics) {
    const bool transient = table.regime == Regime::transient;
    switch (table.formulation) {
        case Formulation::water_table: return make_water_table_ground(domain, table.place, transient, diagnostics);
        case Formulation::variably_saturated: return make_variably_saturated_ground(site, domain, table.place, diagnostics);
        default: return make_saturated_ground(domain, table.place, transient, diagnostics);
    }
}

}  // namespace

WaterFlow::WaterFlow(const Site& site, Domain& domain, Diagnostics& diagnostics)
    : table_(site.section<FlowTable>()), domain_(domain), boundaries_(site.section<WaterBoundaries>().list) {
    statistics_.equation = "flow";
    if (!table_.solver.empty()) {
        const auto known = table_.formulation == Formulation::saturated ? symmetric_solver_names() : nonsymmetric_solver_names();
        if (std::find(known.begin(), known.end(), table_.solver) == known.end()) {
            diagnostics.error(table_.places.of("solver"), fmt::format("solver = \"{}\" is unknown", table_.solver),
                              suggestion(table_.solver, known));
            return;
        }
    }
    if (domain.medium.hydraulic_conductivity.empty()) {
        diagnostics.error(table_.place, "flow needs a hydraulic_conductivity", "give it in a [[medium]] for every active cell");
        return;
    }
    if (domain.medium.porosity.empty()) {
        diagnostics.error(table_.place, "flow needs a porosity", "give it in a [[medium]] for every active cell");
        return;
    }
    if (table_.formulation != Formulation::variably_saturated)
        for (const auto& curve : site.section<RetentionCurves>().list)
            if (curve)
                diagnostics.error(curve->place, "the retention curve is given and not used",
                                  "only formulation = \"variably_saturated\" asks for it; remove it, or set that in [flow]");
    ground_ = make_ground(table_, site, domain, diagnostics);
    if (!ground_) return;
    initial_head_ = field_of(table_.initial_head, site, domain, diagnostics);
    conductance_ = FaceField(domain.grid);
    choose_layers();
    place_flow_barriers(site, domain, diagnostics);
    adopt_medium();
    resolve_boundaries(site, diagnostics);
    find_unknowns(diagnostics);
    if (!diagnostics.has_errors() && table_.regime == Regime::steady) check_heads_determined(diagnostics);
    next_step_ = table_.initial_step;
    // docs/decisions/0018-error-of-steps.md
    if (table_.formulation == Formulation::variably_saturated && table_.regime == Regime::transient && !table_.head_error &&
        !table_.water_content_error)
        table_.water_content_error = 0.01;
    if (ground_->nonlinear() && table_.regime == Regime::steady && changes_in_time_ && site.has("transport"))
        domain.remarks.emplace_back(
            "flow: steady states follow each other; transport keeps the water that cells held at the start, for there is no storage to "
            "take "
            "it from; regime = \"transient\" has");
}

/// What follows from the medium, as it is now.
void WaterFlow::adopt_medium() {
    const auto& m = domain_.medium;
    if (layers_) {
        layers_->update();
        layers_->unite();
        for (const auto& [layer, faces] : domain_.alterations.barriers)
            for (const auto& barrier : faces) layers_->part(barrier.axis, barrier.face);
    }
    compute_conductances(domain_.grid, m.conductivity(Axis::x), m.conductivity(Axis::y),
                         corrected_ ? layers_->across() : m.conductivity(Axis::z), conductance_);
    domain_.alterations.add_barriers(conductance_);
}

void WaterFlow::resolve_boundaries(const Site& site, Diagnostics& diagnostics) {
    std::map<std::string, Place> seen;
    std::erase(boundaries_, nullptr);  // those that could not be read are already reported
    for (auto& boundary : boundaries_) {
        boundary->resolve(site, domain_, diagnostics);
        const auto [first, fresh] = seen.emplace(boundary->label.text, boundary->label.place);
        if (!boundary->concentration.empty() && !site.has("transport"))
            diagnostics.error(
                boundary->places.of("concentration"),
                fmt::format("boundary '{}': 'concentration' is given and not used: there is no [transport]", boundary->label.text),
                "add [transport], or remove it");
        if (!fresh)
            diagnostics.error(boundary->label.place, fmt::format("a second boundary is named '{}'", boundary->label.text),
                              fmt::format("the first is at {}; names must differ, budgets go by them", first->second.text()));
        for (const auto* series : boundary->series()) {
            changes_in_time_ = changes_in_time_ || !series->constant();
            for (const Date date : series->dates) events_.insert(date.since(domain_.start));
            require_value_at_start(*series, domain_.start, diagnostics);
        }
        changes_in_time_ = changes_in_time_ || boundary->has_state();
        for (const Date date : boundary->moments()) events_.insert(date.since(domain_.start));
        rate_.emplace_back(boundary->cells().size(), 0.0);
        slope_.emplace_back(boundary->cells().size(), 0.0);
    }
}

void WaterFlow::find_unknowns(Diagnostics& diagnostics) {
    held_.assign(static_cast<std::size_t>(domain_.grid.cell_count()), 0);
    std::map<Index, const WaterBoundary*> holder;
    for (const auto& boundary : boundaries_) {
        if (!boundary->holds_head()) continue;
        for (const Index cell : boundary->cells()) {
            const auto [first, fresh] = holder.emplace(cell, boundary.get());
            if (!fresh) {
                diagnostics.error(boundary->places.of("zone"),
                                  fmt::format("'{}' and '{}' both hold the head of {}", first->second->label.text, boundary->label.text,
                                              domain_.grid.describe(cell)),
                                  "let their zones not overlap");
                break;
            }
            held_[static_cast<std::size_t>(cell)] = 1;
            held_cells_.push_back(cell);
        }
    }
}

void WaterFlow::check_heads_determined(Diagnostics& diagnostics) const {
    const auto parts = connected_parts(domain_.grid, conductance_);
    std::vector<bool> determined(static_cast<std::size_t>(parts.count), false);
    for (const auto& boundary : boundaries_)
        if (boundary->determines_head())
            for (const Index cell : boundary->cells())
                determined[static_cast<std::size_t>(parts.part[static_cast<std::size_t>(cell)])] = true;
    for (Index p = 0; p < parts.count; ++p)
        if (!determined[static_cast<std::size_t>(p)]) {
            const Index cell = parts.first_cell[static_cast<std::size_t>(p)];
            const auto where = parts.count == 1 ? std::string("steady flow has no boundary that fixes a head")
                                                : fmt::format("steady flow: {} cells connected to {} have no boundary that fixes a head",
                                                              parts.size[static_cast<std::size_t>(p)], domain_.grid.describe(cell));
            diagnostics.error(
                table_.place, where,
                "add a fixed_head, general_head, river or drain there, make these cells inactive, or set regime = \"transient\"");
        }
}

std::vector<std::string> WaterFlow::summary() const {
    std::vector<std::string> lines{
        fmt::format("flow: {}, {}; {} boundaries", text_of(table_.formulation), text_of(table_.regime), boundaries_.size()),
        "  " + ground_->summary()};
    if (layers_) lines.emplace_back("  layers are not level: fluxes by all components of the gradient");
    for (const auto& boundary : boundaries_)
        lines.push_back(fmt::format("  {:<14} {:<24} {} cells", boundary->type(), boundary->label.text, boundary->cells().size()));
    return lines;
}

void WaterFlow::add_events(std::set<double>& times) const { times.insert(events_.begin(), events_.end()); }

}  // namespace galena
