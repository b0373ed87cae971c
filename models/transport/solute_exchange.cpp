// Sources whose rate depends on the water they stand in.

#include <algorithm>
#include <cmath>

#include "transport/solute_transport.hpp"

namespace galena {

SoluteTransport::SourceExchange SoluteTransport::exchange_of(const State& state, const SoluteSource& source, const Step& step) const {
    SourceExchange found{std::vector<double>(source.cells().size()), std::vector<double>(source.cells().size())};
    source.exchange(step.duration, state.mobile_water.span(), found.coefficient, found.equilibrium);
    // Edits may slow a source; faster than its own limit it cannot be used up.
    if (const auto* factor = domain_.alterations.rate_of(source.label.text))
        for (std::size_t n = 0; n < found.coefficient.size(); ++n) found.coefficient[n] *= std::min(1.0, (*factor)[source.cells()[n]]);
    return found;
}

/// What a source that holds no concentration gave to each of its cells in the step [kg], by the concentrations at its end where it exchanges;
/// negative: it came back.
std::vector<double> SoluteTransport::brought_by(const State& state, const SoluteSource& source, const Solute& solute,
                                                const Step& step) const {
    if (!source.exchanges()) {
        auto brought = rate_of(source, step);
        for (double& amount : brought) amount *= step.duration;
        return brought;
    }
    const auto [coefficient, equilibrium] = exchange_of(state, source, step);
    const auto concentration = passing(state, solute);
    std::vector<double> dissolved(coefficient.size());
    for (std::size_t n = 0; n < dissolved.size(); ++n) {
        const double lacking = equilibrium[n] - concentration[static_cast<std::size_t>(source.cells()[n])];
        dissolved[n] = coefficient[n] * lacking * step.duration;
    }
    return dissolved;
}

/// What passed in the step; the source is told.
BudgetTerm SoluteTransport::book_exchange(const State& state, SoluteSource& source, const Solute& solute, const Step& step) const {
    BudgetTerm term{solute.id, std::string(source.type()), source.label.text, 0, 0, "kg", 0};
    const auto dissolved = brought_by(state, source, solute, step);
    for (const double amount : dissolved) (amount > 0 ? term.in : term.out) += std::abs(amount);
    source.take(dissolved);
    return term;
}

}  // namespace galena
