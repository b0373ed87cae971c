#pragma once
// Decay of all that a cell holds in a linear storage.

#include "numerics/fitted_decay.hpp"
#include "transport/solute_storage.hpp"

namespace galena {

/// Water and solid may decay at different rates; what they hold is in equilibrium and decays at the mean of them. water: mobile [m³];
/// duration [s].
inline FittedDecay linear_decay(const SoluteStorage& storage, double water, double capacity, double duration) {
    const double all = water + capacity;
    if (!(all > 0)) return {};
    return fitted_decay((storage.decay_rate() * water + storage.store_decay_rate() * capacity) / all * duration);
}

}  // namespace galena
