#include "grid/connectivity.hpp"

namespace galena {

ConnectedParts connected_parts(const Grid& grid, const FaceField& conductance) {
    ConnectedParts parts;
    parts.part.assign(static_cast<std::size_t>(grid.cell_count()), -1);
    std::vector<Index> open;
    const Index stride[3] = {1, grid.nx(), grid.column_count()};
    constexpr Side sides[3][2] = {{Side::west, Side::east}, {Side::south, Side::north}, {Side::bottom, Side::top}};
    for (Index seed = 0; seed < grid.cell_count(); ++seed) {
        if (!grid.active(seed) || parts.part[static_cast<std::size_t>(seed)] >= 0) continue;
        const auto id = static_cast<std::int32_t>(parts.count++);
        parts.first_cell.push_back(seed);
        parts.size.push_back(0);
        parts.part[static_cast<std::size_t>(seed)] = id;
        open.push_back(seed);
        while (!open.empty()) {
            const Index cell = open.back();
            open.pop_back();
            ++parts.size.back();
            for (int a = 0; a < 3; ++a)
                for (int d = 0; d < 2; ++d) {
                    // Faces on the sides of the box have no conductance, so a neighbour behind an open face exists.
                    if (conductance.along(static_cast<Axis>(a))[outer_face(grid, cell, sides[a][d])] <= 0) continue;
                    const Index next = cell + (d == 0 ? -stride[a] : stride[a]);
                    if (parts.part[static_cast<std::size_t>(next)] >= 0) continue;
                    parts.part[static_cast<std::size_t>(next)] = id;
                    open.push_back(next);
                }
        }
    }
    return parts;
}

}  // namespace galena
