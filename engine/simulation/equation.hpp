#pragma once
// An equation owns an unknown and a solve. A step of a simulation is a visible list of equations.

#include <algorithm>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "simulation/checkpoint.hpp"
#include "simulation/domain.hpp"
#include "simulation/state.hpp"

namespace galena {

/// A span of simulated time.
struct Step {
    Date origin;          ///< date of time 0
    double start = 0;     ///< [s]
    double duration = 0;  ///< [s]
    double finish = 0;    ///< start + duration, or the exact moment of an event [s]
    [[nodiscard]] double end() const { return finish; }
};

/// What a process brought in and took out during one step.
struct BudgetTerm {
    std::string component;   ///< "water", or the substance
    std::string term;        ///< kind of process: "river", "storage", "decay"
    std::string name;        ///< which one: the boundary's name; for storage "dissolved", "sorbed"
    double in = 0, out = 0;  ///< amounts over the step [m³ or kg], both ≥ 0; for storage: in = released from it, out = taken up
    std::string unit;        ///< "m3" or "kg"
    double stored = 0;       ///< for storage: the amount held at the end of the step
};

/// Amounts that an edit takes out of the ground, and what it puts in their place.
struct Removal {
    std::string type, name;  ///< of the measure: the term and name of its entry in the budget
    std::vector<Index> cells;
    double fraction = 1;                             ///< of all that the cells hold of a substance
    std::vector<std::string> substances;             ///< which ones; empty: all
    std::map<std::string, double> backfill_content;  ///< what is put in, per dry soil as it is after the edit [kg/kg]
};

/// Thrown by Equation::advance when a shorter step may succeed.
class StepFailed : public std::runtime_error {
public:
    explicit StepFailed(SimulationError cause, double next = 0)
        : std::runtime_error(cause.what()), fault(std::move(cause)), next_step(next) {}
    SimulationError fault;  ///< what to report when no shorter step is possible
    double next_step;       ///< what should do [s]; 0: half of what was tried
};

/// What the solver of an equation did so far.
struct SolverStatistics {
    std::string equation, solver;
    Index solves = 0, iterations = 0;
    double seconds = 0;
    double worst_residual = 0;
    std::vector<std::string> remarks;  ///< what people should be warned of
    std::vector<std::string> notes;    ///< how it went

    /// Books one solve. relative_residual: 0 where it is one of an iteration that others follow.
    void add(const std::string& used, int iterations_used, double relative_residual) {
        solver = used;
        ++solves;
        iterations += iterations_used;
        worst_residual = std::max(worst_residual, relative_residual);
    }
};

class Equation {
public:
    virtual ~Equation() = default;
    [[nodiscard]] virtual std::string_view name() const = 0;

    /// Sets the initial state (for steady flow: solves). Called once before the first step, not after a resume.
    virtual void initialise(State& state) = 0;
    /// Moments after the start at which something jumps; steps end there exactly.
    virtual void add_events(std::set<double>& times) const { (void)times; }
    /// Longest step that is accurate enough from this state on [s].
    [[nodiscard]] virtual double longest_step(const State& state) const = 0;
    /// Computes the state at the end of the step. Throws StepFailed when it should be retried shorter.
    virtual void advance(State& state, const Step& step) = 0;
    /// The step stands: the old state is forgotten.
    virtual void accept(State& state, const Step& step) = 0;
    /// The step is undone.
    virtual void reject(State& state) = 0;
    /// Amounts of the accepted step, always in the same order.
    virtual void budget(std::vector<BudgetTerm>& terms) const = 0;
    /// Brings fields that are only wanted in outputs up to date.
    virtual void prepare_output(State& state) const { (void)state; }

    /// Edits are about to change the ground: remembers the amounts that have to outlast them.
    virtual void before_edits(const State& state) { (void)state; }
    /// Edits changed domain().medium or alterations (medium_version tells), or remove amounts. Recomputes what depends on them; amounts not
    /// removed stay. Adds what moved to `terms`: removals as a term of type and name, and what passed between stores (dissolved, sorbed)
    /// to the storage terms; water for pores that grew or shrank under "edits", "edited ground".
    virtual void after_edits(State& state, std::span<const Removal> removals, std::vector<BudgetTerm>& terms) {
        (void)state, (void)removals, (void)terms;
    }

    virtual void save(CheckpointWriter& out, const State& state) const = 0;
    /// After the medium and the alterations have been brought back to what edits had made of them.
    virtual void load(CheckpointReader& in, State& state) = 0;

    [[nodiscard]] virtual SolverStatistics statistics() const = 0;
    /// Lines for the person: what was understood, with units.
    [[nodiscard]] virtual std::vector<std::string> summary() const { return {}; }
};

/// How the models offer an equation: null when the site file does not ask for it.
struct EquationKind {
    std::string name;
    int order = 0;  ///< equations of a step run in this order
    std::function<std::unique_ptr<Equation>(const Site&, Domain&, Diagnostics&)> create;
};

class EquationIndex {
public:
    static EquationIndex& instance();
    bool add(EquationKind kind);
    [[nodiscard]] const std::vector<EquationKind>& kinds() const { return kinds_; }

private:
    std::vector<EquationKind> kinds_;
};

}  // namespace galena
