#include "steady_flow.hpp"

#include <memory>

#include <fmt/format.h>

#include "grid/random_field.hpp"
#include "numerics/face_conductance.hpp"

namespace galena::bench {

namespace {

constexpr double median_conductivity = 1e-4;  // m/s
constexpr double anisotropy = 0.1;            // Kz / Kx
constexpr double well_rate = 1e-3;            // m³/s, shared by all layers
constexpr double west_head = 10;              // m; the east side is held at 0

Grid box(const Size& size) {
    std::vector<double> surfaces;
    for (Index k = 0; k <= size.nz; ++k)
        surfaces.insert(surfaces.end(), static_cast<std::size_t>(size.nx * size.ny), static_cast<double>(k));
    return {std::vector<double>(static_cast<std::size_t>(size.nx), 10.0), std::vector<double>(static_cast<std::size_t>(size.ny), 10.0),
            surfaces};
}

}  // namespace

SteadyFlow::SteadyFlow(const Size& size, double sigma) : grid(box(size)), matrix(grid), rhs(grid) {
    const CellField k = lognormal_field(grid, median_conductivity, sigma, {}, 1, "hydraulic_conductivity");
    CellField vertical(grid);
    parallel_for(k.size(), [&](Index c) { vertical[c] = anisotropy * k[c]; });
    compute_conductances(grid, k, k, vertical, matrix.coupling);
    parallel_for(k.size(), [&](Index c) {
        const auto [i, j, layer] = grid.ijk(c);
        const Index x = c + c / grid.nx(), y = c + layer * grid.nx();
        matrix.diagonal[c] = matrix.coupling.x[x] + matrix.coupling.x[x + 1] + matrix.coupling.y[y] + matrix.coupling.y[y + grid.nx()] +
                             matrix.coupling.z[c] + matrix.coupling.z[c + grid.column_count()];
        if (i == 0 || i == grid.nx() - 1) {
            const double to_side = half_cell_conductance(grid, c, Axis::x, k[c]);
            matrix.diagonal[c] += to_side;
            if (i == 0) rhs[c] += to_side * west_head;
        }
        if (i == grid.nx() / 2 && j == grid.ny() / 2) rhs[c] -= well_rate / static_cast<double>(grid.nz());
    });
}

SteadyFlow& steady_flow(const Size& size, double sigma) {
    static std::string kept;
    static std::unique_ptr<SteadyFlow> flow;
    if (const auto name = fmt::format("{} {}", size.name, sigma); kept != name) {
        flow.reset();
        flow = std::make_unique<SteadyFlow>(size, sigma);
        kept = name;
    }
    return *flow;
}

}  // namespace galena::bench
