#pragma once
// Where the water above a limit stands: its centre, how far it reaches, and how it is spread (moments of the dissolved mass in it).

#include <vector>

#include "grid/grid.hpp"

namespace galena {

/// All NaN when nothing is above the limit.
struct PlumeShape {
    Point centre;                                                 ///< of the mass, in the crs
    double length = 0, width = 0;                                 ///< in plan, along and across the longer axis of the spread [m]
    double spread_along = 0, spread_across = 0, spread_down = 0;  ///< standard deviations of the mass [m]
    double lowest = 0, deepest = 0;                               ///< elevation, and depth below the ground above it [m]
};

/// cells: those above the limit; mass: dissolved in each [kg]. A cell counts as uniform inside, so that one alone has the spread of a block.
PlumeShape plume_shape(const Grid& grid, const std::vector<Index>& cells, const std::vector<double>& mass);

}  // namespace galena
