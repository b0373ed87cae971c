#include "numerics/face_operators.hpp"

#include <algorithm>

namespace galena {

namespace {

/// First cell and first faces of a row of cells, and which row of its layer it is.
struct Row {
    Index cell, x, y, z, j;
};

/// body(Row) for every row of cells along x, in parallel.
template <class Body>
void for_each_row(const Grid& grid, Body&& body) {
    const Index nx = grid.nx(), ny = grid.ny();
    parallel_blocks(ny * grid.nz(), std::max<Index>(1, sum_block / nx), [&](Index begin, Index end) {
        for (Index row = begin; row < end; ++row) {
            const Index j = row % ny, k = row / ny;
            body(Row{row * nx, row * (nx + 1), (k * (ny + 1) + j) * nx, row * nx, j});
        }
    });
}

}  // namespace

void add_diffusive_inflow(const Grid& grid, const FaceField& conductance, std::span<const double> value, std::span<double> out) {
    const Index nx = grid.nx(), plane = grid.column_count(), cells = grid.cell_count();
    const double *cx = conductance.x.data(), *cy = conductance.y.data(), *cz = conductance.z.data(), *v = value.data();
    double* o = out.data();
    for_each_row(grid, [&](const Row& r) {
        for (Index i = 0; i < nx; ++i) {
            const Index c = r.cell + i;
            // A neighbour beyond the box is read as the cell itself; its conductance is 0.
            const double west = v[i > 0 ? c - 1 : c], east = v[i < nx - 1 ? c + 1 : c];
            const double south = v[c >= nx ? c - nx : c], north = v[c + nx < cells ? c + nx : c];
            const double below = v[c >= plane ? c - plane : c], above = v[c + plane < cells ? c + plane : c];
            o[c] += cx[r.x + i] * (west - v[c]) + cx[r.x + i + 1] * (east - v[c]) + cy[r.y + i] * (south - v[c]) +
                    cy[r.y + i + nx] * (north - v[c]) + cz[r.z + i] * (below - v[c]) + cz[r.z + i + plane] * (above - v[c]);
        }
    });
}

void sum_of_faces(const Grid& grid, const FaceField& faces, std::span<double> out) {
    const Index nx = grid.nx(), plane = grid.column_count();
    const double *fx = faces.x.data(), *fy = faces.y.data(), *fz = faces.z.data();
    double* o = out.data();
    for_each_row(grid, [&](const Row& r) {
        for (Index i = 0; i < nx; ++i)
            o[r.cell + i] = fx[r.x + i] + fx[r.x + i + 1] + fy[r.y + i] + fy[r.y + i + nx] + fz[r.z + i] + fz[r.z + i + plane];
    });
}

void add_inflow_of_faces(const Grid& grid, const FaceField& flux, std::span<double> out) {
    const Index nx = grid.nx(), plane = grid.column_count();
    const double *fx = flux.x.data(), *fy = flux.y.data(), *fz = flux.z.data();
    double* o = out.data();
    for_each_row(grid, [&](const Row& r) {
        for (Index i = 0; i < nx; ++i)
            o[r.cell + i] += (fx[r.x + i] - fx[r.x + i + 1]) + (fy[r.y + i] - fy[r.y + i + nx]) + (fz[r.z + i] - fz[r.z + i + plane]);
    });
}

void add_outflow_coefficients(const Grid& grid, const FaceField& from_left, const FaceField& from_right, std::span<double> out) {
    const Index nx = grid.nx(), plane = grid.column_count();
    double* o = out.data();
    const double *lx = from_left.x.data(), *ly = from_left.y.data(), *lz = from_left.z.data();
    const double *rx = from_right.x.data(), *ry = from_right.y.data(), *rz = from_right.z.data();
    for_each_row(grid, [&](const Row& r) {
        for (Index i = 0; i < nx; ++i)
            o[r.cell + i] += rx[r.x + i] + lx[r.x + i + 1] + ry[r.y + i] + ly[r.y + i + nx] + rz[r.z + i] + lz[r.z + i + plane];
    });
}

void outflow_of_cells(const Grid& grid, const FaceField& flux, std::span<double> out) {
    const Index nx = grid.nx(), ny = grid.ny(), plane = grid.column_count(), cells = grid.cell_count();
    double* o = out.data();
    // A face on the box's side, or to an inactive cell, leads nowhere: what passes it is the exchange of a boundary.
    const auto open = [&](Index neighbour) { return grid.status(neighbour) != CellStatus::inactive; };
    for_each_row(grid, [&](const Row& r) {
        for (Index i = 0; i < nx; ++i) {
            const Index c = r.cell + i;
            double sum = 0;
            if (i > 0 && open(c - 1)) sum += std::max(0.0, -flux.x[r.x + i]);
            if (i < nx - 1 && open(c + 1)) sum += std::max(0.0, flux.x[r.x + i + 1]);
            if (r.j > 0 && open(c - nx)) sum += std::max(0.0, -flux.y[r.y + i]);
            if (r.j < ny - 1 && open(c + nx)) sum += std::max(0.0, flux.y[r.y + i + nx]);
            if (c >= plane && open(c - plane)) sum += std::max(0.0, -flux.z[r.z + i]);
            if (c + plane < cells && open(c + plane)) sum += std::max(0.0, flux.z[r.z + i + plane]);
            o[c] = sum;
        }
    });
}

void set_couplings(const Grid& grid, const FaceField& conductance, std::span<const std::uint8_t> held, SymmetricStencil& out) {
    for_each_face(grid, [&](const Face& f) {
        const bool open = !held[static_cast<std::size_t>(f.left)] && !held[static_cast<std::size_t>(f.right)];
        out.coupling[f] = open ? conductance[f] : 0.0;
    });
    sum_of_faces(grid, conductance, out.diagonal);
}

void cell_vectors(const Grid& grid, const FaceField& flux, std::span<double> x, std::span<double> y, std::span<double> z) {
    const Index nx = grid.nx(), plane = grid.column_count();
    for_each_row(grid, [&](const Row& r) {
        for (Index i = 0; i < nx; ++i) {
            const Index c = r.cell + i;
            const auto at = static_cast<std::size_t>(c);
            const double thickness = grid.thickness(c);
            if (!grid.active(c) || thickness <= 0) {
                x[at] = y[at] = z[at] = 0;
                continue;
            }
            x[at] = 0.5 * (flux.x[r.x + i] + flux.x[r.x + i + 1]) / (grid.width_y(c) * thickness);
            y[at] = 0.5 * (flux.y[r.y + i] + flux.y[r.y + i + nx]) / (grid.width_x(c) * thickness);
            z[at] = 0.5 * (flux.z[r.z + i] + flux.z[r.z + i + plane]) / grid.area(c);
        }
    });
}

}  // namespace galena
