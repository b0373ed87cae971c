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
    return (passed + 1) * in_series(half_cell_conductance(grid, below, Axis::z, along_z[below]),
                                    half_cell_conductance(grid, above, Axis::z, along_z[above]));
}

namespace {

/// What one row of cells along x needs for its conductances, without a division per cell.
struct RowKernel {
    const Grid& grid;
    const CellField &along_x, &along_y, &along_z;
    FaceField& out;
    std::vector<double> inverse_half_x;  ///< 2 / dx

    [[nodiscard]] bool whole(Index a, Index b) const { return grid.active(a) && grid.active(b); }
    /// A face next to a pinched-out cell, or a closed one.
    [[nodiscard]] double other(const Face& face) const {
        const bool open = grid.status(face.left) != CellStatus::inactive && grid.status(face.right) != CellStatus::inactive;
        return open ? pass_through_conductance(grid, face, along_z) : 0.0;
    }

    void x_faces(Index cell, Index face, double dy) const {
        const Index nx = grid.nx();
        double left = dy * along_x[cell] * grid.thickness(cell) * inverse_half_x[0];
        for (Index i = 1; i < nx; ++i) {
            const Index c = cell + i;
            const double right = dy * along_x[c] * grid.thickness(c) * inverse_half_x[static_cast<std::size_t>(i)];
            out.x[face + i] = whole(c - 1, c) ? in_series(left, right) : other({Axis::x, face + i, c - 1, c});
            left = right;
        }
    }
    void y_faces(Index cell, Index face, double dy_south, double dy) const {
        const Index nx = grid.nx();
        for (Index i = 0; i < nx; ++i) {
            const Index c = cell + i, south = c - nx;
            const double dx = grid.dx()[static_cast<std::size_t>(i)];
            const double a = dx * along_y[south] * grid.thickness(south) * 2 / dy_south, b = dx * along_y[c] * grid.thickness(c) * 2 / dy;
            out.y[face + i] = whole(south, c) ? in_series(a, b) : other({Axis::y, face + i, south, c});
        }
    }
    void z_faces(Index cell, double dy) const {
        const Index nx = grid.nx(), plane = grid.column_count();
        for (Index i = 0; i < nx; ++i) {
            const Index c = cell + i, below = c - plane;
            if (!whole(below, c)) {
                out.z[c] = other({Axis::z, c, below, c});
                continue;
            }
            // In series, with the divisions by the two thicknesses gathered into one.
            const double k_below = along_z[below], k = along_z[c], resistance = k * grid.thickness(below) + k_below * grid.thickness(c);
            out.z[c] = resistance > 0 ? 2 * grid.dx()[static_cast<std::size_t>(i)] * dy * k_below * k / resistance : 0.0;
        }
    }
};

}  // namespace

void compute_conductances(const Grid& grid, const CellField& along_x, const CellField& along_y, const CellField& along_z, FaceField& out) {
    const Index nx = grid.nx(), ny = grid.ny();
    RowKernel kernel{grid, along_x, along_y, along_z, out, {}};
    for (const double dx : grid.dx()) kernel.inverse_half_x.push_back(2 / dx);
    parallel_blocks(ny * grid.nz(), std::max<Index>(1, sum_block / nx), [&](Index begin, Index end) {
        for (Index row = begin; row < end; ++row) {
            const Index j = row % ny, k = row / ny, cell = row * nx;
            const double dy = grid.dy()[static_cast<std::size_t>(j)];
            kernel.x_faces(cell, row * (nx + 1), dy);
            if (j > 0) kernel.y_faces(cell, (k * (ny + 1) + j) * nx, grid.dy()[static_cast<std::size_t>(j - 1)], dy);
            if (k > 0) kernel.z_faces(cell, dy);
        }
    });
}

}  // namespace galena
