#pragma once
// How far and how much tailings flow when a dam fails: regressions over past failures. Screening, not an analysis of a dam's safety.

namespace galena {

/// Volumes in 10⁶ m³, heights in m, distances in km, as the regressions have them.
struct DamFailure {
    double volume = 0;  ///< set free [10⁶ m³]
    double runout = 0;  ///< [km]
};

/// VF = 0.354 VT^1.01, Dmax = 1.61 (H VF)^0.66 (Rico, Benito & Díez-Herrero 2008, eq. 2 and 6).
DamFailure rico_2008(double stored, double height);
/// log VF = −0.477 + 0.954 log VT, log Dmax = 0.484 + 0.545 log Hf with Hf = H (VF/VT) VF (Concha Larrauri & Lall 2018).
DamFailure concha_larrauri_lall_2018(double stored, double height);
/// Area covered, 80 VF^(2/3) [m²] with VF in m³ (Ghahramani et al. 2020).
double inundated_area(double volume);

}  // namespace galena
