#pragma once
// Flow of water in the ground: ∂W/∂t = Σ K k(h) Δh + sources, with the water W that a cell holds and its relative conductivity k from the
// ground's law (flow/ground.hpp). Finite volumes, implicit Euler in time, Newton with the full Jacobian.

#include <array>
#include <functional>

#include "flow/flow_table.hpp"
#include "flow/step_error.hpp"
#include "flow/water_boundary.hpp"
#include "numerics/deformed_layers.hpp"
#include "numerics/face_conductance.hpp"
#include "numerics/linear_solver.hpp"
#include "numerics/residual_iteration.hpp"
#include "simulation/equation.hpp"

namespace galena {

/// What chose the length of a step.
enum class StepLimit { growth, maximum_step, head_change, head_error, water_content_error, newton, event };
inline constexpr std::size_t step_limits = 7;

class WaterFlow final : public Equation {
public:
    WaterFlow(const Site& site, Domain& domain, Diagnostics& diagnostics);

    [[nodiscard]] std::string_view name() const override { return "flow"; }
    void initialise(State& state) override;
    void add_events(std::set<double>& times) const override;
    [[nodiscard]] double longest_step(const State& state) const override;
    void advance(State& state, const Step& step) override;
    void accept(State& state, const Step& step) override;
    void reject(State& state) override;
    void budget(std::vector<BudgetTerm>& terms) const override;
    void before_edits(const State& state) override;
    void after_edits(State& state, std::span<const Removal> removals, std::vector<BudgetTerm>& terms) override;
    void save(CheckpointWriter& out, const State& state) const override;
    void load(CheckpointReader& in, State& state) override;
    [[nodiscard]] SolverStatistics statistics() const override;
    [[nodiscard]] std::vector<std::string> summary() const override;

private:
    struct Balance {
        double imbalance = 0;   ///< Σ|residual| [m³/s]
        double throughput = 0;  ///< water that enters or leaves [m³/s]
        bool converged = false;
    };

    // water_flow.cpp: set-up
    void resolve_boundaries(const Site& site, Diagnostics& diagnostics);
    void find_unknowns(Diagnostics& diagnostics);
    void check_heads_determined(Diagnostics& diagnostics) const;
    void adopt_medium();

    // water_flow_balance.cpp: what every cell gains and loses at given heads
    void gather_ground(const State& state, std::size_t boundary);
    void evaluate_boundaries(const State& state, const FlowMoment& moment);
    [[nodiscard]] RelativeConductance relative_conductance() const;
    [[nodiscard]] RelativeConductance layer_conductance() const;
    void add_inflow(const State& state);
    [[nodiscard]] double storage_change(Index cell) const;
    double start_residual(double duration);
    Balance compute_residual(const State& state, const FlowMoment& moment, double duration);
    Balance book_boundaries();
    [[nodiscard]] Index worst_cell() const;

    // water_flow_newton.cpp: heads that balance
    void make_room();
    void solve(State& state, const FlowMoment& moment, double duration);
    void hold_heads(State& state, const FlowMoment& moment) const;
    Balance solve_step(State& state, const FlowMoment& moment, double duration);
    Balance solve_or_weigh_upstream(State& state, const FlowMoment& moment, double duration);
    Balance sharpen_steady(State& state, const FlowMoment& moment);
    Balance predict(State& state, const FlowMoment& moment, double duration);
    Balance solve_steady(State& state, const FlowMoment& moment);
    Balance find_steady(State& state, const FlowMoment& moment);
    Balance continue_in_pseudo_time(State& state, const FlowMoment& moment);
    Balance continue_in_time(State& state, const FlowMoment& moment);
    Balance continue_through_soft_laws(State& state, const FlowMoment& moment);
    Balance newton(State& state, const FlowMoment& moment, double duration);
    Balance newton_with_care(State& state, const FlowMoment& moment, double duration);
    Balance newton_at_bends(State& state, const FlowMoment& moment, double duration);
    void note_start(const Balance& balance);
    [[nodiscard]] bool converged(const State& state, const Balance& balance, double before) const;
    [[nodiscard]] double rounding_of_heads(const State& state) const;
    void assemble_symmetric(double duration);
    void assemble_jacobian(const State& state, double duration);
    void finish_diagonal(DoubleArray& diagonal, double duration) const;
    void add_joint_responses(const std::function<void(std::span<const double>, std::span<double>)>& solve);
    Balance correct_linear(State& state, const Balance& balance, const FlowMoment& moment, double duration);
    Balance correct_nonlinear(State& state, const Balance& balance, double ratio, const FlowMoment& moment, double duration);
    SolveReport solve_jacobian(std::span<const double> b, std::span<double> x, const SolveOptions& options);
    [[noreturn]] void fail(const std::string& cause, Index cell, const FlowMoment& moment, double next_step = 0) const;

