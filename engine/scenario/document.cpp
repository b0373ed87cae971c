#include "scenario/document.hpp"

#include <algorithm>
#include <fstream>
#include <functional>
#include <sstream>

#include <fmt/format.h>
#include <toml++/toml.h>

namespace galena {

namespace {

Place place_of(const toml::source_region& region, const std::string& file) {
    return {file, static_cast<int>(region.begin.line), static_cast<int>(region.begin.column)};
}

Date date_of(const toml::date& d, const toml::time& t = {}) { return Date::from_civil(d.year, d.month, d.day, t.hour, t.minute, t.second); }

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
        throw ScenarioError(out.place, "a time of day alone is no value galena knows",
                            "give a date, e.g. 1990-01-01 or 1990-01-01T12:00:00");
    }
    return out;
}

/// The last place before a line at which a key or table of this name begins. The text up to there is sound, or it would have failed earlier.
Place earlier_place(std::string_view text, const std::string& name, int line, std::string_view key) {
    std::size_t end = 0;
    for (int n = 1; n < line; ++n) end = text.find('\n', end) + 1;
    Place found;
    const std::function<void(const Node&)> search = [&](const Node& node) {
        for (const auto& item : node.items) search(item);
        for (const auto& entry : node.entries) {
            if (entry.key == key && entry.place.line > found.line) found = entry.place;
            search(entry.value);
        }
    };
    search(parse_toml(text.substr(0, end), name));
    return found;
}

/// toml++'s words for the mistakes people make most, put so that they say what was found and what to do.
ScenarioError syntax_mistake(const toml::parse_error& fault, std::string_view text, const std::string& name) {
    const auto place = place_of(fault.source(), name);
    auto what = std::string(fault.description());
    const auto says = [&](std::string_view part) { return what.find(part) != std::string::npos; };
    if (const auto colon = what.find(": "); what.starts_with("Error while parsing") && colon != std::string::npos) what.erase(0, colon + 2);
    if (says("redefine existing") || says("duplicate")) {
        const auto open = what.find('\''), close = what.rfind('\'');
        if (open == close) return {place, what, "each key may be given once in a table; remove or rename one of the two"};
        auto key = what.substr(open + 1, close - open - 1);
        const auto first = earlier_place(text, name, place.line, key.substr(key.rfind('.') + 1));
        const auto hint = std::string("a key or table may be given once; remove or rename one of the two");
        return {place, fmt::format("'{}' is given a second time", key),
                first.line > 0 ? fmt::format("the first is at {}; {}", first.text(), hint) : hint};
    }
    if (says("control characters") || says("encountered end-of-file"))
        return {place, "this text, list or table is not closed",
                "close it with the quote or bracket it was opened with, on the same line if it is text"};
    if (says("whitespace, saw")) return {place, what, "text and quantities stand in quotes, e.g. \"12 m/d\"; one key per line"};
    if (says("value")) return {place, what, "text and quantities stand in quotes, e.g. \"12 m/d\""};
    return {place, what};
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
        throw syntax_mistake(fault, text, name);
    }
}

Node read_toml(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in || std::filesystem::is_directory(file))
        throw ScenarioError({file.string(), 0, 0}, "the site file cannot be read", "check the path");
    std::ostringstream text;
    text << in.rdbuf();
    return parse_toml(text.str(), file.string());
}

}  // namespace galena
