#pragma once
// The inner loops of explicit transport over one row of faces or cells: limited advective fluxes, dispersion, limited cross terms.

#include <array>
#include <cstdint>

namespace galena {

/// How the value on a face is reconstructed: from the cell upstream alone, or with a limited slope (van Leer 1974; Roe 1986; Koren 1993).
enum class Limiter { upwind, van_leer, superbee, koren };

/// Cross dispersion through n faces along one transverse direction: flux −= t · gradient, the gradient limited from the four one-sided ones
/// beside the face: the mean, but no more than twice the smallest, and nothing where they differ in sign. Then no cell can be driven past
/// its neighbours (after Sharma & Hammett 2007, section 3.2).
struct CrossRow {
    std::int64_t n;
    const float* coefficient;  ///< θD · area [m⁴/s]
    const double *left, *right;
    std::int64_t stride;  ///< to the cells before and after, in the transverse direction
    double* flux;
    double per_before, per_after;  ///< 1 / distance to them [1/m]
    /// Where distances differ along the row: one number per face, and per_after is the next. nullptr: the two numbers above.
    const double* per_distance;
};

/// n faces in a row. Every pointer stands at the first: the two cells on each side of a face (a cell that is not there is the next one
/// inwards), their inverse capacities [1/m³], water flux [m³/s], conductance [m³/s].
/// flux = q C_face − g (C_right − C_left) [kg/s], with
/// C_face = C_up + ½ (1 − ν) φ(C_up − C_upup, C_down − C_up), ν = |q| dt / capacity_up: of second order in space and along the flow in
/// time (LeVeque 2002, eq. 6.41), never outside of the two cells, and never further from C_up than 1 − ν times C_upup is.
struct FaceRow {
    std::int64_t n = 0;      ///< 0: nothing to do
    std::int64_t first = 0;  ///< of a row of cells: the one that the first face belongs to
    const double *far_left, *left, *right, *far_right;
    const double *inverse_left, *inverse_right;
    const double* water_flux;
    const float* conductance;
    double* flux;
    /// Widths that are uneven across the row, the same for all of its faces, or along it, one number per face. Slopes upstream are measured
    /// over another distance than across the face: the factors that bring them to it. And half the width of the cell upstream over the
    /// distance across the face, doubled.
    enum class Widths { even, across, along } widths = Widths::even;
    const double *stretch_left, *stretch_right, *reach_left, *reach_right;
    int crosses = 0;  ///< transverse directions with cross terms
    std::array<CrossRow, 2> cross;
};

/// A row of n cells of one solute, advanced: the fluxes through its faces and what they bring.
struct RowStep {
    /// Faces to the next rows along y and z, and those to the right of its own cells: of the last one where along.n = n; that one is closed.
    FaceRow north, top, along;
    std::int64_t n = 0;
    /// Fluxes, each at the first cell; x_flux: n + 1 numbers.
    const double *x_flux, *south, *north_flux, *bottom, *top_flux;
    const double *old, *inverse_capacity;
    double* now;  ///< old + duration · inverse_capacity · (inflow − outflow)
};

void advance_row(Limiter limiter, const RowStep& row, double duration);
void limited_flux_row(Limiter limiter, const FaceRow& row, double duration);

/// Asks for n numbers that will soon be wanted: rows are too short for the processor to foresee where the next one begins.
template <class Number>
inline void fetch_ahead(const Number* numbers, std::int64_t n) {
    constexpr std::int64_t line = 64 / sizeof(Number);
    for (std::int64_t i = 0; i < n; i += line) __builtin_prefetch(numbers + i);
}

}  // namespace galena
