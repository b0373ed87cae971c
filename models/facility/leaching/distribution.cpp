// Controlled by sorption: what the waste holds is shared by its pore water and its solids, C = M/(Vw + m Kd), and what the flow takes
// lowers it: over a step M falls by exp(−water/(Vw + m Kd)), the waste as one mixed volume.

#include <cmath>

#include "facility/leach_model.hpp"

namespace galena {

struct DistributionLeaching final : LeachModel {
    static constexpr std::string_view name = "distribution",
                                      meaning = "what is leachable is shared by pore water and solids (Kd), and the flow carries it off";

    double leachable = 0, distribution_coefficient = 0;

    static auto parameters() {
        using T = DistributionLeaching;
        return std::tuple_cat(
            std::tuple{
                parameter("content", &T::leachable, "mg/kg", positive, "leachable, per dry waste"),
                parameter("distribution_coefficient", &T::distribution_coefficient, "L/kg", not_negative, "Kd of the waste"),
            },
            solubility_parameter());
    }
    [[nodiscard]] double content() const override { return leachable; }
    [[nodiscard]] double leach(const LeachState& state, const LeachStep& step) const override {
        const double capacity = state.pore_water + state.solids * distribution_coefficient;
        return capacity > 0 ? -state.left() * std::expm1(-step.water / capacity) : state.left();
    }
};

REGISTER(LeachModel, DistributionLeaching)

}  // namespace galena
