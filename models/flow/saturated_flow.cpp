#include "flow/saturated_flow.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <map>

#include <fmt/format.h>

#include "core/suggestion.hpp"
#include "grid/connectivity.hpp"
#include "numerics/face_conductance.hpp"
#include "numerics/face_operators.hpp"

namespace galena {

REGISTER_SECTION(FlowTable)

namespace {
const bool registered =
    EquationIndex::instance().add({"flow", 10, [](const Site& site, Domain& domain, Diagnostics& diagnostics) -> std::unique_ptr<Equation> {
                                       if (!site.find<FlowTable>()) return nullptr;
                                       return std::make_unique<SaturatedFlow>(site, domain, diagnostics);
                                   }});
}  // namespace

// ---- set-up -----------------------------------------------------------------------------------------------------------------------

SaturatedFlow::SaturatedFlow(const Site& site, Domain& domain, Diagnostics& diagnostics)
    : table_(site.section<FlowTable>()), domain_(domain), boundaries_(site.section<WaterBoundaries>().list) {
    statistics_.equation = "flow";
    if (!table_.solver.empty()) {
        const auto known = symmetric_solver_names();
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
    if (table_.regime == Regime::transient && domain.medium.specific_storage.empty()) {
        diagnostics.error(table_.place, "transient flow needs a specific_storage",
                          "give it in a [[medium]] for every active cell, or set regime = \"steady\"");
        return;
    }
    initial_head_ = field_of(table_.initial_head, site, domain, diagnostics);
    conductance_ = FaceField(domain.grid);
    adopt_medium();
    resolve_boundaries(site, diagnostics);
    find_unknowns(diagnostics);
    if (!diagnostics.has_errors() && table_.regime == Regime::steady) check_heads_determined(diagnostics);
    next_step_ = table_.initial_step;
}

/// What follows from the medium, as it is now.
void SaturatedFlow::adopt_medium() {
    const auto& m = domain_.medium;
    compute_conductances(domain_.grid, m.conductivity(Axis::x), m.conductivity(Axis::y), m.conductivity(Axis::z), conductance_);
    domain_.alterations.add_barriers(conductance_);
}

void SaturatedFlow::resolve_boundaries(const Site& site, Diagnostics& diagnostics) {
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
        rate_.emplace_back(boundary->cells().size(), 0.0);
        slope_.emplace_back(boundary->cells().size(), 0.0);
    }
}

void SaturatedFlow::find_unknowns(Diagnostics& diagnostics) {
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
        }
    }
}

