#pragma once
// Scenarios: the base site with overrides and with some of its measures. They are merged as trees, before anything is read, so that every
// check and every message works as for the base, with the place in the file.

#include "scenario/section.hpp"

namespace galena {

/// [[scenario]]
struct ScenarioTable {
    Name name;
    std::string meaning;
    std::vector<Name> measures;
    std::optional<Node> set;
    std::vector<Name> without;
    Place place;
    Places places;

    static auto parameters() {
        using T = ScenarioTable;
        return std::tuple{
            parameter("name", &T::name, "name of the scenario: of its folder, and in the table that compares"),
            parameter("meaning", &T::meaning, "one sentence for people").with_default(),
            parameter("measures", &T::measures, "names of the [[measure]]s that are in force; none when absent"),
            parameter("set", &T::set,
                      "what differs from the base site: set.flow.regime = \"transient\"; an entry of a list by its name (of a medium: its "
                      "zone): set.boundary.west.head = \"3 m\"; a list adds to the list of the base"),
            parameter("without", &T::without, "entries of the base that are left out, by table and name: \"source.heap\""),
        };
    }
};
struct ScenarioTables {
    static constexpr std::string_view section = "scenario",
                                      meaning = "the base site with what differs from it, and with some of the measures";
    std::vector<ScenarioTable> list;
};

/// "removal without its measures": what differs from the base site, but nothing done yet.
inline constexpr std::string_view without_its_measures = " without its measures";

/// The names of the scenarios of a site file, in its order.
std::vector<std::string> scenario_names(const Node& tree);

/// Makes the tree that of a scenario. No name: the base, with no measure when the file has scenarios, else with all. Mistakes in what the
/// scenario says go to `diagnostics`.
void take_scenario(Node& tree, const std::string& name, const std::string& file, Diagnostics& diagnostics);

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
