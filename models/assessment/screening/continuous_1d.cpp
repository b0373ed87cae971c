// HJ 610-2016, D.2: a source that holds its concentration.

#include "assessment/screening/plume_case.hpp"

namespace galena {

struct Continuous1d final : PlumeCase {
    static constexpr std::string_view name = "continuous_1d", meaning = "plume of a lasting source in one dimension (HJ 610-2016, D.2)";

    double source_concentration = 0;

    static auto parameters() {
        using T = Continuous1d;
        return std::tuple_cat(plume_parameters(), std::tuple{parameter("source_concentration", &T::source_concentration, "mg/L", positive,
                                                                       "C0: held at the source")});
    }
    [[nodiscard]] std::string_view type() const override { return name; }

    [[nodiscard]] double on_axis(double x, double t) const override {
        // Upstream of the source the solution does not hold: there is nothing.
        return x < 0 ? 0 : hj610::continuous_1d(flow(), source_concentration, x, t);
    }
    [[nodiscard]] std::pair<double, double> peak(double) const override { return {source_concentration, 0}; }
    [[nodiscard]] double peak_time(double) const override { return infinite; }
    [[nodiscard]] std::optional<double> area(double, double) const override { return {}; }
};

REGISTER(ScreeningCase, Continuous1d)

}  // namespace galena
