#pragma once
// Hydrodynamic dispersion, diagonal part of the tensor.

#include "numerics/explicit_step.hpp"

namespace galena {

/// Dispersivities [m].
struct Dispersivity {
    double longitudinal = 0, transverse_horizontal = 0, transverse_vertical = 0;
    [[nodiscard]] bool none() const { return longitudinal == 0 && transverse_horizontal == 0 && transverse_vertical == 0; }
};

/// Where the velocity across a face is taken from, for its dispersion: from the face, or from the two cells beside it. In a cell with a well
/// what enters and leaves along an axis may cancel; its faces know better.
enum class VelocityAt { face, cell };

/// Mechanical dispersion as a conductance of every face [m³/s]: θD·area/distance with the diagonal of the tensor of Burnett & Frind (1987,
/// eq. 7), D_xx = (αL vx² + αTH vy² + αTV vz²)/|v|, D_zz = (αL vz² + αTV (vx² + vy²))/|v|, written with the Darcy flux q = θv.
/// Each cell brings its half of the way, with its own transverse components and the normal one of the face; the halves are in series, so that
/// slow ground beside fast ground takes up what it can carry on, and no more.
void mechanical_dispersion(const Grid& grid, const FaceField& water_flux, const Dispersivity& dispersivity, FaceField& out,
                           VelocityAt normal = VelocityAt::face);

/// Conductance of every face per unit of free-water diffusion: porosity · tortuosity · area / distance in harmonic mean, with
/// θτ = θ^(4/3) in a saturated medium (Millington & Quirk 1961).
void diffusion_conductance(const Grid& grid, const CellField& porosity, FaceField& out);

/// (αL − αTH) qx qy/|q| and (αL − αTV) qx qz/|q| (Burnett & Frind 1987, eq. 7).
void cross_dispersion(const Grid& grid, const FaceField& water_flux, const Dispersivity& dispersivity, CrossDispersion& out);

}  // namespace galena
