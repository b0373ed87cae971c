#pragma once
// Passes over cells row by row, for what depends on the cell's place: no index is taken apart.

#include <algorithm>

#include "grid/grid.hpp"

namespace galena {

/// body(cell, plan area [m²]) for every active cell, in parallel, independent of each other.
template <class Body>
void for_each_cell_with_area(const Grid& grid, Body&& body) {
    const Index nx = grid.nx(), ny = grid.ny();
    const double *dx = grid.dx().data(), *dy = grid.dy().data();
    parallel_blocks(ny * grid.nz(), std::max<Index>(1, sum_block / nx), [&](Index begin, Index end) {
        for (Index row = begin; row < end; ++row) {
            const double width = dy[row % ny];
            for (Index i = 0; i < nx; ++i)
                if (const Index cell = row * nx + i; grid.active(cell)) body(cell, dx[i] * width);
        }
    });
}

}  // namespace galena
