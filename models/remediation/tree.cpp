#include "remediation/tree.hpp"

#include <fmt/format.h>

namespace galena {

Node text_node(const std::string& text, const Place& place) {
    Node node;
    node.kind = Node::Kind::text;
    node.text = text;
    node.place = place;
    return node;
}

Node series_node(const Series& series, double factor, const std::string& si_unit, const Place& place) {
    const auto value = [&](double v) { return text_node(fmt::format("{:.17g} {}", factor * v, si_unit), place); };
    if (series.constant()) return value(series.values.empty() ? 0.0 : series.values.front());
    Node list;
    list.kind = Node::Kind::array;
    list.place = place;
    for (std::size_t n = 0; n < series.dates.size(); ++n) {
        Node date;
        date.kind = Node::Kind::date;
        date.place = place;
        date.date = series.dates[n];
        Node step;
        step.place = place;
        step.entries = {{"from", place, date}, {"value", place, value(series.values[n])}};
        list.items.push_back(std::move(step));
    }
    return list;
}

std::string metres(double value) { return fmt::format("{:.17g} m", value); }

Node boundary_table(const std::string& type, const std::string& name, const Place& place,
                    const std::vector<std::pair<std::string, std::string>>& keys) {
    Node table;
    table.place = place;
    table.entries.push_back({"type", place, text_node(type, place)});
    table.entries.push_back({"name", place, text_node(name, place)});
    for (const auto& [key, text] : keys) table.entries.push_back({key, place, text_node(text, place)});
    return table;
}

void add_table(Node& table, const std::string& key, const std::vector<std::pair<std::string, std::string>>& entries) {
    Node inner;
    inner.place = table.place;
    for (const auto& [name, text] : entries) inner.entries.push_back({name, table.place, text_node(text, table.place)});
    table.entries.push_back({key, table.place, std::move(inner)});
}

}  // namespace galena
