// Explicit steps within a step of the simulation: the operator they work on, what happens in single cells, and their books.

#include <algorithm>
#include <cmath>

#include "transport/solute_group.hpp"

namespace galena {

SoluteTransport::~SoluteTransport() = default;

/// Capacities, conductances and rates of renewal of a group of solutes, as flow and medium are now.
void SoluteTransport::prepare_group(const State& state, Group& group) const {
    const auto& grid = domain_.grid;
    CellField through(grid), largest(grid);
    outflow_of_cells(grid, state.water_flux, through);
    for (std::size_t n = 0; n < group.members.size(); ++n) {
        const auto& solute = solutes_[static_cast<std::size_t>(group.members[n])];
        auto& s = group.solutes[n];
        s.duration = 0;
        if (s.inverse_capacity.empty()) s.inverse_capacity = CellField(grid);
        if (solute.storage.decays() && s.decay.empty()) s.decay = CellField(grid);
        parallel_for(grid.cell_count(), [&](Index c) {
            const double water = state.mobile_water[c], sorbed = solute.storage.capacity(c), all = water + sorbed;
            s.inverse_capacity[c] = grid.active(c) && all > 0 ? 1 / all : 0.0;
            if (grid.active(c) && all > 0) largest[c] = std::max(largest[c], s.inverse_capacity[c]);
            // A pinched-out cell is fast whatever the step; this number only scales what passes through it.
            if (grid.status(c) == CellStatus::pass_through)
                s.inverse_capacity[c] = through[c] > 0 ? 1 / (through[c] * seconds_per_day) : 1.0;
            if (!s.decay.empty()) s.decay[c] = solute.storage.decay_rate() * water + solute.storage.store_decay_rate() * sorbed;
        });
    }
    std::vector<std::uint8_t> held(static_cast<std::size_t>(grid.cell_count()), 0);
    for (const auto member : group.members)
        for (const auto& source : solutes_[static_cast<std::size_t>(member)].sources)
            if (source->holds_concentration() && !switched_off(*source) && group.members.size() == 1)
                for (const Index c : source->cells()) held[static_cast<std::size_t>(c)] = 1;
    std::vector<std::uint8_t> apart(held.size(), 0);
    for (const auto member : group.members)
        for (const auto& source : solutes_[static_cast<std::size_t>(member)].sources)
            if (source->holds_concentration())
                for (const Index c : source->cells()) apart[static_cast<std::size_t>(c)] = 1;
    const FaceConductance conductance(dispersion_.x.empty() ? nullptr : &dispersion_, group.diffusion > 0 ? &diffusion_geometry_ : nullptr,
                                      group.diffusion);
    group.transport = {&state.water_flux, conductance, cross_.empty() ? nullptr : &cross_};
    group.step->set_operator(group.transport, largest, held, apart);
}

void SoluteTransport::prepare_groups(const State& state) {
    if (groups_.empty())
        for (Index s = 0; s < static_cast<Index>(solutes_.size()); ++s) {
            const double diffusion = solutes_[static_cast<std::size_t>(s)].table.molecular_diffusion;
            auto at = std::find_if(groups_.begin(), groups_.end(), [&](const auto& g) { return g->diffusion == diffusion; });
            if (at == groups_.end()) {
                groups_.push_back(std::make_unique<Group>());
                at = groups_.end() - 1;
                const auto limiter = table_.advection == AdvectionScheme::upwind ? Limiter::upwind
                                     : table_.limiter == TvdLimiter::superbee    ? Limiter::superbee
                                     : table_.limiter == TvdLimiter::koren       ? Limiter::koren
                                                                                 : Limiter::van_leer;
                (*at)->diffusion = diffusion;
                (*at)->step = std::make_unique<ExplicitStep>(domain_.grid, limiter, table_.negligible);
            }
            (*at)->members.push_back(s);
            (*at)->solutes.emplace_back();
        }
    if (groups_version_ == state.flow_version) return;
    for (auto& group : groups_) prepare_group(state, *group);
    groups_version_ = state.flow_version;
}

/// Sources, boundaries, reactions and held concentrations of one solute, by cell.
void SoluteTransport::collect_special_cells(const State& state, const Solute& solute, const Step& step, ExplicitSolute& out) const {
    std::map<Index, SpecialCell> cells;
    const auto at = [&](Index c) -> SpecialCell& {
        auto& special = cells[c];
        special.cell = c;
        return special;
    };
    for (const auto& exchange : state.water_exchanges) {
        const double entering = entering_concentration(exchange, solute, step), taken = exchange.share_taken(solute.id);
        for (std::size_t n = 0; n < exchange.cells.size(); ++n) {
            if (exchange.rate[n] > 0 && entering > 0) at(exchange.cells[n]).gain += exchange.rate[n] * entering;
            if (exchange.rate[n] < 0 && taken > 0) at(exchange.cells[n]).loss -= exchange.rate[n] * taken;
        }
    }
    for (const auto& reaction : state.reactions)
        for (std::size_t n = 0; n < reaction.cells.size() && reaction.substance == solute.id; ++n) {
            if (reaction.rate[n] == 0 && reaction.release[n] == 0) continue;  // of a measure that does not work: no bit changes
            at(reaction.cells[n]).loss += reaction.rate[n] * state.mobile_water[reaction.cells[n]];
            at(reaction.cells[n]).gain += reaction.release[n];
        }
    for (const auto& source : solute.sources) {
        std::vector<double> values(source->cells().size());
        if (source->holds_concentration()) {
            if (switched_off(*source)) continue;
            source->held(step.origin, step.start, step.end(), values);
            for (std::size_t n = 0; n < values.size(); ++n) at(source->cells()[n]).held = values[n];
        } else {
            values = rate_of(*source, step);
            for (std::size_t n = 0; n < values.size(); ++n) at(source->cells()[n]).gain += values[n];
        }
    }
    std::vector<SpecialCell> list;
    for (const auto& [c, special] : cells) list.push_back(special);
    const bool same = std::equal(list.begin(), list.end(), out.special.begin(), out.special.end(),
                                 [](const SpecialCell& a, const SpecialCell& b) { return a.cell == b.cell && a.loss == b.loss; });
    if (!same) out.duration = 0;  // the factors of fast cells hold the losses
    out.special = std::move(list);
}

void SoluteTransport::advance_explicitly(State& state, const Step& step) {
    prepare_groups(state);
    explicit_duration_ = infinite;
    for (auto& group : groups_) {
        for (std::size_t n = 0; n < group->members.size(); ++n) {
            const Index s = group->members[n];
            auto& solute = group->solutes[n];
            collect_special_cells(state, solutes_[static_cast<std::size_t>(s)], step, solute);
            solute.concentration = state.concentration[s];
            solute.decayed = 0;
        }
        const auto choice = explicit_choice(*group, step.duration);
        const double count = std::max(1.0, std::ceil(step.duration / choice.duration * (1 - 1e-9)));
        group->step->advance(group->solutes, step.duration / count, static_cast<Index>(count), choice.vertical);
        explicit_duration_ = std::min(explicit_duration_, choice.duration);
        std::string name = choice.fast_cells > 0 ? "explicit, fast cells solved for" : "explicit";
        if (choice.vertical == ExplicitStep::Vertical::by_end) name += ", vertical dispersion implicit";
        Index most = 0;
        for (auto& solute : group->solutes) most = std::max(most, group->step->steps_of(solute, step.duration, static_cast<Index>(count)));
        statistics_.add(name, static_cast<int>(most), 0);
        for (std::size_t n = 0; n < group->members.size(); ++n) book_explicit(state, group->members[n], step, group->solutes[n]);
    }
}

namespace {

const SpecialCell* find_special(const ExplicitSolute& moved, Index cell) {
    const auto at =
        std::lower_bound(moved.special.begin(), moved.special.end(), cell, [](const SpecialCell& a, Index c) { return a.cell < c; });
    return at != moved.special.end() && at->cell == cell ? &*at : nullptr;
}

void add_signed(double amount, BudgetTerm& term) { (amount > 0 ? term.in : term.out) += std::abs(amount); }

}  // namespace

void SoluteTransport::book_explicit(State& state, Index s, const Step& step, const ExplicitSolute& moved) {
    auto& solute = solutes_[static_cast<std::size_t>(s)];
    solute.terms.clear();
    for (const auto& exchange : state.water_exchanges) {
        BudgetTerm term{solute.id, exchange.type, exchange.name, 0, 0, "kg", 0};
        const double entering = entering_concentration(exchange, solute, step), taken = exchange.share_taken(solute.id);
        for (std::size_t n = 0; n < exchange.cells.size(); ++n) {
            if (exchange.rate[n] > 0) term.in += exchange.rate[n] * entering * step.duration;
            else if (taken > 0 && exchange.rate[n] < 0) term.out -= exchange.rate[n] * taken * find_special(moved, exchange.cells[n])->dose;
        }
        solute.terms.push_back(std::move(term));
    }
    for (const auto& source : solute.sources) {
        BudgetTerm term{solute.id, std::string(source->type()), source->label.text, 0, 0, "kg", 0};
        if (!source->holds_concentration()) {
            for (const double r : rate_of(*source, step)) term.in += r * step.duration;
        } else if (!switched_off(*source)) {
            for (const Index c : source->cells()) add_signed(find_special(moved, c)->supplied, term);
        }
        solute.terms.push_back(std::move(term));
    }
    for (auto& reaction : state.reactions) {
        if (reaction.substance != solute.id) continue;
        BudgetTerm term{solute.id, reaction.type, reaction.name, 0, 0, "kg", 0};
        for (std::size_t n = 0; n < reaction.cells.size(); ++n) {
            const Index c = reaction.cells[n];
            reaction.reacted[n] = reaction.rate[n] != 0 ? reaction.rate[n] * state.mobile_water[c] * find_special(moved, c)->dose : 0.0;
            term.out += reaction.reacted[n];
            term.in += reaction.release[n] * step.duration;
        }
        solute.terms.push_back(std::move(term));
    }
    if (biodegradation_) biodegradation_->book(s, solute.id, solute.terms);
    book_storage(state, s, step, moved.decayed);
}

}  // namespace galena
