#pragma once
// Sums over the faces of every cell, gathered by cell: each cell is written once, by one thread.

#include "numerics/stencil.hpp"

namespace galena {

/// out_i += Σ_f conductance_f (value_neighbour − value_i): what flows in along the gradient.
void add_diffusive_inflow(const Grid& grid, const FaceField& conductance, std::span<const double> value, std::span<double> out);

/// out_i = Σ of the field over the faces of cell i.
void sum_of_faces(const Grid& grid, const FaceField& faces, std::span<double> out);

/// out_i += what a flux brings into cell i through its faces, less what it takes out [unit of the flux].
void add_inflow_of_faces(const Grid& grid, const FaceField& flux, std::span<double> out);

/// out_i += Σ over faces of what leaves cell i per unit of its value: from_left where i is the left cell, from_right where it is the right
/// one. With this on the diagonal of a Stencil, what one cell loses another gains, exactly.
void add_outflow_coefficients(const Grid& grid, const FaceField& from_left, const FaceField& from_right, std::span<double> out);

/// out_i = Σ of what a flux takes out of cell i through faces to cells that are not inactive [unit of the flux], ≥ 0.
void outflow_of_cells(const Grid& grid, const FaceField& flux, std::span<double> out);

/// Couplings and diagonal of an operator from conductances: faces of held cells (held[cell] ≠ 0) couple nothing, but weigh on the diagonal
/// of the cell on their other side. The diagonal is the bare sum of conductances; what else belongs on it is for the caller to add.
void set_couplings(const Grid& grid, const FaceField& conductance, std::span<const std::uint8_t> held, SymmetricStencil& out);

/// Cell-centred vectors of a flux through faces [amount per area and time, along the grid's axes]: mean of the two opposite faces over the
/// cell's own side area. Inactive cells get 0.
void cell_vectors(const Grid& grid, const FaceField& flux, std::span<double> x, std::span<double> y, std::span<double> z);

}  // namespace galena