void SaturatedFlow::check_heads_determined(Diagnostics& diagnostics) const {
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

std::vector<std::string> SaturatedFlow::summary() const {
    std::vector<std::string> lines{
        fmt::format("flow: saturated, {}; {} boundaries", table_.regime == Regime::steady ? "steady" : "transient", boundaries_.size()),
        "  all ground counts as saturated, above the water table too: what percolates is right, what the pores hold there is overstated"};
    for (const auto& boundary : boundaries_)
        lines.push_back(fmt::format("  {:<14} {:<24} {} cells", boundary->type(), boundary->label.text, boundary->cells().size()));
    return lines;
}

void SaturatedFlow::add_events(std::set<double>& times) const { times.insert(events_.begin(), events_.end()); }

// ---- one solve --------------------------------------------------------------------------------------------------------------------

void SaturatedFlow::initialise(State& state) {
    const auto& grid = domain_.grid;
    state.has_flow = true;
    state.hydraulic_head = initial_head_;
    initial_head_ = CellField();
    state.water_flux = FaceField(grid);
    state.mobile_water = domain_.saturated_water();
    stored_ = parallel_sum(grid.cell_count(), [&](Index c) { return grid.active(c) ? domain_.medium.porosity[c] * grid.volume(c) : 0.0; });
    if (table_.regime == Regime::steady) {
        solve(state, {domain_.start, 0, 0}, 0);
    }
    fill_exchanges(state);
    head_before_ = state.hydraulic_head;
}

void SaturatedFlow::evaluate_boundaries(const State& state, const FlowMoment& moment) {
    std::vector<double> heads;
    for (std::size_t b = 0; b < boundaries_.size(); ++b) {
        const auto& boundary = *boundaries_[b];
        if (boundary.holds_head()) continue;
        const auto& cells = boundary.cells();
        heads.resize(cells.size());
        for (std::size_t n = 0; n < cells.size(); ++n) heads[n] = state.hydraulic_head[cells[n]];
        boundary.evaluate(moment, heads, rate_[b], slope_[b]);
        if (const auto* factor = domain_.alterations.rate_of(boundary.label.text))
            for (std::size_t n = 0; n < cells.size(); ++n) {
                rate_[b][n] *= (*factor)[cells[n]];
                slope_[b][n] *= (*factor)[cells[n]];
            }
    }
}

SaturatedFlow::Balance SaturatedFlow::compute_residual(const State& state, double duration) {
    const auto& grid = domain_.grid;
    const auto& head = state.hydraulic_head;
    residual_.fill(0.0);
    // Σ conductance (h_neighbour − h): differences, not matrix times head, so that a high datum costs no digits.
    add_diffusive_inflow(grid, conductance_, head, residual_);
    if (duration > 0)
        for_each_cell(grid, [&](Index c) {
            residual_[c] -= domain_.medium.specific_storage[c] * grid.volume(c) * (head[c] - head_before_[c]) / duration;
        });
    double throughput = 0;
    for (std::size_t b = 0; b < boundaries_.size(); ++b)
        for (std::size_t n = 0; n < rate_[b].size() && !boundaries_[b]->holds_head(); ++n) {
            residual_[boundaries_[b]->cells()[n]] += rate_[b][n];
            throughput += std::abs(rate_[b][n]);
        }
    // What a held cell lacks is what its boundary supplies.
    for (std::size_t b = 0; b < boundaries_.size(); ++b) {
        if (!boundaries_[b]->holds_head()) continue;
        for (std::size_t n = 0; n < rate_[b].size(); ++n) {
            const Index cell = boundaries_[b]->cells()[n];
            rate_[b][n] = -residual_[cell];
            throughput += std::abs(rate_[b][n]);
            residual_[cell] = 0;
        }
    }
    if (duration > 0)
        throughput += parallel_sum(grid.cell_count(), [&](Index c) {
            return grid.active(c) ? std::abs(domain_.medium.specific_storage[c] * grid.volume(c) * (head[c] - head_before_[c]) / duration)
                                  : 0.0;
        });
    const double imbalance = parallel_sum(grid.cell_count(), [&](Index c) { return std::abs(residual_[c]); });
    const auto worst = parallel_maximum(grid.cell_count(), [&](Index c) { return std::abs(residual_[c]); });
    return {imbalance, 0.5 * throughput, worst.index};
}

/// The imbalance that heads rounded to doubles leave at best [m³/s]; where water hardly moves any more it is all that is left.
double SaturatedFlow::rounding_of_heads(const State& state) const {
    const auto share = [&](Index c) { return domain_.grid.active(c) ? matrix_.diagonal[c] * std::abs(state.hydraulic_head[c]) : 0.0; };
    return std::numeric_limits<double>::epsilon() * parallel_sum(domain_.grid.cell_count(), share);
}

void SaturatedFlow::assemble(double duration) {
    const auto& grid = domain_.grid;
    set_couplings(grid, conductance_, held_, matrix_);
    if (duration > 0)
        for_each_cell(grid, [&](Index c) { matrix_.diagonal[c] += domain_.medium.specific_storage[c] * grid.volume(c) / duration; });
    for (std::size_t b = 0; b < boundaries_.size(); ++b)
        for (std::size_t n = 0; n < slope_[b].size(); ++n) matrix_.diagonal[boundaries_[b]->cells()[n]] += slope_[b][n];
    parallel_for(grid.cell_count(), [&](Index c) {
        if (held_[static_cast<std::size_t>(c)] || grid.status(c) == CellStatus::inactive || matrix_.diagonal[c] <= 0)
            matrix_.diagonal[c] = 1;
    });
}

void SaturatedFlow::solve(State& state, const FlowMoment& moment, double duration) {
    if (residual_.empty()) {
        residual_ = DoubleArray(domain_.grid.cell_count());
        correction_ = DoubleArray(domain_.grid.cell_count());
        matrix_ = SymmetricStencil(domain_.grid);
        solver_ = make_symmetric_solver(table_.solver.empty() ? symmetric_solver_names().front() : table_.solver);
    }
    hold_heads(state, moment);
    const auto begin = std::chrono::steady_clock::now();
    double before = 0;
    for (int iteration = 0;; ++iteration) {
        evaluate_boundaries(state, moment);
        const auto balance = compute_residual(state, duration);
        if (!std::isfinite(balance.imbalance)) fail("the heads are no longer finite", balance.worst, moment);
        if (balance.imbalance <= table_.tolerance * balance.throughput) break;
        // Rounding of the heads bounds what can be reached: stop where iterations no longer help and the balance is good.
        const bool stalled = iteration > 1 && balance.imbalance > 0.5 * before;
        if (stalled && balance.imbalance <=
                           std::max({1e3 * table_.tolerance * balance.throughput, 1e-7 * balance.throughput, rounding_of_heads(state)}))
            break;
        if (balance.throughput == 0 && iteration > 0) break;
        if (iteration >= table_.maximum_newton_iterations)
            fail(fmt::format("no convergence after {} iterations of the boundaries; imbalance {:.3g} of the water that passes", iteration,
                             balance.imbalance / balance.throughput),
                 balance.worst, moment);
        before = balance.imbalance;
        correct_heads(state, moment, duration);
    }
    statistics_.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    finish_fluxes(state, duration);
    if (table_.regime == Regime::steady && !changes_in_time_) {  // solved for good: give the memory back to transport
        residual_ = DoubleArray();
        correction_ = DoubleArray();
        matrix_ = SymmetricStencil();
        solver_.reset();
    }
}

void SaturatedFlow::hold_heads(State& state, const FlowMoment& moment) const {
    for (const auto& boundary : boundaries_) {
        if (!boundary->holds_head()) continue;
        std::vector<double> heads(boundary->cells().size());
        boundary->held_head(moment, heads);
        for (std::size_t n = 0; n < heads.size(); ++n) state.hydraulic_head[boundary->cells()[n]] = heads[n];
    }
}

/// One step of Newton: heads += what the residual asks for.
void SaturatedFlow::correct_heads(State& state, const FlowMoment& moment, double duration) {
    assemble(duration);
    solver_->prepare(matrix_);
    correction_.fill(0.0);
    const auto report =
        solver_->solve(residual_, correction_,
                       {.tolerance = 1e-3 * std::min(1e-6, std::sqrt(table_.tolerance)), .max_iterations = table_.maximum_iterations});
    statistics_.add(report.solver, report.iterations, report.relative_residual);
    // A correction that at least halves the residual is a step forward; the outer iteration sees to the rest.
    if (!report.converged && !(report.relative_residual < 0.5)) fail(report.failure(), report.worst_cell, moment);
    parallel_for(domain_.grid.cell_count(), [&](Index c) { state.hydraulic_head[c] += correction_[c]; });
}

void SaturatedFlow::finish_fluxes(State& state, double duration) {
    const auto& grid = domain_.grid;
    const auto& head = state.hydraulic_head;
    for_each_face(grid, [&](const Face& f) { state.water_flux[f] = conductance_[f] * (head[f.left] - head[f.right]); });
    storage_in_ = storage_out_ = 0;
    if (duration > 0) {
        const auto taken = [&](Index c) {
            return grid.active(c) ? domain_.medium.specific_storage[c] * grid.volume(c) * (head[c] - head_before_[c]) : 0.0;
        };
        storage_in_ = parallel_sum(grid.cell_count(), [&](Index c) { return std::max(0.0, -taken(c)); });
        storage_out_ = parallel_sum(grid.cell_count(), [&](Index c) { return std::max(0.0, taken(c)); });
    }
    ++state.flow_version;
}

void SaturatedFlow::fill_exchanges(State& state) const {
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
        exchange.concentration = &boundary.concentration;
    }
    show_flux_through_sides(state);
}

