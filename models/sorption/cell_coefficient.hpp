#pragma once
// A coefficient per cell that needs no memory per cell where it is the same everywhere.

#include "grid/field.hpp"

namespace galena {

class CellCoefficient {
public:
    /// One number per cell, in the coefficient's SI unit.
    CellCoefficient& operator=(CellField field) {
        field_ = std::move(field);
        return *this;
    }
    /// Gives the field back where all cells that are not inactive have the same number.
    void compact(const Grid& grid) {
        Index first = 0;
        while (first < grid.cell_count() && grid.status(first) == CellStatus::inactive) ++first;
        if (field_.empty() || first == grid.cell_count()) return;
        for (Index c = first; c < grid.cell_count(); ++c)
            if (grid.status(c) != CellStatus::inactive && field_[c] != field_[first]) return;
        uniform_ = field_[first];
        field_ = CellField();
    }
    [[nodiscard]] double operator[](Index cell) const { return field_.empty() ? uniform_ : field_[cell]; }
    /// To be filled; only before compact().
    [[nodiscard]] double& operator[](Index cell) { return field_[cell]; }

private:
    double uniform_ = 0;
    CellField field_;
};

}  // namespace galena
