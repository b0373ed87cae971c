#include "numerics/deformed_layers.hpp"

#include <algorithm>
#include <cmath>

#include "numerics/face_conductance.hpp"

namespace galena {

namespace {

/// The line of cells through a cell along one axis.
class Line {
public:
    /// parted: 1 for the faces across the axis that nothing is said through, such as walls; empty: none.
    Line(const Grid& grid, Axis axis, const std::vector<std::uint8_t>& parted = {})
        : grid_(grid), parted_(parted.data()), has_parted_(!parted.empty()), axis_(axis), stride_(axis == Axis::x   ? 1
                                                                                                  : axis == Axis::y ? grid.nx()
                                                                                                                    : grid.column_count()),
          count_(axis == Axis::x   ? grid.nx()
                 : axis == Axis::y ? grid.ny()
                                   : grid.nz()) {}

    /// The cell `steps` further on; −1 beyond the box, behind a parted face, or where a cell on the way is not active.
    [[nodiscard]] Index along(Index cell, int steps) const {
        const Index here = cell / stride_ % count_;
        if (here + steps < 0 || here + steps >= count_) return -1;
        for (int n = steps > 0 ? 1 : -1;; n += steps > 0 ? 1 : -1) {
            const Index next = cell + n * stride_;
            if (!grid_.active(next)) return -1;
            if (has_parted_ && parted_[face_below(n > 0 ? next : next + stride_)]) return -1;
            if (n == steps) return cell + steps * stride_;
        }
    }
    [[nodiscard]] double half(Index cell) const { return half_width(grid_, cell, axis_); }

private:
    /// The face between a cell and the one before it.
    [[nodiscard]] Index face_below(Index cell) const { return outer_face(grid_, cell, axis_ == Axis::x ? Side::west : Side::south); }

    const Grid& grid_;
    const std::uint8_t* parted_;
    bool has_parted_;
    Axis axis_;
    Index stride_, count_;
};

/// How far apart conductivities may be for a gradient to be extrapolated over them: wholly, and not at all. Between them the share falls
/// linearly: relative conductivities change with the head, and a jump would leave Newton nothing to converge to.
constexpr double alike = 2.0, unlike = 4.0;

/// ∂u/∂s at the centre of a cell along a line, from the fluxes k ∂u/∂s between it and its neighbours: these, and not the gradients, are
/// smooth where k jumps. Second order: the fluxes lie midway between centres and are brought to the cell's own linearly. At the end of a
/// line the flux is extrapolated from the two nearest. trust: how far the value of a cell says something, 0 to 1; the less, the more is
/// taken from the other side.
template <class Value, class Coefficient, class Trust>
double gradient(const Line& line, Index c, Value&& u, Coefficient&& k, Trust&& trust) {
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
        if (!far.known) return near.value;
        const double ratio = std::max({k(c), k(first), k(second)}) / std::min({k(c), k(first), k(second)});
        const double share = std::clamp((unlike - ratio) / (unlike - alike), 0.0, 1.0) * trust(first) * trust(second);
        return near.value + share * (near.value - far.value) * near.distance / (near.distance + far.distance);
    };
    const Index before = line.along(c, -1), after = line.along(c, 1);
    const Flux left = between(before, c, 1), right = between(c, after, 1);
    double flux = 0;
    if (left.known && right.known) {
        constexpr double least = 1e-6;
        const double of_left = right.distance * std::max(trust(before), least), of_right = left.distance * std::max(trust(after), least);
        flux = (left.value * of_left + right.value * of_right) / (of_left + of_right);
    } else if (right.known) {
        flux = one_sided(right, 1);
    } else if (left.known) {
        flux = one_sided(left, -1);
    } else {
        return 0.0;
    }
    return flux / k(c);
}

constexpr auto whole = [](Index) { return 1.0; };

/// Part of the flow along the layers that the lower side of a cell lets through where its water table stands low: all as soon as half of
/// the cell is wet, for that side then lies well below the water table.
double let_through(double wet) {
    const double t = std::clamp(2 * wet, 0.0, 1.0);
    return t * t * (3 - 2 * t);
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
        slope_x_[c] = gradient(x, c, elevation, one, whole);
        slope_y_[c] = gradient(y, c, elevation, one, whole);
    });
    update();
}

void DeformedLayers::unite() {
    parted_x_.clear();
    parted_y_.clear();
}

