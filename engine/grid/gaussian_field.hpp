#pragma once
// Gaussian random fields with a variogram: drawn on a regular lattice by circulant embedding (Dietrich and Newsam 1997), free or made to
// pass through samples.

#include <array>
#include <cstdint>
#include <string_view>

#include "core/random.hpp"
#include "grid/field.hpp"
#include "grid/kriging.hpp"

namespace galena {

/// Covariance in space: the variogram in the plane, and how much shorter likeness reaches upward.
struct FieldCovariance {
    Variogram variogram;
    double vertical_range = 0;  ///< range along z [m]; 0: as along the plane's longest

    /// Between two points that lie so far apart [m].
    [[nodiscard]] double at(double dx, double dy, double dz) const;
    /// Distance along each axis beyond which less than a hundredth is left.
    [[nodiscard]] std::array<double, 3> reach() const;
};

/// A regular lattice of points and the field on it. The embedding is as large as needed for likeness to fade before it wraps around (at
/// most twice the lattice, where it is exact); memory is about 24 bytes per point of the embedding.
class GaussianLattice {
public:
    /// origin: of point (0, 0, 0); spacing > 0 [m]; points per axis ≥ 1.
    GaussianLattice(const Point& origin, std::array<double, 3> spacing, std::array<Index, 3> points, const FieldCovariance& covariance);

    /// A field of mean 0 that depends on (seed, stream) alone; x fastest, then y, then z.
    [[nodiscard]] std::vector<double> draw(std::uint64_t seed, std::string_view stream) const;
    /// The lattice point nearest to a place; places outside take the nearest on the side.
    [[nodiscard]] Index nearest(const Point& p) const;
    /// Part of the variance that had to be cut off because the embedding was not positive definite; 0 as a rule. The sill is kept.
    [[nodiscard]] double cut_off() const { return cut_off_; }
    [[nodiscard]] const std::array<Index, 3>& points() const { return points_; }

private:
    [[nodiscard]] Index embedded_size() const { return embedded_[0] * embedded_[1] * embedded_[2]; }

    Point origin_;
    std::array<double, 3> spacing_;
    std::array<Index, 3> points_, embedded_;
    DoubleArray roots_;  ///< square roots of the eigenvalues over the number of points, one per frequency
    double cut_off_ = 0;
};

/// A field over the cells of a grid, at their centres. Where cells are of even size the lattice is the grid itself; else its spacing is
/// that of the smallest cell, but no finer than a twentieth of the range, and every cell takes the nearest point.
CellField gaussian_field(const Grid& grid, const FieldCovariance& covariance, std::uint64_t seed, std::string_view stream);

/// A field in the plane that passes through the samples and else follows the variogram: a free field, corrected by kriging of what it misses
/// at the samples (Journel and Huijbregts 1978, VII.A). One number per target.
std::vector<double> conditional_simulation(const Samples& samples, const Variogram& variogram, std::span<const Point> targets,
                                           const KrigingOptions& options, std::uint64_t seed, std::string_view stream);

}  // namespace galena
