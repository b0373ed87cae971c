#include "facility/liner_defects.hpp"

#include <cmath>
#include <numbers>

#include <boost/math/special_functions/ellint_1.hpp>

namespace galena {

double through_hole_on_clay(double head, double hole_area, const ClayLayer& clay, Contact contact) {
    const double quality = contact == Contact::good ? 0.21 : 1.15;
    return quality * (1 + 0.1 * std::pow(head / clay.thickness, 0.95)) * std::pow(hole_area, 0.1) * std::pow(head, 0.9) *
           std::pow(clay.conductivity, 0.74);
}

double through_wrinkle_on_clay(double head, double width, double transmissivity, const ClayLayer& clay) {
    return 2 * (clay.conductivity * 0.5 * width + std::sqrt(clay.conductivity * clay.thickness * transmissivity)) *
           (head + clay.thickness) / clay.thickness;
}

double through_open_hole(double head, double hole_area) {
    constexpr double gravity = 9.80665;
    return 0.6 * hole_area * std::sqrt(2 * gravity * head);
}

double tailings_towards_hole(double hole_area, double conductivity) { return 4 * std::sqrt(hole_area / std::numbers::pi) * conductivity; }

double tailings_towards_wrinkle(double width, double thickness, double conductivity) {
    const double wide = std::numbers::pi * 0.5 * width / (2 * thickness);
    // K(m)/K(m') is (wide + ln 2)/(π/2) up to exp(−2 wide): beyond 18 that is below rounding, and m would round to 1.
    if (wide > 18) return 2 * conductivity * (wide + std::numbers::ln2) / (0.5 * std::numbers::pi);
    return 2 * conductivity * boost::math::ellint_1(std::tanh(wide)) / boost::math::ellint_1(1 / std::cosh(wide));
}

}  // namespace galena
