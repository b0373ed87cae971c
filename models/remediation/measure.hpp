#pragma once
// Remediation measures. A measure is data that becomes edits of the ground (simulation/edit.hpp), and a cost. One file per kind.

#include <algorithm>
#include <cmath>
#include <limits>

#include "remediation/cost.hpp"
#include "scenario/catalogue.hpp"
#include "simulation/edit.hpp"
#include "simulation/observer.hpp"

namespace galena {

/// A condition on what is observed, tried at the end of every accepted step.
struct TriggerTable {
    Name observation;
    std::string substance;
    std::optional<double> above, below;
    Places places;

    static auto parameters() {
        using T = TriggerTable;
        return std::tuple{
            parameter("observation", &T::observation, "name of an [[observation]], or of a zone (its highest concentration counts)"),
            parameter("substance", &T::substance, "whose dissolved concentration is looked at"),
            parameter("above", &T::above, "mg/L", not_negative, "holds when the concentration exceeds this"),
            parameter("below", &T::below, "mg/L", not_negative, "holds when the concentration has fallen below this"),
        };
    }
    void check(ReadContext& context) { reading::exactly_one(places, "the condition", "above", "below", context.diagnostics); }
};

/// The condition with its cells.
class Trigger {
public:
    void resolve(const TriggerTable& table, const Site& site, const Domain& domain, Diagnostics& diagnostics);
    [[nodiscard]] bool holds(const State& state) const;

private:
    std::vector<Index> cells_;
    std::string substance_;
    double above_ = std::numeric_limits<double>::infinity(), below_ = -1;
};

/// What a measure does to cells that another may not do to them at the same time.
struct Claim {
    enum class Kind {
        digs,      ///< at one moment
        occupies,  ///< while it works: what is dug out meanwhile is gone
        treats,    ///< likewise, and the soil that lies there when it begins: that may not be dug out at this moment either
        covers     ///< boundaries, while it works
    };
    Kind kind;
    std::vector<Index> cells;
    std::vector<std::string> boundaries = {};
    bool all_of_it = false;  ///< digs: every one of the cells, whatever it holds
};

/// Farmland under a measure, by column of the grid.
struct FarmedLand {
    enum class Use { safe_use, control };
    Use use = Use::safe_use;
    std::vector<Index> columns;
    /// Content of the produce over its limit, of the substance that fares worst; NaN where the measure does not tell it.
    std::vector<double> produce_over_limit;
};

/// A remediation measure, from its table in the site file to its edits. What runs is reset by resolve().
class Measure {
public:
    static constexpr std::string_view family = "measure";
    virtual ~Measure() = default;

    // Keys of every measure.
    Name label;
    std::optional<Date> start, end;
    std::optional<double> duration;
    std::optional<TriggerTable> start_when, end_when;
    std::map<std::string, double> price;
    std::vector<Node> stages;  ///< each becomes a measure of its own before anything is read
    Place place;
    Places places;

    [[nodiscard]] virtual std::string_view type() const = 0;
    [[nodiscard]] std::string layer() const { return label.text; }

    /// Boundaries that come with it (wells, drains), as tables of the site file with a place each.
    [[nodiscard]] virtual std::vector<Node> boundaries() const { return {}; }
    /// Finds cells and numbers, anew each time a simulation is built.
    virtual void resolve(const Site& site, Domain& domain, Diagnostics& diagnostics) = 0;
    [[nodiscard]] virtual bool removes() const { return false; }
    /// What becomes of what its reactions take, as tables of masses say it. "transformed": it stays in the ground in another form, which is
    /// no removal.
    [[nodiscard]] virtual std::string_view fate() const { return "reacted"; }
    virtual std::vector<Reaction> reactions(std::size_t first) {
        (void)first;
        return {};
    }
    /// Longest step while it works [s].
    [[nodiscard]] virtual double longest_step(const State& state) const {
        (void)state;
        return infinite;
    }
    /// What it does when it begins, before every step while it works, and when it ends.
    virtual void begin(EditSession& session) = 0;
    virtual void work(EditSession& session) { (void)session; }
    virtual void finish(EditSession& session) { (void)session; }
    /// Before every step after it has ended: for what it leaves behind.
    virtual void remain(EditSession& session) { (void)session; }
    /// False when all it does is let things be: then not even its moments are events.
    virtual bool changes_something(EditSession& trial) {
        begin(trial);
        return trial.changed();
    }
    /// True when only what the ground holds at its moment tells whether it changes anything: then that moment is an event as long as
    /// would_change() holds before every step, and none otherwise.
    [[nodiscard]] virtual bool waits_to_see() const { return false; }
    [[nodiscard]] virtual bool would_change(EditSession& session) {
        (void)session;
        return true;
    }
    /// A step was accepted: counts what has to be counted.
    virtual void accept(const State& state, const Step& step) { (void)state, (void)step; }
    /// The items that costs() may ask a price of: other keys of `price` are mistakes.
    [[nodiscard]] virtual std::vector<std::string> priced_items() const = 0;
    /// Quantities that have a price, until `now` [s].
    [[nodiscard]] virtual std::vector<CostItem> costs(double now) const = 0;
    [[nodiscard]] virtual std::vector<Effect> effects(const UnitCosts& factors) const {
        (void)factors;
        return {};
    }
    [[nodiscard]] virtual std::vector<Table> tables() const { return {}; }
    /// What it asks of cells for itself; see contradictions.hpp.
    [[nodiscard]] virtual std::vector<Claim> claims() const { return {}; }
    /// Cells in which it holds metals back without taking them away, while it works.
    [[nodiscard]] virtual std::vector<Index> contained_cells() const { return {}; }
    /// The farmland that it makes safe to use, or keeps out of use, while it works; for [farmland_units]. At an output time: it may look at
    /// total contents.
    [[nodiscard]] virtual std::optional<FarmedLand> farmed_land(const State& state, const Domain& domain) const {
        (void)state, (void)domain;
        return {};
    }
    /// Boundaries whose outflow of a substance counts as removed by this measure.
    [[nodiscard]] virtual std::vector<std::string> extracting_boundaries() const { return {}; }
    virtual void save(CheckpointWriter&) const {}
    virtual void load(CheckpointReader&) {}

