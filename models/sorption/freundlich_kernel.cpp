#include "sorption/freundlich_kernel.hpp"

#include "core/vector_clones.hpp"
#include "core/vector_math.hpp"

namespace galena {

FreundlichCurve::FreundlichCurve(double power, double reference_concentration)
    : exponent(power), per_reference(1 / reference_concentration), chord(std::pow(chord_share, power - 1) * per_reference) {}

// No branches: powers are taken on whole registers, where the chord holds at its end, and then put aside.
GALENA_CLONES void freundlich_kernel(const FreundlichCurve& curve, const double* at_reference, std::span<const double> concentration,
                                     std::span<double> sorbed, std::span<double> slope) {
    const double exponent = curve.exponent, per_reference = curve.per_reference, chord = curve.chord;
    const double least = FreundlichCurve::chord_share, *c = concentration.data();
    double *held = sorbed.data(), *steepness = slope.data();
    const std::size_t count = concentration.size();
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i) {
        const double share = c[i] * per_reference, steep = at_reference[i] * chord;
        const bool low = share <= least;
        const double power = at_reference[i] * std::exp(exponent * std::log(low ? least : share));
        held[i] = low ? steep * c[i] : power;
        steepness[i] = low ? steep : exponent * power / (low ? 1.0 : c[i]);
    }
}

}  // namespace galena
