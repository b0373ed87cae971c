#pragma once
// Values between samples without a model of their variation: inverse distance and nearest sample.

#include <span>
#include <vector>

#include "grid/samples.hpp"

namespace galena {

struct InverseDistanceOptions {
    double power = 2;            ///< > 0; weights are distance^−power (Shepard 1968)
    std::size_t neighbours = 0;  ///< nearest samples used per point; 0: all
};

/// Weighted means at the targets (z is ignored), exact at samples and within the samples' bounds.
/// samples: one value per place. Throws std::invalid_argument for no samples or a power that is not positive.
std::vector<double> inverse_distance(const Samples& samples, std::span<const Point> targets, const InverseDistanceOptions& options = {});

/// The value of the nearest sample at each target; of equally near ones, always the same.
std::vector<double> nearest_sample(const Samples& samples, std::span<const Point> targets);

}  // namespace galena
