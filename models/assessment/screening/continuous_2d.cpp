// HJ 610-2016, D.4: a lasting source at a point of the plane.

#include <boost/math/quadrature/tanh_sinh.hpp>

#include "assessment/screening/plume_case.hpp"

namespace galena {

struct Continuous2d final : PlumeCase {
    static constexpr std::string_view name = "continuous_2d", meaning = "plume of a lasting source in two dimensions (HJ 610-2016, D.4)";

    double mass_rate = 0, thickness = 0, transverse_dispersion = 0;

    static auto parameters() {
        using T = Continuous2d;
        return std::tuple_cat(
            plume_parameters(),
            std::tuple{
                parameter("mass_rate", &T::mass_rate, "kg/d", positive, "mt: released from the start on"),
                parameter("thickness", &T::thickness, "m", positive, "M: of the aquifer"),
                parameter("transverse_dispersion", &T::transverse_dispersion, "m2/d", positive, "DT: dispersivity times velocity"),
            });
    }
    [[nodiscard]] std::string_view type() const override { return name; }

    [[nodiscard]] double at(double x, double y, double t) const {
        return hj610::continuous_2d(flow(transverse_dispersion), mass_rate, thickness, x, y, t);
    }
    [[nodiscard]] double on_axis(double x, double t) const override { return at(x, 0, t); }
    [[nodiscard]] std::pair<double, double> peak(double) const override { return {infinite, 0}; }
    [[nodiscard]] double peak_time(double) const override { return infinite; }
    [[nodiscard]] std::optional<double> area(double level, double t) const override {
        const double step = std::sqrt(longitudinal_dispersion * t), across = std::sqrt(transverse_dispersion * t);
        const auto axis = [&](double x) { return on_axis(x, t); };
        const auto front = hj610::falls_below(axis, level, 0, step, 1e12), tail = hj610::falls_below(axis, level, 0, -step, 1e12);
        if (!front || !tail) return {};
        const auto half_width = [&](double x) {
            return hj610::falls_below([&](double y) { return at(x, y, t); }, level, 0, across, 1e12).value_or(0);
        };
        // The outline meets the axis like a root: a rule that crowds its points at the ends.
        boost::math::quadrature::tanh_sinh<double> rule(8);
        return 2 * (rule.integrate(half_width, *tail, 0.0, 1e-8) + rule.integrate(half_width, 0.0, *front, 1e-8));
    }
};

REGISTER(ScreeningCase, Continuous2d)

}  // namespace galena
