#pragma once
// Saturated groundwater flow: Ss ∂h/∂t = ∇·(K ∇h) + sources (Bear 1972, eq. 6.2.18), finite volumes, implicit Euler in time.

#include "flow/water_boundary.hpp"
#include "numerics/linear_solver.hpp"
#include "numerics/stencil.hpp"
#include "simulation/equation.hpp"

namespace galena {

enum class Regime { steady, transient };
template <>
inline const Words words<Regime> = {"steady", "transient"};

/// [flow]
struct FlowTable {
    static constexpr std::string_view section = "flow", meaning = "saturated groundwater flow";

    Regime regime = Regime::steady;
    SpatialValue initial_head;
    double tolerance = 1e-10;
    int maximum_iterations = 2000;
    int maximum_newton_iterations = 50;
    std::string solver;
    double initial_step = 86400;
    double growth = 1.5;
    std::optional<double> maximum_step;
    std::optional<double> maximum_head_change;
    Place place;
    Places places;

    static auto parameters() {
        using T = FlowTable;
        return std::tuple{
            parameter("regime", &T::regime, "steady: flow is in balance with its boundaries at every time; transient: storage counts")
                .with_default(),
            parameter("initial_head", &T::initial_head, "m", anything, "hydraulic head at the start; the first guess of a steady state"),
            parameter("tolerance", &T::tolerance, "", Bounds{0, 0.1, false, true},
                      "imbalance over all cells allowed, as a fraction of the water that passes")
                .with_default(),
            parameter("maximum_iterations", &T::maximum_iterations, between(1, 1e6), "of the linear solver").with_default(),
            parameter("maximum_newton_iterations", &T::maximum_newton_iterations, between(1, 1000), "of the nonlinear boundaries")
                .with_default(),
            parameter("solver", &T::solver, "linear solver; the best one when absent").with_default(),
            parameter("initial_step", &T::initial_step, "d", positive, "transient: first step after the start and after every event")
                .with_default(),
            parameter("growth", &T::growth, "", between(1, 10), "transient: largest ratio of one step to the one before").with_default(),
            parameter("maximum_step", &T::maximum_step, "d", positive, "transient: longest step"),
            parameter("maximum_head_change", &T::maximum_head_change, "m", positive,
                      "transient: steps are chosen so that heads change about this much"),
        };
    }
    void check(ReadContext& context) {
        if (regime == Regime::steady)
            reading::report_unused(places, "flow", {"initial_step", "growth", "maximum_step", "maximum_head_change"},
                                   "steady flow chooses no steps; set regime = \"transient\"", context);
    }
};

class SaturatedFlow final : public Equation {
public:
    SaturatedFlow(const Site& site, Domain& domain, Diagnostics& diagnostics);

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
    [[nodiscard]] SolverStatistics statistics() const override { return statistics_; }
    [[nodiscard]] std::vector<std::string> summary() const override;

private:
    struct Balance {
        double imbalance;   ///< Σ|residual| [m³/s]
        double throughput;  ///< water that enters or leaves [m³/s]
        Index worst;        ///< cell of the largest residual
    };

    void adopt_medium();
    void resolve_boundaries(const Site& site, Diagnostics& diagnostics);
    void find_unknowns(Diagnostics& diagnostics);
    void check_heads_determined(Diagnostics& diagnostics) const;
    void solve(State& state, const FlowMoment& moment, double duration);
    void hold_heads(State& state, const FlowMoment& moment) const;
    void correct_heads(State& state, const FlowMoment& moment, double duration);
    void evaluate_boundaries(const State& state, const FlowMoment& moment);
    Balance compute_residual(const State& state, double duration);
    [[nodiscard]] double rounding_of_heads(const State& state) const;
    void assemble(double duration);
    void finish_fluxes(State& state, double duration);
    void fill_exchanges(State& state) const;
    void show_flux_through_sides(State& state) const;
    [[noreturn]] void fail(const std::string& cause, Index cell, const FlowMoment& moment) const;

    FlowTable table_;
    Domain& domain_;
    std::vector<std::shared_ptr<WaterBoundary>> boundaries_;
    bool changes_in_time_ = false;

    FaceField conductance_;                          ///< of all faces [m²/s]
    std::vector<std::uint8_t> held_;                 ///< 1 where the head is given
    std::vector<std::vector<double>> rate_, slope_;  ///< per boundary and cell
    SymmetricStencil matrix_;
    DoubleArray residual_, correction_;
    std::unique_ptr<SymmetricSolver> solver_;

    CellField initial_head_;
    CellField head_before_;
    double storage_in_ = 0, storage_out_ = 0, stored_ = 0;
    double step_duration_ = 0;
    double next_step_ = 0;
    bool edited_ = false;     ///< steady: the ground has changed since the last solve
    CellField water_before_;  ///< saturated, during edits [m³]
    double stored_before_ = 0;
    std::set<double> events_;
    mutable SolverStatistics statistics_;
};

}  // namespace galena
