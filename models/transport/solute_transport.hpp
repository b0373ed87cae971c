#pragma once
// Transport of several substances by flowing groundwater:
//     ∂(θC + ρb S)/∂t = −∇·(qC − θD ∇C) − λ(θC + ρb S) + sources      (Zheng & Wang 1999, eq. 1-2)
// Finite volumes; upwind, fully implicit. Storage is written as amounts, so that mass balances to rounding.

#include <array>
#include <map>

#include "numerics/linear_solver.hpp"
#include "numerics/stencil.hpp"
#include "simulation/equation.hpp"
#include "numerics/explicit_step.hpp"
#include "numerics/limited_transfer.hpp"
#include "transport/biodegradation.hpp"
#include "transport/dispersion.hpp"
#include "transport/immobile_zone.hpp"
#include "transport/recirculation.hpp"
#include "transport/solute_storage.hpp"
#include "transport/solute_source.hpp"
#include "transport/substance.hpp"
#include "transport/transport_table.hpp"

namespace galena {

class SoluteTransport final : public Equation {
public:
    SoluteTransport(const Site& site, Domain& domain, Diagnostics& diagnostics);

    [[nodiscard]] std::string_view name() const override { return "transport"; }
    void initialise(State& state) override;
    void add_events(std::set<double>& times) const override;
    [[nodiscard]] double longest_step(const State& state) const override;
    void advance(State& state, const Step& step) override;
    void accept(State& state, const Step& step) override;
    void reject(State& state) override;
    void budget(std::vector<BudgetTerm>& terms) const override;
    void prepare_output(State& state) const override;
    void before_edits(const State& state) override;
    void after_edits(State& state, std::span<const Removal> removals, std::vector<BudgetTerm>& terms) override;
    void save(CheckpointWriter& out, const State& state) const override;
    void load(CheckpointReader& in, State& state) override;
    [[nodiscard]] SolverStatistics statistics() const override;
    [[nodiscard]] std::vector<std::string> summary() const override;
    ~SoluteTransport() override;

private:
    struct Solute {
        std::string id, display;
        SubstanceTable table;
        SoluteStorage storage;
        double decay_rate = 0;            ///< of what is dissolved [1/s]
        CellField initial_concentration;  ///< until initialise()
        /// All that a cell holds [kg], now and before the step, of a nonlinear storage: kept, because the law gives it back only to rounding.
        CellField amount, amount_before;
        CellField decay_early, decay_late;  ///< of such a storage that decays: SoluteStorage::start of the step
        std::vector<std::shared_ptr<SoluteSource>> sources;
        std::vector<BudgetTerm> terms;                         ///< of the last step
        CellField production;                                  ///< from parents, mean over the step [kg/s]; empty without
        CellField decayed_at_once;                             ///< of that, in the step [kg]; empty when it does not decay
        std::vector<std::pair<std::string, double>> produced;  ///< by parent, in the step [kg]
        FaceField transfer;                   ///< what passes the faces of an implicit step by the concentrations at its beginning [kg/s]
        std::map<std::string, double> mixed;  ///< concentrations of the water that wells pass on, by their names [kg/m³]
        std::vector<double> returning;        ///< by loop of recirculation: concentration that comes back [kg/m³]
        CellField implicit_share;             ///< of what leaves a cell: by the concentration at the end of the step; empty: all
        bool shares_spreading = true;         ///< dispersion too; else it goes by the end of the step alone
        /// Concentrations by which the last iterate of a nonlinear storage balanced what passes faces, boundaries and reactions [kg/m³]: the
        /// law gives its concentrations back only to the tolerance of the iteration.
        CellField passing;
    };

    /// What one cell holds of a substance, and by how much that grew during the step [kg].
    struct Amounts {
        double dissolved = 0, dissolved_change = 0, sorbed = 0, sorbed_change = 0;
    };
    /// What stores beside the mobile water took up, gave back and hold [kg], on the solid and in immobile water.
    struct Stored {
        std::array<double, 3> sorbed{}, immobile{};
    };
    static void push_stored(const Solute& solute, const Stored& stored, std::vector<BudgetTerm>& terms);

