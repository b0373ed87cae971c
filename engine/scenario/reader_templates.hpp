#pragma once
// The part of the reader that has to be in a header: walking declarations.

#include <algorithm>
#include <type_traits>

#include "scenario/catalogue.hpp"

namespace galena {

namespace reading {

// ---- names of types, for `describe` -----------------------------------------------------------------------------------------------

struct TypeInfo {
    std::string type;
    Words choices;
    std::shared_ptr<const Schema> nested;
};

template <class T>
TypeInfo type_info() {
    if constexpr (std::is_same_v<T, double>) return {"quantity", {}, nullptr};
    else if constexpr (std::is_same_v<T, int>) return {"whole number", {}, nullptr};
    else if constexpr (std::is_same_v<T, bool>) return {"true or false", {}, nullptr};
    else if constexpr (std::is_same_v<T, std::string>) return {"text", {}, nullptr};
    else if constexpr (std::is_same_v<T, Name>) return {"name", {}, nullptr};
    else if constexpr (std::is_same_v<T, Date>) return {"date", {}, nullptr};
    else if constexpr (std::is_same_v<T, FilePath>) return {"file", {}, nullptr};
    else if constexpr (std::is_same_v<T, QuantityNode>) return {"quantity", {}, nullptr};
    else if constexpr (std::is_same_v<T, Series>) return {"quantity or series in time", {}, nullptr};
    else if constexpr (std::is_same_v<T, SpatialValue>) return {"quantity or field in space", {}, nullptr};
    else if constexpr (std::is_same_v<T, Node>) return {"table of keys of the site file", {}, nullptr};
    else if constexpr (std::is_enum_v<T>) return {"one of", words<T>, nullptr};
    else if constexpr (Declared<T>) return {"table", {}, std::make_shared<Schema>(schema_of<T>({}, {}))};
    else if constexpr (requires { typename T::mapped_type; }) {
        auto inner = type_info<typename T::mapped_type>();
        inner.type = inner.type + " by name";
        return inner;
    } else if constexpr (requires { typename T::element_type; }) {
        using Interface = std::remove_const_t<typename T::element_type>;
        return {"table with a type", Catalogue<Interface>::instance().names(), nullptr};
    } else {
        auto inner = type_info<typename T::value_type>();
        if constexpr (!requires(T t) { t.has_value(); }) inner.type = "list: " + inner.type;
        return inner;
    }
}

template <class Owner, class T>
ParameterInfo info_of(const Parameter<Owner, T>& p, const std::type_identity_t<Owner>& defaults) {
    const auto type = type_info<T>();
    ParameterInfo info;
    info.name = p.name;
    info.type = type.type;
    info.unit = p.unit_text;
    info.bounds = p.bounds.text(unit(p.unit_text));
    info.required = !p.has_default && !may_be_absent<T>;
    if (p.has_default) info.default_text = default_of(defaults.*p.member, p.unit_text);
    info.meaning = p.meaning;
    info.source = p.source_text;
    info.choices = type.choices;
    info.nested = type.nested;
    return info;
}

// ---- composite values -------------------------------------------------------------------------------------------------------------

template <class T>
bool read_value(const Node& node, const Rule& rule, ReadContext& context, std::optional<T>& out) {
    T value{};
    if (!read_value(node, rule, context, value)) return false;
    out = std::move(value);
    return true;
}

template <class T>
bool read_value(const Node& node, const Rule& rule, ReadContext& context, std::vector<T>& out) {
    out.clear();
    if (!node.is_array()) {  // one thing is a list of one
        out.emplace_back();
        return read_value(node, rule, context, out.back());
    }
    bool good = true;
    for (const auto& item : node.items) {
        out.emplace_back();
        good = read_value(item, rule, context, out.back()) && good;
    }
    return good;
}

template <class T>
bool read_value(const Node& node, const Rule& rule, ReadContext& context, std::map<std::string, T>& out) {
    if (!expect(node, Node::Kind::table, rule, context, "a table of names")) return false;
    bool good = true;
    for (const auto& entry : node.entries) {
        const auto name = std::string(rule.name) + "." + entry.key;
        const Rule inner{name, rule.unit_text, rule.bounds};
        good = read_value(entry.value, inner, context, out[entry.key]) && good;
    }
    return good;
}

template <Declared T>
bool read_value(const Node& node, const Rule& rule, ReadContext& context, T& out) {
    return expect(node, Node::Kind::table, rule, context, "a table") && read_table(node, rule.name, context, out, {});
}

template <class Interface>
bool read_law(const Node& node, const Rule& rule, ReadContext& context, std::shared_ptr<Interface>& out) {
    if (!expect(node, Node::Kind::table, rule, context, "a table with a `type`")) return false;
    const auto& catalogue = Catalogue<Interface>::instance();
    const auto* type = node.find("type");
    if (!type) {
        context.diagnostics.error(node.place, title_of(node, rule.name) + " lacks 'type'", "allowed: " + catalogue.joined_names());
        return false;
    }
    const int chosen = read_choice(type->value, {"type", "", anything}, context, catalogue.names());
    if (chosen < 0) return false;
    out = catalogue.entries()[static_cast<std::size_t>(chosen)].read(node, rule.name, context);
    return out != nullptr;
}

template <class Interface>
bool read_value(const Node& node, const Rule& rule, ReadContext& context, std::shared_ptr<const Interface>& out) {
    std::shared_ptr<Interface> law;
    const bool good = read_law(node, rule, context, law);
    out = std::move(law);
    return good;
}
template <class Interface>
bool read_value(const Node& node, const Rule& rule, ReadContext& context, std::shared_ptr<Interface>& out) {
    return read_law(node, rule, context, out);
}

/// The declared keys that unknown keys of a table were probably meant to be.
std::vector<std::string> probably_meant(const std::vector<const Entry*>& unknown, const std::vector<std::string>& known);

/// `misspelt`: keys that stand in the table under a wrong name, so that their absence is no second mistake.
template <class Target, class Owner, class T>
bool read_parameter(const Node& table, std::string_view table_name, const Parameter<Owner, T>& p, const std::vector<std::string>& misspelt,
                    ReadContext& context, Target& out) {
    const auto* entry = table.find(p.name);
    if (entry) {
        auto& member = static_cast<Owner&>(out).*p.member;
        return read_value(entry->value, {p.name, p.unit_text, p.bounds}, context, member);
    }
    if (p.has_default || may_be_absent<T>) return true;
    if (std::find(misspelt.begin(), misspelt.end(), p.name) == misspelt.end())
        report_missing(table, table_name, info_of(p, Target{}), context);
    return false;
}

}  // namespace reading

template <Declared T>
Schema schema_of(std::string name, std::string meaning) {
    Schema schema{std::move(name), std::move(meaning), {}};
    std::apply([&](const auto&... p) { (schema.parameters.push_back(reading::info_of(p, T{})), ...); }, T::parameters());
    return schema;
}

template <Declared T>
bool read_table(const Node& node, std::string_view table_name, ReadContext& context, T& out, const std::vector<std::string>& also_known) {
    const auto parameters = T::parameters();
    auto known = also_known;
    std::apply([&](const auto&... p) { (known.emplace_back(p.name), ...); }, parameters);
    std::vector<const Entry*> unknown;
    for (const auto& entry : node.entries)
        if (std::find(known.begin(), known.end(), entry.key) == known.end()) unknown.push_back(&entry);
    const auto misspelt = reading::probably_meant(unknown, known);
    bool good = true;
    std::apply([&](const auto&... p) { ((good = reading::read_parameter(node, table_name, p, misspelt, context, out) && good), ...); },
               parameters);
    for (const auto* entry : unknown) reading::report_unknown(*entry, table_name, known, context);
    if constexpr (requires { out.place = node.place; }) out.place = node.place;
    if constexpr (requires { out.places = reading::places_of(node); }) out.places = reading::places_of(node);
    // Checks of several values together would only repeat a mistake in one of them.
    const auto before = context.diagnostics.error_count();
    if constexpr (requires { out.check(context); })
        if (good && misspelt.empty()) out.check(context);
    return good && unknown.empty() && context.diagnostics.error_count() == before;
}

}  // namespace galena
