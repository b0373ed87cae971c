// HJ 610-2016, D.1: a sudden release into a stream tube.

#include "assessment/screening/plume_case.hpp"

namespace galena {

struct Instantaneous1d final : PlumeCase {
    static constexpr std::string_view name = "instantaneous_1d", meaning = "plume of a sudden release in one dimension (HJ 610-2016, D.1)";

    double mass = 0, section_area = 0;

    static auto parameters() {
        using T = Instantaneous1d;
        return std::tuple_cat(plume_parameters(),
                              std::tuple{
                                  parameter("mass", &T::mass, "kg", positive, "m: released at once"),
                                  parameter("section_area", &T::section_area, "m2", positive, "w: of the stream tube, across the flow"),
                              });
    }
    [[nodiscard]] std::string_view type() const override { return name; }

    [[nodiscard]] double on_axis(double x, double t) const override { return hj610::instantaneous_1d(flow(), mass, section_area, x, t); }
    [[nodiscard]] std::pair<double, double> peak(double t) const override {
        const double x = pore_velocity * t;
        return {on_axis(x, t), x};
    }
    [[nodiscard]] double peak_time(double x) const override {
        // d ln C/dt = −1/2t + (x² − u²t²)/(4 DL t²) = 0
        const double u = pore_velocity, D = longitudinal_dispersion;
        return (std::sqrt(D * D + u * u * x * x) - D) / (u * u);
    }
    [[nodiscard]] std::optional<double> area(double, double) const override { return {}; }
};

REGISTER(ScreeningCase, Instantaneous1d)

}  // namespace galena
