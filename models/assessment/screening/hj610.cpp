#include "assessment/screening/hj610.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <boost/math/tools/roots.hpp>

namespace galena::hj610 {

namespace {

constexpr double pi = std::numbers::pi;

/// ∫_from^∞ exp(a − b cosh s) ds: smooth, and nothing cancels. a ≤ b.
double integral(double a, double b, double from) {
    constexpr double nothing_left = 745;  // exp(-745) is the smallest double
    const double reach = (nothing_left + a) / b;
    if (!(reach > 1)) return 0;
    const double to = std::acosh(reach);
    if (from >= to) return 0;
    const auto f = [&](double s) { return std::exp(a - b * std::cosh(s)); };
    const auto part = [&](double low, double high) {
        return low < high ? boost::math::quadrature::gauss_kronrod<double, 31>::integrate(f, low, high, 12, 1e-12) : 0.0;
    };
    // The integrand peaks at s = 0.
    const double low = std::max(from, -to);
    return part(low, std::max(low, 0.0)) + part(std::max(low, 0.0), to);
}

double root(const std::function<double(double)>& f, double low, double high) {
    std::uintmax_t iterations = 200;
    const auto [a, b] = boost::math::tools::toms748_solve(f, low, high, boost::math::tools::eps_tolerance<double>(48), iterations);
    return 0.5 * (a + b);
}

}  // namespace

double instantaneous_1d(const Flow& f, double m, double w, double x, double t) {
    const double away = x - f.u * t;
    return m / w / (2 * f.n * std::sqrt(pi * f.DL * t)) * std::exp(-away * away / (4 * f.DL * t));
}

double continuous_1d(const Flow& f, double C0, double x, double t) {
    const double width = 2 * std::sqrt(f.DL * t), ahead = (x + f.u * t) / width;
    // exp(ux/DL) erfc(ahead) with the two exponents joined: erfc(z) ≈ exp(−z²)/(z √π) where the factors alone would overflow and vanish.
    const double exponent = f.u * x / f.DL;
    const double second = ahead < 20 ? std::exp(exponent) * std::erfc(ahead)
                                     : std::exp(exponent - ahead * ahead) / (ahead * std::sqrt(pi)) * (1 - 0.5 / (ahead * ahead));
    return 0.5 * C0 * (std::erfc((x - f.u * t) / width) + second);
}

double instantaneous_2d(const Flow& f, double m, double M, double x, double y, double t) {
    const double away = x - f.u * t;
    return m / M / (4 * pi * f.n * t * std::sqrt(f.DL * f.DT)) * std::exp(-away * away / (4 * f.DL * t) - y * y / (4 * f.DT * t));
}

double continuous_2d(const Flow& f, double rate, double M, double x, double y, double t) {
    const double b = std::sqrt(f.u * f.u * x * x / (4 * f.DL * f.DL) + f.u * f.u * y * y / (4 * f.DL * f.DT));
    if (!(b > 0)) return std::numeric_limits<double>::infinity();
    const double a = x * f.u / (2 * f.DL), u = f.u * f.u * t / (4 * f.DL);
    // 2 K0(b) − W(u, b) = ∫_{−∞}^{ln(2u/b)} exp(−b cosh s) ds = W(b²/4u, b): the difference is never formed.
    return rate / (4 * pi * M * f.n * std::sqrt(f.DL * f.DT)) * integral(a, b, -std::log(2 * u / b));
}

double leaky_well_function(double u, double b) { return integral(0, b, std::log(2 * u / b)); }

std::optional<double> falls_below(const std::function<double(double)>& value, double level, double inside, double step, double furthest) {
    if (value(inside) <= level) return inside;
    double low = inside, high = inside + step;
    for (double reach = step; value(high) > level; reach *= 2, high = inside + reach) {
        low = high;
        if (std::abs(reach) > furthest) return {};
    }
    // A point source is infinite where it lies: come nearer by halves until the level is passed.
    while (!std::isfinite(value(low)) && std::abs(high - inside) > 1e-12 * std::abs(step)) {
        const double nearer = inside + 0.5 * (high - inside);
        (value(nearer) > level ? low : high) = nearer;
    }
    if (!std::isfinite(value(low))) return inside;
    return root([&](double x) { return value(x) - level; }, std::min(low, high), std::max(low, high));
}

std::optional<double> rises_above(const std::function<double(double)>& value, double level, double from, double to) {
    if (value(to) < level) return {};
    if (value(from) >= level) return from;
    return root([&](double t) { return value(t) - level; }, from, to);
}

}  // namespace galena::hj610
