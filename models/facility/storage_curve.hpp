#pragma once
// How much a basin holds at which level: area and volume below a stage.

#include <span>
#include <vector>

#include "scenario/reader.hpp"

namespace galena {

/// One point of a stage-area-volume curve.
struct StoragePoint {
    double stage = 0, area = 0;
    std::optional<double> volume;
    Place place;
    Places places;

    static auto parameters() {
        using T = StoragePoint;
        return std::tuple{
            parameter("stage", &T::stage, "m", anything, "elevation of the water level"),
            parameter("area", &T::area, "m2", not_negative, "of the basin at that level"),
            parameter("volume", &T::volume, "m3", not_negative, "below that level; from the areas when absent"),
        };
    }
};

/// The basin: area linear in the stage between its points, volume its exact integral; above the last point the walls are upright.
class StorageCurve {
public:
    StorageCurve() = default;
    /// From points of the site file. Stages that do not rise, and areas or volumes that fall, are mistakes; so is a volume that the areas
    /// contradict by more than a tenth. Volumes only check: what counts is the integral of the areas.
    static StorageCurve of_points(const std::vector<StoragePoint>& points, Diagnostics& diagnostics);
    /// From the elevations [m] and plan areas [m²] of the pieces of a floor.
    static StorageCurve of_floor(std::span<const double> elevations, std::span<const double> areas);

    [[nodiscard]] double area(double stage) const;
    [[nodiscard]] double volume(double stage) const;
    /// The level at which the basin holds a volume ≥ 0.
    [[nodiscard]] double stage(double volume) const;
    [[nodiscard]] double lowest() const { return pieces_.front().stage; }
    [[nodiscard]] double highest() const { return pieces_.back().stage; }
    [[nodiscard]] double largest_area() const { return pieces_.back().area_above; }
    [[nodiscard]] bool empty() const { return pieces_.empty(); }

private:
    /// A stage at which the area may jump.
    struct Piece {
        double stage = 0, area_below = 0, area_above = 0, volume = 0;
    };
    void add(double stage, double area_below, double area_above);

    std::vector<Piece> pieces_;  ///< ascending
};

}  // namespace galena
