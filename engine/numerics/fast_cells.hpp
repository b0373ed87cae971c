#pragma once
// The few cells through which water runs so fast that explicit steps would have to be tiny for their sake. What leaves a fast cell goes by
// its concentration at the end of the step, what leaves any other by that at the beginning: conservative, positive and bounded, with one
// unknown per fast cell alone.

#include <memory>
#include <vector>

#include <Eigen/SparseLU>

#include "grid/field.hpp"

namespace galena {

class FastCells {
public:
    /// Amount per time and concentration through a face, from `source` to `target`.
    struct Coupling {
        Index source, target;
        double coefficient;  ///< [m³/s]
    };

    /// flags: 1 for the fast cells. water_flux, conductance: of all faces [m³/s]. Leaves in `explicit_flux` and `explicit_conductance` what
    /// a step over the other cells has to compute.
    void part(const Grid& grid, const std::vector<std::uint8_t>& flags, const FaceField& water_flux, const FaceField& conductance,
              FaceField& explicit_flux, FaceField& explicit_conductance);
    /// What the cells hold per concentration, as its inverse [1/m³] (a cell that is not active holds nothing); loss: per fast cell [m³/s].
    void factorise(const Grid& grid, const CellField& inverse_capacity, const std::vector<double>& loss_of_fast, double duration);

    [[nodiscard]] const std::vector<Index>& cells() const { return cells_; }
    [[nodiscard]] bool empty() const { return cells_.empty(); }
    /// From slow to fast: dispersion by the concentrations at the beginning of the step.
    [[nodiscard]] const std::vector<Coupling>& into() const { return into_; }
    /// From fast to slow, by those at the end.
    [[nodiscard]] const std::vector<Coupling>& out_of() const { return out_of_; }
    /// Concentrations of the fast cells from the amounts that they and the step before hold [kg]; none negative.
    void solve(std::vector<double>& amounts_to_concentrations);
    [[nodiscard]] Index position(Index cell) const;
    [[nodiscard]] std::size_t bytes() const;

private:
    std::vector<Index> cells_;
    std::vector<Coupling> into_, out_of_, among_;
    std::vector<double> outflow_;  ///< per fast cell: all that leaves it per concentration [m³/s]
    std::unique_ptr<Eigen::SparseLU<Eigen::SparseMatrix<double>, Eigen::COLAMDOrdering<int>>> factors_;
};

}  // namespace galena
