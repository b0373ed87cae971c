#include "facility/dust.hpp"

#include <cmath>
#include <numbers>

namespace galena {

namespace {

const double root_2_over_pi = std::sqrt(2 / std::numbers::pi);

}  // namespace

double erosion_potential(double friction_velocity, double threshold) {
    const double over = friction_velocity - threshold;
    return over > 0 ? 1e-3 * (58 * over * over + 25 * over) : 0.0;
}

double vertical_spread(double x, Stability stability) {
    switch (stability) {
        case Stability::A: return 0.20 * x;
        case Stability::B: return 0.12 * x;
        case Stability::C: return 0.08 * x / std::sqrt(1 + 0.0002 * x);
        case Stability::D: return 0.06 * x / std::sqrt(1 + 0.0015 * x);
        case Stability::E: return 0.03 * x / (1 + 0.0003 * x);
        case Stability::F: return 0.016 * x / (1 + 0.0003 * x);
    }
    return 0.06 * x;
}

/// exp(−√(2/π) vd/u ∫ dx/σz): in ln x the integrand x/σz is smooth; Simpson.
double airborne_share(double distance, double from, double wind, double deposition_velocity, Stability stability) {
    if (distance <= from) return 1;
    constexpr int intervals = 32;
    const double low = std::log(from), step = (std::log(distance) - low) / intervals;
    double sum = 0;
    for (int k = 0; k <= intervals; ++k) {
        const double x = std::exp(low + k * step), weight = k == 0 || k == intervals ? 1 : k % 2 ? 4 : 2;
        sum += weight * x / vertical_spread(x, stability);
    }
    return std::exp(-root_2_over_pi * deposition_velocity / wind * sum * step / 3);
}

double sector_deposition(double distance, double from, double angle, double wind, double deposition_velocity, Stability stability) {
    const double x = std::max(distance, from);
    return airborne_share(x, from, wind, deposition_velocity, stability) * root_2_over_pi * deposition_velocity /
           (wind * vertical_spread(x, stability) * x * angle);
}

}  // namespace galena
