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
