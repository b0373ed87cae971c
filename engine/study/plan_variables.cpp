#include "study/plan_variables.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/suggestion.hpp"

namespace galena {

REGISTER_SECTION(OptimiseTable)

void OptimiseVariableTable::check(ReadContext& context) {
    const bool range = low || high;
    if (low.has_value() != high.has_value() || (range && !values.empty()))
        context.diagnostics.error(place, fmt::format("variable '{}' is given neither by two bounds nor by values", key.text),
                                  "give low and high, or values");
    if (whole && !range)
        context.diagnostics.error(places.of("whole"), fmt::format("variable '{}' is whole, but has no bounds", key.text),
                                  "give low and high");
}

namespace {

std::vector<std::string> split(const std::string& key) {
    std::vector<std::string> parts(1);
    for (const char c : key)
        if (c == '.') parts.emplace_back();
        else parts.back() += c;
    return parts;
}

std::string title_of(const Node& table) {
    for (const char* key : {"name", "zone"})
        if (const auto* entry = table.find(key); entry && entry->value.kind == Node::Kind::text) return entry->value.text;
    return {};
}

std::vector<Node> nothing;

/// What is one step down from a node: an entry of a table, an item of a list by its name. nullptr: nothing.
Node* child_of(Node& node, const std::string& name) {
    for (auto& entry : node.entries)
        if (entry.key == name) return &entry.value;
    for (auto& item : node.items)
        if (item.is_table() && title_of(item) == name) return &item;
    for (auto& item : node.items) {  // a stage of a measure
        if (!item.is_table()) continue;
        for (auto& entry : item.entries)
            for (auto& stage : entry.key == "stage" ? entry.value.items : nothing)
                if (title_of(stage) == name) return &stage;
    }
    return nullptr;
}

std::vector<std::string> names_below(const Node& node) {
    std::vector<std::string> names;
    for (const auto& entry : node.entries) names.push_back(entry.key);
    for (const auto& item : node.items)
        if (item.is_table()) names.push_back(title_of(item));
    return names;
}

/// The node that holds the last part of the path; nullptr with a mistake when something on the way is not there.
Node* parent_in(Node& tree, const std::vector<std::string>& path, const Name& key, Diagnostics* diagnostics) {
    Node* node = &tree;
    for (std::size_t n = 0; n + 1 < path.size(); ++n) {
        Node* next = child_of(*node, path[n]);
        if (!next) {
            if (diagnostics)
                diagnostics->error(key.place, fmt::format("variable '{}': there is no '{}'", key.text, path[n]),
                                   suggestion(path[n], names_below(*node)));
            return nullptr;
        }
        node = next;
    }
    return node;
}

/// Takes a measure, or a stage of one, out of the list; a measure whose stages are all out goes too.
void leave_out(Node& measures, const std::string& name) {
    std::erase_if(measures.items, [&](Node& item) {
        if (title_of(item) == name) return true;
        for (auto& entry : item.entries)
            if (entry.key == "stage" && std::erase_if(entry.value.items, [&](const Node& s) { return title_of(s) == name; }) > 0)
                return entry.value.items.empty();
        return false;
    });
}

struct Bound {
    double number = 0;
    std::string unit;
    bool date = false;
};
std::optional<Bound> bound_of(const Node& node) {
    if (node.kind == Node::Kind::date) return Bound{static_cast<double>(node.date.seconds), {}, true};
    if (node.kind == Node::Kind::integer || node.kind == Node::Kind::number) return Bound{node.number, {}, false};
    if (node.kind != Node::Kind::text) return {};
    const auto quantity = split_quantity(node.text);
    if (!quantity || !Unit::parse(quantity->unit)) return {};
    return Bound{quantity->number, quantity->unit, false};
}

/// `bound` in the unit of `like`; nothing when they are of different kinds.
std::optional<double> number_like(const Bound& bound, const std::string& unit_text, bool date) {
    if (bound.date != date) return {};
    const auto from = Unit::parse(bound.unit), to = Unit::parse(unit_text);
    if (!from || !to || !from->same_dimension(*to)) return {};
    return to->from_si(from->to_si(bound.number));
}

}  // namespace

std::optional<PlanVariable> PlanVariable::make(const OptimiseVariableTable& table, const Node& tree, Diagnostics& diagnostics) {
    PlanVariable v;
    v.key_ = table.key.text;
    v.place_ = table.key.place;
    v.path_ = split(v.key_);
    auto copy = tree;
    auto* parent = parent_in(copy, v.path_, table.key, &diagnostics);
    if (!parent) return {};
    const auto* present = child_of(*parent, v.path_.back());
    v.is_measure_ = v.path_.size() == 2 && v.path_.front() == "measure";
    if (v.is_measure_ ? !present : parent->is_array()) {
        diagnostics.error(table.key.place, fmt::format("variable '{}': there is no '{}'", v.key_, v.path_.back()),
                          suggestion(v.path_.back(), names_below(*parent)));
        return {};
    }
    if (v.is_measure_) {
        if (table.low || !table.values.empty())
            diagnostics.error(table.place, fmt::format("variable '{}' is a measure, which is done or not", v.key_),
                              "name a key of it, or give no values");
        Node yes;
        yes.kind = Node::Kind::boolean;
        yes.place = v.place_;
        yes.boolean = true;
        Node no = yes;
        no.boolean = false;
        v.values_ = {yes, no};
        return v;
    }
    for (const auto& value : table.values) v.values_.push_back(value.node);
    if (!v.values_.empty()) return v;
    if (!table.low) {
        diagnostics.error(table.place, fmt::format("variable '{}' has nothing to choose from", v.key_), "give low and high, or values");
        return {};
    }
    const auto low = bound_of(table.low->node), high = bound_of(table.high->node);
    const auto like = low && high ? number_like(*high, low->unit, low->date) : std::nullopt;
    if (!like || !(*like > low->number)) {
        diagnostics.error(table.low->node.place, fmt::format("variable '{}': low and high are no range", v.key_),
                          "give two quantities of one dimension, two numbers or two dates, low below high");
        return {};
    }
    v.low_ = low->number, v.high_ = *like, v.unit_ = low->unit, v.is_date_ = low->date;
    if (table.whole) {
        for (double n = std::ceil(v.low_); n <= v.high_ && v.values_.size() < 1000; ++n) {
            Node node = v.value(n);
            if (v.unit_.empty() && !v.is_date_) {
                node.kind = Node::Kind::integer;
                node.integer = static_cast<std::int64_t>(n);
            }
            v.values_.push_back(std::move(node));
        }
    }
    return v;
}

std::optional<double> PlanVariable::present(const Node& tree) const {
    auto copy = tree;
    auto* parent = parent_in(copy, path_, {}, nullptr);
    const auto* node = parent ? child_of(*parent, path_.back()) : nullptr;
    const auto bound = node ? bound_of(*node) : std::nullopt;
    return bound ? number_like(*bound, unit_, is_date_) : std::nullopt;
}

Node PlanVariable::value(double number) const {
    Node node;
    node.place = place_;
    if (is_date_) {
        constexpr double whole_day = 86400;
        node.kind = Node::Kind::date;
        node.date.seconds = static_cast<std::int64_t>(std::round(number / whole_day) * whole_day);
        return node;
    }
    node.number = number;
    node.kind = unit_.empty() ? Node::Kind::number : Node::Kind::text;
    if (!unit_.empty()) node.text = fmt::format("{:.8g} {}", number, unit_);
    return node;
}

void PlanVariable::put(Node& tree, const Node& value) const {
    auto* parent = parent_in(tree, path_, {}, nullptr);
    if (!parent) return;  // a measure that another variable took out
    if (is_measure_) {
        if (!value.boolean) leave_out(*parent, path_.back());
        return;
    }
    if (auto* present = child_of(*parent, path_.back())) *present = value;
    else parent->entries.push_back({path_.back(), place_, value});
}

std::string toml_text(const Node& value) {
    const auto quoted = [](const std::string& text) {
        std::string out = "\"";
        for (const char c : text) {
            if (c == '"' || c == '\\') out += '\\';
            out += c;
        }
        return out + '"';
    };
    std::string text;
    switch (value.kind) {
        case Node::Kind::text: return quoted(value.text);
        case Node::Kind::integer: return fmt::format("{}", value.integer);
        case Node::Kind::number: {
            text = fmt::format("{}", value.number);
            return text.find_first_of(".einf") == std::string::npos ? text + ".0" : text;
        }
        case Node::Kind::boolean: return value.boolean ? "true" : "false";
        case Node::Kind::date: return value.date.text();
        case Node::Kind::array:
            for (const auto& item : value.items) text += fmt::format("{}{}", text.empty() ? "" : ", ", toml_text(item));
            return fmt::format("[{}]", text);
        case Node::Kind::table:
            for (const auto& entry : value.entries)
                text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", quoted(entry.key), toml_text(entry.value));
            return fmt::format("{{ {} }}", text);
    }
    return text;
}

}  // namespace galena
