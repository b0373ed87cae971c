#pragma once
// Freundlich's curve for many cells at once: its powers are what nonlinear sorption costs.

#include <span>

namespace galena {

struct FreundlichCurve {
    FreundlichCurve(double exponent, double reference_concentration);

    /// Below this share of the reference concentration the law is continued by its chord: for n < 1 its slope grows without bound towards 0,
    /// where a linear system could not be written down. The amount differs from the law's by nothing above, and by less than that held
    /// at this concentration below.
    static constexpr double chord_share = 1e-9;

    double exponent;
    double per_reference;  ///< 1 / reference concentration [m³/kg]
    double chord;          ///< sorbed per concentration below chord_share, over sorbed at the reference [m³/kg]
};

/// Sorbed [kg/kg] and its slope [m³/kg] at concentrations >= 0 [kg/m³]; at_reference: sorbed at the reference concentration [kg/kg]. As many
/// numbers in all spans.
void freundlich_kernel(const FreundlichCurve& curve, const double* at_reference, std::span<const double> concentration,
                       std::span<double> sorbed, std::span<double> slope);

}  // namespace galena
