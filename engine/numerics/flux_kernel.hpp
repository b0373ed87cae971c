#pragma once
// The inner loops of explicit transport over one row of faces or cells: limited advective fluxes, dispersion, limited cross terms.

#include <cstdint>

namespace galena {

/// How the value on a face is reconstructed: from the cell upstream alone, or with a limited slope (van Leer 1974; Roe 1986; Koren 1993).
enum class Limiter { upwind, van_leer, superbee, koren };

/// n faces in a row. Every pointer stands at the first: the two cells on each side of a face (a cell that is not there is the next one
/// inwards), their inverse capacities [1/m³], water flux [m³/s], conductance [m³/s].
struct FluxRow {
    std::int64_t n = 0;
    const double *far_left, *left, *right, *far_right;
    const double *inverse_left, *inverse_right;
    const double *water_flux, *conductance;
    /// Uneven widths; nullptr where they are even. Slopes upstream are measured over another distance than across the face: the
    /// factors that bring them to it. And half the width of the cell upstream over the distance across the face, doubled.
    const double *stretch_left = nullptr, *stretch_right = nullptr, *reach_left = nullptr, *reach_right = nullptr;
};

/// flux = q C_face − g (C_right − C_left) [kg/s], with
/// C_face = C_up + ½ (1 − ν) φ(C_up − C_upup, C_down − C_up), ν = |q| dt / capacity_up: of second order in space and along the flow in
/// time (LeVeque 2002, eq. 6.41), never outside of the two cells, and never further from C_up than C_upup is.
void limited_flux_row(Limiter limiter, const FluxRow& row, double duration, double* flux);

/// Cross dispersion through n faces along one transverse direction: flux −= t · gradient, the gradient limited from the four one-sided ones
/// beside the face, [1/m] per difference in `before_*` (towards the cell before) and `after_*`.
struct CrossRow {
    std::int64_t n = 0;
    const float* coefficient;  ///< θD · area [m⁴/s]
    const double *left, *left_before, *left_after, *right, *right_before, *right_after;
    const double *per_before_left, *per_after_left, *per_before_right, *per_after_right;  ///< 1 / distance [1/m]
};

/// The mean of the four gradients, but no more than twice the smallest, and nothing where they differ in sign: then no cell can be driven past
/// its neighbours (after Sharma & Hammett 2007, section 3.2).
void limited_cross_row(const CrossRow& row, double* flux);

/// now = old + duration · inverse_capacity · (inflow − outflow) over n cells; fluxes point at the cell's first face of each axis, the second
/// x face being the next number.
struct UpdateRow {
    std::int64_t n = 0;
    const double *old, *inverse_capacity, *x, *south, *north, *bottom, *top;
};
void update_row(const UpdateRow& row, double duration, double* now);

}  // namespace galena
