#include "scenario/document.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <toml++/toml.h>

namespace galena {

namespace {

Place place_of(const toml::source_region& region, const std::string& file) {
    return {file, static_cast<int>(region.begin.line), static_cast<int>(region.begin.column)};
}

Date date_of(const toml::date& d, const toml::time& t = {}) {
    return Date::from_civil(d.year, d.month, d.day, t.hour, t.minute, t.second);
}

Node convert(const toml::node& node, const std::string& file);

void convert_table(const toml::table& table, const std::string& file, Node& out) {
    out.kind = Node::Kind::table;
    for (const auto& [key, value] : table)
        out.entries.push_back({std::string(key.str()), place_of(key.source(), file), convert(value, file)});
    // toml++ sorts keys; people read a file from top to bottom.
    std::stable_sort(out.entries.begin(), out.entries.end(), [](const Entry& a, const Entry& b) {
        return std::tie(a.place.line, a.place.column) < std::tie(b.place.line, b.place.column);
    });
}

Node convert(const toml::node& node, const std::string& file) {
    Node out;
    out.place = place_of(node.source(), file);
    if (const auto* table = node.as_table()) {
        convert_table(*table, file, out);
    } else if (const auto* array = node.as_array()) {
        out.kind = Node::Kind::array;
        for (const auto& item : *array) out.items.push_back(convert(item, file));
    } else if (const auto* text = node.as_string()) {
        out.kind = Node::Kind::text;
        out.text = text->get();
    } else if (const auto* integer = node.as_integer()) {
        out.kind = Node::Kind::integer;
        out.integer = integer->get();
        out.number = static_cast<double>(out.integer);
    } else if (const auto* number = node.as_floating_point()) {
        out.kind = Node::Kind::number;
        out.number = number->get();
    } else if (const auto* boolean = node.as_boolean()) {
        out.kind = Node::Kind::boolean;
        out.boolean = boolean->get();
    } else if (const auto* day = node.as_date()) {
        out.kind = Node::Kind::date;
        out.date = date_of(day->get());
    } else if (const auto* moment = node.as_date_time()) {
        out.kind = Node::Kind::date;
        out.date = date_of(moment->get().date, moment->get().time);
    } else {
        throw ScenarioError(out.place, "a time of day alone is no value galena knows", "give a date, e.g. 1990-01-01 or 1990-01-01T12:00:00");
    }
    return out;
}

/// toml++'s words for the mistakes people make most, put so that they say what to do.
std::string hint_for(std::string_view description) {
    if (description.find("redefine") != std::string_view::npos || description.find("duplicate") != std::string_view::npos)
        return "each key may be given once in a table; remove or rename one of the two";
    if (description.find("value") != std::string_view::npos) return "text and quantities stand in quotes, e.g. \"12 m/d\"";
    return {};
}

}  // namespace

const Entry* Node::find(std::string_view key) const {
    const auto it = std::find_if(entries.begin(), entries.end(), [&](const Entry& e) { return e.key == key; });
    return it == entries.end() ? nullptr : &*it;
}

std::string Node::found() const {
    switch (kind) {
        case Kind::text: return fmt::format("the text \"{}\"", text);
        case Kind::integer: return fmt::format("the number {}", integer);
        case Kind::number: return fmt::format("the number {}", number);
        case Kind::boolean: return boolean ? "true" : "false";
        case Kind::date: return fmt::format("the date {}", date.text());
        case Kind::array: return fmt::format("a list of {}", items.size());
        case Kind::table: return "a table";
    }
    return {};
}

Node parse_toml(std::string_view text, const std::string& name) {
    try {
        const auto table = toml::parse(text, name);
        Node out;
        convert_table(table, name, out);
        out.place = {name, 0, 0};
        return out;
    } catch (const toml::parse_error& fault) {
        const auto description = std::string(fault.description());
        throw ScenarioError(place_of(fault.source(), name), description, hint_for(description));
    }
}

Node read_toml(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in || std::filesystem::is_directory(file)) throw ScenarioError({file.string(), 0, 0}, "the site file cannot be read", "check the path");
    std::ostringstream text;
    text << in.rdbuf();
    return parse_toml(text.str(), file.string());
}

}  // namespace galena