    // The run of it; called by the intervention.
    void prepare(const Site& site, Domain& domain, Diagnostics& diagnostics);
    void add_events(std::set<double>& times) const;
    void act(EditSession& session);
    void save_run(CheckpointWriter& out) const;
    void load_run(CheckpointReader& in);
    [[nodiscard]] bool begun() const { return !std::isnan(begun_); }
    [[nodiscard]] bool ended() const { return !std::isnan(ended_); }
    [[nodiscard]] bool working() const { return begun() && !ended(); }
    /// When it began [s]; NaN when it did not.
    [[nodiscard]] double begun_at() const { return begun_; }
    [[nodiscard]] double ended_at() const { return ended_; }
    /// The moment that it foresees to change something at [s].
    [[nodiscard]] double next_moment() const { return foreseen_ ? due_ : infinite; }
    /// The span in which it may work, by its dates [s since the start].
    [[nodiscard]] double earliest() const { return due_; }
    [[nodiscard]] double latest() const { return duration && !start_when ? std::min(due_end_, due_ + *duration) : due_end_; }
    /// When it stopped working, or `now`.
    [[nodiscard]] double worked_until(double now) const { return ended() ? ended_ : now; }

protected:
    /// The moment it is due to begin [s since the start]; NaN when a condition decides.
    [[nodiscard]] double due() const { return due_; }
    /// The substances of the site; an unknown one is a mistake at `place`.
    static bool require_substance(const std::string& id, const Place& place, const Site& site, Diagnostics& diagnostics);
    void require_substances(const std::map<std::string, double>& by_substance, std::string_view key, const Site& site,
                            Diagnostics& diagnostics) const;
    /// The position of a substance in the state.
    static Index index_of(const State& state, const std::string& substance);
    static double volume_of(const Domain& domain, std::span<const Index> cells);
    static double plan_area_of(const Domain& domain, std::span<const Index> cells);

private:
    [[nodiscard]] bool ends_now(const EditSession& session) const;

    double due_ = 0, due_end_ = infinite;
    bool foreseen_ = false;  ///< that it changes something at its moment, seen from the present step
    std::optional<Trigger> start_trigger_, end_trigger_;
    double begun_ = std::numeric_limits<double>::quiet_NaN(), ended_ = std::numeric_limits<double>::quiet_NaN();
};

/// [[measure]]
struct MeasureTables {
    static constexpr std::string_view section = "measure", meaning = "what is done about it: a remediation measure";
    std::vector<std::shared_ptr<Measure>> list;
};

/// Keys that every measure has.
inline auto measure_parameters() {
    return std::tuple{
        parameter("name", &Measure::label, "name of the measure, used in budgets, tables and scenarios"),
        parameter("start", &Measure::start, "date it begins; the start of the run when absent"),
        parameter("start_when", &Measure::start_when, "it begins when this condition holds for the first time (not before start)"),
        parameter("end", &Measure::end, "date it ends; never when absent"),
        parameter("duration", &Measure::duration, "d", positive, "how long it works (instead of end)"),
        parameter("end_when", &Measure::end_when, "it ends when this condition holds for the first time"),
        parameter("price", &Measure::price, "", not_negative,
                  "your own unit prices by item, in the currency of [cost] and the unit of the item, e.g. price.truck = 0.2"),
        parameter("stage", &Measure::stages,
                  "[[measure.stage]]: it is done in stages, each the same measure with its own zone, dates or whatever it gives; they are "
                  "named after it: \"pit, stage 1\""),
    };
}

}  // namespace galena
