#include "grid/random_field.hpp"

#include <cmath>

namespace galena {

namespace {

/// Moving average along one axis; cells beyond the sides of the box are left out of the mean.
void average_along(const Grid& grid, Axis axis, Index half_width, const CellField& in, CellField& out) {
    const Index nx = grid.nx(), ny = grid.ny();
    const Index extent = axis == Axis::x ? nx : axis == Axis::y ? ny : grid.nz();
    const Index stride = axis == Axis::x ? 1 : axis == Axis::y ? nx : nx * ny;
    parallel_blocks(ny * grid.nz(), std::max<Index>(1, sum_block / nx), [&](Index begin, Index end) {
        for (Index cell = begin * nx; cell < end * nx; ++cell) {
            const Index at = cell / stride % extent;
            const Index first = std::max<Index>(0, at - half_width), last = std::min(extent - 1, at + half_width);
            double sum = 0;
            for (Index p = first; p <= last; ++p) sum += in[cell + (p - at) * stride];
            out[cell] = sum / static_cast<double>(last - first + 1);
        }
    });
}

}  // namespace

CellField smoothed_noise(const Grid& grid, const SmoothedNoise& shape, std::uint64_t seed, std::string_view stream) {
    const RandomStream random(seed, stream);
    const Index n = grid.cell_count();
    CellField field(grid), scratch(grid);
    parallel_for(n, [&](Index c) { field[c] = random.normal(static_cast<std::uint64_t>(c)); });
    for (int pass = 0; pass < shape.passes; ++pass)
        for (const Axis axis : {Axis::x, Axis::y, Axis::z}) {
            average_along(grid, axis, shape.half_width[static_cast<std::size_t>(axis)], field, scratch);
            field.swap(scratch);
        }
    const double mean = parallel_sum(n, [&](Index c) { return field[c]; }) / static_cast<double>(n);
    const double variance = parallel_sum(n, [&](Index c) { return (field[c] - mean) * (field[c] - mean); }) / static_cast<double>(n);
    const double factor = variance > 1e-24 ? 1 / std::sqrt(variance) : 0;
    parallel_for(n, [&](Index c) { field[c] = (field[c] - mean) * factor; });
    return field;
}

CellField lognormal_field(const Grid& grid, double median, double sigma, const SmoothedNoise& shape, std::uint64_t seed,
                          std::string_view stream) {
    CellField field = smoothed_noise(grid, shape, seed, stream);
    parallel_for(field.size(), [&](Index c) { field[c] = median * std::exp(sigma * field[c]); });
    return field;
}

}  // namespace galena
