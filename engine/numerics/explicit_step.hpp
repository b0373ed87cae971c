#pragma once
// Explicit steps of several solutes over the same flow: they share the coefficients, each makes as many steps as its own retardation asks
// for, cells outside the plumes cost nothing, and the few cells with fast water are solved for (FastCells).

#include <optional>
#include <span>
#include <vector>

#include "numerics/fast_cells.hpp"
#include "numerics/float_array.hpp"
#include "numerics/flux_kernel.hpp"

namespace galena {

/// Off-diagonal part of the tensor on the faces of each axis, by the transverse direction [m⁴/s]: θD · area, to be multiplied with a gradient.
/// Laid out as FaceField; single precision, for a face has one number for both of its cells. 0 where a neighbour beside the face is missing.
struct CrossDispersion {
    std::vector<float> xy, xz, yx, yz, zx, zy;
    [[nodiscard]] bool empty() const { return xy.empty(); }
};

/// What moves solutes between cells, all faces [m³/s]; 0 at the sides of the box and next to inactive cells.
struct TransportOperator {
    const FaceField* water_flux = nullptr;
    FaceConductance conductance;
    const CrossDispersion* cross = nullptr;  ///< nullptr without cross terms
};

/// A cell in which more happens than transport: sources, boundaries, reactions, a concentration held.
struct SpecialCell {
    Index cell = 0;
    double gain = 0;             ///< [kg/s]
    double loss = 0;             ///< per concentration [m³/s]
    std::optional<double> held;  ///< [kg/m³]
    double dose = 0;             ///< filled: Σ concentration · duration [kg s/m³]
    double supplied = 0;         ///< filled: what it took to hold it [kg]
};

/// Cells begin .. end − 1 of a row that take part.
struct RowReach {
    Index begin = 0, end = 0;
    [[nodiscard]] bool empty() const { return begin >= end; }
    void include(Index from, Index to) {
        if (empty()) *this = {from, to};
        else *this = {std::min(begin, from), std::max(end, to)};
    }
};

/// One solute of a linear storage. Vectors of cells are shared by nothing else.
struct ExplicitSolute {
    std::span<double> concentration;   ///< in and out
    CellField inverse_capacity;        ///< 1 / what a cell holds per concentration [1/m³]; 0: inactive
    CellField decay;                   ///< what decays of it per time and concentration [m³/s]; empty: nothing
    std::vector<SpecialCell> special;  ///< ascending
    double decayed = 0;                ///< filled [kg]

    double *now = nullptr, *next = nullptr;
    double threshold = 0;                                        ///< next to nothing [kg/m³]
    std::vector<RowReach> reach, plume, next_reach, next_plume;  ///< by row: cells computed; those with more than next to nothing
    /// By position in the fast cells; fast_scale: amounts per concentration, of cells that hold nothing of what passes through.
    std::vector<double> fast_values, fast_capacity, fast_scale, fast_loss, fast_gain;
    std::vector<std::uint8_t> fast_active;  ///< by cluster: the plume has come there
    FastSystems systems;
    double duration = 0;       ///< of the factors in `systems`; 0: capacities or losses are new
    Index parting = -1;        ///< of the operator that they belong to
    double ease = 1;           ///< how many times longer than the others' its steps may be
    double fastest_decay = 0;  ///< over all cells [1/s]
};

class ExplicitStep {
public:
    ExplicitStep(const Grid& grid, Limiter limiter, double negligible) : grid_(grid), limiter_(limiter), negligible_(negligible) {}

    /// Takes over the operator, which must stay where it is; with it the longest step that keeps each cell of the least retarded solute
    /// bounded. held_cells: no bound applies to them. apart: cells whose concentration some solute has given; what they exchange with the
    /// cells above and below is explicit always.
    void set_operator(const TransportOperator& transport, const CellField& largest_inverse_capacity,
                      const std::vector<std::uint8_t>& held_cells, const std::vector<std::uint8_t>& apart = {});

    /// Vertical dispersion by the concentrations at the beginning of a step, or, column by column, by those at its end: then thin layers do
    /// not bound the step.
    enum class Vertical { by_beginning, by_end };
    struct Choice {
        double duration = 0;
        Index fast_cells = 0;
        Vertical vertical = Vertical::by_beginning;
        double cost = 0;  ///< of the span, in explicit updates of a cell
    };
    /// The longest step that is cheap: counted from the rates, most_fast the share of cells that may be solved for (0: none but those
    /// that hold nothing).
    [[nodiscard]] Choice choose(double span, double most_fast, bool columns_too = false) const;

    /// How many steps a solute makes in a span for which the flow asks the least retarded one to make `count`: fewer where it is retarded,
    /// more where it decays fast.
    [[nodiscard]] Index steps_of(ExplicitSolute& solute, double span, Index count) const;

