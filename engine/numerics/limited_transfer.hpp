#pragma once
// Second order for implicit steps, bounded and without iteration. An implicit step upwind is a linear system with an M-matrix: its solution
// keeps within the bounds of its right-hand side. What makes a step sharper (limited slopes, the share of the flux that goes by the beginning
// of the step, cross dispersion) is therefore computed from the concentrations at the beginning, and limited so that it keeps the right-hand
// side within the bounds of a cell and its neighbours (flux-corrected transport after Zalesak 1979, on the right-hand side as in Kuzmin &
// Turek 2002). Fluxes belong to faces, so that nothing is lost; nothing is iterated, so that nothing can cycle.

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "numerics/explicit_step.hpp"
#include "numerics/face_widths.hpp"

namespace galena {

/// One solute at the beginning of a step.
struct TransferStep {
    std::span<const double> concentration;  ///< [kg/m³]
    const FaceField* water_flux = nullptr;  ///< [m³/s]
    const FaceField* spreading = nullptr;   ///< conductance of dispersion and diffusion [m³/s]; nullptr: none
    const CrossDispersion* cross = nullptr;
    /// Per cell: share of its outflow that goes by the concentration at the end of the step.
    std::span<const double> implicit_share;
    /// Per cell: what stays of its capacity when the other share has left it at once [m³].
    std::span<const double> still;
    double duration = 0;  ///< [s]
    /// Where a cell holds more than its water: by how much it may fall to `lowest` and rise to `highest` [kg]. Asked for few cells.
    std::function<std::array<double, 2>(Index cell, double lowest, double highest)> room;
};

struct SlopeRow;

class LimitedTransfer {
public:
    /// slopes_from_inflow: the slope upstream of a face is measured towards the cell that most water comes from, wherever it lies, and limited
    /// after van Leer (Langevin et al. 2022, chapter 5); else along the axis of the face, with the limiter given.
    LimitedTransfer(const Grid& grid, Limiter limiter, bool slopes_from_inflow = false);

    /// What passes every face beside the implicit share [kg/s]. Returns the number of cells in which something had to be limited.
    Index compute(const TransferStep& step, FaceField& out);
    [[nodiscard]] std::size_t bytes() const { return 2 * sizeof(double) * static_cast<std::size_t>(grid_.cell_count()); }

private:
    struct Scratch;
    void limited_slopes(const SlopeRow& row, double* flux) const;
    void slopes_along_x(const TransferStep& step, Index row, Scratch& work, double* out) const;
    void slopes_across(const TransferStep& step, Axis axis, Index row, Scratch& work, double* out) const;
    void add_slopes_from_inflow(const TransferStep& step, FaceField& out) const;
    void add_cross(const TransferStep& step, Axis axis, Index row, Scratch& work) const;
    void list_faces_without_slope();
    void close_faces(const FaceField& water_flux, FaceField& out) const;
    void find_excess(const TransferStep& step, const FaceField& flux, std::vector<Index>& cells) const;
    Index limit(const TransferStep& step, FaceField& flux);
    void set_shares(const TransferStep& step, const FaceField& flux, Index cell);
    [[nodiscard]] bool exceeds(const TransferStep& step, const FaceField& flux, Index cell) const;
    [[nodiscard]] double share(Index source, Index target) const;
    void add_early_outflow(const TransferStep& step, FaceField& out) const;

    const Grid& grid_;
    Limiter limiter_;
    bool slopes_from_inflow_;
    std::array<FaceWidths, 3> widths_;
    std::vector<Face> closed_;                      ///< between cells that are not both active: no slope is taken there
    std::vector<Face> no_far_left_, no_far_right_;  ///< the cell beyond that one is not active: no slope when water comes from there
    DoubleArray may_leave_, may_enter_;             ///< shares of what would leave and enter a cell, 1 but for limited ones
    std::vector<std::uint8_t> limited_;
};

}  // namespace galena
