#pragma once
// One level of the multigrid hierarchy: a seven-point operator in single precision, laid out for vertical lines in two colours.
//
// Columns of cells are coloured like a chess board in (i, j). Each colour has arrays of its own: rows of constant (j, k) hold every second
// cell, rows of a plane j follow each other by layers, planes follow by j. A sweep over one colour is contiguous and vectorises, and what
// concerns one colour alone (half of all vectors, see Multigrid) takes half the memory.

#include <array>
#include <vector>

#include "numerics/float_array.hpp"

namespace galena {

/// How the cells along one direction join into coarse cells: coarse cell c holds start[c] ... start[c + 1] − 1.
struct CellGroups {
    std::vector<Index> start;
    [[nodiscard]] Index count() const { return std::ssize(start) - 1; }
    [[nodiscard]] Index begin(Index group) const { return start[static_cast<std::size_t>(group)]; }
    [[nodiscard]] Index end(Index group) const { return start[static_cast<std::size_t>(group + 1)]; }
    /// Every group holds two cells, the last perhaps one.
    [[nodiscard]] bool pairs() const {
        for (Index c = 0; c < count(); ++c)
            if (begin(c) != 2 * c) return false;
        return start.back() > 2 * (count() - 1) && start.back() <= 2 * count();
    }
};

/// One float per cell of a colour, with a guard on either side: neighbours of the first and last cells may be read, their coupling is 0.
class ColourArray {
public:
    ColourArray() = default;
    explicit ColourArray(Index size) : values_(size + 2 * guard) {}
    [[nodiscard]] float* data() { return values_.data() + guard; }
    [[nodiscard]] const float* data() const { return values_.data() + guard; }
    [[nodiscard]] bool empty() const { return values_.size() == 0; }
    [[nodiscard]] std::size_t bytes() const { return values_.bytes(); }
    void clear() { values_.clear(); }

private:
    static constexpr Index guard = 16;
    FloatArray values_;
};

/// What a level holds for the cells of one colour.
struct Colour {
    ColourArray east, north, above;  ///< coupling to the neighbour at i + 1, j + 1, k + 1
    ColourArray inverse_pivot;       ///< of the vertical lines; 0 in cells that hang on nothing
    ColourArray rhs, x;
};

/// Colour 0 is kept, colour 1 is eliminated from the equations before a level is worked on.
inline constexpr int kept = 0, eliminated = 1;

struct MultigridLevel {
    /// Sets the size; arrays stay as they are if it is the size they have. Fresh arrays are zero.
    void shape(Index columns, Index planes, Index layers);
    /// Makes room for a second inner iteration, or gives it back.
    void set_two_iterations(bool two);
    /// Sets all values (not the coefficients) to zero, after numbers that were not finite.
    void clear_values();

    Index nx = 0, ny = 0, nz = 0;
    Index half = 0;  ///< floats per row of a colour: at least one more than it has cells, and whole vectors

    [[nodiscard]] Index cells() const { return nx * ny * nz; }
    [[nodiscard]] Index plane() const { return nz * half; }
    [[nodiscard]] Index size() const { return ny * plane(); }
    /// Floats before row k of plane j.
    [[nodiscard]] Index row(Index j, Index k) const { return j * plane() + k * half; }
    /// The colour of the cells of plane j whose i is even.
    [[nodiscard]] static int colour_of_even(Index j) { return static_cast<int>(j & 1); }
    [[nodiscard]] static int colour_of(Index i, Index j) { return static_cast<int>((i + j) & 1); }
    /// Cells of a row with even i (parity 0) or odd i (parity 1).
    [[nodiscard]] Index cells_of(int parity) const { return (nx + 1 - parity) / 2; }
    /// Planes per block of a parallel pass: fixed by the grid alone.
    [[nodiscard]] Index planes_per_block() const;
    [[nodiscard]] std::size_t bytes() const;

    std::array<Colour, 2> colours;
    ColourArray difference;           ///< of the colour kept: coarse correction − correction, then the product; see Multigrid::step
    ColourArray second, difference2;  ///< correction and product of the second inner iteration
    std::vector<float> nothing;       ///< a plane of zeros: couplings across the southern side of the box

    CellGroups x_groups, y_groups, z_groups;  ///< how the next level is made of this one
    bool pairs = false;                       ///< groups along x and y are pairs: transfers vectorise
    bool two_iterations = false;              ///< this level is solved by two iterations of flexible CG instead of one step
};

}  // namespace galena
