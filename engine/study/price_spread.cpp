#include "study/price_spread.hpp"

#include <algorithm>
#include <cmath>

#include "study/sampling.hpp"

namespace galena {

double triangular_quantile(double low, double mode, double high, double u) {
    if (!(high > low)) return mode;
    const double top = (mode - low) / (high - low);
    return u < top ? low + std::sqrt(u * (high - low) * (mode - low)) : high - std::sqrt((1 - u) * (high - low) * (high - mode));
}

namespace {

constexpr std::size_t draws = 4000;  ///< probabilities to 0.008 (one standard deviation at most)

/// The items whose prices are spread, each with its column among the draws.
std::vector<std::string> spread_items(const std::vector<ComparedScenario>& scenarios) {
    std::vector<std::string> items;
    for (const auto& s : scenarios)
        for (const auto& cost : s.costs)
            if (cost.high > cost.low && std::find(items.begin(), items.end(), cost.item) == items.end()) items.push_back(cost.item);
    return items;
}

double cost_at(const ComparedScenario& s, const std::vector<std::string>& items, const std::vector<double>& u) {
    double sum = 0;
    for (const auto& cost : s.costs) {
        const auto at = std::find(items.begin(), items.end(), cost.item);
        sum += at == items.end() || !(cost.high > cost.low)
                   ? cost.mid
                   : triangular_quantile(cost.low, cost.mid, cost.high, u[static_cast<std::size_t>(at - items.begin())]);
    }
    return sum;
}

}  // namespace

void spread_prices(std::vector<ComparedScenario>& scenarios) {
    const auto items = spread_items(scenarios);
    std::vector<std::size_t> plans;
    std::vector<Goals> goals;
    for (std::size_t n = 0; n < scenarios.size(); ++n) {
        const Goals mine(scenarios[n]);
        if (scenarios[n].status != "finished" || scenarios[n].assumption || !mine.cost_is_known || !mine.comparable()) continue;
        plans.push_back(n);
        goals.push_back(mine);
    }
    if (items.empty() || plans.size() < 2) return;
    std::vector<double> best(plans.size(), 0), cheapest(plans.size(), 0);
    for (const auto& u : latin_hypercube(1, draws, items.size())) {
        double least = std::numeric_limits<double>::infinity();
        for (std::size_t p = 0; p < plans.size(); ++p) {
            goals[p].cost = cost_at(scenarios[plans[p]], items, u);
            if (goals[p].over_limit <= 1) least = std::min(least, goals[p].cost);
        }
        for (std::size_t p = 0; p < plans.size(); ++p) {
            best[p] += std::none_of(goals.begin(), goals.end(), [&](const Goals& other) { return other.beats(goals[p]); });
            cheapest[p] += goals[p].over_limit <= 1 && goals[p].cost <= least;
        }
    }
    for (std::size_t p = 0; p < plans.size(); ++p) {
        auto& s = scenarios[plans[p]];
        s.set("probability_pareto", best[p] / static_cast<double>(draws));
        if (goals[p].over_limit <= 1) s.set("probability_cheapest", cheapest[p] / static_cast<double>(draws));
    }
}

}  // namespace galena
