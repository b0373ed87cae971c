// Shrinking core: grains give up what they hold as a front moves into them, held up by diffusion through the leached rim,
// t/τ = 1 − 3(1 − f)^(2/3) + 2(1 − f) with the fraction leached f (Levenspiel 1999, eq. 25.18). The water takes what is released, up to its
// solubility.

#include <cmath>

#include <boost/math/tools/roots.hpp>

#include "facility/leach_model.hpp"

namespace galena {

struct ShrinkingCoreLeaching final : LeachModel {
    static constexpr std::string_view name = "shrinking_core",
                                      meaning = "a front moves into the grains, held up by diffusion through their leached rim";

    double leachable = 0, complete_after = 0;

    static auto parameters() {
        using T = ShrinkingCoreLeaching;
        return std::tuple_cat(
            std::tuple{
                parameter("content", &T::leachable, "mg/kg", positive, "leachable, per dry waste"),
                parameter("complete_after", &T::complete_after, "a", positive, "τ: time in which a grain is leached to its centre")
                    .source("ρ R²/(6 b De C): Levenspiel 1999, eq. 25.17"),
            },
            solubility_parameter());
    }
    [[nodiscard]] double content() const override { return leachable; }

    /// Fraction leached at a time over τ.
    [[nodiscard]] static double fraction_leached(double t) {
        if (t >= 1) return 1;
        if (t <= 0) return 0;
        // With r = (1 − f)^(1/3), the radius of the core: 1 − 3r² + 2r³ = t, falling in r.
        const auto excess = [t](double r) { return 1 - 3 * r * r + 2 * r * r * r - t; };
        std::uintmax_t iterations = 200;
        const auto [low, high] =
            boost::math::tools::toms748_solve(excess, 0.0, 1.0, boost::math::tools::eps_tolerance<double>(50), iterations);
        const double r = 0.5 * (low + high);
        return 1 - r * r * r;
    }
    [[nodiscard]] double leach(const LeachState& state, const LeachStep& step) const override {
        const double released = state.brought * fraction_leached((step.age + step.duration()) / complete_after);
        return std::max(0.0, released - state.leached);
    }
};

REGISTER(LeachModel, ShrinkingCoreLeaching)

}  // namespace galena
