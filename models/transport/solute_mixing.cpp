// Water that passes through a well from some of its cells to others: it carries the mixture of what the well takes.

#include <algorithm>
#include <cmath>

#include "transport/solute_transport.hpp"

namespace galena {

namespace {

/// What the cells of an exchange take from each other [m³/s].
struct Passage {
    double taken = 0, given = 0;  ///< out of the ground, into the ground
};
Passage passage_of(const WaterExchange& exchange) {
    Passage passage;
    for (const double rate : exchange.rate) (rate < 0 ? passage.taken : passage.given) += std::abs(rate);
    return passage;
}

constexpr double settled = 1e-10;  ///< of a concentration

}  // namespace

/// True for a well that takes water from some cells and gives it to others (sharing = "level"). Other boundaries that do both at a time, such
/// as a river, have water of their own to give.
bool SoluteTransport::mixes(const WaterExchange& exchange) {
    if (exchange.type != "well") return false;
    const auto [taken, given] = passage_of(exchange);
    return taken > 0 && given > 0;
}

bool SoluteTransport::water_is_mixed(const State& state) {
    return std::any_of(state.water_exchanges.begin(), state.water_exchanges.end(), mixes);
}

/// Concentrations of the water that wells give, from what they take at the present concentrations: all that they take is mixed, with the water
/// brought from outside where they give more than they take. Returns the largest change over the largest concentration; one that is as good
/// as none is not taken over, so that what is booked is what the cells were given.
double SoluteTransport::mix_passing_water(const State& state, Solute& solute, const Step& step) const {
    const auto concentration = state.concentration[index_of(solute)];
    std::map<std::string, double> mixed;
    double change = 0, largest = 0;
    for (const auto& exchange : state.water_exchanges) {
        if (!mixes(exchange)) continue;
        const auto [taken, given] = passage_of(exchange);
        double mass = 0;
        for (std::size_t n = 0; n < exchange.cells.size(); ++n)
            mass += std::max(0.0, -exchange.rate[n]) * concentration[static_cast<std::size_t>(exchange.cells[n])];
        const double from_outside = std::max(0.0, given - taken), passed = given - from_outside;
        const double mixture = (from_outside * own_concentration(exchange, solute, step) + passed * mass / taken) / given;
        const auto known = solute.mixed.find(exchange.name);
        change = std::max(change, known == solute.mixed.end() ? infinite : std::abs(mixture - known->second));
        largest = std::max(largest, mixture);
        mixed[exchange.name] = mixture;
    }
    if (change <= settled * largest) return 0;
    solute.mixed = std::move(mixed);
    return change / largest;
}

/// One substance; where wells pass water on, again until what they give is the mixture of what they take at the end of the step.
void SoluteTransport::solve_mixed(State& state, Index s, const Step& step) {
    constexpr int most = 100;
    auto& solute = solutes_[static_cast<std::size_t>(s)];
    solute.mixed.clear();
    mix_passing_water(state, solute, step);
    for (int turn = 0; turn < most; ++turn) {
        solve_one(state, s, step);
        if (mix_passing_water(state, solute, step) == 0) return;
    }
    fail(solute, "the water that a well passes on did not come to terms with what the well takes", -1, step);
}

}  // namespace galena
