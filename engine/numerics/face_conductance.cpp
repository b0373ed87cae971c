#include "numerics/face_conductance.hpp"

namespace galena {

namespace {

/// Nearest active cell from `cell` on in steps of `stride` (± columns); −1 when the column ends or an inactive cell comes first.
Index nearest_active(const Grid& grid, Index cell, Index stride, int& passed) {
    for (; cell >= 0 && cell < grid.cell_count(); cell += stride) {
        if (grid.status(cell) == CellStatus::active) return cell;
        if (grid.status(cell) == CellStatus::inactive) return -1;
        ++passed;
    }
    return -1;
}

}  // namespace

double pass_through_conductance(const Grid& grid, const Face& face, const CellField& along_z) {
    if (face.axis != Axis::z) return 0.0;
    int passed = 0;
    const Index below = nearest_active(grid, face.left, -grid.column_count(), passed);
    const Index above = nearest_active(grid, face.right, grid.column_count(), passed);
    if (below < 0 || above < 0) return 0.0;
    return (passed + 1) * in_series(half_cell_conductance(grid, below, Axis::z, along_z[below]), half_cell_conductance(grid, above, Axis::z, along_z[above]));
}

void compute_conductances(const Grid& grid, const CellField& along_x, const CellField& along_y, const CellField& along_z, FaceField& out) {
    for_each_face(grid, [&](const Face& face) {
        if (grid.status(face.left) == CellStatus::pass_through || grid.status(face.right) == CellStatus::pass_through) {
            out[face] = pass_through_conductance(grid, face, along_z);
            return;
        }
        const auto& k = face.axis == Axis::x ? along_x : face.axis == Axis::y ? along_y : along_z;
        out[face] = in_series(half_cell_conductance(grid, face.left, face.axis, k[face.left]), half_cell_conductance(grid, face.right, face.axis, k[face.right]));
    });
}

}  // namespace galena