    void adopt_medium();
    void equilibrium_of_law(const State& state, Index s, std::span<double> out) const;
    void find_concentrations(State& state, Index s, const CellField& total, const std::vector<std::uint8_t>& marked);
    void book_parting(const State& state, Index s, std::vector<BudgetTerm>& terms) const;
    void part_anew(State& state, Index s, std::span<const Removal> removals, std::vector<BudgetTerm>& terms);
    void check_moving(const Site& site, Diagnostics& diagnostics) const;
    void read_solutes(const Site& site, Diagnostics& diagnostics);
    void attach_sources(const Site& site, Diagnostics& diagnostics);
    void check_held_cells(Diagnostics& diagnostics) const;
    void follow(const Series& series, Diagnostics& diagnostics);
    void check_boundary_concentrations(const Site& site, Diagnostics& diagnostics);
    CellField initial_from_content(const Solute& solute, const CellField& content, const CellField& water) const;
    void read_sorption(const SubstanceTable& table, Solute& solute, const Site& site, Diagnostics& diagnostics);
    void solve_all(State& state, const Step& step);
    double announce(const State& state, Index s);
    void settle_contents(const CellField& water);
    void read_chains(const Site& site, Diagnostics& diagnostics);
    void read_biodegradation(const Site& site, Diagnostics& diagnostics);
    void react(State& state, const Step& step);

    // Water that comes back (solute_recirculation.cpp).
    void read_recirculation(const Site& site, Diagnostics& diagnostics);
    [[nodiscard]] std::pair<double, double> leaving_through(const State& state, Index s, const RecirculationTable& loop) const;
    double take_returning(const State& state, Index s, double bound);
    [[nodiscard]] double with_returning(const WaterExchange& exchange, const Solute& solute, double own) const;
    void remember(const State& state);
    [[nodiscard]] double decay_of_all(const State& state, const Solute& solute, Index c, double duration) const;
    [[nodiscard]] double fall_of(const State& state, const Solute& solute, Index c) const;
    [[nodiscard]] static double decayed_at_once(const Solute& solute, Index c) {
        return solute.produced.empty() || solute.decayed_at_once.empty() ? 0.0 : solute.decayed_at_once[c];
    }
    void pass_on_decay(const State& state, Index s, const Step& step);
    void book_production(const State& state, const Solute& solute, const Step& step, std::vector<BudgetTerm>& terms) const;
    [[nodiscard]] double production_of(const State& state, const Solute& solute, Index c) const;
    void read_immobile_zones(const Site& site, Diagnostics& diagnostics);
    void add_immobile_stores(Solute& solute, const Site& site, Diagnostics& diagnostics);
    void book_apart(const State& state, Solute& solute) const;
    void make_room(State& state) const;

    void read_dispersivities(const Site& site, Diagnostics& diagnostics);
    void update_dispersion(const State& state);
    void judge_grid(const State& state);
    void assemble(const State& state, const Solute& solute, const Step& step);

    // Second order in implicit steps (solute_transfer.cpp).
    [[nodiscard]] bool sharpens_implicit_steps() const;
    [[nodiscard]] double spreading(const Solute& solute, Axis axis, Index face) const;
    struct MovingWater {
        Index version = -1;
        FaceField spreading;  ///< conductance for dispersion and diffusion [m³/s]
        CellField outflow;    ///< all that leaves a cell per concentration [m³/s]
        CellField advected;   ///< of that, with the water
    };
    [[nodiscard]] Limiter limiter() const;
    const MovingWater& moving_water(const State& state, const Solute& solute);
    void prepare_transfer(const State& state, Index s, const Step& step);
    void choose_implicit_shares(const State& state, Index s, const Step& step, CellField& early, CellField& still);
    [[nodiscard]] std::array<double, 2> room_of(const State& state, Index s, const Step& step, Index c, double lowest,
                                                double highest) const;
    [[nodiscard]] std::vector<double> rate_of(const SoluteSource& source, const Step& step) const;
    /// Of a source that exchanges: coefficients [m³/s] and equilibrium concentrations [kg/m³] in this step.
    struct SourceExchange {
        std::vector<double> coefficient, equilibrium;
    };
    [[nodiscard]] SourceExchange exchange_of(const State& state, const SoluteSource& source, const Step& step) const;
    [[nodiscard]] std::vector<double> brought_by(const State& state, const SoluteSource& source, const Solute& solute,
                                                 const Step& step) const;
    [[nodiscard]] BudgetTerm book_exchange(const State& state, SoluteSource& source, const Solute& solute, const Step& step) const;
    [[nodiscard]] bool switched_off(const SoluteSource& source) const;
    void hold_concentrations(const Solute& solute, const Step& step);
    void start_decay(const State& state, Index s, const Step& step);
    [[nodiscard]] static std::span<const double> late_of(const Solute& solute, std::size_t first, std::size_t count);
    void add_storage(const State& state, Index s, const Step& step);
    void solve_one(State& state, Index s, const Step& step);

