#include "transport/solute_group.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "core/suggestion.hpp"
#include "numerics/face_operators.hpp"

namespace galena {

REGISTER_SECTION(TransportTable)

namespace {

const bool registered = EquationIndex::instance().add(
    {"transport", 20, [](const Site& site, Domain& domain, Diagnostics& diagnostics) -> std::unique_ptr<Equation> {
         if (!site.find<TransportTable>()) return nullptr;
         return std::make_unique<SoluteTransport>(site, domain, diagnostics);
     }});

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
    read_immobile_zones(site, diagnostics);
    if (!soil_mass_.empty() && !immobile_zones_.empty()) mobile_soil_mass_ = CellField(domain.grid);
    adopt_medium();
    read_solutes(site, diagnostics);
    read_chains(site, diagnostics);
    read_biodegradation(site, diagnostics);
    read_recirculation(site, diagnostics);
    attach_sources(site, diagnostics);
    check_boundary_concentrations(site, diagnostics);
    check_moving(site, diagnostics);
    check_stepping(diagnostics);
    next_step_ = table_.initial_step;
    read_dispersivities(site, diagnostics);
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
    settle_contents(state.mobile_water);
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
    for (Index s = 0; s < std::ssize(solutes_); ++s) start_storage(state, s);
    if (biodegradation_) biodegradation_->start(state.mobile_water.span());
}

/// Stores start in equilibrium with the water, and a nonlinear one has its amount counted once; from then on it is kept.
void SoluteTransport::start_storage(const State& state, Index s) {
    auto& solute = solutes_[static_cast<std::size_t>(s)];
    solute.storage.initialise(state.concentration[s]);
    if (solute.storage.linear()) return;
    if (competition_)
        for (Index other = 0; other < std::ssize(solutes_); ++other) announce(state, other);
    solute.amount = CellField(domain_.grid);
    const auto concentration = state.concentration[s];
    parallel_blocks(domain_.grid.cell_count(), store_chunk, [&](Index begin, Index end) {
        StoreChunk chunk;
        const auto at = static_cast<std::size_t>(begin), n = static_cast<std::size_t>(end - begin);
        const auto block = chunk.block(begin, concentration.subspan(at, n));
        solute.storage.evaluate({0, true}, state.mobile_water.span().subspan(at, n), block);
        for (Index c = begin; c < end; ++c)
            solute.amount[c] = domain_.grid.active(c) ? block.held[static_cast<std::size_t>(c - begin)] : 0.0;
    });
    solute.amount_before = solute.amount;
}

/// The concentrations are those that the step begins with, or goes back to.
void SoluteTransport::remember(const State& state) {
    before_ = state.concentration;
    if (biodegradation_) accepted_ = state.concentration;
}

// ---- one step ---------------------------------------------------------------------------------------------------------------------

void SoluteTransport::advance(State& state, const Step& step) {
    const auto begin = std::chrono::steady_clock::now();
    step_duration_ = step.duration;
    remember(state);
    state.total_content = SpeciesField();  // made anew at output times: until then its memory serves the step
    react(state, step);
    update_dispersion(state);
    judge_grid(state);
    bound_cross_terms(state);
    choose_stepping(state, step);
    if (explicit_now_) {
        advance_explicitly(state, step);
        statistics_.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        return;
    }
    if (!solver_) {
        matrix_ = Stencil(domain_.grid);
        right_hand_side_ = DoubleArray(domain_.grid.cell_count());
        gains_ = DoubleArray(domain_.grid.cell_count());
        losses_ = DoubleArray(domain_.grid.cell_count());
        solver_ = make_nonsymmetric_solver(table_.solver.empty() ? nonsymmetric_solver_names().front() : table_.solver);
    }
    solve_all(state, step);
    for (const Index s : order_) {
        book(state, s, step);
        auto& solute = solutes_[static_cast<std::size_t>(s)];
        solute.storage.advance({step.duration}, state.concentration[s]);
        if (solute.storage.keeps_apart()) book_apart(state, solute);
    }
    statistics_.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void SoluteTransport::accept(State& state, const Step& step) {
    update_renewal_time(state);
    before_ = accepted_ = SpeciesField();  // until the next step nobody asks
    largest_courant_ = std::max(largest_courant_, (explicit_now_ ? explicit_duration_ : step.duration) / renewal_time_);
    if (biodegradation_) biodegradation_->accept();
    for (auto& solute : solutes_) {
        solute.storage.accept();
        for (const auto& source : solute.sources) source->accept();
        if (!solute.storage.linear()) solute.amount_before = solute.amount;
    }
    if (step.duration >= 0.999999 * next_step_) next_step_ = step.duration * table_.growth;  // a step cut short by others says nothing
}

void SoluteTransport::reject(State& state) {
    if (accepted().species_count() > 0) state.concentration = accepted();  // else the step ended before it came to transport
    if (biodegradation_) biodegradation_->reject();
    for (auto& solute : solutes_) {
        solute.storage.reject();
        for (const auto& source : solute.sources) source->reject();
        if (!solute.storage.linear()) solute.amount = solute.amount_before;
    }
    next_step_ = 0.5 * step_duration_;
}

void SoluteTransport::prepare_output(State& state) const {
    if (biodegradation_) biodegradation_->show(state.mobile_water.span());
    if (domain_.medium.bulk_density.empty()) return;
    const auto& grid = domain_.grid;
    if (state.total_content.species_count() == 0) state.total_content = SpeciesField(grid, static_cast<Index>(solutes_.size()));
    for (std::size_t s = 0; s < solutes_.size(); ++s) {
        const auto concentration = state.concentration[static_cast<Index>(s)];
        auto total = state.total_content[static_cast<Index>(s)];
        const auto& solute = solutes_[s];
        for_each_cell(grid, [&](Index c) {
            const auto at = static_cast<std::size_t>(c);
            total[at] = solute.storage.linear() ? (state.mobile_water[c] + solute.storage.capacity(c)) / soil_mass_[c] * concentration[at]
                                                : solute.amount[c] / soil_mass_[c];
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
    for (const auto& solute : solutes_) {
        solute.storage.save(out, "transport/" + solute.id);
        for (const auto& source : solute.sources) source->save(out, "transport/source/" + source->label.text);
        if (!solute.storage.linear()) out.write("transport/" + solute.id + "/amount", solute.amount.span());
    }
    out.write("transport/next_step", next_step_);
    save_stepping(out);
    if (biodegradation_) biodegradation_->save(out);
}

void SoluteTransport::load(CheckpointReader& in, State& state) {
    make_room(state);
    for (auto& solute : solutes_) solute.initial_concentration = CellField();
    initial_contents_.clear();
    adopt_medium();
    in.read("transport/concentration", state.concentration.all().span());
    for (auto& solute : solutes_) {
        solute.storage.load(in, "transport/" + solute.id);
        for (const auto& source : solute.sources) source->load(in, "transport/source/" + source->label.text);
        if (solute.storage.linear()) continue;
        solute.amount = CellField(domain_.grid);
        in.read("transport/" + solute.id + "/amount", solute.amount.span());
        solute.amount_before = solute.amount;
    }
    next_step_ = in.read("transport/next_step");
    load_stepping(in);
    if (biodegradation_) biodegradation_->load(in);
}

}  // namespace galena
