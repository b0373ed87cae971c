#pragma once
// The inner loops of weighted_flow over one row of faces or cells.

#include "core/parallel.hpp"

namespace galena {

/// n faces in a row; every pointer stands at the first: conductances, and the two cells of a face with their factors and slopes.
struct FaceRow {
    Index n;
    const double *conductance, *left, *right;
    const double *left_factor, *right_factor, *left_slope, *right_slope;
};

/// flux = conductance (left − right).
void plain_flux_row(const FaceRow& row, double* flux);
/// The same times the factor of the cell that the flux comes from.
void upstream_flux_row(const FaceRow& row, double* flux);
/// Derivatives of the upstream flux: from_left by the left value, from_right by the right one with the sign turned.
void upstream_slopes_row(const FaceRow& row, double* from_left, double* from_right);

/// n cells in a row; every pointer stands at the cells' first face of its axis, the second x face is the next number.
struct CellFaceRow {
    Index n;
    const double *x, *south, *north, *bottom, *top;
};
/// inflow += what comes in through the six faces less what leaves.
void add_net_inflow_row(const CellFaceRow& flux, double* inflow);

/// inflow = −rate · (amount − before − arrears); returns Σ |amount − before − arrears|.
double storage_inflow(const double* amount, const double* before, const double* arrears, double rate, double* inflow, Index n);

/// Σ |value|.
double sum_of_sizes(const double* value, Index n);

/// mean = √(a b), 0 where one of them is negative.
void geometric_mean_row(const double* a, const double* b, double* mean, Index n);

}  // namespace galena
