#pragma once
// The grid: a logically structured block of nx × ny × nz cells with variable spacing, layers that follow surfaces, and inactive cells.
//
// x runs fastest, as in VTK. i grows with x, j with y, k upward, all counted from 0. People see `layer`, counted from 1 at the top.
// Local coordinates start at the grid's lower left corner; origin and rotation take them to the coordinate reference system (crs).

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/parallel.hpp"

namespace galena {

struct Point {
    double x = 0, y = 0, z = 0;
};

/// Where the grid lies on Earth.
struct Georeference {
    std::string crs;  ///< e.g. "EPSG:28992"; free text, carried into every output
    std::string vertical_datum;
    double origin_x = 0, origin_y = 0;  ///< crs coordinates of the lower left corner [m]
    double rotation = 0;                ///< counter-clockwise, of the grid's x axis against the crs [rad]

    [[nodiscard]] Point to_crs(Point local) const;
    [[nodiscard]] Point to_local(Point crs) const;
};

/// inactive: holds nothing, lets nothing through. pass_through: thinner than the minimum thickness; holds nothing, but
/// connects the cells above and below it (docs/decisions/0002-pinched-out-cells.md).
enum class CellStatus : std::uint8_t { inactive = 0, active = 1, pass_through = 2 };

enum class Axis : std::uint8_t { x = 0, y = 1, z = 2 };

/// The six sides of the box.
enum class Side : std::uint8_t { west, east, south, north, bottom, top };

/// True where a positive flux through that side of a cell enters it.
inline bool points_inwards(Side side) { return side == Side::west || side == Side::south || side == Side::bottom; }

/// A group of cell rows in the vertical that the site file named as one layer.
struct Layer {
    std::string name;
    Index first_k = 0;  ///< lowest row of cells
    Index last_k = 0;   ///< highest row of cells (inclusive)
};

class Grid {
public:
    /// dx: nx widths [m]; dy: ny widths [m]; surfaces: (nz + 1) · ny · nx elevations [m] of the cell tops and bottoms, from the
    /// lowest to the highest, x fastest. Throws std::invalid_argument when the sizes do not fit or a surface crosses the next.
    Grid(std::vector<double> dx, std::vector<double> dy, std::vector<double> surfaces, Georeference georeference = {});

    [[nodiscard]] Index nx() const { return nx_; }
    [[nodiscard]] Index ny() const { return ny_; }
    [[nodiscard]] Index nz() const { return nz_; }
    [[nodiscard]] Index cell_count() const { return nx_ * ny_ * nz_; }
    [[nodiscard]] Index column_count() const { return nx_ * ny_; }
    [[nodiscard]] Index active_count() const;

    [[nodiscard]] Index cell(Index i, Index j, Index k) const { return (k * ny_ + j) * nx_ + i; }
    [[nodiscard]] Index column(Index cell) const { return cell % (nx_ * ny_); }
    [[nodiscard]] std::array<Index, 3> ijk(Index cell) const { return {cell % nx_, cell / nx_ % ny_, cell / (nx_ * ny_)}; }

    [[nodiscard]] const std::vector<double>& dx() const { return dx_; }
    [[nodiscard]] const std::vector<double>& dy() const { return dy_; }
    [[nodiscard]] const std::vector<double>& x_edges() const { return x_edges_; }  ///< nx + 1 local coordinates
    [[nodiscard]] const std::vector<double>& y_edges() const { return y_edges_; }
    [[nodiscard]] const std::vector<double>& surfaces() const { return surfaces_; }
    [[nodiscard]] const Georeference& georeference() const { return georeference_; }

    // A surface lies k · columns above the lowest, so a cell's bottom is surfaces[cell] and its top surfaces[cell + columns].
    [[nodiscard]] double bottom(Index cell) const { return surfaces_[static_cast<std::size_t>(cell)]; }
    [[nodiscard]] double top(Index cell) const { return surfaces_[static_cast<std::size_t>(cell + nx_ * ny_)]; }
    [[nodiscard]] double thickness(Index cell) const { return top(cell) - bottom(cell); }
    [[nodiscard]] double elevation(Index cell) const { return 0.5 * (top(cell) + bottom(cell)); }  ///< of the centre
    [[nodiscard]] double width_x(Index cell) const { return dx_[static_cast<std::size_t>(cell % nx_)]; }
    [[nodiscard]] double width_y(Index cell) const { return dy_[static_cast<std::size_t>(cell / nx_ % ny_)]; }
    [[nodiscard]] double area(Index cell) const { return width_x(cell) * width_y(cell); }  ///< in plan [m²]
    [[nodiscard]] double volume(Index cell) const { return area(cell) * thickness(cell); }
    [[nodiscard]] Point centre(Index cell) const;      ///< local coordinates
    [[nodiscard]] Point centre_crs(Index cell) const;  ///< coordinates of the crs

    [[nodiscard]] CellStatus status(Index cell) const { return status_[static_cast<std::size_t>(cell)]; }
    [[nodiscard]] bool active(Index cell) const { return status_[static_cast<std::size_t>(cell)] == CellStatus::active; }
    void set_status(Index cell, CellStatus status) { status_[static_cast<std::size_t>(cell)] = status; }
    [[nodiscard]] const std::vector<CellStatus>& statuses() const { return status_; }

