#pragma once
// Dust that wind takes off waste and lets fall elsewhere. SI throughout.

#include "scenario/parameter.hpp"

namespace galena {

/// Stability of the air after Pasquill: A unstable to F stable.
enum class Stability { A, B, C, D, E, F };
template <>
inline const Words words<Stability> = {"A", "B", "C", "D", "E", "F"};

/// Friction velocity of the fastest mile at 10 m over flat ground [m/s] (US EPA AP-42, section 13.2.5, eq. 4).
inline double friction_velocity(double fastest_mile) { return 0.053 * fastest_mile; }

/// Dust that one disturbance of the surface sets free per area [kg/m²]: 58 (u* − ut)² + 25 (u* − ut) g/m² (AP-42, section 13.2.5, eq. 3).
double erosion_potential(double friction_velocity, double threshold);

/// Vertical spread of a plume over open country [m] at a distance [m] (Briggs 1973).
double vertical_spread(double distance, Stability stability);

/// Dry deposition per emission [1/m²] at a distance downwind of a source on the ground, averaged over a sector of an angle [rad]; the plume
/// loses on the way what it lets fall, counted from the distance `from` on (Gaussian plume; Chamberlain 1953 for the loss). Its integral
/// over the sector is what the plume has lost.
double sector_deposition(double distance, double from, double angle, double wind, double deposition_velocity, Stability stability);

/// Share of the emission that is still in the air at a distance.
double airborne_share(double distance, double from, double wind, double deposition_velocity, Stability stability);

}  // namespace galena
