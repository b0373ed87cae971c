// Substances that depend on each other within a step: parents and daughters, and those that compete for the same sites.

#include <algorithm>
#include <cmath>

#include "transport/solute_transport.hpp"

namespace galena {

/// Tells the law of a substance its concentrations. Returns by how much they differ from those it was told last, over the largest of them.
double SoluteTransport::announce(const State& state, Index s) {
    const auto& law = solutes_[static_cast<std::size_t>(s)].table.sorption;
    if (!law || !law->competes()) return 0.0;
    const auto now = state.concentration[s];
    if (announced_.species_count() == 0) announced_ = SpeciesField(domain_.grid, std::ssize(solutes_));
    const auto told = announced_[s];
    const double most = parallel_maximum(std::ssize(now), [&](Index c) { return now[static_cast<std::size_t>(c)]; }).value;
    const double change = parallel_maximum(std::ssize(now), [&](Index c) {
                              return std::abs(now[static_cast<std::size_t>(c)] - told[static_cast<std::size_t>(c)]);
                          }).value;
    std::copy(now.begin(), now.end(), told.begin());
    law->announce(now);
    return most > 0 ? change / most : change > 0 ? 1.0 : 0.0;
}

/// Parents before their daughters. Those that compete are solved in turn, each with the concentrations of the others as they are, until
/// nothing changes; so is what comes back through a boundary. Amounts are balanced in every turn.
void SoluteTransport::solve_all(State& state, const Step& step) {
    constexpr int most = 100;
    if (competition_)
        for (const Index s : order_) announce(state, s);
    for (const Index s : order_) {
        start_decay(state, s, step);
        prepare_transfer(state, s, step);
        take_returning(state, s, -1);
    }
    for (int turn = 0; turn < most; ++turn) {
        double change = 0;
        for (auto& solute : solutes_) solute.produced.clear();
        for (const Index s : order_) {
            solve_mixed(state, s, step);
            if (competition_) change = std::max(change, announce(state, s));
            change = std::max(change, take_returning(state, s, table_.nonlinear_tolerance));
            pass_on_decay(state, s, step);
        }
        if (change <= table_.nonlinear_tolerance) return;
    }
    fail(solutes_.front(),
         competition_ ? "the substances that compete for sites did not come to terms" : "what comes back through a boundary did not settle",
         -1, step);
}

/// Initial contents, parted in equilibrium with the mobile water of the start [m³]. Where substances compete, each with the concentrations of the others, until nothing changes.
void SoluteTransport::settle_contents(const CellField& water) {
    if (initial_contents_.empty()) return;
    for (const auto& solute : solutes_)
        if (solute.table.sorption && solute.table.sorption->competes()) solute.table.sorption->announce(solute.initial_concentration);
    const int most = competition_ ? 200 : 1;
    for (int turn = 0; turn < most; ++turn) {
        double change = 0;
        for (const auto& [s, content] : initial_contents_) {
            auto& solute = solutes_[static_cast<std::size_t>(s)];
            const auto found = initial_from_content(solute, content, water);
            if (competition_ && solute.table.sorption && solute.table.sorption->competes()) {
                for (Index c = 0; c < found.size(); ++c)
                    if (found[c] > 0) change = std::max(change, std::abs(found[c] - solute.initial_concentration[c]) / found[c]);
                solute.table.sorption->announce(found);
            }
            solute.initial_concentration = found;
        }
        if (change <= 1e-13) break;
    }
    initial_contents_.clear();
}

}  // namespace galena