    // water_flow_layers.cpp: layers that are not level
    void choose_layers();
    void correct_layers(bool corrected);
    void add_cross_inflow(std::span<const double> head, std::span<double> out);
    void add_shifted_inflow(std::span<const double> change, std::span<double> out);
    void add_shifted_sides(std::span<double> out) const;
    Balance solve_steady_corrected(State& state, const FlowMoment& moment);
    SolveReport solve_with_cross_fluxes(const SolveOptions& options);
    SolveReport solve_with_shifts(std::span<const double> b, std::span<double> x, const SolveOptions& options);
    Balance solve_steady_layers(State& state, const FlowMoment& moment);
    Balance solve_step_layers(State& state, const FlowMoment& moment, double duration);
    void estimate_layer_error(State& state, const FlowMoment& moment, double duration);
    [[nodiscard]] FaceField fluxes(const State& state);

    // water_flow_steps.cpp: steps, fluxes, budget, checkpoint
    void note_head_rate(const State& state, const Step& step);
    void show_saturation(State& state) const;
    void finish_fluxes(State& state, double duration);
    void update_water(State& state, const FlowMoment& moment, double duration);
    void fill_exchanges(State& state) const;
    void show_flux_through_sides(State& state) const;
    void note_shortfalls(const FlowMoment& moment, double duration);
    [[nodiscard]] std::vector<std::string> shortfall_remarks() const;
    [[nodiscard]] double all_water(const CellField& mobile_water) const;

    // water_flow_step_length.cpp: how long steps may be
    struct StepChoice {
        double ratio;  ///< next step over this one
        StepLimit by;
    };
    void check_step_error(const State& state, const FlowMoment& moment, double duration);
    [[nodiscard]] double head_change(const State& state, Index cell) const;
    [[nodiscard]] double content_change(Index cell) const;
    [[nodiscard]] StepChoice step_ratio(const State& state) const;
    void choose_next_step(const State& state, const Step& step);
    void forget_rates();

    [[nodiscard]] double tolerance() const {
        return table_.tolerance.value_or(!ground_->nonlinear() ? 1e-10 : table_.regime == Regime::transient ? 1e-6 : 1e-7);
    }
    [[nodiscard]] Weighting weighting() const {
        const bool central = ground_->formulation() == Formulation::variably_saturated && table_.weighting == Weighting::central;
        return central && !upstream_ ? Weighting::central : Weighting::upstream;
    }

    FlowTable table_;
    Domain& domain_;
    std::unique_ptr<Ground> ground_;
    std::vector<std::shared_ptr<WaterBoundary>> boundaries_;
    bool changes_in_time_ = false;

