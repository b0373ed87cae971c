#pragma once
// What slopes across faces are measured with, along each axis: from the widths of the cells, by position.

#include <array>
#include <vector>

#include "grid/grid.hpp"

namespace galena {

/// Entry f belongs to the face left of cell f of its row; the faces of the box's own sides have 0 or 1.
struct FaceWidths {
    std::vector<double> stretch_left, stretch_right;  ///< distance across the face over that across the face before, and after it
    std::vector<double> reach_left, reach_right;      ///< width of the cell on that side over the distance across the face
    std::vector<double> per_distance;                 ///< 1 / distance of the centres [1/m]; 0 at the sides of the box
    bool even = true;                                 ///< all widths are the same: the other factors are 1
};

/// Along x, y and z. Where layers vary in thickness their mean over the active cells counts.
[[nodiscard]] std::array<FaceWidths, 3> face_widths(const Grid& grid);

}  // namespace galena
