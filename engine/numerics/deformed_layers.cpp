#include "numerics/deformed_layers.hpp"

#include <cmath>

#include "numerics/face_conductance.hpp"

namespace galena {

namespace {

/// The line of cells through a cell along one axis.
class Line {
public:
    Line(const Grid& grid, Axis axis)
        : grid_(grid), axis_(axis), stride_(axis == Axis::x   ? 1
                                            : axis == Axis::y ? grid.nx()
                                                              : grid.column_count()),
          count_(axis == Axis::x   ? grid.nx()
                 : axis == Axis::y ? grid.ny()
                                   : grid.nz()) {}

    /// The cell `steps` further on; −1 beyond the box or where a cell on the way is not active.
    [[nodiscard]] Index along(Index cell, int steps) const {
        const Index here = cell / stride_ % count_;
        if (here + steps < 0 || here + steps >= count_) return -1;
        for (int n = steps > 0 ? 1 : -1;; n += steps > 0 ? 1 : -1) {
            if (!grid_.active(cell + n * stride_)) return -1;
            if (n == steps) return cell + steps * stride_;
        }
    }
    [[nodiscard]] double half(Index cell) const { return half_width(grid_, cell, axis_); }

private:
    const Grid& grid_;
    Axis axis_;
    Index stride_, count_;
};

/// How far apart conductivities may be for a gradient to be extrapolated over them.
constexpr double alike = 2.0;

/// ∂u/∂s at the centre of a cell along a line, from the fluxes K ∂u/∂s between it and its neighbours: these, and not the gradients, are
/// smooth where K jumps. Second order: the fluxes lie midway between centres and are brought to the cell's own linearly. At the end of a
/// line the flux is extrapolated from the two nearest.
template <class Value, class Coefficient>
double gradient(const Line& line, Index c, Value&& u, Coefficient&& k) {
    struct Flux {
        bool known = false;
        double value = 0, distance = 0;
    };
    const auto between = [&](Index a, Index b, double sign) {
        if (a < 0 || b < 0) return Flux{};
        const double half_a = line.half(a), half_b = line.half(b), ka = k(a), kb = k(b);
        if (!(ka > 0 && kb > 0)) return Flux{};
        return Flux{true, sign * (u(b) - u(a)) / (half_a / ka + half_b / kb), half_a + half_b};
    };
    const auto one_sided = [&](const Flux& near, double sign) {
        const int step = sign > 0 ? 1 : -1;
        const Index first = line.along(c, step), second = line.along(c, 2 * step);
        const Flux far = between(first, second, sign);
        if (!far.known || std::max({k(c), k(first), k(second)}) > alike * std::min({k(c), k(first), k(second)})) return near.value;
        return near.value + (near.value - far.value) * near.distance / (near.distance + far.distance);
    };
    const Flux left = between(c, line.along(c, -1), -1), right = between(c, line.along(c, 1), 1);
    double flux = 0;
    if (left.known && right.known) flux = (right.value * left.distance + left.value * right.distance) / (left.distance + right.distance);
    else if (right.known) flux = one_sided(right, 1);
    else if (left.known) flux = one_sided(left, -1);
    else return 0.0;
    return flux / k(c);
}

}  // namespace

bool DeformedLayers::in(const Grid& grid) {
    const auto steepest = parallel_maximum(grid.cell_count(), [&](Index c) {
        if (!grid.active(c)) return 0.0;
        double drop = 0;
        for (const Side side : {Side::east, Side::north}) {
            const Index other = neighbour(grid, c, side);
            if (other >= 0 && grid.active(other)) drop = std::max(drop, std::abs(grid.elevation(other) - grid.elevation(c)));
        }
        return drop / grid.thickness(c);
    });
    return steepest.value > 1e-9;
}

DeformedLayers::DeformedLayers(const Grid& grid, const CellField& along_x, const CellField& along_y, const CellField& along_z)
    : grid_(grid), along_x_(along_x), along_y_(along_y), along_z_(along_z), slope_x_(grid), slope_y_(grid), across_(grid),
      tangential_(grid), vertical_(grid) {
    const Line x(grid, Axis::x), y(grid, Axis::y);
    const auto elevation = [&](Index c) { return grid.elevation(c); };
    const auto one = [](Index) { return 1.0; };
    for_each_cell(grid, [&](Index c) {
        slope_x_[c] = gradient(x, c, elevation, one);
        slope_y_[c] = gradient(y, c, elevation, one);
    });
    update();
}

void DeformedLayers::update() {
    for_each_cell(grid_, [&](Index c) {
        across_[c] = along_z_[c] + slope_x_[c] * slope_x_[c] * along_x_[c] + slope_y_[c] * slope_y_[c] * along_y_[c];
    });
}

void DeformedLayers::find_gradients(std::span<const double> head) {
    const Line x(grid_, Axis::x), y(grid_, Axis::y), z(grid_, Axis::z);
    const auto h = [&](Index c) { return head[static_cast<std::size_t>(c)]; };
    for_each_cell(grid_, [&](Index c) {
        vertical_[c] = gradient(z, c, h, [&](Index n) { return across_[n]; });
        const double east = gradient(x, c, h, [&](Index n) { return along_x_[n]; });
        const double north = gradient(y, c, h, [&](Index n) { return along_y_[n]; });
        tangential_[c] = across_[c] > 0 ? (slope_x_[c] * along_x_[c] * east + slope_y_[c] * along_y_[c] * north) / across_[c] : 0.0;
    });
}

void DeformedLayers::add_cross_fluxes(const FaceField& conductance, std::span<const double> head, FaceField& flux) {
    find_gradients(head);
    for_each_face(grid_, [&](const Face& f) {
        if (!grid_.active(f.left) || !grid_.active(f.right)) return;
        const double left = half_width(grid_, f.left, f.axis), right = half_width(grid_, f.right, f.axis);
        if (f.axis == Axis::z) {
            flux[f] += conductance[f] * (left * tangential_[f.left] + right * tangential_[f.right]);
            return;
        }
        const double slope = (grid_.elevation(f.right) - grid_.elevation(f.left)) / (left + right);
        flux[f] += conductance[f] * slope * (left * vertical_[f.left] + right * vertical_[f.right]);
    });
}

std::size_t DeformedLayers::bytes() const { return 5 * sizeof(double) * static_cast<std::size_t>(across_.size()); }

}  // namespace galena
