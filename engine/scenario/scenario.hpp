#pragma once
// Scenarios: the base site with overrides and with some of its measures. They are merged as trees, before anything is read, so that every
// check and every message works as for the base, with the place in the file.

#include <set>

#include "scenario/section.hpp"

namespace galena {

/// [[scenario]]
struct ScenarioTable {
    Name name;
    std::string meaning;
    std::vector<Name> measures;
    std::optional<Node> set;
    std::vector<Name> without;
    bool assumption = false;
    Place place;
    Places places;

    static auto parameters() {
        using T = ScenarioTable;
        return std::tuple{
            parameter("name", &T::name, "name of the scenario: of its folder, and in the table that compares"),
            parameter("meaning", &T::meaning, "one sentence for people").with_default(),
            parameter("measures", &T::measures,
                      "names of the [[measure]]s that are in force, or of single stages (\"pit, stage 2\"); none when absent"),
            parameter("set", &T::set,
                      "what differs from the base site: set.flow.regime = \"transient\"; an entry of a list by its name (of a medium: its "
                      "zone): set.boundary.west.head = \"3 m\"; a list adds to the list of the base"),
            parameter("without", &T::without, "entries of the base that are left out, by table and name: \"source.heap\""),
            parameter("assumption", &T::assumption,
                      "what `set` and `without` change is another guess at how things are, no work: it costs nothing. Else a change of a "
                      "boundary, a source or a medium without a price makes the cost missing")
                .with_default(),
        };
    }
};
struct ScenarioTables {
    static constexpr std::string_view section = "scenario",
                                      meaning = "the base site with what differs from it, and with some of the measures";
    std::vector<ScenarioTable> list;
};

/// The name of a scenario of which only some measures are in force: what differs from the base site, but not all done yet.
std::string scenario_with_only(const std::string& scenario, const std::vector<std::string>& measures);

/// A measure in stages becomes one measure per stage: what the stage gives stands instead of what the measure gives.
void expand_stages(Node& tree);
/// The name of a stage of a measure, counted from 0: its own, or "pit, stage 1".
std::string stage_name(const Node& measure, std::size_t stage);

/// The names of the scenarios of a site file, in its order.
std::vector<std::string> scenario_names(const Node& tree);

/// Makes the tree that of a scenario. No name: the base, with no measure when the file has scenarios, else with all. Mistakes in what the
/// scenario says go to `diagnostics`.
void take_scenario(Node& tree, const std::string& name, const std::string& file, Diagnostics& diagnostics);

/// Keys of tables whose changes by a scenario have a price somewhere, as models say: {"boundary", {"cover", "liner"}}.
class PricedChanges {
public:
    static PricedChanges& instance();
    bool add(const std::string& table, const std::vector<std::string>& keys);
    [[nodiscard]] bool contains(const std::string& table, const std::string& key) const { return keys_.contains({table, key}); }

private:
    std::set<std::pair<std::string, std::string>> keys_;
};

/// Whether a scenario says that what it changes is another guess at how things are.
bool is_assumption(const Node& tree, const std::string& scenario);

/// What a scenario changes of the site by works that nothing prices: "boundary.wadi". Empty where the scenario is an assumption, or brings
/// the price of its works itself (set.cost.work).
std::vector<std::string> unpriced_changes(const Node& tree, const std::string& scenario);

/// Tables that follow from others: each function may add to the tree before it is read. Registered by models.
class TreeExpansions {
public:
    using Expansion = std::function<void(Node& tree, const std::filesystem::path& folder)>;
    static TreeExpansions& instance();
    bool add(Expansion expansion);
    void apply(Node& tree, const std::filesystem::path& folder) const;

private:
    std::vector<Expansion> list_;
};

}  // namespace galena
