// From the oxidation of sulfide: so much of the substance comes free per sulfur oxidised. As long as carbonate keeps the water neutral most
// of a metal stays where it came free; when that is used up it moves, what had stayed included.

#include "facility/leach_model.hpp"

namespace galena {

struct OxidationLeaching final : LeachModel {
    static constexpr std::string_view name = "oxidation", meaning = "comes free as sulfide oxidises; needs the facility's table `sulfide`";

    double per_sulfur = 0, mobile_when_buffered = 1;

    static auto parameters() {
        using T = OxidationLeaching;
        return std::tuple_cat(
            std::tuple{
                parameter("per_sulfur", &T::per_sulfur, "", positive,
                          "mass that comes free per mass of sulfur oxidised: 2.996 for sulfate, 3.12 for acidity as CaCO3"),
                parameter("mobile_when_buffered", &T::mobile_when_buffered, "", fraction,
                          "share that the water can take while carbonate lasts; the rest waits")
                    .with_default(),
            },
            solubility_parameter());
    }
    [[nodiscard]] double content() const override { return 0; }
    [[nodiscard]] bool needs_oxidation() const override { return true; }
    void bring(LeachState& state, const LeachSupply& supply) const override {
        state.brought += per_sulfur * supply.sulfur;
        state.mobile = supply.buffered ? state.mobile + mobile_when_buffered * per_sulfur * supply.sulfur : state.brought;
    }
    [[nodiscard]] double leach(const LeachState& state, const LeachStep&) const override {
        return std::max(0.0, state.mobile - state.leached);
    }
};

REGISTER(LeachModel, OxidationLeaching)

}  // namespace galena