    FaceField conductance_;                   ///< of all faces in saturated ground [m²/s]
    std::unique_ptr<DeformedLayers> layers_;  ///< where layers are not level and fluxes are corrected for it
    std::unique_ptr<ResidualIteration> layers_iteration_;
    bool corrected_ = false;          ///< fluxes through them are corrected now
    bool layer_error_open_ = false;   ///< the error of two-point fluxes is still to be estimated
    FaceField shift_;                 ///< nonlinear ground: what has to be added to differences of heads [m]
    FaceField through_;               ///< and conductances with what the ground lets pass of them, for the Jacobian [m²/s]
    bool layers_started_ = false;     ///< heads are those of a steady state, not a first guess
    int layer_failures_ = 0;          ///< of the corrected fluxes, since the last step that stood
    int two_point_steps_ = 0;         ///< steps to come that are left to two-point fluxes
    Index two_point_solves_ = 0;      ///< all that were
    bool upstream_ = false;           ///< upstream weighting stands in for central one in this solve
    Index upstream_solves_ = 0;       ///< all in which it did
    bool careful_ = false;            ///< Newton stops where the ground's law bends
    std::vector<std::uint8_t> held_;  ///< 1 where the head is given
    std::vector<Index> held_cells_;
    std::vector<std::vector<double>> rate_, slope_;  ///< per boundary and cell
    /// What boundaries of a wanted rate did not pass of it.
    struct Shortfall {
        double since = -1;             ///< end of the first step that fell short [s]; < 0: none did
        double asked = 0, missed = 0;  ///< over all steps [m³]
    };
    std::vector<Shortfall> shortfalls_;  ///< per boundary
    struct JointResponse {
        std::size_t boundary;
        std::vector<double> response, slope;  ///< see WaterBoundary::responds_jointly
    };
    std::vector<JointResponse> joint_responses_;  ///< at the heads last evaluated

    GroundWater water_;        ///< at the heads last evaluated
    CellField amount_before_;  ///< at the start of the step
    CellField arrears_;  ///< what the last step's fluxes brought beyond the amount that its heads mean [m³]; the next one makes up for it
    FaceField flux_;     ///< nonlinear ground: through faces; sloping layers: what two-point fluxes miss [m³/s]
    SymmetricStencil matrix_;  ///< saturated ground
    Stencil jacobian_;         ///< nonlinear ground
    DoubleArray residual_, correction_;
    CellField trial_start_;  ///< heads before a correction
    std::unique_ptr<SymmetricSolver> solver_;
    std::unique_ptr<NonsymmetricSolver> newton_solver_;

    // What boundaries see of their cells.
    struct {
        std::vector<double> head, elevation, conductivity, conductivity_slope, shift, stretch;
    } seen_;

    CellField initial_head_;
    CellField head_before_;
    CellField head_rate_;  ///< nonlinear ground: how fast heads moved in the last step [m/s]; empty where that says nothing of the next
    double storage_in_ = 0, storage_out_ = 0, stored_ = 0;
    double step_duration_ = 0;
    double next_step_ = 0;
    double retry_step_ = 0;                                ///< of a step that errs too much: what would do [s]
    StepError head_error_, content_error_;                 ///< of steps, where the site file bounds it
    StepChoice error_ratio_{infinite, StepLimit::growth};  ///< what the errors of the last step allow
    std::array<Index, step_limits> chosen_by_{};           ///< steps, per what chose their length
    double shortest_step_ = infinite;                      ///< [s]
    int soft_laws_ = 0;                                    ///< softer laws that the last steady state was reached through
    int pseudo_time_steps_ = 0;                            ///< of the last steady state that Newton alone did not reach
    bool edited_ = false;                                  ///< steady: the ground has changed since the last solve
    CellField water_before_;                               ///< mobile, before edits [m³]
    double stored_before_ = 0;
    double relaxation_ = 0;      ///< storage per plan area and time that steady Newton is damped with [1/s]
    int newton_iterations_ = 0;  ///< of the last solve
    double began_with_ = 0;      ///< largest fluxes that an iteration of this solve began with [m³/s]
    std::set<double> events_;
    mutable SolverStatistics statistics_;
};

}  // namespace galena
