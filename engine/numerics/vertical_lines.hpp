#pragma once
// The vertical part of an operator solved exactly, column by column: a preconditioner that suits flat cells and always works for
// M-matrices. Columns are independent of each other, so threads do not matter.

#include <span>

#include "numerics/stencil.hpp"

namespace galena {

/// Thomas algorithm on the tridiagonal matrices (diagonal, below, above) of all columns. Memory: one number per cell.
class VerticalLines {
public:
    void prepare(const StencilView<double>& a);
    /// z = T⁻¹ r; z may be r.
    void apply(std::span<const double> r, std::span<double> z) const;
    [[nodiscard]] std::size_t bytes() const { return static_cast<std::size_t>(inverse_pivot_.size()) * sizeof(double); }

private:
    StencilView<double> a_;
    DoubleArray inverse_pivot_;
};

}  // namespace galena
