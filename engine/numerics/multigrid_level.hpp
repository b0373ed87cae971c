#pragma once
// One level of the multigrid hierarchy: a seven-point operator in single precision, laid out for red–black vertical lines.
//
// A plane of constant j is contiguous; in it rows of constant k follow each other. Each row holds its even cells first and then its odd
// ones, each half padded with at least one zero: the cells of one colour of the chess board in (i, j) are contiguous, so that a sweep
// over one colour vectorises and touches nothing of the other colour but values.

#include <vector>

#include "numerics/float_array.hpp"

namespace galena {

/// How the cells along one direction join into coarse cells: coarse cell c holds start[c] ... start[c + 1] − 1.
struct CellGroups {
    std::vector<Index> start;
    [[nodiscard]] Index count() const { return std::ssize(start) - 1; }
    /// Every group holds two cells, the last perhaps one.
    [[nodiscard]] bool pairs() const {
        for (Index c = 0; c + 1 < count(); ++c)
            if (start[static_cast<std::size_t>(c)] != 2 * c) return false;
        return start[static_cast<std::size_t>(count() - 1)] == 2 * (count() - 1) && start.back() <= 2 * count();
    }
};

struct MultigridLevel {
    MultigridLevel(Index columns, Index planes, Index layers);

    Index nx, ny, nz;
    Index half;  ///< floats from the first even to the first odd cell of a row

    [[nodiscard]] Index cells() const { return nx * ny * nz; }
    [[nodiscard]] Index pitch() const { return 2 * half; }
    [[nodiscard]] Index plane() const { return nz * pitch(); }
    [[nodiscard]] Index size() const { return ny * plane(); }
    /// Place of cell i in its row.
    [[nodiscard]] Index position(Index i) const { return (i & 1) * half + (i >> 1); }
    /// Planes per block of a parallel pass: fixed by the grid alone.
    [[nodiscard]] Index planes_per_block() const;
    [[nodiscard]] std::size_t bytes() const;

    FloatArray east, north, above;  ///< coupling to the neighbour at i + 1, j + 1, k + 1
    FloatArray inverse_pivot;       ///< of the vertical lines; 0 in cells that hang on nothing
    FloatArray diagonal;            ///< coarse levels only
    FloatArray rhs, x;
    FloatArray first, product;   ///< coarse levels that are solved by two inner iterations
    std::vector<float> nothing;  ///< a plane of zeros: what lies beyond the sides of the box

    CellGroups x_groups, y_groups;  ///< how the next level is made of this one
    bool pairs = false;             ///< both groups are pairs: transfers vectorise
    bool two_iterations = false;    ///< this level is solved by two iterations of flexible CG instead of one cycle
};

}  // namespace galena
