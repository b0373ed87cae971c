// By the ratio of liquid to solid, as column tests tell: C = C0 exp(−κ L/S) (Hjelmar 1990; Council Decision 2003/33/EC, background).

#include <cmath>

#include "facility/leach_model.hpp"

namespace galena {

struct LiquidSolidLeaching final : LeachModel {
    static constexpr std::string_view name = "liquid_solid_ratio",
                                      meaning = "falls with the water that has passed per dry waste, as in a column test";

    double concentration = 0, kappa = 0;

    static auto parameters() {
        using T = LiquidSolidLeaching;
        return std::tuple_cat(
            std::tuple{
                parameter("concentration", &T::concentration, "mg/L", positive, "C0: of the first water"),
                parameter("kappa", &T::kappa, "kg/L", positive, "κ in C = C0 exp(−κ L/S), with L/S the litres that have passed per kg"),
            },
            solubility_parameter());
    }
    /// All that ever comes: ∫ C d(L/S) = C0/κ.
    [[nodiscard]] double content() const override { return concentration / kappa; }
    [[nodiscard]] double leach(const LeachState& state, const LeachStep& step) const override {
        if (!(state.solids > 0)) return 0;
        // By what is left, so that waste that is added later brings its own share: left/m = C0/κ exp(−κ L/S).
        return -state.left() * std::expm1(-kappa * step.water / state.solids);
    }
};

REGISTER(LeachModel, LiquidSolidLeaching)

}  // namespace galena
