#pragma once
// Timed edits: what an intervention changes in the ground between two steps. The solver knows edits, not measures. Edits happen at the
// beginning of a step, on the state that the step before left; a step ends exactly at every moment announced. An edit that changes no value
// changes nothing, bit by bit.

#include "simulation/equation.hpp"

namespace galena {

/// Properties of the medium that an edit may set.
enum class Property {
    hydraulic_conductivity,  ///< along x; where they are given, those along y and z are scaled alike
    specific_storage,
    porosity,
    effective_porosity,
    bulk_density,
    pH
};

/// Who takes part in a step's edits: reads the state, changes the ground.
class EditSession {
public:
    EditSession(Domain& domain, State& state, const std::vector<std::unique_ptr<Equation>>& equations)
        : domain_(domain), state_(state), equations_(&equations) {}
    /// A trial on paper: tells what would change, changes nothing.
    EditSession(Domain& domain, State& state) : domain_(domain), state_(state) {}

    [[nodiscard]] const Domain& domain() const { return domain_; }
    [[nodiscard]] const State& state() const { return state_; }
    /// Total contents per dry soil as they are now [kg/kg]; empty without bulk density.
    [[nodiscard]] const SpeciesField& contents();
    [[nodiscard]] double time() const { return state_.time; }
    [[nodiscard]] Date date() const { return domain_.start.plus(state_.time); }

    /// One value per cell [SI]. A property that the site does not give is left alone.
    void set(Property property, std::span<const Index> cells, std::span<const double> values);
    void set(Property property, std::span<const Index> cells, double value);
    /// Factor on the rate of a boundary or source, in all of it or in the cells given; 0 switches it off. The layer is the measure's.
    void scale_rate(const std::string& layer, const std::string& boundary, double factor);
    void scale_rate(const std::string& layer, const std::string& boundary, std::span<const Index> cells, double factor);
    /// Factors on the distribution coefficient of a substance; amounts stay, dissolved and sorbed are parted anew.
    void scale_distribution(const std::string& layer, const std::string& substance, std::span<const Index> cells,
                            std::span<const double> factors);
    /// The barriers of this layer, instead of those it had.
    void set_barriers(const std::string& layer, std::vector<FaceBarrier> barriers);
    /// What moves a substance through faces besides the water; instead of what this layer had.
    void set_migration(const std::string& layer, const std::string& substance, std::vector<FaceMigration> faces);
    /// Takes amounts out and puts others in; booked under the removal's names.
    void remove(Removal removal);
    /// Rates of a reaction [1/s], one per cell of it. No equation has to recompute anything for that.
    void set_reaction(std::size_t reaction, std::span<const double> rates);
    void set_release(std::size_t reaction, std::span<const double> rates);

    [[nodiscard]] bool changed() const { return changed_; }
    /// Lets the equations take over what was changed; what moved is added to `terms`.
    void finish(std::vector<BudgetTerm>& terms);

private:
    void begin();  ///< before the first change

    Domain& domain_;
    State& state_;
    const std::vector<std::unique_ptr<Equation>>* equations_ = nullptr;
    std::vector<Removal> removals_;
    bool changed_ = false;
};

/// Something that edits the ground during a run: the working part of a remediation measure.
class Intervention {
public:
    virtual ~Intervention() = default;
    /// The measure's kind and name, as budgets show them.
    [[nodiscard]] virtual std::string type() const = 0;
    [[nodiscard]] virtual std::string name() const = 0;
    /// True when it removes amounts (EditSession::remove) under type() and name(): then its books are kept from the first step on.
    [[nodiscard]] virtual bool removes() const { return false; }
    /// Reactions it puts into the ground, with the rates of the beginning; `first` is the position of the first in State::reactions.
    virtual std::vector<Reaction> reactions(std::size_t first) {
        (void)first;
        return {};
    }
    /// Moments at which it acts whatever happens; steps end there exactly.
    virtual void add_events(std::set<double>& times) const { (void)times; }
    /// One more moment at which the next step has to end, as things stood at act() [s]; infinite when there is none.
    [[nodiscard]] virtual double next_moment() const { return std::numeric_limits<double>::infinity(); }
    /// Longest step that is accurate enough for what it does [s].
    [[nodiscard]] virtual double longest_step(const State& state) const {
        (void)state;
        return std::numeric_limits<double>::infinity();
    }
    /// Called before every step, also one from time 0. Acts when it is time: idempotent, depends only on state, domain and itself.
    virtual void act(EditSession& session) = 0;
    /// Acts as it will at every one of its moments, for the trial whether it changes anything at all. Default: assume that it does.
    virtual bool changes_something(EditSession& trial) {
        (void)trial;
        return true;
    }
    /// A step was accepted: counts what has to be counted (water treated, iron used).
    virtual void accept(const State& state, const Step& step) { (void)state, (void)step; }
    virtual void save(CheckpointWriter&) const {}
    virtual void load(CheckpointReader&) {}
};

/// How the models offer interventions: empty when the site file does not ask for them.
struct InterventionKind {
    std::string name;
    std::function<std::vector<std::unique_ptr<Intervention>>(const Site&, Domain&, Diagnostics&)> create;
};

class InterventionIndex {
public:
    static InterventionIndex& instance();
    bool add(InterventionKind kind);
    [[nodiscard]] const std::vector<InterventionKind>& kinds() const { return kinds_; }

private:
    std::vector<InterventionKind> kinds_;
};

/// Adds what edits moved to the terms of a step: to the term of the same component, kind and name, or, where there is none, as a new term at
/// the end of its component, so that the books keep their order.
void merge_terms(const std::vector<BudgetTerm>& edits, std::vector<BudgetTerm>& terms);

}  // namespace galena
