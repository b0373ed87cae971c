#include "transport/dispersion.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "numerics/face_conductance.hpp"
#include "numerics/face_operators.hpp"

namespace galena {

namespace {

/// Diagonal entry of the tensor along an axis for a Darcy flux [m²/s].
double diagonal_entry(const Dispersivity& a, Axis axis, const std::array<double, 3>& q) {
    const auto [x, y, z] = q;
    const double speed = std::sqrt(x * x + y * y + z * z);
    if (speed == 0) return 0;
    if (axis == Axis::x) return (a.longitudinal * x * x + a.transverse_horizontal * y * y + a.transverse_vertical * z * z) / speed;
    if (axis == Axis::y) return (a.longitudinal * y * y + a.transverse_horizontal * x * x + a.transverse_vertical * z * z) / speed;
    return (a.longitudinal * z * z + a.transverse_vertical * (x * x + y * y)) / speed;
}

}  // namespace

namespace {

/// A side through which nothing can pass says nothing about the velocity in a cell: the side opposite then speaks for both.
void trust_open_sides(const Grid& grid, const FaceField& water_flux, std::array<CellField, 3>& q) {
    const auto shut = [&](Index c, Side side) {
        const Index other = neighbour(grid, c, side);
        return (other < 0 || grid.status(other) == CellStatus::inactive) && water_flux.along(axis_of(side))[outer_face(grid, c, side)] == 0;
    };
    for_each_cell(grid, [&](Index c) {
        for (std::size_t d = 0; d < 3; ++d)
            if (shut(c, static_cast<Side>(2 * d)) != shut(c, static_cast<Side>(2 * d + 1))) q[d][c] *= 2;
    });
}

}  // namespace

void mechanical_dispersion(const Grid& grid, const FaceField& water_flux, const DispersivityMap& a, FaceField& out, VelocityAt normal) {
    std::array<CellField, 3> cells{CellField(grid), CellField(grid), CellField(grid)};
    cell_vectors(grid, water_flux, cells[0], cells[1], cells[2]);
    if (normal == VelocityAt::cell) trust_open_sides(grid, water_flux, cells);
    for_each_face(grid, [&](const Face& f) {
        out[f] = 0;
        if (!grid.active(f.left) || !grid.active(f.right)) return;  // what passes a pinched cell is advected only
        const auto half = [&](Index c) {
            std::array<double, 3> q{cells[0][c], cells[1][c], cells[2][c]};
            if (normal == VelocityAt::face) q[static_cast<std::size_t>(f.axis)] = water_flux[f] / side_area(grid, c, f.axis);
            return half_cell_conductance(grid, c, f.axis, diagonal_entry(a[c], f.axis, q));
        };
        out[f] = in_series(half(f.left), half(f.right));
    });
}

namespace {

/// Both neighbours of a cell along an axis are there.
bool has_neighbours(const Grid& grid, Index cell, Axis axis) {
    const auto first = static_cast<Side>(2 * static_cast<int>(axis)), last = static_cast<Side>(2 * static_cast<int>(axis) + 1);
    const Index before = neighbour(grid, cell, first), after = neighbour(grid, cell, last);
    return before >= 0 && after >= 0 && grid.active(before) && grid.active(after);
}

}  // namespace

namespace {

double length(const std::array<double, 3>& v) { return std::sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]); }

/// Off-diagonal entry of the tensor between two axes for a Darcy flux [m²/s].
double cross_entry(const Dispersivity& a, std::size_t normal, std::size_t other, const std::array<double, 3>& q) {
    const double speed = length(q);
    if (speed == 0) return 0;
    const double transverse = normal == 2 || other == 2 ? a.transverse_vertical : a.transverse_horizontal;
    return (a.longitudinal - transverse) * q[normal] * q[other] / speed;
}

}  // namespace

void cross_dispersion(const Grid& grid, const FaceField& water_flux, const DispersivityMap& a, CrossDispersion& out,
                      VelocityAt normal_velocity) {
    std::array<CellField, 3> q{CellField(grid), CellField(grid), CellField(grid)};
    cell_vectors(grid, water_flux, q[0], q[1], q[2]);
    if (normal_velocity == VelocityAt::cell) trust_open_sides(grid, water_flux, q);
    const auto size = [](const DoubleArray& faces) { return static_cast<std::size_t>(faces.size()); };
    for (auto* list : {&out.xy, &out.xz}) list->assign(size(water_flux.x), 0.0F);
    for (auto* list : {&out.yx, &out.yz}) list->assign(size(water_flux.y), 0.0F);
    for (auto* list : {&out.zx, &out.zy}) list->assign(size(water_flux.z), 0.0F);
    std::vector<float>* lists[3][3] = {{nullptr, &out.xy, &out.xz}, {&out.yx, nullptr, &out.yz}, {&out.zx, &out.zy, nullptr}};
    const auto of_cell = [&](Index c) { return std::array{q[0][c], q[1][c], q[2][c]}; };
    for_each_face(grid, [&](const Face& f) {
        if (!grid.active(f.left) || !grid.active(f.right)) return;
        const auto normal = static_cast<std::size_t>(f.axis);
        const double area = 0.5 * (side_area(grid, f.left, f.axis) + side_area(grid, f.right, f.axis));
        const auto left = of_cell(f.left), right = of_cell(f.right);
        std::array<double, 3> here{};
        for (std::size_t d = 0; d < 3; ++d) here[d] = d == normal ? water_flux[f] / area : 0.5 * (left[d] + right[d]);
        // What passes both halves of the way, each with its own tensor, under one transverse gradient: the cross term of a half counts by
        // the conductance of the other one, so that ground in which little moves lets little across.
        const double from_left = half_cell_conductance(grid, f.left, f.axis, diagonal_entry(a[f.left], f.axis, left)),
                     from_right = half_cell_conductance(grid, f.right, f.axis, diagonal_entry(a[f.right], f.axis, right));
        const double both = from_left + from_right;
        for (std::size_t d = 0; d < 3; ++d) {
            if (d == normal || !has_neighbours(grid, f.left, static_cast<Axis>(d)) || !has_neighbours(grid, f.right, static_cast<Axis>(d)))
                continue;
            double entry = 0;
            if (normal_velocity == VelocityAt::face)
                entry = 0.5 * (cross_entry(a[f.left], normal, d, here) + cross_entry(a[f.right], normal, d, here));
            else if (both > 0)
                entry =
                    (from_right * cross_entry(a[f.left], normal, d, left) + from_left * cross_entry(a[f.right], normal, d, right)) / both;
            (*lists[normal][d])[static_cast<std::size_t>(f.index)] = static_cast<float>(entry * area);
        }
    });
}

void diffusion_conductance(const Grid& grid, const CellField& porosity, const CellField& saturation, FaceField& out) {
    CellField coefficient(grid);
    constexpr double dry = 1e-100;  // two cells of nothing in series are 0 over 0
    for_each_cell(grid, [&](Index c) {
        coefficient[c] = std::max(
            dry, std::pow(porosity[c], 4.0 / 3.0) * (saturation.empty() ? 1.0 : std::pow(std::max(0.0, saturation[c]), 10.0 / 3.0)));
    });
    compute_conductances(grid, coefficient, coefficient, coefficient, out);
}

}  // namespace galena
