#include "report/reference.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/suggestion.hpp"
#include "scenario/catalogue.hpp"
#include "scenario/section.hpp"
#include "scenario/value_schemas.hpp"

namespace galena {

namespace {

/// A thing that has a page in the reference.
struct Page {
    std::string heading;  ///< "[grid]", "[[boundary]] type = \"river\""
    std::string name;     ///< what people ask for
    std::string family;   ///< of a law; empty for a table
    Schema schema;
};

const std::string value_family = "value";

std::vector<Page> all_pages() {
    std::vector<Page> pages;
    for (const auto& kind : SectionIndex::instance().kinds()) pages.push_back({kind.heading(), kind.name, {}, kind.schema()});
    for (const auto& listing : CatalogueIndex::instance().listings())
        for (const auto& law : listing.laws)
            pages.push_back({fmt::format("{} type = \"{}\"", listing.family, law.name), law.name, listing.family, law.schema()});
    for (auto schema : {series_schema(), spatial_schema(), distribution_schema()}) {
        const auto name = schema.name;
        pages.push_back({fmt::format("In place of a number: {}", name), name, value_family, std::move(schema)});
    }
    return pages;
}

std::string type_text(const ParameterInfo& p) {
    auto text = p.type;
    if (!p.choices.empty()) text += ": " + joined(p.choices);
    if (!p.unit.empty()) text += fmt::format(" [{}]", p.unit);
    if (!p.bounds.empty()) text += ", " + p.bounds;
    return text;
}

std::string need_text(const ParameterInfo& p) {
    if (p.required) return "required";
    return p.default_text.empty() ? "optional" : "default " + p.default_text;
}

void add_parameters(const Schema& schema, int depth, std::string& out) {
    const std::string indent(static_cast<std::size_t>(2 + 4 * depth), ' ');
    for (const auto& p : schema.parameters) {
        out += fmt::format("{}{}  ({}; {})\n{}    {}{}\n", indent, p.name, type_text(p), need_text(p), indent, p.meaning,
                           p.source.empty() ? "" : " [" + p.source + "]");
        if (p.nested) add_parameters(*p.nested, depth + 1, out);
    }
}

std::string page_text(const Page& page) {
    auto text = fmt::format("{}\n  {}\n\n", page.heading, page.schema.meaning);
    add_parameters(page.schema, 0, text);
    return text;
}

nlohmann::json json_of(const Schema& schema) {
    auto list = nlohmann::json::array();
    for (const auto& p : schema.parameters) {
        nlohmann::json entry{{"name", p.name}, {"type", p.type}, {"required", p.required}, {"meaning", p.meaning}};
        if (!p.unit.empty()) entry["unit"] = p.unit;
        if (!p.bounds.empty()) entry["bounds"] = p.bounds;
        if (!p.default_text.empty()) entry["default"] = p.default_text;
        if (!p.source.empty()) entry["source"] = p.source;
        if (!p.choices.empty()) entry["choices"] = p.choices;
        if (p.nested) entry["parameters"] = json_of(*p.nested);
        list.push_back(std::move(entry));
    }
    return list;
}

bool has_key(const Schema& schema, const std::string& name) {
    return std::any_of(schema.parameters.begin(), schema.parameters.end(),
                       [&](const ParameterInfo& p) { return p.name == name || (p.nested && has_key(*p.nested, name)); });
}

void keep_key(Schema& schema, const std::string& name) {
    std::erase_if(schema.parameters, [&](const ParameterInfo& p) { return p.name != name && !(p.nested && has_key(*p.nested, name)); });
    for (auto& p : schema.parameters)
        if (p.nested && p.name != name) {
            auto inner = *p.nested;
            keep_key(inner, name);
            p.nested = std::make_shared<Schema>(std::move(inner));
        }
}

/// Pages that answer a question, most direct match first: a table or law of this name, a family, a key of what stands in place of a number
/// (which every page with such a number would repeat), a key in any page.
std::vector<Page> pages_for(const std::string& name) {
    const auto all = all_pages();
    if (name.empty()) return all;
    std::vector<Page> found;
    for (const auto& page : all)
        if (page.name == name || page.family == name) found.push_back(page);
    if (!found.empty()) return found;
    const auto take = [&](bool values) {
        for (auto page : all)
            if ((page.family == value_family) == values && has_key(page.schema, name)) {
                keep_key(page.schema, name);
                found.push_back(std::move(page));
            }
        return !found.empty();
    };
    if (take(true)) {
        // Every page with a number in space lists these keys too: only pages that have the key of their own are worth telling.
        for (const auto& page : all)
            if (page.family != value_family && std::any_of(page.schema.parameters.begin(), page.schema.parameters.end(),
                                                           [&](const ParameterInfo& p) { return p.name == name; }))
                found.push_back(page);
        for (auto& page : found) keep_key(page.schema, name);
        return found;
    }
    if (take(false)) return found;
    std::vector<std::string> names;
    for (const auto& page : all) {
        names.push_back(page.name);
        for (const auto& p : page.schema.parameters) names.push_back(p.name);
    }
    const auto near = nearest_word(name, names);
    throw ScenarioError(Place{}, fmt::format("there is no table, law or key '{}'", name),
                        near.empty() ? "galena describe without a name prints everything" : fmt::format("did you mean '{}'?", near));
}

void add_rows(const Schema& schema, const std::string& prefix, std::string& out) {
    for (const auto& p : schema.parameters) {
        out += fmt::format("| `{}{}` | {} | {} | {}{} |\n", prefix, p.name, type_text(p), need_text(p), p.meaning,
                           p.source.empty() ? "" : " (" + p.source + ")");
        if (p.nested) add_rows(*p.nested, prefix + p.name + ".", out);
    }
}

}  // namespace

std::string reference_text(const std::string& name) {
    std::string text;
    for (const auto& page : pages_for(name)) text += (text.empty() ? "" : "\n") + page_text(page);
    return text;
}

std::string reference_json(const std::string& name) {
    auto list = nlohmann::json::array();
    for (const auto& page : pages_for(name)) {
        nlohmann::json entry{
            {"heading", page.heading}, {"name", page.name}, {"meaning", page.schema.meaning}, {"parameters", json_of(page.schema)}};
        if (!page.family.empty()) entry["family"] = page.family;
        list.push_back(std::move(entry));
    }
    return list.dump(2) + "\n";
}

std::string reference_markdown() {
    std::string text = "# Reference\n\nMade by `galena describe --format markdown` from the declarations in the code; do not edit.\n";
    for (const auto& page : all_pages()) {
        text += fmt::format("\n## {}\n\n{}\n\n| key | what it takes | needed | meaning |\n| --- | --- | --- | --- |\n", page.heading,
                            page.schema.meaning);
        add_rows(page.schema, "", text);
    }
    return text;
}

}  // namespace galena
