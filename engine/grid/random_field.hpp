#pragma once
// Random fields of conductivity for tests, benchmarks and ensembles.

#include <array>
#include <string_view>

#include "core/random.hpp"
#include "grid/field.hpp"

namespace galena {

/// White noise smoothed by moving averages: twice over 2 · half_width + 1 cells along each direction gives a nearly Gaussian covariance.
struct SmoothedNoise {
    std::array<Index, 3> half_width{3, 3, 1};  ///< cells along x, y, z
    int passes = 2;
};

/// A field of mean 0 and standard deviation 1 over the cells of the grid; a moving average stops at the sides of the box. Depends on
/// (seed, stream) alone. A grid of one cell, or noise averaged to a constant, gives 0.
CellField smoothed_noise(const Grid& grid, const SmoothedNoise& shape, std::uint64_t seed, std::string_view stream);

/// median · exp(sigma · smoothed_noise): a lognormal field with standard deviation `sigma` of its logarithm.
CellField lognormal_field(const Grid& grid, double median, double sigma, const SmoothedNoise& shape, std::uint64_t seed,
                          std::string_view stream);

}  // namespace galena
