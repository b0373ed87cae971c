#include "transport/dispersion.hpp"

#include <cmath>

#include "numerics/face_conductance.hpp"
#include "numerics/face_operators.hpp"

namespace galena {

void mechanical_dispersion(const Grid& grid, const FaceField& water_flux, const Dispersivity& a, FaceField& out) {
    CellField qx(grid), qy(grid), qz(grid);
    cell_vectors(grid, water_flux, qx, qy, qz);
    for_each_face(grid, [&](const Face& f) {
        out[f] = 0;
        if (!grid.active(f.left) || !grid.active(f.right)) return;  // what passes a pinched cell is advected only
        const double area = 0.5 * (side_area(grid, f.left, f.axis) + side_area(grid, f.right, f.axis));
        const double distance = half_width(grid, f.left, f.axis) + half_width(grid, f.right, f.axis);
        const double normal = water_flux[f] / area;
        const double x = f.axis == Axis::x ? normal : 0.5 * (qx[f.left] + qx[f.right]);
        const double y = f.axis == Axis::y ? normal : 0.5 * (qy[f.left] + qy[f.right]);
        const double z = f.axis == Axis::z ? normal : 0.5 * (qz[f.left] + qz[f.right]);
        const double speed = std::sqrt(x * x + y * y + z * z);
        if (speed == 0) return;
        double d = 0;
        if (f.axis == Axis::x) d = a.longitudinal * x * x + a.transverse_horizontal * y * y + a.transverse_vertical * z * z;
        if (f.axis == Axis::y) d = a.longitudinal * y * y + a.transverse_horizontal * x * x + a.transverse_vertical * z * z;
        if (f.axis == Axis::z) d = a.longitudinal * z * z + a.transverse_vertical * (x * x + y * y);
        out[f] = d / speed * area / distance;
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

void cross_dispersion(const Grid& grid, const FaceField& water_flux, const Dispersivity& a, CrossDispersion& out) {
    CellField q[3] = {CellField(grid), CellField(grid), CellField(grid)};
    cell_vectors(grid, water_flux, q[0], q[1], q[2]);
    const auto size = [](const DoubleArray& faces) { return static_cast<std::size_t>(faces.size()); };
    for (auto* list : {&out.xy, &out.xz}) list->assign(size(water_flux.x), 0.0F);
    for (auto* list : {&out.yx, &out.yz}) list->assign(size(water_flux.y), 0.0F);
    for (auto* list : {&out.zx, &out.zy}) list->assign(size(water_flux.z), 0.0F);
    std::vector<float>* lists[3][3] = {{nullptr, &out.xy, &out.xz}, {&out.yx, nullptr, &out.yz}, {&out.zx, &out.zy, nullptr}};
    for_each_face(grid, [&](const Face& f) {
        if (!grid.active(f.left) || !grid.active(f.right)) return;
        const int normal = static_cast<int>(f.axis);
        const double area = 0.5 * (side_area(grid, f.left, f.axis) + side_area(grid, f.right, f.axis));
        double v[3];
        for (int d = 0; d < 3; ++d) v[d] = d == normal ? water_flux[f] / area : 0.5 * (q[d][f.left] + q[d][f.right]);
        const double speed = std::sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
        if (speed == 0) return;
        for (int d = 0; d < 3; ++d) {
            if (d == normal || !has_neighbours(grid, f.left, static_cast<Axis>(d)) || !has_neighbours(grid, f.right, static_cast<Axis>(d)))
                continue;
            const double transverse = d == 2 || normal == 2 ? a.transverse_vertical : a.transverse_horizontal;
            (*lists[normal][d])[static_cast<std::size_t>(f.index)] =
                static_cast<float>((a.longitudinal - transverse) * v[normal] * v[d] / speed * area);
        }
    });
}

void diffusion_conductance(const Grid& grid, const CellField& porosity, FaceField& out) {
    CellField coefficient(grid);
    for_each_cell(grid, [&](Index c) { coefficient[c] = std::pow(porosity[c], 4.0 / 3.0); });
    compute_conductances(grid, coefficient, coefficient, coefficient, out);
}

}  // namespace galena
