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

void diffusion_conductance(const Grid& grid, const CellField& porosity, FaceField& out) {
    CellField coefficient(grid);
    for_each_cell(grid, [&](Index c) { coefficient[c] = std::pow(porosity[c], 4.0 / 3.0); });
    compute_conductances(grid, coefficient, coefficient, coefficient, out);
}

}  // namespace galena
