#pragma once
// Diffusion of oxygen in ground that is partly saturated. SI throughout.

namespace galena {

/// Effective diffusion of oxygen [m²/s] in ground of a porosity at a saturation [-]: (Da θa^3.3 + H Dw θw^3.3)/n² (Aachib, Mbonimpa &
/// Aubertin 2004, eq. 17), for concentrations in the air of the pores.
double oxygen_diffusion(double porosity, double saturation);

/// Oxygen in the air at 20 °C, 1 atm [kg/m³].
inline constexpr double oxygen_in_air = 0.275;

/// Oxygen that ground with first-order consumption takes up per area [kg/m²/s], steady: C0/(R + 1/√(Kr De)), R the resistance of a cover
/// [s/m] (Nicholson et al. 1989; Aubertin et al. 2000). rate Kr [1/s] per bulk volume, diffusion De [m²/s].
double oxygen_flux(double diffusion, double rate, double cover_resistance = 0);

}  // namespace galena
