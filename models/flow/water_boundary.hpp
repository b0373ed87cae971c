#pragma once
// What lets water into or out of the ground. One file per kind in models/flow/boundary.

#include "flow/ground.hpp"
#include "scenario/catalogue.hpp"
#include "scenario/reader.hpp"
#include "simulation/equation.hpp"
#include "simulation/state.hpp"

namespace galena {

/// The span over which fluxes are averaged, and the head's moment (its end: flow is implicit).
struct FlowMoment {
    Date origin;
    double from = 0, to = 0;  ///< seconds after the start; equal in steady flow
};

/// The ground as a boundary finds it: one number per cell of its cells(), in their order.
struct GroundAtBoundary {
    std::span<const double> head;       ///< hydraulic head [m]
    std::span<const double> elevation;  ///< of the cell's centre [m]: the pressure head is head − elevation
    /// Conductivity over that of saturated ground [-], along the axis of through_side(), else horizontally: 1 in saturated ground, the wet
    /// part of the cell's thickness where there is a water table, what the retention curve says in variably saturated ground.
    std::span<const double> relative_conductivity;
    std::span<const double> relative_conductivity_slope;  ///< its derivative by the head [1/m]
    Weighting weighting;                                  ///< of conductivities on both sides of a face
    const GroundLaws& laws;                               ///< for other heads than the present ones
    /// Where layers are not level, for what passes through_side(): what that adds to the difference between a head there and that of the
    /// cell [m], and the conductance from the centre to that side over the one along its axis [-]. 0 and 1 where they are level.
    std::span<const double> shift, stretch;
};

/// A boundary of the flow equation. It names its cells once; then, crossed once per grid and evaluation, it gives for all of them the rate
/// [m³/s, positive into the ground] at the heads given, and −d(rate)/d(head) [m²/s, not negative]. Ground that is dry has nothing to give:
/// what takes water out of it has to fade with the relative conductivity, or no head can balance it.
class WaterBoundary {
public:
    static constexpr std::string_view family = "boundary";
    virtual ~WaterBoundary() = default;

    // Keys of every boundary.
    Name label;
    std::map<std::string, Series> concentration;
    Place place;
    Places places;

    [[nodiscard]] virtual std::string_view type() const = 0;
    /// Finds the cells and fixed numbers, anew each time a simulation is built; mistakes such as an empty zone go to `diagnostics`.
    virtual void resolve(const Site& site, Domain& domain, Diagnostics& diagnostics) = 0;
    /// Edits changed the medium: anew what depends on it.
    virtual void adopt_medium(const Domain& domain) { (void)domain; }
    /// rate and slope: one number per cell of cells().
    virtual void evaluate(const FlowMoment& moment, const GroundAtBoundary& ground, std::span<double> rate,
                          std::span<double> slope) const = 0;
    /// Where the rates of all its cells also follow one unknown of its own (the level in a well), which follows all their heads:
    /// d(rate_n)/d(head_m) = −slope_n δ_nm + response_n slope_m, with the slopes of evaluate. False: there is none at these heads.
    virtual bool responds_jointly(const FlowMoment&, const GroundAtBoundary&, std::span<double> response) const {
        (void)response;
        return false;
    }
    /// True when the heads of its cells are given: evaluate() is then never called, held_head() is.
    [[nodiscard]] virtual bool holds_head() const { return false; }
    virtual void held_head(const FlowMoment&, std::span<double>) const {}
    /// True when its rate depends on the head, so that a steady state is determined.
    [[nodiscard]] virtual bool determines_head() const { return false; }
    /// True when it takes in `shift` and `stretch` of GroundAtBoundary.
    [[nodiscard]] virtual bool follows_layers() const { return false; }
    /// The side of its cells that the water passes, where there is one; for the vectors of Darcy flux.
    [[nodiscard]] virtual std::optional<Side> through_side() const { return {}; }
    /// False when water that leaves leaves its solute behind: it evaporates, or roots take it.
    [[nodiscard]] virtual bool takes_solute() const { return true; }
    /// Of such water, by substance: the share of its concentration that plants take with it; nullptr: none of any.
    [[nodiscard]] virtual const std::map<std::string, double>* plants_take() const { return nullptr; }
    /// Every series, so that steps can end where one jumps.
    [[nodiscard]] virtual std::vector<const Series*> series() const = 0;

    // A boundary may hold something of its own that changes from step to step: the water of a pond.
    /// Then steady flow is solved anew in every step.
    [[nodiscard]] virtual bool has_state() const { return false; }
    /// Moments besides those of its series at which something jumps.
    [[nodiscard]] virtual std::vector<Date> moments() const { return {}; }
    /// Longest step that is accurate enough for it [s].
    [[nodiscard]] virtual double longest_step() const { return infinite; }
    /// The heads of a step are found, the last evaluate() was with them; rate: what passed, with the factors of edits. May be told again
    /// for the same step, shorter; only accept() makes it the new state.
    virtual void settle(const FlowMoment& moment, std::span<const double> rate) { (void)moment, (void)rate; }
    virtual void accept() {}
    /// What it keeps books of besides the ground, of the step last settled.
    virtual void add_budget(std::vector<BudgetTerm>& terms) const { (void)terms; }
    virtual void save(CheckpointWriter&) const {}
    virtual void load(CheckpointReader&) {}

    /// The rate that was asked of it as a whole [m³/s], where there is one: what it falls short of that is told.
    [[nodiscard]] virtual std::optional<double> wanted(const FlowMoment&) const { return {}; }

    [[nodiscard]] const std::vector<Index>& cells() const { return cells_; }

protected:
    /// Takes the cells of a zone, or of a side of the box.
    void take_cells(const Name& zone, const std::optional<Side>& side, const Domain& domain, Diagnostics& diagnostics);

    std::vector<Index> cells_;
};

/// [[boundary]]
struct WaterBoundaries {
    static constexpr std::string_view section = "boundary", meaning = "what lets water into or out of the ground";
    static constexpr std::string_view needs = "flow";
    std::vector<std::shared_ptr<WaterBoundary>> list;
};

/// Keys that every boundary has, to be joined with its own: std::tuple_cat(boundary_parameters(), std::tuple{...}).
inline auto boundary_parameters() {
    return std::tuple{
        parameter("name", &WaterBoundary::label, "name of the boundary, used in budgets and messages"),
        parameter("concentration", &WaterBoundary::concentration, "mg/L", not_negative,
                  "concentration of the water that enters, by substance; substances not named: none"),
    };
}

/// The key of a boundary through which plants take water, and solute with it.
template <class Boundary>
auto solute_uptake_parameter() {
    return std::tuple{
        parameter("solute_uptake", &Boundary::solute_uptake, "", between(0, 1),
                  "share of its concentration that the water takes into the plants, by substance (the transpiration stream concentration "
                  "factor); substances not named stay in the ground")
            .source("Briggs, Bromilow & Evans 1982"),
    };
}

/// How well water passes between the ground and a body of water outside: exactly one of these is given.
struct Conductance {
    std::optional<double> per_cell;  ///< [m²/s]
    std::optional<double> leakance;  ///< per plan area [1/s]: bed conductivity over bed thickness

    /// Per cell [m²/s]; a missing or double value is a mistake.
    [[nodiscard]] std::vector<double> resolve(std::string_view boundary, const Places& places, const Grid& grid,
                                              const std::vector<Index>& cells, Diagnostics& diagnostics) const;
};

}  // namespace galena
