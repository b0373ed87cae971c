#pragma once
// Closed-form solutions of ∂C/∂t · R = D ∂²C/∂x² − v ∂C/∂x − λ R C in a half-infinite column; C relative to the inlet.

#include <algorithm>
#include <cmath>
#include <numbers>

namespace galena::verification {

/// v: pore velocity, D: dispersion coefficient, R: retardation factor, λ: decay of what is dissolved and of what is sorbed. Any consistent
/// units of length and time.
struct Column {
    double v = 0, D = 0, R = 1, lambda = 0;
};

/// Concentration held at x = 0 from t = 0 on: van Genuchten & Alves (1982), solution C5; without decay Ogata & Banks (1961), eq. 15.
inline double first_type(const Column& c, double x, double t) {
    const double u = std::sqrt(c.v * c.v + 4 * c.lambda * c.R * c.D), width = 2 * std::sqrt(c.D * c.R * t);
    return 0.5 * (std::exp((c.v - u) * x / (2 * c.D)) * std::erfc((c.R * x - u * t) / width) +
                  std::exp((c.v + u) * x / (2 * c.D)) * std::erfc((c.R * x + u * t) / width));
}

/// Water of concentration 1 enters at x = 0 (third type), no decay: Lindstrom et al. (1967); van Genuchten & Alves (1982), solution A2.
inline double third_type(const Column& c, double x, double t) {
    const double width = 2 * std::sqrt(c.D * c.R * t), behind = (c.R * x - c.v * t) / width, ahead = (c.R * x + c.v * t) / width;
    return 0.5 * std::erfc(behind) + std::sqrt(c.v * c.v * t / (std::numbers::pi * c.D * c.R)) * std::exp(-behind * behind) -
           0.5 * (1 + c.v * x / c.D + c.v * c.v * t / (c.D * c.R)) * std::exp(c.v * x / c.D) * std::erfc(ahead);
}

/// Steady profile under decay with the concentration held at x = 0: Bear (1979), eq. 7-134.
inline double steady_decay(const Column& c, double x) {
    return std::exp(x * (c.v - std::sqrt(c.v * c.v + 4 * c.lambda * c.R * c.D)) / (2 * c.D));
}

/// No flow, concentration held at x = 0: Carslaw & Jaeger (1959), §2.4 eq. 10. D: pore diffusion coefficient.
inline double diffusion(const Column& c, double x, double t) { return std::erfc(x / (2 * std::sqrt(c.D * t / c.R))); }

/// What upwind differences really solve, up to second order in dx: they add v dx/2 to the dispersion coefficient (Lantz 1971, table 1).
inline Column with_upwind_dispersion(Column c, double dx) {
    c.D += 0.5 * c.v * dx;
    return c;
}

/// The column of which implicit Euler makes what steps make that are implicit in transport and fitted in decay (numerics/fitted_decay.hpp): with
/// x = λ dt their factor e^(−x) / (1 + dt A (1 − e^(−x)) / x) is 1 / (1 + dt (A + λ) / g), g = x / (e^x − 1).
inline Column with_fitted_decay(Column c, double dt) {
    const double x = c.lambda * dt, g = x > 0 ? x / std::expm1(x) : 1.0;
    c.v /= g;
    c.D /= g;
    c.lambda /= g;
    return c;
}

/// What n steps dt of implicit Euler make of a solution C(x, t) of a problem that does not change in time: its mean over times that are
/// gamma-distributed with shape n and scale dt, exactly, since (1 + A dt)^-n = ∫ exp(-A s) s^(n-1) exp(-s/dt) ds / (Γ(n) dt^n)
/// (Pazy 1983, §1.8). Simpson's rule over ten standard deviations; needs n ≥ 2.
template <class Solution>
double after_implicit_steps(Solution&& solution, const Column& c, double x, int n, double dt) {
    constexpr int intervals = 400;
    const double mean = n * dt, spread = 10 * std::sqrt(static_cast<double>(n)) * dt;
    const double from = std::max(1e-6 * dt, mean - spread), to = mean + spread, h = (to - from) / intervals;
    double sum = 0;
    for (int k = 0; k <= intervals; ++k) {
        const double s = from + k * h, weight = k == 0 || k == intervals ? 1 : k % 2 == 1 ? 4 : 2;
        sum += weight * std::exp((n - 1) * std::log(s / dt) - s / dt - std::lgamma(n)) / dt * solution(c, x, s);
    }
    return sum * h / 3;
}

}  // namespace galena::verification
