#pragma once
// Measured points in plan, and how distance is measured between them.

#include <span>
#include <vector>

#include "grid/grid.hpp"

namespace galena {

/// Values at points in plan [m]; the three vectors have one length.
struct Samples {
    std::vector<double> x, y, value;

    [[nodiscard]] std::size_t size() const { return value.size(); }
    [[nodiscard]] bool empty() const { return value.empty(); }
    void add(double x_, double y_, double value_) {
        x.push_back(x_);
        y.push_back(y_);
        value.push_back(value_);
    }
};

/// Samples with at most one value per place.
struct MergedSamples {
    Samples samples;         ///< in the order of their first appearance
    std::size_t merged = 0;  ///< how many samples were averaged away (number before − number after)
};

/// Replaces samples at exactly the same place by their arithmetic mean.
MergedSamples merge_duplicates(const Samples& samples);

/// The natural logarithm of every value. Throws std::domain_error naming the first value that is not positive.
Samples logarithm(const Samples& samples);

/// Geometric anisotropy: values stay alike farther along one direction than across it.
struct Anisotropy {
    double angle = 0;  ///< of the direction of greatest range, clockwise from north (the y axis) [rad]; gstat's `anis` in radians
    double ratio = 1;  ///< range across / range along, 0 < ratio ≤ 1

    [[nodiscard]] bool isotropic() const { return ratio == 1; }
    /// Coordinates in which distance is that of an isotropic variogram with the greatest range: x across (stretched by 1/ratio), y along.
    [[nodiscard]] Point stretched(double x, double y) const;
};

/// The samples with stretched coordinates (unchanged when isotropic).
Samples stretched(const Samples& samples, const Anisotropy& anisotropy);

}  // namespace galena
