#include "transport/solute_transport.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "core/suggestion.hpp"
#include "flow/water_boundary.hpp"
#include "numerics/face_conductance.hpp"
#include "numerics/face_operators.hpp"

namespace galena {

REGISTER_SECTION(TransportTable)

namespace {

const bool registered = EquationIndex::instance().add(
    {"transport", 20, [](const Site& site, Domain& domain, Diagnostics& diagnostics) -> std::unique_ptr<Equation> {
         if (!site.find<TransportTable>()) return nullptr;
         return std::make_unique<SoluteTransport>(site, domain, diagnostics);
     }});

std::vector<std::string> substance_ids(const Site& site) {
    std::vector<std::string> ids;
    for (const auto& [id, table] : site.section<SubstanceTables>().list) ids.push_back(id);
    return ids;
}

}  // namespace

// ---- set-up -----------------------------------------------------------------------------------------------------------------------

SoluteTransport::SoluteTransport(const Site& site, Domain& domain, Diagnostics& diagnostics)
    : table_(site.section<TransportTable>()), domain_(domain) {
    statistics_.equation = "transport";
    if (!table_.solver.empty()) {
        const auto known = nonsymmetric_solver_names();
        if (std::find(known.begin(), known.end(), table_.solver) == known.end())
            diagnostics.error(table_.places.of("solver"), fmt::format("solver = \"{}\" is unknown", table_.solver),
                              suggestion(table_.solver, known));
    }
    if (domain.medium.porosity.empty()) {
        diagnostics.error(table_.place, "transport needs a porosity", "give it in a [[medium]] for every active cell");
        return;
    }
    if (!domain.medium.bulk_density.empty()) soil_mass_ = CellField(domain.grid);
    adopt_medium();
    read_solutes(site, diagnostics);
    attach_sources(site, diagnostics);
    check_boundary_concentrations(site, diagnostics);
    next_step_ = table_.initial_step;
    dispersivity_ = {table_.longitudinal_dispersivity,
                     table_.transverse_horizontal_dispersivity.value_or(0.1 * table_.longitudinal_dispersivity),
                     table_.transverse_vertical_dispersivity.value_or(0.01 * table_.longitudinal_dispersivity)};
}

void SoluteTransport::read_solutes(const Site& site, Diagnostics& diagnostics) {
    const auto& tables = site.section<SubstanceTables>().list;
    if (tables.empty() && site.sound("substance"))
        diagnostics.error(table_.place, "transport has no substance", "add a table such as [substance.Cd]");
    for (const auto& [id, table] : tables) {
        Solute solute;
        solute.id = id;
        solute.table = table;
        solute.decay_rate = table.rate();
        solute.decays_sorbed = table.decays_sorbed;
        const auto known = known_substances().find(id);
        solute.display = !table.display.empty() ? table.display : known != known_substances().end() ? known->second.display : id;
        if (table.sorption) {
            if (domain_.medium.bulk_density.empty()) {
                diagnostics.error(table.sorption->place, fmt::format("{} sorbs, but no bulk_density is given", id),
                                  "give bulk_density in a [[medium]] for every active cell");
                continue;
            }
            table.sorption->resolve(site, domain_, diagnostics);
            if (const auto& kd = table.sorption->distribution_coefficient(); !kd.empty()) solute.distribution_coefficient = &kd;
        }
        if (table.initial_content) {
            if (domain_.medium.bulk_density.empty()) {
                diagnostics.error(table.initial_content->place,
                                  fmt::format("the content of {} is per dry soil, but no bulk_density is given", id),
                                  "give bulk_density in a [[medium]], or initial_concentration instead");
                continue;
            }
            solute.initial_concentration = initial_from_content(solute, field_of(*table.initial_content, site, domain_, diagnostics));
        } else if (table.initial_concentration) {
            solute.initial_concentration = field_of(*table.initial_concentration, site, domain_, diagnostics);
        } else {
            solute.initial_concentration = CellField(domain_.grid);
        }
        solutes_.push_back(std::move(solute));
    }
    const bool diffuses = std::any_of(solutes_.begin(), solutes_.end(), [](const Solute& s) { return s.table.molecular_diffusion > 0; });
    if (diffuses && !diagnostics.has_errors()) {
        diffusion_geometry_ = FaceField(domain_.grid);
        adopt_medium();
    }
}

/// What follows from the medium and its alterations, as they are now.
void SoluteTransport::adopt_medium() {
    if (!soil_mass_.empty())
        for_each_cell(domain_.grid, [&](Index c) { soil_mass_[c] = domain_.medium.bulk_density[c] * domain_.grid.volume(c); });
    if (!diffusion_geometry_.x.empty()) diffusion_conductance(domain_.grid, domain_.medium.mobile_porosity(), diffusion_geometry_);
    for (auto& solute : solutes_) solute.distribution_factor = domain_.alterations.distribution_of(solute.id);
    renewal_version_ = -1;
}

void SoluteTransport::attach_sources(const Site& site, Diagnostics& diagnostics) {
    const auto ids = substance_ids(site);
    std::map<std::string, Place> seen;
    for (const auto& source : site.section<SoluteSources>().list) {
        if (!source) continue;
        source->resolve(site, domain_, diagnostics);
        const auto [first, fresh] = seen.emplace(source->label.text, source->label.place);
        if (!fresh)
            diagnostics.error(source->label.place, fmt::format("a second source is named '{}'", source->label.text),
                              fmt::format("the first is at {}; names must differ", first->second.text()));
        if (std::find(ids.begin(), ids.end(), source->substance.text) == ids.end())
            diagnostics.error(source->substance.place,
                              fmt::format("source '{}': there is no substance '{}'", source->label.text, source->substance.text),
                              suggestion(source->substance.text, ids));
        for (auto& solute : solutes_)
            if (solute.id == source->substance.text) solute.sources.push_back(source);
        for (const auto* series : source->series()) follow(*series, diagnostics);
    }
}

/// Steps end where a series jumps; a series has to say what holds from the start on.
void SoluteTransport::follow(const Series& series, Diagnostics& diagnostics) {
    require_value_at_start(series, domain_.start, diagnostics);
    for (const Date date : series.dates) events_.insert(date.since(domain_.start));
}

void SoluteTransport::check_boundary_concentrations(const Site& site, Diagnostics& diagnostics) {
    const auto ids = substance_ids(site);
    for (const auto& boundary : site.section<WaterBoundaries>().list) {
        if (!boundary) continue;
        for (const auto& [id, series] : boundary->concentration) {
            follow(series, diagnostics);
            if (std::find(ids.begin(), ids.end(), id) == ids.end())
                diagnostics.error(series.place,
                                  fmt::format("boundary '{}' gives the concentration of '{}', which is no substance of this site",
                                              boundary->label.text, id),
                                  suggestion(id, ids));
        }
    }
}

double SoluteTransport::sorption_capacity(const Solute& solute, Index c) const {
    if (!solute.distribution_coefficient) return 0.0;
    const double capacity = soil_mass_[c] * (*solute.distribution_coefficient)[c];
    return solute.distribution_factor ? capacity * (*solute.distribution_factor)[c] : capacity;
}

/// Content T = (θC + ρb S)/ρb with S = Kd C, solved for C.
CellField SoluteTransport::initial_from_content(const Solute& solute, const CellField& content) const {
    CellField concentration(domain_.grid);
    const auto& porosity = domain_.medium.mobile_porosity();
    for_each_cell(domain_.grid, [&](Index c) {
        const double density = domain_.medium.bulk_density[c];
        const double kd = solute.distribution_coefficient ? (*solute.distribution_coefficient)[c] : 0.0;
        concentration[c] = content[c] * density / (porosity[c] + density * kd);
    });
    return concentration;
}

std::vector<std::string> SoluteTransport::summary() const {
    std::vector<std::string> lines{fmt::format("transport: upwind, implicit, Courant target {:g}; dispersivities {:g} m, {:g} m, {:g} m",
                                               table_.courant, dispersivity_.longitudinal, dispersivity_.transverse_horizontal,
                                               dispersivity_.transverse_vertical)};
    for (const auto& solute : solutes_) {
        double low = infinite, high = 0;
        if (solute.distribution_coefficient)
            for (Index c = 0; c < domain_.grid.cell_count(); ++c)
                if (domain_.grid.active(c)) {
                    low = std::min(low, (*solute.distribution_coefficient)[c]);
                    high = std::max(high, (*solute.distribution_coefficient)[c]);
                }
        const auto& kd_unit = unit("L/kg");
        const auto sorption = !solute.distribution_coefficient ? std::string("does not sorb")
                              : low == high                    ? fmt::format("Kd {}", quantity_text(low, kd_unit))
                                            : fmt::format("Kd {} to {}", quantity_text(low, kd_unit), quantity_text(high, kd_unit));
        const auto decay =
            solute.decay_rate > 0 ? fmt::format(", half-life {}", quantity_text(std::log(2.0) / solute.decay_rate, unit("d"))) : "";
        lines.push_back(fmt::format("  {:<8} {:<16} {}{}", solute.id, solute.display, sorption, decay));
    }
    return lines;
}

void SoluteTransport::add_events(std::set<double>& times) const { times.insert(events_.begin(), events_.end()); }

/// What transport adds to the state; concentrations are 0.
void SoluteTransport::make_room(State& state) const {
    state.has_transport = true;
    state.substances.clear();
    for (const auto& solute : solutes_) state.substances.push_back({solute.id, solute.display});
    state.concentration = SpeciesField(domain_.grid, static_cast<Index>(solutes_.size()));
    if (state.has_flow) return;
    state.mobile_water = domain_.saturated_water();  // water at rest: diffusion and decay only
    state.water_flux = FaceField(domain_.grid);
}

void SoluteTransport::initialise(State& state) {
    const auto& grid = domain_.grid;
    make_room(state);
    for (std::size_t s = 0; s < solutes_.size(); ++s) {
        auto target = state.concentration[static_cast<Index>(s)];
        const auto& initial = solutes_[s].initial_concentration;
        parallel_for(grid.cell_count(), [&](Index c) { target[static_cast<std::size_t>(c)] = grid.active(c) ? initial[c] : 0.0; });
        for (const auto& source : solutes_[s].sources) {
            if (!source->holds_concentration()) continue;
            std::vector<double> held(source->cells().size());
            source->held(domain_.start, 0, 0, held);
            for (std::size_t n = 0; n < held.size(); ++n) target[static_cast<std::size_t>(source->cells()[n])] = held[n];
        }
        solutes_[s].initial_concentration = CellField();
    }
    before_ = state.concentration;
}

// ---- one step ---------------------------------------------------------------------------------------------------------------------

void SoluteTransport::update_dispersion(const State& state) {
    if (dispersivity_.none() || dispersion_version_ == state.flow_version) return;
    if (dispersion_.x.empty()) dispersion_ = FaceField(domain_.grid);
    mechanical_dispersion(domain_.grid, state.water_flux, dispersivity_, dispersion_);
    dispersion_version_ = state.flow_version;
}

/// Shortest time in which the flow renews what a cell holds, over all cells and substances [s].
void SoluteTransport::update_renewal_time(const State& state) const {
    if (renewal_version_ == state.flow_version) return;
    const auto& grid = domain_.grid;
    CellField outflow(grid);
    outflow_of_cells(grid, state.water_flux, outflow);
    for (const auto& exchange : state.water_exchanges)
        for (std::size_t n = 0; n < exchange.cells.size(); ++n) outflow[exchange.cells[n]] += std::max(0.0, -exchange.rate[n]);
    const auto fastest = parallel_maximum(grid.cell_count(), [&](Index c) {
        if (!grid.active(c)) return 0.0;
        double least = infinite;
        for (const auto& solute : solutes_) least = std::min(least, sorption_capacity(solute, c));
        return outflow[c] / (state.mobile_water[c] + least);
    });
    renewal_time_ = fastest.value > 0 ? 1.0 / fastest.value : infinite;
    renewal_version_ = state.flow_version;
}

double SoluteTransport::longest_step(const State& state) const {
    update_renewal_time(state);
    return std::min({next_step_, table_.courant * renewal_time_, table_.maximum_step.value_or(infinite)});
}

void SoluteTransport::assemble(const State& state, const Solute& solute, const Step& step) {
    const auto& grid = domain_.grid;
    const double diffusion = solute.table.molecular_diffusion;
    for_each_face(grid, [&](const Face& f) {
        const double spreading =
            (dispersion_.x.empty() ? 0.0 : dispersion_[f]) + (diffusion > 0 ? diffusion * diffusion_geometry_[f] : 0.0);
        const double q = state.water_flux[f];
        matrix_.from_left[f] = std::max(0.0, q) + spreading;
        matrix_.from_right[f] = std::max(0.0, -q) + spreading;
    });
    const auto old = before_[index_of(solute)];
    const bool moving_water = !state.mobile_water_before.empty();
    parallel_for(grid.cell_count(), [&](Index c) {
        matrix_.diagonal[c] = 0;
        right_hand_side_[c] = 0;
        if (!grid.active(c)) return;
        const double water = state.mobile_water[c], sorbed = sorption_capacity(solute, c);
        const double water_before = moving_water ? state.mobile_water_before[c] : water;
        const double decay = solute.decay_rate * (water + (solute.decays_sorbed ? sorbed : 0.0));
        matrix_.diagonal[c] = (water + sorbed) / step.duration + decay;
        right_hand_side_[c] = (water_before + sorbed) * old[static_cast<std::size_t>(c)] / step.duration;
    });
    add_outflow_coefficients(grid, matrix_.from_left, matrix_.from_right, matrix_.diagonal);
    for (const auto& exchange : state.water_exchanges) {
        const double entering = entering_concentration(exchange, solute, step);
        for (std::size_t n = 0; n < exchange.cells.size(); ++n) {
            if (exchange.rate[n] > 0) right_hand_side_[exchange.cells[n]] += exchange.rate[n] * entering;
            else if (exchange.takes_solute) matrix_.diagonal[exchange.cells[n]] -= exchange.rate[n];
        }
    }
    for (const auto& reaction : state.reactions) {
        if (reaction.substance != solute.id) continue;
        for (std::size_t n = 0; n < reaction.cells.size(); ++n) {
            const Index c = reaction.cells[n];
            matrix_.diagonal[c] += reaction.rate[n] * state.mobile_water[c];
            right_hand_side_[c] += reaction.release[n];
        }
    }
    for (const auto& source : solute.sources) {
        if (source->holds_concentration()) continue;
        const auto rate = rate_of(*source, step);
        for (std::size_t n = 0; n < rate.size(); ++n) right_hand_side_[source->cells()[n]] += rate[n];
    }
    parallel_for(grid.cell_count(), [&](Index c) {
        if (!(matrix_.diagonal[c] > 0)) matrix_.diagonal[c] = 1;  // inactive, or a dead end of pinched cells
    });
    for (const auto& source : solute.sources) {
        if (!source->holds_concentration() || switched_off(*source)) continue;
        std::vector<double> held(source->cells().size());
        source->held(step.origin, step.start, step.end(), held);
        for (std::size_t n = 0; n < held.size(); ++n) {
            // The row becomes diagonal · C = diagonal · held: nothing comes in, and what leaves still reaches the neighbours.
            const Index c = source->cells()[n];
            for (const Side side : {Side::west, Side::south, Side::bottom})
                matrix_.from_left.along(axis_of(side))[outer_face(grid, c, side)] = 0;
            for (const Side side : {Side::east, Side::north, Side::top})
                matrix_.from_right.along(axis_of(side))[outer_face(grid, c, side)] = 0;
            right_hand_side_[c] = matrix_.diagonal[c] * held[n];
        }
    }
}

void SoluteTransport::solve_one(State& state, Index s, const Step& step) {
    auto& solute = solutes_[static_cast<std::size_t>(s)];
    assemble(state, solute, step);
    solver_->prepare(matrix_);
    const auto report = solver_->solve(right_hand_side_, state.concentration[s],
                                       {.tolerance = table_.tolerance, .max_iterations = table_.maximum_iterations, .nonnegative = true});
    statistics_.add(report.solver, report.iterations, report.relative_residual);
    if (!report.converged && !(report.relative_residual < 1e3 * table_.tolerance)) fail(solute, report.failure(), report.worst_cell, step);
}

void SoluteTransport::advance(State& state, const Step& step) {
    const auto begin = std::chrono::steady_clock::now();
    step_duration_ = step.duration;
    if (!solver_) {
        matrix_ = Stencil(domain_.grid);
        right_hand_side_ = DoubleArray(domain_.grid.cell_count());
        solver_ = make_nonsymmetric_solver(table_.solver.empty() ? nonsymmetric_solver_names().front() : table_.solver);
    }
    update_dispersion(state);
    for (Index s = 0; s < static_cast<Index>(solutes_.size()); ++s) {
        solve_one(state, s, step);
        book(state, s, step);
    }
    statistics_.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void SoluteTransport::accept(State& state, const Step& step) {
    before_ = state.concentration;
    if (step.duration >= 0.999999 * next_step_) next_step_ = step.duration * table_.growth;  // a step cut short by others says nothing
}

void SoluteTransport::reject(State& state) {
    state.concentration = before_;
    next_step_ = 0.5 * step_duration_;
}

void SoluteTransport::prepare_output(State& state) const {
    if (domain_.medium.bulk_density.empty()) return;
    const auto& grid = domain_.grid;
    if (state.total_content.species_count() == 0) state.total_content = SpeciesField(grid, static_cast<Index>(solutes_.size()));
    for (std::size_t s = 0; s < solutes_.size(); ++s) {
        const auto concentration = state.concentration[static_cast<Index>(s)];
        auto total = state.total_content[static_cast<Index>(s)];
        for_each_cell(grid, [&](Index c) {
            total[static_cast<std::size_t>(c)] =
                (state.mobile_water[c] + sorption_capacity(solutes_[s], c)) / soil_mass_[c] * concentration[static_cast<std::size_t>(c)];
        });
    }
}

void SoluteTransport::fail(const Solute& solute, const std::string& cause, Index cell, const Step& step) const {
    throw StepFailed(SimulationError("transport of " + solute.id, cause, cell >= 0 ? domain_.grid.describe(cell) : "",
                                     fmt::format("{} ({:.6g} d)", step.origin.plus(step.end()).text(), step.end() / seconds_per_day),
                                     solute.table.places.table));
}

// ---- checkpoint -------------------------------------------------------------------------------------------------------------------

void SoluteTransport::save(CheckpointWriter& out, const State& state) const {
    out.write("transport/concentration", state.concentration.all().span());
    out.write("transport/next_step", next_step_);
}

void SoluteTransport::load(CheckpointReader& in, State& state) {
    make_room(state);
    for (auto& solute : solutes_) solute.initial_concentration = CellField();
    adopt_medium();
    in.read("transport/concentration", state.concentration.all().span());
    next_step_ = in.read("transport/next_step");
    before_ = state.concentration;
}

}  // namespace galena
