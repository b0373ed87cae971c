#include "remediation/measure.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/suggestion.hpp"
#include "remediation/contradictions.hpp"
#include "scenario/scenario.hpp"
#include "transport/substance.hpp"

namespace galena {

REGISTER_SECTION(MeasureTables)

namespace {

/// The boundaries that measures bring stand in the tree as if the site file gave them.
void expand_measures(Node& tree, const std::filesystem::path& folder) {
    const auto* measures = tree.find("measure");
    if (!measures || !measures->value.is_array()) return;
    std::vector<Node> added;
    for (const auto& node : measures->value.items) {
        const auto* type = node.is_table() ? node.find("type") : nullptr;
        if (!type) continue;
        Diagnostics unheard;  // every mistake is told when the section itself is read
        ReadContext context{unheard, folder};
        for (const auto& item : Catalogue<Measure>::instance().entries())
            if (item.name == type->value.text)
                if (const auto measure = item.read(node, "measure", context))
                    for (auto& boundary : measure->boundaries()) added.push_back(std::move(boundary));
    }
    if (added.empty()) return;
    for (auto& entry : tree.entries)
        if (entry.key == "boundary" && entry.value.is_array()) {
            entry.value.items.insert(entry.value.items.end(), added.begin(), added.end());
            return;
        }
    Node list;
    list.kind = Node::Kind::array;
    list.place = measures->place;
    list.items = std::move(added);
    tree.entries.push_back({"boundary", measures->place, std::move(list)});
}

/// A measure at work in one simulation.
class MeasureIntervention final : public Intervention {
public:
    explicit MeasureIntervention(std::shared_ptr<Measure> measure) : measure_(std::move(measure)) {}
    [[nodiscard]] std::string type() const override { return std::string(measure_->type()); }
    [[nodiscard]] std::string name() const override { return measure_->label.text; }
    [[nodiscard]] bool removes() const override { return measure_->removes(); }
    std::vector<Reaction> reactions(std::size_t first) override { return measure_->reactions(first); }
    void add_events(std::set<double>& times) const override { measure_->add_events(times); }
    [[nodiscard]] double longest_step(const State& state) const override {
        return !idle_ && measure_->working() ? measure_->longest_step(state) : infinite;
    }
    [[nodiscard]] double next_moment() const override { return measure_->next_moment(); }
    void act(EditSession& session) override { measure_->act(session); }
    void accept(const State& state, const Step& step) override { measure_->accept(state, step); }
    bool changes_something(EditSession& trial) override {
        if (measure_->waits_to_see()) return false;  // its moment is announced when it comes near
        idle_ = !measure_->changes_something(trial);
        return !idle_;
    }
    void save(CheckpointWriter& out) const override { measure_->save_run(out); }
    void load(CheckpointReader& in) override { measure_->load_run(in); }

private:
    std::shared_ptr<Measure> measure_;
    bool idle_ = false;
};

std::vector<std::unique_ptr<Intervention>> create_measures(const Site& site, Domain& domain, Diagnostics& diagnostics) {
    std::vector<std::unique_ptr<Intervention>> all;
    std::map<std::string, Place> seen;
    for (const auto& measure : site.section<MeasureTables>().list) {
        if (!measure) continue;
        if (measure->label.text.find('/') != std::string::npos)
            diagnostics.error(measure->label.place, fmt::format("the name of measure '{}' holds a '/'", measure->label.text),
                              "its tables are files of that name; use other characters");
        const auto [first, fresh] = seen.emplace(measure->label.text, measure->label.place);
        if (!fresh)
            diagnostics.error(measure->label.place, fmt::format("a second measure is named '{}'", measure->label.text),
                              fmt::format("the first is at {}; names must differ, budgets go by them", first->second.text()));
        measure->prepare(site, domain, diagnostics);
        all.push_back(std::make_unique<MeasureIntervention>(measure));
    }
    if (!diagnostics.has_errors()) find_contradictions(site.section<MeasureTables>().list, domain, diagnostics);
    return all;
}

const bool registered = TreeExpansions::instance().add([](Node& tree, const std::filesystem::path&) { expand_stages(tree); }) &&
                        TreeExpansions::instance().add(expand_measures) && InterventionIndex::instance().add({"measures", create_measures});

}  // namespace

// ---- conditions -------------------------------------------------------------------------------------------------------------------

void Trigger::resolve(const TriggerTable& table, const Site& site, const Domain& domain, Diagnostics& diagnostics) {
    substance_ = table.substance;
    if (table.above) above_ = *table.above;
    if (table.below) below_ = *table.below;
    std::vector<std::string> known;
    for (const auto& [id, substance] : site.section<SubstanceTables>().list) known.push_back(id);
    if (std::find(known.begin(), known.end(), substance_) == known.end())
        diagnostics.error(table.places.of("substance"), fmt::format("there is no substance '{}'", substance_),
                          suggestion(substance_, known));
    std::vector<std::string> names;
    for (const auto& point : site.section<ObservationTables>().list) {
        names.push_back(point.name.text);
        if (point.name.text != table.observation.text) continue;
        const auto& grid = domain.grid;
        const Index lowest = grid.find_column({point.x, point.y, 0});
        if (lowest < 0) return;  // the observation's own mistake
        const double ground = grid.surfaces()[static_cast<std::size_t>(grid.cell_count() + lowest)];
        Index cell = grid.top_active_cell(lowest);
        if (point.z || point.depth) cell = grid.find_cell({point.x, point.y, point.z ? *point.z : ground - *point.depth});
        if (cell >= 0) cells_ = {cell};
        return;
    }
    for (const auto& [name, cells] : domain.zones.all()) names.push_back(name);
    if (const auto* zone = domain.zones.find(table.observation.text)) cells_ = *zone;
    else
        diagnostics.error(table.observation.place, fmt::format("there is no observation and no zone '{}'", table.observation.text),
                          suggestion(table.observation.text, names));
}

bool Trigger::holds(const State& state) const {
    for (std::size_t s = 0; s < state.substances.size(); ++s) {
        if (state.substances[s].id != substance_) continue;
        double highest = 0;
        for (const Index c : cells_) highest = std::max(highest, state.concentration[static_cast<Index>(s)][static_cast<std::size_t>(c)]);
        return highest > above_ || highest < below_;
    }
    return false;
}

// ---- the run of a measure ---------------------------------------------------------------------------------------------------------

void Measure::prepare(const Site& site, Domain& domain, Diagnostics& diagnostics) {
    foreseen_ = false;
    begun_ = ended_ = std::numeric_limits<double>::quiet_NaN();
    const double length = site.section<SiteTable>().length();
    due_ = start ? start->since(domain.start) : 0.0;
    due_end_ = end ? end->since(domain.start) : infinite;
    const auto title = fmt::format("measure '{}'", label.text);
    if (due_ < 0 || due_ > length)
        diagnostics.error(places.of("start"), fmt::format("{} begins on {}, outside the run", title, start->text()),
                          fmt::format("the run goes from {} to {}", domain.start.text(), domain.start.plus(length).text()));
    if (end && duration) diagnostics.error(places.of("duration"), fmt::format("{} gives both end and duration", title), "give one of them");
    if (end && due_end_ <= due_)
        diagnostics.error(places.of("end"), fmt::format("{} ends on {}, before it begins", title, end->text()),
                          "give an end after the start");
    if (!stages.empty())
        diagnostics.error(places.of("stage"), fmt::format("{}: its stages are no list of tables", title),
                          "give [[measure.stage]] tables, each with what differs");
    start_trigger_.reset();
    end_trigger_.reset();
    if (start_when) start_trigger_.emplace().resolve(*start_when, site, domain, diagnostics);
    if (end_when) end_trigger_.emplace().resolve(*end_when, site, domain, diagnostics);
    resolve(site, domain, diagnostics);
}

void Measure::add_events(std::set<double>& times) const {
    times.insert(due_);
    if (std::isfinite(due_end_)) times.insert(due_end_);
    if (duration && !start_when) times.insert(due_ + *duration);
}

bool Measure::ends_now(const EditSession& session) const {
    const double t = session.time();
    if (t >= due_end_ || (duration && t >= begun_ + *duration * (1 - 1e-12))) return true;
    return end_trigger_ && t > begun_ && end_trigger_->holds(session.state());
}

void Measure::act(EditSession& session) {
    if (ended()) {
        remain(session);
        return;
    }
    if (!begun() && session.time() >= due_ && (!start_trigger_ || start_trigger_->holds(session.state()))) {
        begun_ = session.time();
        begin(session);
    }
    foreseen_ = waits_to_see() && !begun() && session.time() < due_ && would_change(session);
    if (!begun()) return;
    if (ends_now(session)) {
        ended_ = session.time();
        finish(session);
    } else {
        work(session);
    }
}

void Measure::save_run(CheckpointWriter& out) const {
    out.write(fmt::format("measure/{}/begun", label.text), begun_);
    out.write(fmt::format("measure/{}/ended", label.text), ended_);
    save(out);
}

void Measure::load_run(CheckpointReader& in) {
    if (!in.has(fmt::format("measure/{}/begun", label.text))) return;  // the run until here did not have it
    begun_ = in.read(fmt::format("measure/{}/begun", label.text));
    ended_ = in.read(fmt::format("measure/{}/ended", label.text));
    load(in);
}

// ---- what measures share ----------------------------------------------------------------------------------------------------------

bool Measure::require_substance(const std::string& id, const Place& place, const Site& site, Diagnostics& diagnostics) {
    std::vector<std::string> known;
    for (const auto& [name, substance] : site.section<SubstanceTables>().list) known.push_back(name);
    if (std::find(known.begin(), known.end(), id) != known.end()) return true;
    diagnostics.error(place, fmt::format("there is no substance '{}'", id),
                      known.empty() ? "the site has no [substance.NAME]" : suggestion(id, known));
    return false;
}

void Measure::require_substances(const std::map<std::string, double>& by_substance, std::string_view key, const Site& site,
                                 Diagnostics& diagnostics) const {
    for (const auto& [id, value] : by_substance) require_substance(id, places.of(key), site, diagnostics);
}

Index Measure::index_of(const State& state, const std::string& substance) {
    const auto& all = state.substances;
    return std::find_if(all.begin(), all.end(), [&](const Substance& s) { return s.id == substance; }) - all.begin();
}

double Measure::volume_of(const Domain& domain, std::span<const Index> cells) {
    double sum = 0;
    for (const Index c : cells) sum += domain.grid.volume(c);
    return sum;
}

double Measure::plan_area_of(const Domain& domain, std::span<const Index> cells) {
    std::set<Index> columns;
    double sum = 0;
    for (const Index c : cells)
        if (columns.insert(domain.grid.column(c)).second) sum += domain.grid.area(c);
    return sum;
}

}  // namespace galena
