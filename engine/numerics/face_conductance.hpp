#pragma once
// Two-point conductances between cell centres: harmonic means of the two halves, for anything that flows along a gradient
// (McDonald & Harbaugh 1988, eq. 5-10 ff.).

#include "grid/field.hpp"

namespace galena {

inline Axis axis_of(Side side) {
    return side == Side::west || side == Side::east ? Axis::x : side == Side::south || side == Side::north ? Axis::y : Axis::z;
}

/// Area of a cell's side across an axis [m²] and distance from its centre to that side [m].
inline double side_area(const Grid& grid, Index cell, Axis axis) {
    if (axis == Axis::x) return grid.width_y(cell) * grid.thickness(cell);
    if (axis == Axis::y) return grid.width_x(cell) * grid.thickness(cell);
    return grid.area(cell);
}
inline double half_width(const Grid& grid, Index cell, Axis axis) {
    return 0.5 * (axis == Axis::x ? grid.width_x(cell) : axis == Axis::y ? grid.width_y(cell) : grid.thickness(cell));
}

/// Conductance from a cell's centre to its side: coefficient · area / distance [m · unit of the coefficient].
inline double half_cell_conductance(const Grid& grid, Index cell, Axis axis, double coefficient) {
    return coefficient * side_area(grid, cell, axis) / half_width(grid, cell, axis);
}

inline double in_series(double a, double b) { return a > 0 && b > 0 ? a * b / (a + b) : 0.0; }

/// Conductance of every face between cells that are not inactive, from coefficients per axis. A pass-through cell is an internal point of
/// the vertical connection between the active cells above and below it: a chain of n such cells has n + 1 faces of n + 1 times the direct
/// conductance, so that eliminating them gives the direct connection exactly (docs/decisions/0002-pinched-out-cells.md).
void compute_conductances(const Grid& grid, const CellField& along_x, const CellField& along_y, const CellField& along_z, FaceField& out);

/// The same where cells are pinched out, for one face.
double pass_through_conductance(const Grid& grid, const Face& face, const CellField& along_z);

/// What spreads solutes through faces [m³/s]: dispersion, and diffusion in proportion to a geometry that solutes share. The fields stay
/// where they are.
class FaceConductance {
public:
    FaceConductance() = default;
    FaceConductance(const FaceField* dispersion, const FaceField* geometry = nullptr, double diffusion = 0)  // NOLINT: one field is all
        : dispersion_(dispersion), geometry_(geometry), diffusion_(diffusion) {}
    [[nodiscard]] double at(Axis axis, Index face) const {
        return (dispersion_ ? dispersion_->along(axis)[face] : 0.0) + (geometry_ ? diffusion_ * geometry_->along(axis)[face] : 0.0);
    }

private:
    const FaceField *dispersion_ = nullptr, *geometry_ = nullptr;
    double diffusion_ = 0;
};

}  // namespace galena
