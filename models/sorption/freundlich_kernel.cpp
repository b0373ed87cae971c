#include "sorption/freundlich_kernel.hpp"

#include <algorithm>

#include "core/vector_clones.hpp"
#include "core/vector_math.hpp"

namespace galena {

FreundlichCurve::FreundlichCurve(double power, double reference_concentration)
    : exponent(power), per_reference(1 / reference_concentration), chord(std::pow(chord_share, power - 1) * per_reference) {}

namespace {

// No branches: powers are taken on whole registers, where the chord holds at its end, and then put aside.
[[gnu::always_inline]] inline void powers(const FreundlichCurve& curve, const double* at_reference, const double* c, double* held,
                                          double* steepness, std::size_t count) {
    const double exponent = curve.exponent, per_reference = curve.per_reference, chord = curve.chord, least = FreundlichCurve::chord_share;
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i) {
        const double share = c[i] * per_reference, steep = at_reference[i] * chord;
        const bool low = share <= least;
        const double power = at_reference[i] * std::exp(exponent * std::log(low ? least : share));
        held[i] = low ? steep * c[i] : power;
        steepness[i] = low ? steep : exponent * power / (low ? 1.0 : c[i]);
    }
}

[[gnu::always_inline]] inline void chords(const FreundlichCurve& curve, const double* at_reference, const double* c, double* held,
                                          double* steepness, std::size_t count) {
    const double chord = curve.chord;
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i) {
        steepness[i] = at_reference[i] * chord;
        held[i] = steepness[i] * c[i];
    }
}

}  // namespace

// In groups of cells: where no plume has come yet powers would be for nothing.
GALENA_CLONES void freundlich_kernel(const FreundlichCurve& curve, const double* at_reference, std::span<const double> concentration,
                                     std::span<double> sorbed, std::span<double> slope) {
    constexpr std::size_t group = 16;
    for (std::size_t first = 0; first < concentration.size(); first += group) {
        const std::size_t count = std::min(group, concentration.size() - first);
        const double* c = concentration.data() + first;
        double most = 0;
#pragma omp simd reduction(max : most)
        for (std::size_t i = 0; i < count; ++i) most = c[i] > most ? c[i] : most;
        const bool low = most * curve.per_reference <= FreundlichCurve::chord_share;
        if (low) chords(curve, at_reference + first, c, sorbed.data() + first, slope.data() + first, count);
        else powers(curve, at_reference + first, c, sorbed.data() + first, slope.data() + first, count);
    }
}

}  // namespace galena
