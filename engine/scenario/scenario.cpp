#include "scenario/scenario.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "core/suggestion.hpp"

namespace galena {

REGISTER_SECTION(ScenarioTables)

namespace {

Entry* entry_of(Node& table, std::string_view key) {
    const auto it = std::find_if(table.entries.begin(), table.entries.end(), [&](const Entry& e) { return e.key == key; });
    return it == table.entries.end() ? nullptr : &*it;
}

/// What an entry of a list of tables is called: its name, or the zone it is for.
std::string title_of(const Node& table) {
    for (const char* key : {"name", "zone"})
        if (const auto* entry = table.find(key); entry && entry->value.kind == Node::Kind::text) return entry->value.text;
    return {};
}

bool is_list_of_tables(const Node& node) { return node.is_array() && !node.items.empty() && node.items.front().is_table(); }

Node* find_item(Node& list, const std::string& title) {
    for (auto& item : list.items)
        if (title_of(item) == title) return &item;
    return nullptr;
}

std::vector<std::string> titles_of(const Node& list) {
    std::vector<std::string> titles;
    for (const auto& item : list.items) titles.push_back(title_of(item));
    return titles;
}

// ---- stages of measures -----------------------------------------------------------------------------------------------------------

bool has_stages(const Node& measure) {
    const auto* stages = measure.is_table() ? measure.find("stage") : nullptr;
    return stages && is_list_of_tables(stages->value) &&
           std::all_of(stages->value.items.begin(), stages->value.items.end(), [](const Node& n) { return n.is_table(); });
}

/// One stage as a measure of its own.
Node stage_of(const Node& measure, std::size_t number) {
    const auto& stage = measure.find("stage")->value.items[number];
    Node one = measure;
    std::erase_if(one.entries, [](const Entry& e) { return e.key == "stage"; });
    one.place = stage.place;
    if (auto* name = entry_of(one, "name"); name && name->value.kind == Node::Kind::text) name->value.text = stage_name(measure, number);
    for (const auto& entry : stage.entries) {
        auto* same = entry_of(one, entry.key);
        if (!same) one.entries.push_back(entry);
        else *same = entry;
    }
    return one;
}

/// Names of measures, and of stages where measures have them.
std::vector<std::string> measure_names(const Node& list) {
    std::vector<std::string> names;
    for (const auto& measure : list.items) {
        names.push_back(title_of(measure));
        for (std::size_t n = 0; has_stages(measure) && n < measure.find("stage")->value.items.size(); ++n)
            names.push_back(stage_name(measure, n));
    }
    return names;
}

/// The stage of that name, wherever it stands; the number of the stage, and whose it is.
std::optional<std::pair<Node*, std::size_t>> find_stage(Node& list, const std::string& name) {
    for (auto& measure : list.items)
        for (std::size_t n = 0; has_stages(measure) && n < measure.find("stage")->value.items.size(); ++n)
            if (stage_name(measure, n) == name) return std::pair{&measure, n};
    return {};
}

/// Every stage says its name itself: it keeps it when others are left out.
void name_stages(Node& tree) {
    auto* measures = entry_of(tree, "measure");
    if (!measures || !measures->value.is_array()) return;
    for (auto& measure : measures->value.items)
        for (std::size_t n = 0; has_stages(measure) && n < measure.find("stage")->value.items.size(); ++n) {
            const auto* label = measure.find("name");
            if (!label || measure.find("stage")->value.items[n].find("name")) continue;
            Entry name = *label;
            name.value.text = stage_name(measure, n);
            entry_of(measure, "stage")->value.items[n].entries.push_back(std::move(name));
        }
}

// ---- what a scenario changes ------------------------------------------------------------------------------------------------------

void merge(Node& base, const Node& over, const std::string& path, Diagnostics& diagnostics) {
    for (const auto& change : over.entries) {
        const auto where = path.empty() ? change.key : fmt::format("{}.{}", path, change.key);
        auto* target = entry_of(base, change.key);
        if (!target) {
            base.entries.push_back(change);
        } else if (target->value.is_table() && change.value.is_table()) {
            merge(target->value, change.value, where, diagnostics);
        } else if (is_list_of_tables(target->value) && change.value.is_table()) {
            for (const auto& item : change.value.entries) {
                auto* found = find_item(target->value, item.key);
                if (const auto stage = found || where != "measure" ? std::nullopt : find_stage(target->value, item.key))
                    found = &entry_of(*stage->first, "stage")->value.items[stage->second];
                if (!found)
                    diagnostics.error(item.place, fmt::format("the base site has no {} '{}' to change", where, item.key),
                                      suggestion(item.key, where == "measure" ? measure_names(target->value) : titles_of(target->value)));
                else if (!item.value.is_table())
                    diagnostics.error(item.value.place, fmt::format("{}.{} should be a table, not {}", where, item.key, item.value.found()),
                                      fmt::format("name the key too: {}.{}.KEY = ...", where, item.key));
                else merge(*found, item.value, fmt::format("{}.{}", where, item.key), diagnostics);
            }
        } else if (is_list_of_tables(target->value) && is_list_of_tables(change.value)) {
            auto& items = target->value.items;
            items.insert(items.end(), change.value.items.begin(), change.value.items.end());
        } else {
            target->value = change.value;
        }
    }
}

void leave_out(Node& tree, const Node& name, Diagnostics& diagnostics) {
    const auto dot = name.text.find('.');
    auto* list = entry_of(tree, name.text.substr(0, dot));
    if (!list || dot == std::string::npos) {
        diagnostics.error(name.place, fmt::format("without: the base site has nothing named '{}'", name.text),
                          "give table and name, e.g. \"boundary.west\"");
        return;
    }
    const auto title = name.text.substr(dot + 1);
    if (list->value.is_table()) {
        if (std::erase_if(list->value.entries, [&](const Entry& e) { return e.key == title; }) > 0) return;
    } else if (const auto stage = list->key == "measure" ? find_stage(list->value, title) : std::nullopt) {
        auto& stages = entry_of(*stage->first, "stage")->value.items;
        stages.erase(stages.begin() + static_cast<std::ptrdiff_t>(stage->second));
        if (!stages.empty()) return;
        const auto whole = title_of(*stage->first);
        std::erase_if(list->value.items, [&](const Node& item) { return title_of(item) == whole; });
        return;
    } else if (find_item(list->value, title)) {
        std::erase_if(list->value.items, [&](const Node& item) { return title_of(item) == title; });
        return;
    }
    diagnostics.error(name.place, fmt::format("without: the base site has no {} '{}'", list->key, title),
                      list->value.is_array() ? suggestion(title, titles_of(list->value)) : "");
}

/// The texts of a list of a scenario; a single text is a list of one.
std::vector<Node> texts_of(const Node& scenario, std::string_view key) {
    const auto* entry = scenario.find(key);
    if (!entry) return {};
    return entry->value.is_array() ? entry->value.items : std::vector<Node>{entry->value};
}

/// The measures, or single stages, that a name of a scenario stands for.
std::vector<std::string> parts_named(const Node& list, const std::string& name) {
    std::vector<std::string> parts;
    for (const auto& measure : list.items)
        if (title_of(measure) == name) {
            for (std::size_t n = 0; has_stages(measure) && n < measure.find("stage")->value.items.size(); ++n)
                parts.push_back(stage_name(measure, n));
            if (parts.empty()) parts.push_back(name);
            return parts;
        }
    return {name};
}

/// Every measure that a scenario names is there, and named once: by itself or with the measure whose stage it is.
void check_measures(const Node& scenario, const Node& list, Diagnostics& diagnostics) {
    const auto known = measure_names(list);
    std::map<std::string, std::string> named_by;
    for (const auto& name : texts_of(scenario, "measures")) {
        if (name.kind != Node::Kind::text) continue;
        if (std::find(known.begin(), known.end(), name.text) == known.end())
            diagnostics.error(name.place, fmt::format("scenario '{}': there is no measure '{}'", title_of(scenario), name.text),
                              known.empty() ? "the site file has no [[measure]]" : suggestion(name.text, known));
        bool again = false;
        for (const auto& part : parts_named(list, name.text)) {
            const auto [first, fresh] = named_by.emplace(part, name.text);
            if (!fresh && !again)
                diagnostics.error(name.place, fmt::format("scenario '{}' names '{}' a second time", title_of(scenario), part),
                                  first->second == part ? "remove one of them" : fmt::format("'{}' has it already", first->second));
            again = again || !fresh;
        }
    }
}

/// Keeps the measures named, in the order in which the scenario names them; what it names twice (a mistake, told) once.
void keep_measures(Node& tree, const Node* scenario) {
    auto* measures = entry_of(tree, "measure");
    if (!measures) return;
    std::vector<Node> kept;
    std::set<std::string> seen;
    if (scenario)
        for (const auto& name : texts_of(*scenario, "measures")) {
            bool fresh = true;
            for (const auto& part : parts_named(measures->value, name.text)) fresh = seen.insert(part).second && fresh;
            if (!fresh) continue;
            if (auto* found = find_item(measures->value, name.text)) kept.push_back(*found);
            else if (const auto stage = find_stage(measures->value, name.text)) kept.push_back(stage_of(*stage->first, stage->second));
        }
    if (kept.empty()) std::erase_if(tree.entries, [](const Entry& e) { return e.key == "measure"; });
    else measures->value.items = std::move(kept);
}

/// What a scenario sets of a stage that it does not do would change nothing.
void check_stages_set(const Node& tree, const Node& scenario, Diagnostics& diagnostics) {
    const auto* set = scenario.find("set");
    const auto* changes = set && set->value.is_table() ? set->value.find("measure") : nullptr;
    const auto* measures = tree.find("measure");
    if (!changes || !changes->value.is_table() || !measures || !measures->value.is_array()) return;
    std::set<std::string> done;
    for (const auto& name : texts_of(scenario, "measures"))
        for (const auto& part : parts_named(measures->value, name.text)) done.insert(part);
    for (const auto& change : changes->value.entries)
        for (const auto& measure : measures->value.items)
            for (std::size_t n = 0; has_stages(measure) && n < measure.find("stage")->value.items.size(); ++n)
                if (stage_name(measure, n) == change.key && !done.contains(change.key))
                    diagnostics.error(change.place,
                                      fmt::format("measure '{}' is given and not used: scenario '{}' does not do that stage", change.key,
                                                  title_of(scenario)),
                                      "name it in the scenario's `measures`, or remove what is set of it");
}

constexpr std::string_view with_only = " [with only |", separator = "|";

void keep_only(Node& tree, const std::string& names) {
    auto* measures = entry_of(tree, "measure");
    if (!measures) return;
    std::erase_if(measures->value.items,
                  [&](const Node& item) { return names.find(fmt::format("{0}{1}{0}", separator, title_of(item))) == std::string::npos; });
    if (measures->value.items.empty()) std::erase_if(tree.entries, [](const Entry& e) { return e.key == "measure"; });
}

}  // namespace

std::string scenario_with_only(const std::string& scenario, const std::vector<std::string>& measures) {
    std::string name = scenario + std::string(with_only);
    for (const auto& measure : measures) name += measure + std::string(separator);
    return name + "]";
}

std::string stage_name(const Node& measure, std::size_t stage) {
    const auto& stages = measure.find("stage")->value.items;
    const auto* own = stages[stage].is_table() ? stages[stage].find("name") : nullptr;
    return own && own->value.kind == Node::Kind::text ? own->value.text : fmt::format("{}, stage {}", title_of(measure), stage + 1);
}

void expand_stages(Node& tree) {
    auto* measures = entry_of(tree, "measure");
    if (!measures || !measures->value.is_array()) return;
    std::vector<Node> all;
    for (const auto& measure : measures->value.items) {
        if (!has_stages(measure)) {
            all.push_back(measure);
            continue;
        }
        for (std::size_t n = 0; n < measure.find("stage")->value.items.size(); ++n) all.push_back(stage_of(measure, n));
    }
    measures->value.items = std::move(all);
}

std::vector<std::string> scenario_names(const Node& tree) {
    std::vector<std::string> names;
    if (const auto* scenarios = tree.find("scenario"); scenarios && scenarios->value.is_array())
        for (const auto& item : scenarios->value.items) names.push_back(title_of(item));
    return names;
}

void take_scenario(Node& tree, const std::string& name, const std::string& file, Diagnostics& diagnostics) {
    if (const auto mark = name.rfind(with_only); mark != std::string::npos) {
        if (mark > 0) take_scenario(tree, name.substr(0, mark), file, diagnostics);  // else the base site, with all that the file has
        expand_stages(tree);
        keep_only(tree, name.substr(mark + with_only.size() - separator.size()));
        return;
    }
    name_stages(tree);
    const auto* scenarios = tree.find("scenario");
    const Node* chosen = nullptr;
    Node scenario;
    if (scenarios && is_list_of_tables(scenarios->value)) {
        const auto* measures = tree.find("measure");
        for (const auto& item : scenarios->value.items) {
            check_measures(item, measures && measures->value.is_array() ? measures->value : Node{}, diagnostics);
            if (title_of(item) == name && !name.empty() && !chosen) {
                scenario = item;
                chosen = &scenario;
            }
        }
    }
    if (!name.empty() && !chosen) {
        const auto names = scenario_names(tree);
        diagnostics.error({file, 0, 0}, fmt::format("the site file has no scenario '{}'", name),
                          names.empty() ? "add a [[scenario]]" : suggestion(name, names));
        return;
    }
    if (chosen) {
        for (const auto& left : texts_of(scenario, "without")) leave_out(tree, left, diagnostics);
        if (const auto* set = scenario.find("set"); set && set->value.is_table()) merge(tree, set->value, {}, diagnostics);
        check_stages_set(tree, scenario, diagnostics);
    }
    if (tree.find("scenario")) keep_measures(tree, chosen);
}

PricedChanges& PricedChanges::instance() {
    static PricedChanges all;
    return all;
}

bool PricedChanges::add(const std::string& table, const std::vector<std::string>& keys) {
    for (const auto& key : keys) keys_.insert({table, key});
    return true;
}

namespace {

const Node* scenario_named(const Node& tree, const std::string& name) {
    const auto* all = tree.find("scenario");
    if (!all || !is_list_of_tables(all->value)) return nullptr;
    for (const auto& item : all->value.items)
        if (title_of(item) == name) return &item;
    return nullptr;
}

}  // namespace

bool is_assumption(const Node& tree, const std::string& scenario) {
    const auto* chosen = scenario_named(tree, scenario);
    const auto* assumption = chosen ? chosen->find("assumption") : nullptr;
    return assumption && assumption->value.boolean;
}

std::vector<std::string> unpriced_changes(const Node& tree, const std::string& scenario) {
    const auto* chosen = scenario_named(tree, scenario);
    if (!chosen || is_assumption(tree, scenario)) return {};
    const auto* set = chosen->find("set");
    const auto* costs = set && set->value.is_table() ? set->value.find("cost") : nullptr;
    if (costs && costs->value.is_table() && costs->value.find("work")) return {};
    std::vector<std::string> changes;
    const auto is_ground = [](const std::string& table) { return table == "boundary" || table == "source" || table == "medium"; };
    for (const auto& left : texts_of(*chosen, "without"))
        if (is_ground(left.text.substr(0, left.text.find('.')))) changes.push_back(left.text);
    if (!set || !set->value.is_table()) return changes;
    for (const auto& table : set->value.entries) {
        if (!is_ground(table.key)) continue;
        if (!table.value.is_table()) changes.push_back(table.key);
        for (const auto& item : table.value.entries)
            for (const auto& key : item.value.entries)
                if (!PricedChanges::instance().contains(table.key, key.key))
                    changes.push_back(fmt::format("{}.{}.{}", table.key, item.key, key.key));
    }
    return changes;
}

TreeExpansions& TreeExpansions::instance() {
    static TreeExpansions all;
    return all;
}

bool TreeExpansions::add(Expansion expansion) {
    list_.push_back(std::move(expansion));
    return true;
}

void TreeExpansions::apply(Node& tree, const std::filesystem::path& folder) const {
    for (const auto& expansion : list_) expansion(tree, folder);
}

}  // namespace galena
