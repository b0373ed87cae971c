// HJ 610-2016, D.3: a sudden release at a point of the plane.

#include <numbers>

#include "assessment/screening/plume_case.hpp"

namespace galena {

struct Instantaneous2d final : PlumeCase {
    static constexpr std::string_view name = "instantaneous_2d", meaning = "plume of a sudden release in two dimensions (HJ 610-2016, D.3)";

    double mass = 0, thickness = 0, transverse_dispersion = 0;

    static auto parameters() {
        using T = Instantaneous2d;
        return std::tuple_cat(plume_parameters(), std::tuple{
                                                      parameter("mass", &T::mass, "kg", positive, "m: released at once"),
                                                      parameter("thickness", &T::thickness, "m", positive, "M: of the aquifer"),
                                                      parameter("transverse_dispersion", &T::transverse_dispersion, "m2/d", positive,
                                                                "DT: dispersivity times velocity"),
                                                  });
    }
    [[nodiscard]] std::string_view type() const override { return name; }

    [[nodiscard]] double on_axis(double x, double t) const override {
        return hj610::instantaneous_2d(flow(transverse_dispersion), mass, thickness, x, 0, t);
    }
    [[nodiscard]] std::pair<double, double> peak(double t) const override {
        const double x = pore_velocity * t;
        return {on_axis(x, t), x};
    }
    [[nodiscard]] double peak_time(double x) const override {
        // d ln C/dt = −1/t + (x² − u²t²)/(4 DL t²) = 0
        const double u = pore_velocity, D = 2 * longitudinal_dispersion;
        return (std::sqrt(D * D + u * u * x * x) - D) / (u * u);
    }
    [[nodiscard]] std::optional<double> area(double level, double t) const override {
        // An ellipse: (x − ut)²/(4 DL t) + y²/(4 DT t) = ln(highest/level).
        const double ratio = peak(t).first / level;
        return ratio <= 1 ? 0 : 4 * std::numbers::pi * t * std::sqrt(longitudinal_dispersion * transverse_dispersion) * std::log(ratio);
    }
};

REGISTER(ScreeningCase, Instantaneous2d)

}  // namespace galena
