#include "numerics/multigrid_level.hpp"

#include <algorithm>

namespace galena {

namespace {

/// Rows of a colour are made of so many whole floats.
constexpr Index vector_floats = 8;
/// Planes are put together into blocks of at least this many cells; levels with fewer than the second run on one thread, because
/// starting another takes longer than the work.
constexpr Index cells_per_block = 8192, cells_worth_threads = 16384;

}  // namespace

void MultigridLevel::shape(Index columns, Index planes, Index layers) {
    if (nx == columns && ny == planes && nz == layers) return;
    nx = columns;
    ny = planes;
    nz = layers;
    half = ((nx + 1) / 2 + vector_floats) / vector_floats * vector_floats;
    for (auto& c : colours)
        for (auto* array : {&c.east, &c.north, &c.above, &c.inverse_pivot, &c.rhs, &c.x}) *array = ColourArray(size());
    difference = ColourArray(size());
    second = ColourArray();
    difference2 = ColourArray();
    nothing.assign(static_cast<std::size_t>(plane()), 0.0f);
}

void MultigridLevel::set_two_iterations(bool two) {
    two_iterations = two;
    if (two == !second.empty()) return;
    second = two ? ColourArray(size()) : ColourArray();
    difference2 = two ? ColourArray(size()) : ColourArray();
}

void MultigridLevel::clear_values() {
    for (auto& c : colours)
        for (auto* array : {&c.rhs, &c.x}) array->clear();
    for (auto* array : {&difference, &second, &difference2}) array->clear();
}

Index MultigridLevel::planes_per_block() const {
    return cells() < cells_worth_threads ? ny : std::max<Index>(1, cells_per_block / (nx * nz));
}

std::size_t MultigridLevel::bytes() const {
    std::size_t sum = nothing.size() * sizeof(float) + difference.bytes() + second.bytes() + difference2.bytes();
    for (const auto& c : colours)
        for (const auto* array : {&c.east, &c.north, &c.above, &c.inverse_pivot, &c.rhs, &c.x}) sum += array->bytes();
    return sum;
}

}  // namespace galena
