#pragma once
// Which cells hang together through faces that let something pass.

#include <vector>

#include "grid/field.hpp"

namespace galena {

struct ConnectedParts {
    Index count = 0;
    std::vector<std::int32_t> part;  ///< per cell; −1 where inactive
    std::vector<Index> first_cell;   ///< per part
    std::vector<Index> size;         ///< cells per part
};

/// Parts of the active (and pass-through) cells joined by faces with a positive conductance.
ConnectedParts connected_parts(const Grid& grid, const FaceField& conductance);

}  // namespace galena
