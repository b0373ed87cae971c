#pragma once
// The inner loops of van Genuchten's curve.

#include "flow/retention_curve.hpp"

namespace galena {

/// The curve with what its air-entry head makes of it.
struct VanGenuchtenShape {
    double alpha;                                   ///< [1/m]
    double n;                                       ///< above 1; m = 1 − 1/n
    double connectivity;                            ///< Mualem's exponent L
    double air_entry;                               ///< suction up to which the ground stays full [m]
    double entry_saturation = 1, entry_mualem = 1;  ///< saturation and Mualem's integral of the curve without air entry at that suction
};

/// Values at pressure heads [m] (van Genuchten 1980, eqs. 3 and 8; Ippisch, Vogel & Bastian 2006, eqs. 10 and 11).
void van_genuchten_kernel(const VanGenuchtenShape& shape, std::span<const double> pressure_head, const RetentionValues& out);

/// Pressure heads [m] of effective saturations above 0 and below 1.
void van_genuchten_inverse_kernel(const VanGenuchtenShape& shape, std::span<const double> saturation, std::span<double> pressure_head);

}  // namespace galena