    // Water that wells pass on (solute_mixing.cpp).
    [[nodiscard]] static bool mixes(const WaterExchange& exchange);
    [[nodiscard]] static bool water_is_mixed(const State& state);
    double mix_passing_water(const State& state, Solute& solute, const Step& step) const;
    void solve_mixed(State& state, Index s, const Step& step);

    // How steps are taken, and how long they are (solute_stepping.cpp).
    struct Group;
    /// Linear storage, and neither production, parents nor dissolving sources: what explicit steps can do.
    [[nodiscard]] bool can_step_explicitly(const Solute& solute) const;
    void check_stepping(Diagnostics& diagnostics);
    [[nodiscard]] std::string why_implicit(const State& state) const;
    void choose_stepping(const State& state, const Step& step);
    [[nodiscard]] bool explicit_costs_less(const State& state);
    [[nodiscard]] ExplicitStep::Choice explicit_choice(const Group& group, double span) const;
    [[nodiscard]] double longest_implicit_step(const State& state) const;
    [[nodiscard]] double smallest_capacity(const State& state, Index cell) const;
    void update_renewal_time(const State& state) const;
    void bound_cross_terms(const State& state);
    void save_stepping(CheckpointWriter& out) const;
    void load_stepping(CheckpointReader& in);

    // Explicit steps (explicit_transport.cpp).
    void prepare_groups(const State& state);
    void prepare_group(const State& state, Group& group) const;
    void collect_special_cells(const State& state, const Solute& solute, const Step& step, ExplicitSolute& out) const;
    void advance_explicitly(State& state, const Step& step);
    void book_explicit(State& state, Index s, const Step& step, const ExplicitSolute& moved);
    void book_storage(const State& state, Index s, const Step& step, std::optional<double> decayed_so_far = {});
    double solve_linear(State& state, Index s, const Step& step, double tolerance);
    double update_amounts(State& state, Index s, const Step& step);
    void solve_nonlinear(State& state, Index s, const Step& step);
    void start_storage(const State& state, Index s);

    // What the step moved (solute_budget.cpp).
    void book(State& state, Index s, const Step& step);
    void book_reactions(State& state, Index s, const Step& step);
    [[nodiscard]] double outflow_through(const State& state, const Solute& solute, Index c, Side side, std::span<const double> now) const;
    [[nodiscard]] double own_concentration(const WaterExchange& exchange, const Solute& solute, const Step& step) const;
    [[nodiscard]] double entering_concentration(const WaterExchange& exchange, const Solute& solute, const Step& step) const;
    [[nodiscard]] const SpeciesField& accepted() const { return accepted_.species_count() > 0 ? accepted_ : before_; }
    [[nodiscard]] Amounts amounts_of(const State& state, const Solute& solute, Index c, const SpeciesField& before) const;
    [[nodiscard]] BudgetTerm exchange_term(const State& state, const WaterExchange& exchange, const Solute& solute, const Step& step) const;
    [[nodiscard]] std::span<const double> passing(const State& state, const Solute& solute) const;
    [[nodiscard]] BudgetTerm held_term(const State& state, const SoluteSource& source, const Solute& solute, const Step& step) const;
    [[noreturn]] void fail(const Solute& solute, const std::string& cause, Index cell, const Step& step) const;

