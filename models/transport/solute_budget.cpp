// What a step of transport moved, from the same coefficients as the equation: the budget of each substance.

#include <algorithm>
#include <array>
#include <cmath>

#include "numerics/block_sums.hpp"
#include "numerics/face_conductance.hpp"
#include "transport/linear_decay.hpp"
#include "transport/solute_transport.hpp"

namespace galena {

/// Concentration of the water that an exchange brings in, mean over the step [kg/m³].
double SoluteTransport::entering_concentration(const WaterExchange& exchange, const Solute& solute, const Step& step) const {
    if (!solute.mixed.empty() && mixes(exchange)) return solute.mixed.at(exchange.name);
    return own_concentration(exchange, solute, step);
}

/// The same of water that comes from outside, or back from another boundary.
double SoluteTransport::own_concentration(const WaterExchange& exchange, const Solute& solute, const Step& step) const {
    const auto given = exchange.concentration->find(solute.id);
    const double own = given == exchange.concentration->end() ? 0.0 : given->second.mean(step.origin, step.start, step.end());
    return recirculation_.empty() ? own : with_returning(exchange, solute, own);
}

namespace {

/// Mass that the n-th cell of an exchange gains with its water [kg/s]; negative: it loses. taken: by leaving water, of its concentration.
double mass_rate(const WaterExchange& exchange, std::size_t n, double entering, double taken, std::span<const double> concentration) {
    if (exchange.rate[n] > 0) return exchange.rate[n] * entering;
    return exchange.rate[n] * taken * concentration[static_cast<std::size_t>(exchange.cells[n])];
}

void add_signed(double amount, BudgetTerm& term) { (amount > 0 ? term.in : term.out) += std::abs(amount); }

}  // namespace

/// before: the concentrations that changes count from.
SoluteTransport::Amounts SoluteTransport::amounts_of(const State& state, const Solute& solute, Index c, const SpeciesField& before) const {
    const auto at = static_cast<std::size_t>(c);
    const double now = state.concentration[index_of(solute)][at], old = before[index_of(solute)][at];
    const double water = state.mobile_water[c], water_before = state.mobile_water_before.empty() ? water : state.mobile_water_before[c];
    const double dissolved = water * now, dissolved_change = water * (now - old) + (water - water_before) * old;
    if (!solute.storage.linear())
        return {dissolved, dissolved_change, solute.amount[c] - dissolved, solute.amount[c] - solute.amount_before[c] - dissolved_change};
    const double capacity = solute.storage.capacity(c);
    return {dissolved, dissolved_change, capacity * now, capacity * (now - old)};
}

/// What decays in the cells begin .. end − 1, by the amounts at both ends of the step.
void SoluteTransport::decayed(const State& state, const Solute& solute, Index begin, Index end, const Step& step,
                              std::span<double> out) const {
    const auto first = static_cast<std::size_t>(begin);
    const auto now = state.concentration[index_of(solute)];
    const double duration = step.duration;
    if (solute.storage.linear()) {
        const auto before = before_[index_of(solute)];
        const auto& water_before = state.mobile_water_before.empty() ? state.mobile_water : state.mobile_water_before;
        for (Index c = begin; c < end; ++c) {
            const auto at = static_cast<std::size_t>(c);
            const double capacity = solute.storage.capacity(c);
            const auto [early, late] = linear_decay(solute.storage, state.mobile_water[c], capacity, duration);
            out[at - first] = late * (state.mobile_water[c] + capacity) * now[at] + early * (water_before[c] + capacity) * before[at] +
                              decayed_at_once(solute, c);
        }
        return;
    }
    for (Index from = begin; from < end; from += store_chunk) {
        StoreChunk chunk;
        const auto at = static_cast<std::size_t>(from), n = static_cast<std::size_t>(std::min(store_chunk, end - from));
        solute.storage.evaluate({duration}, state.mobile_water.span().subspan(at, n),
                                chunk.block(from, now.subspan(at, n), late_of(solute, at, n)));
        for (std::size_t i = 0; i < n; ++i)
            out[at - first + i] = chunk.decayed[i] + decayed_at_once(solute, from + static_cast<Index>(i)) +
                                  (solute.decay_early.empty() ? 0.0 : solute.decay_early[from + static_cast<Index>(i)]);
    }
}

/// By which what leaves a cell in an implicit step goes: the concentrations that the last linear system was solved for.
std::span<const double> SoluteTransport::passing(const State& state, const Solute& solute) const {
    if (solute.passing.empty()) return state.concentration[index_of(solute)];
    return solute.passing.span();
}

BudgetTerm SoluteTransport::exchange_term(const State& state, const WaterExchange& exchange, const Solute& solute, const Step& step) const {
    BudgetTerm term{solute.id, exchange.type, exchange.name, 0, 0, "kg", 0};
    const double entering = entering_concentration(exchange, solute, step), taken = exchange.share_taken(solute.id);
    const auto concentration = passing(state, solute);
    for (std::size_t n = 0; n < exchange.cells.size(); ++n)
        add_signed(mass_rate(exchange, n, entering, taken, concentration) * step.duration, term);
    return term;
}

/// What held cells lack is what their source supplies: their amounts and fluxes, balanced. What other sources bring there is theirs.
BudgetTerm SoluteTransport::held_term(const State& state, const SoluteSource& source, const Solute& solute, const Step& step) const {
    const auto& cells = source.cells();  // a zone: ascending
    const auto concentration = passing(state, solute);
    std::vector<double> supplied;
    supplied.reserve(cells.size());
    for (const Index c : cells) {
        const auto amounts = amounts_of(state, solute, c, before_);
        double lost = 0;
        if (solute.storage.decays()) decayed(state, solute, c, c + 1, step, {&lost, 1});
        double lacking = amounts.dissolved_change + amounts.sorbed_change + lost - step.duration * production_of(state, solute, c);
        for (int side = 0; side < 6; ++side)
            lacking += step.duration * outflow_through(state, solute, c, static_cast<Side>(side), concentration);
        supplied.push_back(lacking);
    }
    for (const auto& exchange : state.water_exchanges) {
        const double entering = entering_concentration(exchange, solute, step), taken = exchange.share_taken(solute.id);
        for (std::size_t n = 0; n < exchange.cells.size(); ++n) {
            const auto at = std::lower_bound(cells.begin(), cells.end(), exchange.cells[n]);
            if (at == cells.end() || *at != exchange.cells[n]) continue;
            supplied[static_cast<std::size_t>(at - cells.begin())] -=
                mass_rate(exchange, n, entering, taken, concentration) * step.duration;
        }
    }
    for (const auto& reaction : state.reactions)
        for (std::size_t n = 0; n < reaction.cells.size() && reaction.substance == solute.id; ++n) {
            const Index c = reaction.cells[n];
            const auto at = std::lower_bound(cells.begin(), cells.end(), c);
            if (at == cells.end() || *at != c) continue;
            supplied[static_cast<std::size_t>(at - cells.begin())] +=
                step.duration *
                (reaction.rate[n] * state.mobile_water[c] * concentration[static_cast<std::size_t>(c)] - reaction.release[n]);
        }
    for (const auto& other : solute.sources) {
        if (other->holds_concentration()) continue;
        const auto brought = brought_by(state, *other, solute, step);
        for (std::size_t n = 0; n < brought.size(); ++n) {
            const auto at = std::lower_bound(cells.begin(), cells.end(), other->cells()[n]);
            if (at != cells.end() && *at == other->cells()[n]) supplied[static_cast<std::size_t>(at - cells.begin())] -= brought[n];
        }
    }
    BudgetTerm term{solute.id, std::string(source.type()), source.label.text, 0, 0, "kg", 0};
    for (const double amount : supplied) add_signed(amount, term);
    return term;
}

/// Reactions are implicit, as decay: they go by the concentration at the end of the step.
void SoluteTransport::book_reactions(State& state, Index s, const Step& step) {
    auto& solute = solutes_[static_cast<std::size_t>(s)];
    const auto concentration = passing(state, solute);
    for (auto& reaction : state.reactions) {
        if (reaction.substance != solute.id) continue;
        BudgetTerm term{solute.id, reaction.type, reaction.name, 0, 0, "kg", 0};
        for (std::size_t n = 0; n < reaction.cells.size(); ++n) {
            const Index c = reaction.cells[n];
            reaction.reacted[n] = reaction.rate[n] * state.mobile_water[c] * concentration[static_cast<std::size_t>(c)] * step.duration;
            term.out += reaction.reacted[n];
            term.in += reaction.release[n] * step.duration;
        }
        solute.terms.push_back(std::move(term));
    }
}

void SoluteTransport::book(State& state, Index s, const Step& step) {
    auto& solute = solutes_[static_cast<std::size_t>(s)];
    auto& terms = solute.terms;
    terms.clear();
    for (const auto& exchange : state.water_exchanges) terms.push_back(exchange_term(state, exchange, solute, step));
    std::vector<BudgetTerm> held;  // before sources that dissolve are told what they gave
    for (const auto& source : solute.sources)
        if (source->holds_concentration() && !switched_off(*source)) held.push_back(held_term(state, *source, solute, step));
    auto next_held = held.begin();
    for (const auto& source : solute.sources) {
        if (source->holds_concentration()) {
            if (switched_off(*source)) terms.push_back({solute.id, std::string(source->type()), source->label.text, 0, 0, "kg", 0});
            else terms.push_back(std::move(*next_held++));
            continue;
        }
        if (source->exchanges()) {
            terms.push_back(book_exchange(state, *source, solute, step));
            continue;
        }
        BudgetTerm term{solute.id, std::string(source->type()), source->label.text, 0, 0, "kg", 0};
        for (const double amount : brought_by(state, *source, solute, step)) term.in += amount;
        terms.push_back(std::move(term));
    }
    book_reactions(state, s, step);
    book_production(state, solute, step, terms);
    if (biodegradation_) biodegradation_->book(s, solute.id, terms);
    book_storage(state, s, step);
}

/// One pass over the cells for all that is held, released, taken up and decayed. decayed_so_far: where a step was made of several, the amount
/// that decayed in them; else it goes by the concentrations at the end.
void SoluteTransport::book_storage(const State& state, Index s, const Step& step, std::optional<double> decayed_so_far) {
    const auto& grid = domain_.grid;
    auto& solute = solutes_[static_cast<std::size_t>(s)];
    auto& terms = solute.terms;
    const bool sum_decay = solute.storage.decays() && !decayed_so_far;
    enum : std::size_t { dissolved_in, dissolved_out, dissolved_held, sorbed_in, sorbed_out, sorbed_held, lost, count };
    const auto sums = parallel_block_sums<count>(grid.cell_count(), sum_block, [&](Index begin, Index end) {
        std::array<double, count> sum{};
        std::array<double, sum_block> lost_here{};
        if (sum_decay) decayed(state, solute, begin, end, step, lost_here);
        for (Index c = begin; c < end; ++c) {
            if (!grid.active(c)) continue;
            const auto amounts = amounts_of(state, solute, c, accepted());
            sum[dissolved_in] += std::max(0.0, -amounts.dissolved_change);
            sum[dissolved_out] += std::max(0.0, amounts.dissolved_change);
            sum[dissolved_held] += amounts.dissolved;
            sum[sorbed_in] += std::max(0.0, -amounts.sorbed_change);
            sum[sorbed_out] += std::max(0.0, amounts.sorbed_change);
            sum[sorbed_held] += amounts.sorbed;
            sum[lost] += lost_here[static_cast<std::size_t>(c - begin)];
        }
        return sum;
    });
    if (solute.storage.decays())
        terms.push_back({solute.id, "decay", solute.storage.decay_name(), 0, decayed_so_far.value_or(sums[lost]), "kg", 0});
    terms.push_back({solute.id, "storage", "dissolved", sums[dissolved_in], sums[dissolved_out], "kg", sums[dissolved_held]});
    if (!solute.storage.keeps_apart()) push_stored(solute, {{sums[sorbed_in], sums[sorbed_out], sums[sorbed_held]}, {}}, terms);
}

/// Mass rate from a cell through one of its sides, advection and dispersion [kg/s].
double SoluteTransport::outflow_through(const State& state, const Solute& solute, Index c, Side side, std::span<const double> now) const {
    const auto& grid = domain_.grid;
    const Axis axis = axis_of(side);
    const bool growing = side == Side::east || side == Side::north || side == Side::top;
    const Index face = outer_face(grid, c, side);
    const Index other = neighbour(grid, c, side);
    if (other < 0 || grid.status(other) == CellStatus::inactive) return 0.0;  // the box's own sides are booked as exchanges
    const auto* migration = domain_.alterations.migration_of(solute.id);
    const double q = (growing ? 1.0 : -1.0) * (state.water_flux.along(axis)[face] + (migration ? migration->along(axis)[face] : 0.0));
    const double spreads = spreading(solute, axis, face);
    const auto at = static_cast<std::size_t>(c), beyond = static_cast<std::size_t>(other);
    const bool shared = !solute.implicit_share.empty(), both = solute.shares_spreading;
    const double here = shared ? solute.implicit_share[c] : 1.0, there = shared ? solute.implicit_share[other] : 1.0;
    const double leaving = (std::max(0.0, q) * here + spreads * (both ? here : 1.0)) * now[at];
    const double entering = (std::max(0.0, -q) * there + spreads * (both ? there : 1.0)) * now[beyond];
    const double given = solute.transfer.x.empty() ? 0.0 : (growing ? 1.0 : -1.0) * solute.transfer.along(axis)[face];
    return leaving - entering + given;
}

void SoluteTransport::budget(std::vector<BudgetTerm>& terms) const {
    for (const auto& solute : solutes_) terms.insert(terms.end(), solute.terms.begin(), solute.terms.end());
    if (biodegradation_) biodegradation_->book_populations(terms);
}

}  // namespace galena