/// Water through a side of the box, or onto the top, is a flux through the outer faces of the cells there: the sum of all boundaries.
void SaturatedFlow::show_flux_through_sides(State& state) const {
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

void SaturatedFlow::fail(const std::string& cause, Index cell, const FlowMoment& moment) const {
    throw StepFailed(SimulationError("flow", cause, cell >= 0 ? domain_.grid.describe(cell) : "",
                                     fmt::format("{} ({:.6g} d)", moment.origin.plus(moment.to).text(), moment.to / seconds_per_day),
                                     table_.place));
}

// ---- steps ------------------------------------------------------------------------------------------------------------------------

double SaturatedFlow::longest_step(const State&) const { return table_.regime == Regime::steady ? infinite : next_step_; }

void SaturatedFlow::advance(State& state, const Step& step) {
    step_duration_ = step.duration;
    const FlowMoment moment{step.origin, step.start, step.end()};
    if (table_.regime == Regime::steady) {
        if (!changes_in_time_ && !edited_) return;
        solve(state, moment, 0);
    } else {
        if (state.mobile_water_before.empty()) state.mobile_water_before = state.mobile_water;
        solve(state, moment, step.duration);
        const auto& grid = domain_.grid;
        for_each_cell(grid, [&](Index c) {
            state.mobile_water[c] = state.mobile_water_before[c] +
                                    domain_.medium.specific_storage[c] * grid.volume(c) * (state.hydraulic_head[c] - head_before_[c]);
        });
        const auto driest =
            parallel_maximum(grid.cell_count(), [&](Index c) { return grid.active(c) && state.mobile_water[c] <= 0 ? 1.0 : 0.0; });
        if (driest.value > 0)
            fail("the head fell so far that storage gave up more water than the pores hold; check specific_storage", driest.index, moment);
    }
    fill_exchanges(state);
}

void SaturatedFlow::accept(State& state, const Step& step) {
    if (table_.regime == Regime::steady && edited_) head_before_ = state.hydraulic_head;
    edited_ = false;
    if (table_.regime == Regime::steady) return;
    const auto& grid = domain_.grid;
    const auto change = parallel_maximum(
        grid.cell_count(), [&](Index c) { return grid.active(c) ? std::abs(state.hydraulic_head[c] - head_before_[c]) : 0.0; });
    double ratio = table_.growth;
    if (table_.maximum_head_change && change.value > 0) ratio = std::clamp(*table_.maximum_head_change / change.value, 0.3, table_.growth);
    if (step.duration >= 0.999999 * next_step_) next_step_ = step.duration * ratio;  // a step cut short by others says nothing
    if (table_.maximum_step) next_step_ = std::min(next_step_, *table_.maximum_step);
    if (events_.contains(step.end())) next_step_ = table_.initial_step;
    head_before_ = state.hydraulic_head;
    state.mobile_water_before = state.mobile_water;
    stored_ += storage_out_ - storage_in_;
}

void SaturatedFlow::reject(State& state) {
    if (table_.regime == Regime::transient && !state.mobile_water_before.empty()) state.mobile_water = state.mobile_water_before;
    state.hydraulic_head = head_before_;
    next_step_ = std::min(next_step_, 0.5 * step_duration_);
}

void SaturatedFlow::budget(std::vector<BudgetTerm>& terms) const {
    for (std::size_t b = 0; b < boundaries_.size(); ++b) {
        BudgetTerm term{"water", std::string(boundaries_[b]->type()), boundaries_[b]->label.text, 0, 0, "m3", 0};
        for (const double rate : rate_[b]) (rate > 0 ? term.in : term.out) += std::abs(rate) * step_duration_;
        terms.push_back(std::move(term));
    }
    terms.push_back({"water", "storage", "pores", storage_in_, storage_out_, "m3", stored_});
}

// ---- edits ------------------------------------------------------------------------------------------------------------------------

namespace {

/// All water that the pores hold when they are full [m³].
double pore_volume(const Domain& domain) {
    return parallel_sum(domain.grid.cell_count(),
                        [&](Index c) { return domain.grid.active(c) ? domain.medium.porosity[c] * domain.grid.volume(c) : 0.0; });
}

}  // namespace

void SaturatedFlow::before_edits(const State&) {
    water_before_ = domain_.saturated_water();
    stored_before_ = pore_volume(domain_);
}

/// Pores that grew or shrank are full as before; that water is booked under the first removal, which is what changes pores.
void SaturatedFlow::after_edits(State& state, std::span<const Removal> removals, std::vector<BudgetTerm>& terms) {
    adopt_medium();
    for (const auto& boundary : boundaries_) boundary->adopt_medium(domain_);
    edited_ = true;
    next_step_ = std::min(next_step_, table_.initial_step);
    const auto water = domain_.saturated_water();
    const auto& grid = domain_.grid;
    for_each_cell(grid, [&](Index c) {
        if (water[c] != water_before_[c]) state.mobile_water[c] += water[c] - water_before_[c];
    });
    if (table_.regime == Regime::transient) state.mobile_water_before = state.mobile_water;
    water_before_ = CellField();
    if (const double more = pore_volume(domain_) - stored_before_; more != 0) {
        stored_ += more;
        BudgetTerm brought{
            "water", removals.empty() ? "edit" : removals.front().type, removals.empty() ? "" : removals.front().name, 0, 0, "m3", 0};
        BudgetTerm kept{"water", "storage", "pores", 0, 0, "m3", 0};
        (more > 0 ? brought.in : brought.out) = std::abs(more);
        (more > 0 ? kept.out : kept.in) = std::abs(more);
        terms.insert(terms.end(), {brought, kept});
    }
}

// ---- checkpoint -------------------------------------------------------------------------------------------------------------------

void SaturatedFlow::save(CheckpointWriter& out, const State& state) const {
    out.write("flow/hydraulic_head", state.hydraulic_head.span());
    out.write("flow/mobile_water", state.mobile_water.span());
    out.write("flow/water_flux_x", state.water_flux.x.span());
    out.write("flow/water_flux_y", state.water_flux.y.span());
    out.write("flow/water_flux_z", state.water_flux.z.span());
    out.write("flow/next_step", next_step_);
    out.write("flow/stored", stored_);
    out.write("flow/edited", edited_ ? 1.0 : 0.0);
    std::vector<double> rates;
    for (const auto& rate : rate_) rates.insert(rates.end(), rate.begin(), rate.end());
    out.write("flow/boundary_rates", rates);
}

void SaturatedFlow::load(CheckpointReader& in, State& state) {
    const auto& grid = domain_.grid;
    state.has_flow = true;
    state.hydraulic_head = CellField(grid);
    state.mobile_water = CellField(grid);
    state.water_flux = FaceField(grid);
    initial_head_ = CellField();
    in.read("flow/hydraulic_head", state.hydraulic_head.span());
    in.read("flow/mobile_water", state.mobile_water.span());
    in.read("flow/water_flux_x", state.water_flux.x.span());
    in.read("flow/water_flux_y", state.water_flux.y.span());
    in.read("flow/water_flux_z", state.water_flux.z.span());
    next_step_ = in.read("flow/next_step");
    stored_ = in.read("flow/stored");
    edited_ = in.read("flow/edited") != 0;
    if (domain_.medium_version > 0) {
        adopt_medium();
        for (const auto& boundary : boundaries_) boundary->adopt_medium(domain_);
    }
    std::size_t total = 0;
    for (const auto& rate : rate_) total += rate.size();
    std::vector<double> rates(total);
    in.read("flow/boundary_rates", rates);
    auto from = rates.begin();
    for (auto& rate : rate_) {
        std::copy(from, from + static_cast<std::ptrdiff_t>(rate.size()), rate.begin());
        from += static_cast<std::ptrdiff_t>(rate.size());
    }
    head_before_ = state.hydraulic_head;
    if (table_.regime == Regime::transient) state.mobile_water_before = state.mobile_water;
    ++state.flow_version;
    fill_exchanges(state);
}

}  // namespace galena