    [[nodiscard]] Index index_of(const Solute& solute) const { return static_cast<Index>(&solute - solutes_.data()); }
    void decayed(const State& state, const Solute& solute, Index begin, Index end, const Step& step, std::span<double> out) const;

    TransportTable table_;
    DispersivityMap dispersivity_;
    std::string grid_remark_;
    double peclet_ = 0, largest_courant_ = 0;
    Domain& domain_;
    std::vector<Solute> solutes_;
    CellField soil_mass_;         ///< dry soil per cell [kg]; empty without bulk density
    CellField mobile_soil_mass_;  ///< the part that touches mobile water [kg]; empty without immobile zones
    std::vector<std::shared_ptr<ImmobileZone>> immobile_zones_;
    std::vector<std::pair<Index, CellField>> initial_contents_;  ///< per dry soil [kg/kg], until initialise() knows the water
    bool competition_ = false;                                   ///< some substances share sites
    SpeciesField announced_;                                     ///< concentrations that the laws were told last; empty without competition
    std::vector<Index> order_;                                   ///< in which substances are solved: parents before their daughters
    FaceField diffusion_geometry_;  ///< conductance per unit of molecular diffusion; empty when nothing diffuses
    FaceField dispersion_;          ///< mechanical, of the present flow [m³/s]; empty without dispersivity
    Index dispersion_version_ = -1;
    SpeciesField before_;    ///< concentrations at the beginning of the step, after what reacts by itself; empty between steps
    SpeciesField accepted_;  ///< before it did; empty without biodegradation: before_ then
    std::unique_ptr<Biodegradation> biodegradation_;
    std::vector<RecirculationTable> recirculation_;
    std::vector<double> returning_water_;                        ///< by loop, in this step [m³/s]
    SpeciesField dissolved_before_edits_, sorbed_before_edits_;  ///< amounts [kg], during edits
    std::vector<CellField> apart_before_edits_;  ///< by substance: of the sorbed amount, that in immobile water [kg]; empty: none
    SpeciesField law_before_edits_;              ///< what a nonlinear law holds in equilibrium [kg]: tells where an edit changed it
    Stencil matrix_;
    DoubleArray right_hand_side_;
    std::unique_ptr<LimitedTransfer> sharpener_;
    std::map<double, MovingWater> moving_water_;  ///< by molecular diffusion
    CellField early_, still_;                     ///< see choose_implicit_shares; of the substance that is worked on
    DoubleArray gains_, losses_;                  ///< of the transport operator alone: sources [kg/s], outflow per concentration [m³/s]
    DoubleArray intercept_, slope_;               ///< held + decayed = intercept + slope · C: a nonlinear storage near the last iterate
    std::vector<std::uint8_t> held_cells_;        ///< whose concentration is given in this step
    std::unique_ptr<NonsymmetricSolver> solver_;
    std::set<double> events_;
    double next_step_ = 0, step_duration_ = 0;
    /// Shortest time in which the flow renews what a cell holds: of all cells, and of those that bound an implicit step [s].
    mutable double renewal_time_ = 0, bounding_renewal_time_ = 0;
    mutable Index renewal_version_ = -1;
    SolverStatistics statistics_;
    std::vector<std::unique_ptr<Group>> groups_;  ///< solutes with the same molecular diffusion: they share an operator
    Index groups_version_ = -1;
    CrossDispersion cross_;
    double explicit_duration_ = 0;                                                               ///< of the steps within the last one [s]
    bool explicit_now_ = false;                                                                  ///< the step that is being taken
    enum class Cheaper { unknown, explicit_steps, implicit_steps } cheaper_ = Cheaper::unknown;  ///< of the present flow
    double longest_for_cross_ = 0;  ///< implicit step that keeps the cross terms of most cells [s]; 0: not known, or nothing bounds it
    Index cross_version_ = -1;
    Index cheaper_version_ = -1;  ///< of the flow
};

}  // namespace galena
