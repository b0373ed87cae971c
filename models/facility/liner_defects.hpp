#pragma once
// What passes a defect of a membrane, and what the tailings above let come to it. SI throughout.

#include <cstdint>

#include <boost/math/tools/roots.hpp>

#include "scenario/parameter.hpp"

namespace galena {

/// Of a membrane and the clay under it.
enum class Contact { good, poor };
template <>
inline const Words words<Contact> = {"good", "poor"};

/// Clay under a membrane.
struct ClayLayer {
    double thickness = 0, conductivity = 0;  ///< [m], [m/s]
};

/// Flow through one hole of a membrane on clay, under a head [m] right above it [m³/s] (Giroud 1997, Geosynthetics International 4(3-4),
/// 335-348, eq. 17).
double through_hole_on_clay(double head, double hole_area, const ClayLayer& clay, Contact contact);
/// Flow per length of a wrinkle with a hole [m²/s] (Rowe 1998): straight down below it, and sideways beside it.
double through_wrinkle_on_clay(double head, double width, double transmissivity, const ClayLayer& clay);
/// Flow through one hole over ground that takes whatever comes [m³/s]: an orifice (Bernoulli; Giroud 1997, eq. 1).
double through_open_hole(double head, double hole_area);

/// What tailings bring to one hole per head [m²/s]: a disc in the floor of a half space, 4 r k (Carslaw & Jaeger 1959, §8.2).
double tailings_towards_hole(double hole_area, double conductivity);
/// What tailings of a thickness [m] bring to a length of wrinkle per head [m/s]: a strip in the floor of a layer whose top holds the head,
/// by conformal mapping 2 k K(m)/K(m') with m = tanh(π b/2H), as of a strip line of zero thickness (Cohn 1954).
double tailings_towards_wrinkle(double width, double thickness, double conductivity);

/// The flow that passes both: through(h − Q/conductance) = Q, with `through` growing from through(0) ≥ 0.
template <class Through>
double in_series(Through&& through, double conductance, double head) {
    const auto excess = [&](double h) { return through(h) - conductance * (head - h); };  // h: left above the liner
    if (excess(0) >= 0) return conductance * head;                                        // the liner takes all that comes, and would draw
    if (excess(head) <= 0) return through(head);
    std::uintmax_t iterations = 200;
    const auto [low, high] =
        boost::math::tools::toms748_solve(excess, 0.0, head, boost::math::tools::eps_tolerance<double>(48), iterations);
    return through(0.5 * (low + high));
}

}  // namespace galena
