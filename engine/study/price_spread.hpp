#pragma once
// How sure a ranking of plans by cost is: prices are drawn anew between low and high, one draw per item for all plans that need it.

#include "study/comparison.hpp"

namespace galena {

/// Adds to every finished plan of known cost, as far as prices are spread at all:
///     probability_pareto    how often no other plan is at least as good in cost, final concentration and duration, and better in one
///     probability_cheapest  how often it is the cheapest of those that keep every limit at the end; only for these
/// Every price is triangular between low and high with its top at the middle. Deterministic.
void spread_prices(std::vector<ComparedScenario>& scenarios);

/// Quantile of the triangular distribution, for u from 0 to 1.
double triangular_quantile(double low, double mode, double high, double u);

}  // namespace galena
