#pragma once
// From a SpatialValue of the site file to numbers at points or cells.

#include <span>

#include "simulation/domain.hpp"

namespace galena {

/// Values at points of the crs, ignoring depth: surfaces, thicknesses. Mistakes go to `diagnostics`; how kriging went goes to `remarks`.
std::vector<double> values_at(const SpatialValue& value, std::span<const Point> points, const Site& site, Remarks& remarks,
                              Diagnostics& diagnostics);

}  // namespace galena
