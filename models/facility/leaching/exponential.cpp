// Exponential: the concentration halves in a given time, C = C0 exp(−k t).

#include <cmath>

#include "facility/leach_model.hpp"

namespace galena {

struct ExponentialLeaching final : LeachModel {
    static constexpr std::string_view name = "exponential", meaning = "a concentration that halves in a given time";

    double concentration = 0, half_life = 0;

    static auto parameters() {
        using T = ExponentialLeaching;
        return std::tuple_cat(
            std::tuple{
                parameter("concentration", &T::concentration, "mg/L", not_negative, "C0: of the water that leaves fresh waste"),
                parameter("half_life", &T::half_life, "a", positive, "in which it halves, from the first waste on"),
            },
            solubility_parameter());
    }
    /// The exact mean of the exponential over the step.
    [[nodiscard]] double leach(const LeachState&, const LeachStep& step) const override {
        const double rate = std::log(2.0) / half_life, span = rate * step.duration();
        return step.water * concentration * std::exp(-rate * step.age) * (span > 0 ? -std::expm1(-span) / span : 1.0);
    }
};

REGISTER(LeachModel, ExponentialLeaching)

}  // namespace galena