    /// Layers as the site file lists them, top first.
    [[nodiscard]] const std::vector<Layer>& layers() const { return layers_; }
    /// Position, in layers(), of the layer a cell belongs to.
    [[nodiscard]] std::size_t layer_of(Index cell) const;
    void set_layers(std::vector<Layer> layers) { layers_ = std::move(layers); }

    /// The cell that holds a point of the crs (inside the box, any status); -1 outside. A point on the top surface is inside.
    [[nodiscard]] Index find_cell(Point crs) const;
    /// The column under a point of the crs, as the index of its lowest cell; -1 outside.
    [[nodiscard]] Index find_column(Point crs) const;
    /// Highest active cell of the column of `cell`; -1 when the column has none.
    [[nodiscard]] Index top_active_cell(Index cell) const;

    /// Cells along a side of the box, whatever their status; side top/bottom: the highest/lowest active cell of each column.
    [[nodiscard]] std::vector<Index> side_cells(Side side) const;

    /// "cell (12, 3, 0), layer 2 'aquifer', at x = 181040 m, y = 331020 m, z = 25.1 m": how people are told about a cell.
    [[nodiscard]] std::string describe(Index cell) const;

    /// "80 x 105 x 8 cells".
    [[nodiscard]] std::string size_text() const;

    /// Bytes held by the grid itself.
    [[nodiscard]] std::size_t bytes() const;

private:
    Index nx_, ny_, nz_;
    std::vector<double> dx_, dy_, x_edges_, y_edges_, surfaces_;
    std::vector<CellStatus> status_;
    std::vector<Layer> layers_;
    Georeference georeference_;
};

/// One interior face: between the cells `left` and `right`, `right` lying towards growing i, j or k.
struct Face {
    Axis axis;
    Index index;  ///< into the array of that axis of a FaceField
    Index left, right;
};

/// body(Face) for every face between two cells that are not inactive. Faces run in parallel: the body may write only to its face.
template <class Body>
void for_each_face(const Grid& grid, Body&& body) {
    const Index nx = grid.nx(), ny = grid.ny(), nz = grid.nz();
    const auto& status = grid.statuses();
    const auto open = [&](Index a, Index b) {
        return status[static_cast<std::size_t>(a)] != CellStatus::inactive && status[static_cast<std::size_t>(b)] != CellStatus::inactive;
    };
    parallel_blocks(ny * nz, std::max<Index>(1, sum_block / nx), [&](Index begin, Index end) {
        for (Index row = begin; row < end; ++row) {
            const Index j = row % ny, k = row / ny;
            const Index first = grid.cell(0, j, k);
            for (Index i = 1; i < nx; ++i)
                if (open(first + i - 1, first + i)) body(Face{Axis::x, row * (nx + 1) + i, first + i - 1, first + i});
            if (j > 0)
                for (Index i = 0; i < nx; ++i)
                    if (open(first + i - nx, first + i)) body(Face{Axis::y, (k * (ny + 1) + j) * nx + i, first + i - nx, first + i});
            if (k > 0)
                for (Index i = 0; i < nx; ++i)
                    if (open(first + i - nx * ny, first + i)) body(Face{Axis::z, first + i, first + i - nx * ny, first + i});
        }
    });
}

/// Index, into the FaceField array of its axis, of the face on one side of a cell.
inline Index outer_face(const Grid& grid, Index cell, Side side) {
    const auto [i, j, k] = grid.ijk(cell);
    const Index west = (k * grid.ny() + j) * (grid.nx() + 1) + i, south = (k * (grid.ny() + 1) + j) * grid.nx() + i;
    switch (side) {
        case Side::west: return west;
        case Side::east: return west + 1;
        case Side::south: return south;
        case Side::north: return south + grid.nx();
        case Side::bottom: return cell;
        case Side::top: return cell + grid.column_count();
    }
    return -1;
}

/// True when a cell's side is a side of the box.
inline bool on_box_side(const Grid& grid, Index cell, Side side) {
    const auto [i, j, k] = grid.ijk(cell);
    switch (side) {
        case Side::west: return i == 0;
        case Side::east: return i == grid.nx() - 1;
        case Side::south: return j == 0;
        case Side::north: return j == grid.ny() - 1;
        case Side::bottom: return k == 0;
        case Side::top: return k == grid.nz() - 1;
    }
    return true;
}

/// The cell beyond one side of a cell, whatever its status; −1 at a side of the box.
inline Index neighbour(const Grid& grid, Index cell, Side side) {
    if (on_box_side(grid, cell, side)) return -1;
    switch (side) {
        case Side::west: return cell - 1;
        case Side::east: return cell + 1;
        case Side::south: return cell - grid.nx();
        case Side::north: return cell + grid.nx();
        case Side::bottom: return cell - grid.column_count();
        case Side::top: return cell + grid.column_count();
    }
    return -1;
}

/// body(cell) for every active cell, in parallel.
template <class Body>
void for_each_cell(const Grid& grid, Body&& body) {
    parallel_for(grid.cell_count(), [&](Index cell) {
        if (grid.active(cell)) body(cell);
    });
}

}  // namespace galena
