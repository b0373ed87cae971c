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

}  // namespace galena
