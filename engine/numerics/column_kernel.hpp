#pragma once
// The inner loops of dispersion along columns of cells by the concentration at the end of a step: one tridiagonal system per column, a row of
// columns at a time.

#include <cstdint>

namespace galena {

/// n columns in one layer. Every pointer stands at the first.
struct ColumnRow {
    std::int64_t n;
    const float *bottom, *top;       ///< conductances [m³/s]; 0 where a face is closed
    const double* inverse_capacity;  ///< [1/m³]
    const double* below;             ///< concentrations one layer lower, eliminated
    double* rest;                    ///< of one layer lower, and then of this one
    double *concentration, *part;    ///< of this layer
};

/// Solves (1 + l + u) x − l x_below − u x_above = b from the lowest layer upwards, l and u being duration · conductance / capacity: leaves in
/// `concentration` what x is without the layer above, in `part` how much of x_above it takes. `rest` is 1 − part, got without a difference:
/// with it the pivots are sums of positive numbers, so that nothing cancels, and nothing becomes negative or larger than it was
/// (Thomas's algorithm in the form of Grassmann, Taksar & Heyman 1985).
void sweep_up(const ColumnRow& row, double duration);

/// concentration += part · that of the layer above, which is final.
void sweep_down(std::int64_t n, const double* part, const double* above, double* concentration);

}  // namespace galena