    /// `count` steps of `duration` for the least retarded solute; the others make as many as their own retardation asks for, over the same
    /// span.
    void advance(std::vector<ExplicitSolute>& solutes, double duration, Index count, Vertical vertical = Vertical::by_beginning);
    /// Cells computed so far, summed over steps and solutes: what the work is in proportion to.
    [[nodiscard]] double cells_computed() const { return cells_computed_; }
    [[nodiscard]] Index fast_count() const { return std::ssize(fast_.cells()); }
    [[nodiscard]] std::size_t bytes() const;

private:
    struct Strip;
    class StripWork;
    struct RowPlace;
    /// How many cells there are of every class of rates, and the rates to choose from.
    struct Rates {
        FloatArray of_cell;  ///< 1 / the longest step that keeps a cell bounded [1/s], rounded up
        std::vector<Index> counts;
        double fastest = 0;
    };
    [[nodiscard]] double rate_of(Index cell, double inverse_capacity, bool below, bool above) const;
    void count_rates(Rates& rates);
    void choose_among(const Rates& rates, double span, double most_fast, double cost_of_cell, Vertical vertical, double& least,
                      Choice& best) const;
    void part(ExplicitSolute& solute, double duration) const;
    void judge(ExplicitSolute& solute) const;
    void advance(ExplicitSolute& solute, CellField& other, double duration, Index count);
    void part_operator(double duration);
    Index mark_fast_cells(double duration);
    [[nodiscard]] bool apart(Index cell) const { return !apart_.empty() && apart_[static_cast<std::size_t>(cell)] != 0; }
    // explicit_pass.cpp
    void find_plume(ExplicitSolute& solute) const;
    [[nodiscard]] RowReach reach_of(const ExplicitSolute& solute, Index row) const;
    void pass(ExplicitSolute& solute, double duration);
    double process_strip(ExplicitSolute& solute, double duration, const Strip& strip) const;
    void fetch_row_above(const ExplicitSolute& s, const RowPlace& at) const;
    double process_row(ExplicitSolute& solute, double duration, const RowPlace& place) const;
    [[nodiscard]] FaceRow faces_along_x(const ExplicitSolute& s, Index row, RowReach reach, double* padded, double* flux) const;
    [[nodiscard]] FaceRow faces_across(const ExplicitSolute& s, Axis axis, Index row, RowReach here, RowReach there, double* flux) const;
    void add_cross(const ExplicitSolute& s, Axis axis, Index row, Index first, FaceRow& faces) const;
    // explicit_finish.cpp
    void finish(ExplicitSolute& solute, double duration) const;
    void finish_fast(ExplicitSolute& solute, double duration, std::vector<Index>& touched) const;
    [[nodiscard]] bool reached(const ExplicitSolute& solute, Index cluster) const;
    bool finish_cluster(ExplicitSolute& solute, double duration, Index cluster) const;
    void finish_special(ExplicitSolute& solute, double duration, std::vector<Index>& touched) const;
    void decay(ExplicitSolute& solute, double duration) const;
    void decay_all(ExplicitSolute& solute, double duration) const;
    void spread_vertically(ExplicitSolute& solute, double duration) const;
    void spread_columns(ExplicitSolute& solute, double duration, Index j) const;
    [[nodiscard]] bool beyond_plume(const ExplicitSolute& s, Index cell) const;

    void measure_widths();

    const Grid& grid_;
    Limiter limiter_;
    double negligible_;
    TransportOperator transport_;
    FaceField flux_;  ///< of faces that are computed explicitly; empty where that is all of them
    FloatArray conductance_x_, conductance_y_, conductance_z_;
    FloatArray column_conductance_;  ///< of the faces across z that go by the end of a step; 0 elsewhere; empty before the first such step
    CrossDispersion cross_;
    Rates rates_, column_rates_;  ///< with vertical dispersion by the beginning and by the end of a step
    FloatArray inverse_;          ///< the largest inverse capacity of all solutes, rounded up
    Index moving_ = 0, holding_nothing_ = 0;
    std::vector<std::uint8_t> held_, apart_, fast_flags_;
    FastCells fast_;
    Vertical vertical_ = Vertical::by_beginning, parted_vertical_ = Vertical::by_beginning;
    double parted_for_ = -1;
    Index parting_ = 0;  ///< counts the partings of the operator
    double cells_computed_ = 0;

    bool even_x_ = true, even_y_ = true, even_z_ = true;
    // For every face along x, y (by j) and z (by k; of mean thickness where layers are not flat): factors of FaceRow, and 1 / distance of
    // the centres.
    struct Widths {
        std::vector<double> stretch_left, stretch_right, reach_left, reach_right, per_distance;
    };
    Widths x_, y_, z_;
};

}  // namespace galena