void DeformedLayers::part(const Axis axis, const Index face) {
    if (axis == Axis::z) return;
    auto& parted = axis == Axis::x ? parted_x_ : parted_y_;
    const Index faces = axis == Axis::x ? (grid_.nx() + 1) * grid_.ny() * grid_.nz() : grid_.nx() * (grid_.ny() + 1) * grid_.nz();
    if (parted.empty()) parted.assign(static_cast<std::size_t>(faces), 0);
    parted[static_cast<std::size_t>(face)] = 1;
}

void DeformedLayers::update() {
    for_each_cell(grid_, [&](Index c) {
        across_[c] = along_z_[c] + slope_x_[c] * slope_x_[c] * along_x_[c] + slope_y_[c] * slope_y_[c] * along_y_[c];
    });
}

/// Retention curves: the conductivity of the moment tells how steep the head is. A water table: full conductivity where a cell is wet, and
/// dry cells say nothing of the gradient in wet ones.
void DeformedLayers::find_gradients(const RelativeConductance& relative, std::span<const double> head) {
    const Line x(grid_, Axis::x, parted_x_), y(grid_, Axis::y, parted_y_), z(grid_, Axis::z);
    const auto find = [&](auto&& factor, auto&& trust) {
        const auto h = [&](Index c) { return head[static_cast<std::size_t>(c)]; };
        for_each_cell(grid_, [&](Index c) {
            vertical_[c] = gradient(
                z, c, h, [&](Index n) { return factor(n) * across_[n]; }, trust);
            const double east = gradient(
                x, c, h, [&](Index n) { return factor(n) * along_x_[n]; }, trust);
            const double north = gradient(
                y, c, h, [&](Index n) { return factor(n) * along_y_[n]; }, trust);
            tangential_[c] = across_[c] > 0 ? (slope_x_[c] * along_x_[c] * east + slope_y_[c] * along_y_[c] * north) / across_[c] : 0.0;
        });
    };
    const auto relative_factor = [&](Index c) { return relative.factor[static_cast<std::size_t>(c)]; };
    if (relative.factor.empty()) find(whole, whole);
    else if (relative.vertical) find(relative_factor, whole);
    else find(whole, relative_factor);
}

double DeformedLayers::shift_of(const Face& f, const RelativeConductance& relative) const {
    if (!grid_.active(f.left) || !grid_.active(f.right)) return 0;
    const double left = half_width(grid_, f.left, f.axis), right = half_width(grid_, f.right, f.axis);
    if (f.axis == Axis::z) {
        const double shift = left * tangential_[f.left] + right * tangential_[f.right];
        if (relative.factor.empty() || relative.vertical) return shift;  // else the face's own conductance says nothing of dry cells
        const auto wet = [&](Index c) { return let_through(relative.factor[static_cast<std::size_t>(c)]); };
        return shift * wet(f.left) * wet(f.right);
    }
    const double slope = (grid_.elevation(f.right) - grid_.elevation(f.left)) / (left + right);
    return slope * (left * vertical_[f.left] + right * vertical_[f.right]);
}

double DeformedLayers::side_shift(Index c, Side side, const RelativeConductance& relative) const {
    const Axis axis = axis_of(side);
    const double half = half_width(grid_, c, axis), inwards = points_inwards(side) ? half : -half;
    if (axis == Axis::x) return inwards * slope_x_[c] * vertical_[c];
    if (axis == Axis::y) return inwards * slope_y_[c] * vertical_[c];
    const bool whole_face = relative.factor.empty() || relative.vertical;
    return inwards * tangential_[c] * (whole_face ? 1.0 : let_through(relative.factor[static_cast<std::size_t>(c)]));
}

void DeformedLayers::head_shifts(const RelativeConductance& relative, std::span<const double> head, FaceField& shift) {
    find_gradients(relative, head);
    for_each_face(grid_, [&](const Face& f) { shift[f] = shift_of(f, relative); });
}

void DeformedLayers::add_cross_fluxes(const FaceField& conductance, std::span<const double> head, FaceField& flux) {
    find_gradients({}, head);
    for_each_face(grid_, [&](const Face& f) { flux[f] += conductance[f] * shift_of(f, {}); });
}

std::size_t DeformedLayers::bytes() const { return 5 * sizeof(double) * static_cast<std::size_t>(across_.size()); }

}  // namespace galena
