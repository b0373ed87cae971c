#pragma once
// First-order decay over a step, weighted so that it is exact where the rest of what a cell gains is constant over the step: of dA/dt = s − λA,
//     A₁ = A₀ e^(−x) + s Δt (1 − e^(−x)) / x,  x = λ Δt;  written as  A₁ (1 + late) = A₀ (1 − early) + s Δt
// with late + early = x. So a step halves what its length says, whatever its length, and what is in balance stays so. Exponential fitting
// (Liniger & Willoughby 1970).

#include <algorithm>
#include <cmath>

namespace galena {

/// What decays in a step: late · amount at its end + early · amount at its beginning; 0 ≤ early ≤ 1, late ≥ early.
struct FittedDecay {
    double early = 0, late = 0;
};

/// x ≥ 0: rate times duration.
inline FittedDecay fitted_decay(double x) {
    if (x < 0.05) {  // the series of x/(1 − e^(−x)) − 1; its next term is below 1e-12
        const double late = x * (0.5 + x * (1.0 / 12 - x * x / 720));
        return {x - late, late};
    }
    const double late = x / -std::expm1(-x) - 1;
    return {std::min(1.0, x - late), late};
}

/// Of what is gained in a step, the part that counts as gained evenly in `fitted_decay(x)`; the rest decays at once. Exact where the gain falls
/// as e^(−y t/Δt), such as what a parent that decays leaves its daughter (Bateman 1910): with s(u) = sinh(u)/u it is
/// s((x − y)/2) / (s(x/2) s(y/2)), 1 for a steady gain. x, y ≥ 0.
inline double evenly_gained(double x, double y) {
    const auto log_s = [](double u) {
        u = std::abs(u);
        return u < 1e-2 ? u * u / 6 : u - std::log(2 * u) + std::log1p(-std::exp(-2 * u));
    };
    return std::min(1.0, std::exp(log_s(0.5 * (x - y)) - log_s(0.5 * x) - log_s(0.5 * y)));
}

}  // namespace galena
