#pragma once
// Breakthrough along a half-infinite column where solute is also held out of equilibrium: closed in the Laplace domain, inverted numerically.

#include <complex>
#include <functional>
#include <numbers>

#include "column_solutions.hpp"

namespace galena::verification {

using Complex = std::complex<double>;
using LaplaceTransform = std::function<Complex(Complex)>;

/// f(t) from its Laplace transform by the fixed Talbot contour (Abate & Valkó 2004, eq. 17–20). With 24 points, about 14 digits of a
/// smooth f, before rounding takes some of them again.
inline double inverse_laplace(const LaplaceTransform& transform, double t, int points = 24) {
    const double r = 2.0 * points / (5 * t);
    double sum = 0.5 * std::exp(r * t) * transform(r).real();
    for (int k = 1; k < points; ++k) {
        const double theta = k * std::numbers::pi / points, cot = 1 / std::tan(theta);
        const Complex s = r * theta * Complex(cot, 1);
        const double sigma = theta + (theta * cot - 1) * cot;
        sum += (std::exp(t * s) * transform(s) * Complex(1, sigma)).real();
    }
    return r / points * sum;
}

/// Concentration held at 1 at x = 0 from t = 0 on; held(s): what a volume of water holds of a concentration, itself included, in the
/// Laplace domain, times s plus decay: the transform of ∂/∂t (all that is held) + decay is held(s) · C(s). (With equilibrium and decay:
/// held = R (s + λ).) Lapidus & Amundson (1952), eq. 9; c.R and c.lambda are not used.
inline double first_type_held(const Column& c, const LaplaceTransform& held, double x, double t) {
    return inverse_laplace([&](Complex s) { return std::exp(x / (2 * c.D) * (c.v - std::sqrt(c.v * c.v + 4 * c.D * held(s)))) / s; }, t);
}

}  // namespace galena::verification
