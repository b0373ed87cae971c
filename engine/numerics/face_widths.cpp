#include "numerics/face_widths.hpp"

#include <algorithm>
#include <cmath>

namespace galena {

namespace {

FaceWidths along(const std::vector<double>& w) {
    const std::size_t n = w.size();
    FaceWidths out;
    out.even = std::all_of(w.begin(), w.end(), [&](double width) { return std::abs(width - w.front()) <= 1e-12 * w.front(); });
    for (auto* list : {&out.stretch_left, &out.stretch_right, &out.reach_left, &out.reach_right}) list->assign(n + 1, 1.0);
    out.per_distance.assign(n + 1, 0.0);
    for (std::size_t f = 1; f < n; ++f) {
        const double across = 0.5 * (w[f - 1] + w[f]);
        out.per_distance[f] = 1 / across;
        out.reach_left[f] = w[f - 1] / across;
        out.reach_right[f] = w[f] / across;
        if (f > 1) out.stretch_left[f] = across / (0.5 * (w[f - 2] + w[f - 1]));
        if (f + 1 < n) out.stretch_right[f] = across / (0.5 * (w[f] + w[f + 1]));
    }
    return out;
}

std::vector<double> layer_thickness(const Grid& grid) {
    std::vector<double> dz;
    for (Index k = 0; k < grid.nz(); ++k) {
        double sum = 0, count = 0;
        for (Index c = k * grid.column_count(); c < (k + 1) * grid.column_count(); ++c)
            if (grid.active(c)) sum += grid.thickness(c), count += 1;
        dz.push_back(count > 0 ? sum / count : 1.0);
    }
    return dz;
}

}  // namespace

std::array<FaceWidths, 3> face_widths(const Grid& grid) { return {along(grid.dx()), along(grid.dy()), along(layer_thickness(grid))}; }

}  // namespace galena
