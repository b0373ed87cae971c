#pragma once
// The four analytical solutions of HJ 610-2016, appendix D, in uniform flow along x, for what neither sorbs nor decays; and the plume they
// draw. u: pore velocity [m/s]; n: effective porosity; DL, DT: dispersion coefficients along and across the flow [m²/s]; t [s];
// concentrations [kg/m³].

#include <functional>
#include <optional>

namespace galena::hj610 {

struct Flow {
    double u = 0, n = 0, DL = 0, DT = 0;
};

/// D.1: mass m [kg] released at once into a stream tube of section w [m²] at x = 0.
double instantaneous_1d(const Flow& f, double m, double w, double x, double t);
/// D.2: concentration C0 held at x = 0 from t = 0 on (first type; Ogata & Banks 1961).
double continuous_1d(const Flow& f, double C0, double x, double t);
/// D.3: mass m [kg] released at once over the thickness M [m] at the origin.
double instantaneous_2d(const Flow& f, double m, double M, double x, double y, double t);
/// D.4: mass rate [kg/s] released over the thickness M [m] at the origin from t = 0 on. Infinite at the origin itself.
double continuous_2d(const Flow& f, double rate, double M, double x, double y, double t);

/// W(u, b) = ∫_u^∞ exp(−y − b²/4y)/y dy, the well function of a leaky aquifer (Hantush & Jacob 1955, eq. 9).
double leaky_well_function(double u, double b);

/// Where a function that falls from above `level` at `inside` passes it, searched from `inside` on by steps that double from `step`;
/// `inside` itself when it lies below there, nothing when it never does within `furthest`. The result is accurate to rounding.
std::optional<double> falls_below(const std::function<double(double)>& value, double level, double inside, double step, double furthest);
/// Where a function that rises between `from` and `to` reaches the level; nothing when it does not.
std::optional<double> rises_above(const std::function<double(double)>& value, double level, double from, double to);

}  // namespace galena::hj610
