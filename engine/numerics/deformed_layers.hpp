#pragma once
// Flow through layers that are not level. A two-point flux between the centres of neighbouring columns takes the head's change along the
// layer for its change along the horizontal, and lets nothing cross a sloping surface that runs along it: it is inconsistent, and no
// refinement mends it. What it misses are fluxes by the other components of the gradient. In coordinates that follow the layers
// (ξ = x, η = y, and the elevation z), with slopes s of the layer and conductivities along the horizontal and the vertical,
//     through a vertical face:   q_x        = −Kx (∂h/∂ξ − s_x ∂h/∂z)
//     through a layer's surface: q_z − s·q  = −(Kz + s_x² Kx + s_y² Ky) ∂h/∂z + s_x Kx ∂h/∂ξ + s_y Ky ∂h/∂η
// (the chain rule; Thompson, Warsi & Mastin 1985, ch. III). The leading terms are two-point fluxes again, with a larger vertical
// conductivity; the others are found here, from gradients at the centres of cells, second order on uneven grids. They are written as what
// has to be added to the difference of the two heads, so that whatever weighs the two-point flux of a face (relative conductivities, upstream)
// weighs all of it.

#include <cstdint>
#include <vector>

#include "numerics/weighted_flow.hpp"

namespace galena {

class DeformedLayers {
public:
    /// True when the centres of two active cells side by side differ in elevation by more than rounding.
    [[nodiscard]] static bool in(const Grid& grid);

    /// Conductivities along x, y and z [m/s] must outlive this object and may change: call update() then.
    DeformedLayers(const Grid& grid, const CellField& along_x, const CellField& along_y, const CellField& along_z);
    /// After conductivities have changed.
    void update();
    /// A wall stands in a vertical face, whose conductance says so: the head jumps there, and gradients do not look through it.
    void part(Axis axis, Index face);
    /// No walls any more.
    void unite();

    /// Kz + s_x² Kx + s_y² Ky per cell [m/s]: the vertical conductivity for compute_conductances.
    [[nodiscard]] const CellField& across() const { return across_; }

    /// shift = what has to be added to h_left − h_right [m], linear in the head. With the conductances that compute_conductances makes of
    /// across() the flux is conductance · (h_left − h_right + shift), times the relative conductance of the face. Ground that is not full
    /// conducts less, as `relative` says by its factors (of saturated ground: {}): that tells how steep the head is on either side of a
    /// jump, and with a water table (a factor that does not hold for vertical flow) where there is no flow along the layers. Faces next to
    /// cells that are not active get nothing.
    void head_shifts(const RelativeConductance& relative, std::span<const double> head, FaceField& shift);
    /// The same for what passes a side of the box where a head is given on it: what has to be added to h_side − h_cell [m], of the heads last
    /// given to head_shifts or add_cross_fluxes. With half_cell_conductance of across() along z.
    [[nodiscard]] double side_shift(Index cell, Side side, const RelativeConductance& relative) const;
    /// flux += conductance · shift of saturated ground: what its two-point fluxes miss [m³/s, towards growing i, j, k].
    void add_cross_fluxes(const FaceField& conductance, std::span<const double> head, FaceField& flux);

    [[nodiscard]] std::size_t bytes() const;

private:
    void find_gradients(const RelativeConductance& relative, std::span<const double> head);
    [[nodiscard]] double shift_of(const Face& f, const RelativeConductance& relative) const;

    const Grid& grid_;
    const CellField &along_x_, &along_y_, &along_z_;
    CellField slope_x_, slope_y_;                    ///< of the layer, at the centre of its cells [m/m]
    std::vector<std::uint8_t> parted_x_, parted_y_;  ///< 1 for the faces that are walls; empty: none
    CellField across_;
    CellField tangential_;  ///< s_x Kx ∂h/∂ξ + s_y Ky ∂h/∂η over across_, of the last head [-]
    CellField vertical_;    ///< ∂h/∂z, of the last head [-]
};

}  // namespace galena
