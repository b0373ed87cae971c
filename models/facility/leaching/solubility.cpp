// Limited by solubility: the water is in equilibrium with a mineral until that is used up.

#include "facility/leach_model.hpp"

namespace galena {

struct SolubilityLeaching final : LeachModel {
    static constexpr std::string_view name = "solubility", meaning = "in equilibrium with a mineral until that is used up";

    double in_equilibrium = 0, leachable = 0;

    static auto parameters() {
        using T = SolubilityLeaching;
        return std::tuple{
            parameter("solubility", &T::in_equilibrium, "mg/L", positive, "concentration of the water in equilibrium with the mineral"),
            parameter("content", &T::leachable, "mg/kg", positive, "of the substance in the mineral, per dry waste"),
        };
    }
    [[nodiscard]] double content() const override { return leachable; }
    [[nodiscard]] double leach(const LeachState& state, const LeachStep& step) const override {
        return std::min(step.water * in_equilibrium, state.left());
    }
};

REGISTER(LeachModel, SolubilityLeaching)

}  // namespace galena
