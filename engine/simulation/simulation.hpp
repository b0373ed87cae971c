#pragma once
// A simulation: domain, equations, observers, and the loop of steps.

#include <functional>

#include "simulation/edit.hpp"
#include "simulation/observer.hpp"
#include "simulation/schedule.hpp"

namespace galena {

/// A step that had to be repeated shorter.
struct Retry {
    double time = 0, tried = 0, next = 0;
    std::string cause;
};

class Simulation {
public:
    /// Builds everything from the site. All mistakes go to `diagnostics`; nullptr when there are any.
    /// `also_check` sees the domain as soon as it stands, so that what it finds is reported in the same pass.
    static std::unique_ptr<Simulation> build(const Site& site, Diagnostics& diagnostics,
                                             const std::function<void(const Domain&)>& also_check = {});

    /// Sets the initial state (solves steady flow) and shows it to the observers. Throws SimulationError.
    void start();
    /// Takes up a run where a checkpoint left it.
    void resume(CheckpointReader& in);
    void save(CheckpointWriter& out) const;

    [[nodiscard]] bool finished() const { return state_.time >= schedule_.end(); }
    /// One accepted step. Throws SimulationError when no step, however short, succeeds; the state is then that of the step before.
    void step();

    /// Brings what is otherwise only known at output times (contents of the soil) up to the present moment.
    void bring_up_to_date();
    /// Further moments at which a step has to end.
    void add_stops(const std::set<double>& times) { schedule_.add_events(times); }

    /// Observers are shown every step in the order they were added; those of the models come first.
    void add_observer(Observer& observer) { observers_.push_back(&observer); }

    [[nodiscard]] const Domain& domain() const { return *domain_; }
    [[nodiscard]] const State& state() const { return state_; }
    [[nodiscard]] const Ledger& ledger() const { return ledger_; }
    [[nodiscard]] const Schedule& schedule() const { return schedule_; }
    /// Whether the next step would be another one if steps had to end at this moment [s].
    [[nodiscard]] bool next_step_heeds(double moment) const {
        const double longest = longest_step();
        const double otherwise = next_moment();
        return schedule_.end_of_step(state_.time, longest, std::min(moment, otherwise)) !=
               schedule_.end_of_step(state_.time, longest, otherwise);
    }
    [[nodiscard]] const std::vector<std::unique_ptr<Equation>>& equations() const { return equations_; }
    [[nodiscard]] const std::vector<std::unique_ptr<Intervention>>& interventions() const { return interventions_; }
    [[nodiscard]] const std::vector<std::unique_ptr<Observer>>& model_observers() const { return model_observers_; }
    [[nodiscard]] const std::vector<Retry>& retries() const { return retries_; }
    [[nodiscard]] bool at_output() const { return schedule_.is_output(state_.time); }

private:
    Simulation(Schedule schedule) : schedule_(std::move(schedule)) {}

    void add_interventions(const Site& site, Diagnostics& diagnostics);
    void apply_edits();
    void book();
    void save_edits(CheckpointWriter& out) const;
    void load_edits(CheckpointReader& in);
    void show(const Step& step);
    [[nodiscard]] double longest_step() const;
    /// The next moment that an intervention foresees [s].
    [[nodiscard]] double next_moment() const;

    Schedule schedule_;
    std::unique_ptr<Domain> domain_;
    std::vector<std::unique_ptr<Equation>> equations_;
    std::vector<std::unique_ptr<Intervention>> interventions_;
    std::vector<BudgetTerm> edit_terms_;  ///< what edits moved since the last accepted step
    std::vector<std::unique_ptr<Observer>> model_observers_;
    std::vector<Observer*> observers_;
    State state_;
    Ledger ledger_;
    std::vector<Retry> retries_;
};

}  // namespace galena
