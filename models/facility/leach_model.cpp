#include "facility/leach_model.hpp"

#include <algorithm>

namespace galena {

void LeachModel::bring(LeachState& state, const LeachSupply& supply) const {
    state.solids += supply.solids;
    if (content() < infinite) state.brought += content() * supply.solids;
}

double LeachModel::advance(LeachState& state, const LeachStep& step, double ceiling) const {
    if (!(step.water > 0)) return 0;
    const double asked = std::min(leach(state, step), content() < infinite ? std::max(0.0, state.left()) : infinite);
    const double mass = std::min(asked, solubility.value_or(ceiling) * step.water);
    if (!solubility && asked > mass) state.beyond = std::max(state.beyond, asked / step.water);
    state.leached += mass;
    state.water += step.water;
    return mass / step.water;
}

}  // namespace galena
