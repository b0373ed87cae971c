// Constant or given in time: what analyses of the water say.

#include "facility/leach_model.hpp"

namespace galena {

struct ConstantLeaching final : LeachModel {
    static constexpr std::string_view name = "constant", meaning = "a concentration that is given, constant or as a series in time";

    Series concentration;

    static auto parameters() {
        return std::tuple{parameter("concentration", &ConstantLeaching::concentration, "mg/L", not_negative, "of the water that leaves")};
    }
    [[nodiscard]] double leach(const LeachState&, const LeachStep& step) const override {
        return step.water * concentration.mean(step.origin, step.from, step.to);
    }
    [[nodiscard]] std::vector<const Series*> series() const override { return {&concentration}; }
};

REGISTER(LeachModel, ConstantLeaching)

}  // namespace galena
