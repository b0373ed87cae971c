#pragma once
// Hydrodynamic dispersion, diagonal part of the tensor.

#include "numerics/explicit_step.hpp"

namespace galena {

/// Dispersivities [m].
struct Dispersivity {
    double longitudinal = 0, transverse_horizontal = 0, transverse_vertical = 0;
    [[nodiscard]] bool none() const { return longitudinal == 0 && transverse_horizontal == 0 && transverse_vertical == 0; }
};

/// Mechanical dispersion as a conductance of every face [m³/s]: θD·area/distance with the diagonal of the tensor of Burnett & Frind (1987,
/// eq. 7), D_xx = (αL vx² + αTH vy² + αTV vz²)/|v|, D_zz = (αL vz² + αTV (vx² + vy²))/|v|, written with the Darcy flux q = θv.
/// The normal component is that of the face, the others are the mean of the two cells.
void mechanical_dispersion(const Grid& grid, const FaceField& water_flux, const Dispersivity& dispersivity, FaceField& out);

/// Conductance of every face per unit of free-water diffusion: porosity · tortuosity · area / distance in harmonic mean, with
/// θτ = θ^(4/3) in a saturated medium (Millington & Quirk 1961).
void diffusion_conductance(const Grid& grid, const CellField& porosity, FaceField& out);

/// (αL − αTH) qx qy/|q| and (αL − αTV) qx qz/|q| (Burnett & Frind 1987, eq. 7).
void cross_dispersion(const Grid& grid, const FaceField& water_flux, const Dispersivity& dispersivity, CrossDispersion& out);

}  // namespace galena
