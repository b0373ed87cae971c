#pragma once
// Flow along a gradient where the conductance depends on the state of the two cells: of water that fills the ground in part.

#include "grid/field.hpp"

namespace galena {

/// upstream: of the cell the flow comes from; monotone on any grid. central: the mean of both cells; second order where they differ
/// little, upstream where they differ by more than a grid can resolve.
enum class Weighting { upstream, central };

/// A factor per cell, 0 to 1, and its derivative by the cell's own value.
struct RelativeConductance {
    std::span<const double> factor, slope;
    Weighting weighting = Weighting::upstream;
    bool vertical = true;              ///< false: the factor is 1 along z
    const FaceField* shift = nullptr;  ///< per face, added to the difference of values that drives the flux; none when absent
};

/// The factor of a face and its derivatives by the values on both sides.
struct FaceFactor {
    double factor, by_left, by_right;
};

/// From the factors a, b of the two sides and their slopes da, db. from_left: the flow comes from the side of a.
[[nodiscard]] FaceFactor face_factor(Weighting weighting, double a, double da, double b, double db, bool from_left);

/// flux_f = conductance_f k_f (value_left − value_right + shift_f), for every face between cells that are not inactive; k_f from the factors
/// of the two cells, of which the one upstream is told by the sign of the flux. Other faces are left alone.
void weighted_flux(const Grid& grid, const FaceField& conductance, const RelativeConductance& relative, std::span<const double> value,
                   FaceField& flux);

/// conductance_f k_f of that flux.
void weighted_conductance(const Grid& grid, const FaceField& conductance, const RelativeConductance& relative,
                          std::span<const double> value, FaceField& out);

/// The derivatives of that flux at a shift that stays: from_left = ∂flux/∂value_left, from_right = −∂flux/∂value_right. With upstream weighting both are ≥ 0.
void weighted_flux_slopes(const Grid& grid, const FaceField& conductance, const RelativeConductance& relative,
                          std::span<const double> value, FaceField& from_left, FaceField& from_right);

/// out_i += what the flux brings into cell i through its faces to other cells less what it takes out. Faces on the sides of the box, and
/// those beside inactive cells, must hold 0.
void add_net_inflow(const Grid& grid, const FaceField& flux, std::span<double> out);

}  // namespace galena
