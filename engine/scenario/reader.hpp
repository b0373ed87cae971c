#pragma once
// From the tree of a site file to declared structs: types, units, bounds, choices, files and names are checked here, and every
// mistake is collected. Also the other direction: from declarations to the Schema that `galena describe` prints.

#include <functional>
#include <set>

#include "scenario/document.hpp"
#include "scenario/parameter.hpp"
#include "scenario/values.hpp"

namespace galena {

/// What reading needs besides the tree.
struct ReadContext {
    Diagnostics& diagnostics;
    std::filesystem::path folder;  ///< of the site file; files named in it are relative to it
};

/// What one value must obey.
struct Rule {
    std::string_view name;
    std::string_view unit_text;
    Bounds bounds;
};

template <class Interface>
class Catalogue;

namespace reading {

bool read_value(const Node&, const Rule&, ReadContext&, double& out);
bool read_value(const Node&, const Rule&, ReadContext&, int& out);
bool read_value(const Node&, const Rule&, ReadContext&, bool& out);
bool read_value(const Node&, const Rule&, ReadContext&, std::string& out);
bool read_value(const Node&, const Rule&, ReadContext&, Name& out);
bool read_value(const Node&, const Rule&, ReadContext&, Date& out);
bool read_value(const Node&, const Rule&, ReadContext&, FilePath& out);
bool read_value(const Node&, const Rule&, ReadContext&, QuantityNode& out);
bool read_value(const Node&, const Rule&, ReadContext&, Series& out);
bool read_value(const Node&, const Rule&, ReadContext&, SpatialValue& out);
/// A part of the tree as it is, for whoever reads it later.
bool read_value(const Node&, const Rule&, ReadContext&, Node& out);

/// Index into `allowed`, or -1 with an error.
int read_choice(const Node&, const Rule&, ReadContext&, const Words& allowed);
bool expect(const Node&, Node::Kind, const Rule&, ReadContext&, std::string_view expected);
void report_unknown(const Entry&, std::string_view table, const std::vector<std::string>& known, ReadContext&);
/// What people call a table: boundary 'west', or just flow.
std::string title_of(const Node& table, std::string_view table_name);
Places places_of(const Node& table);
/// Keys that are given and that nothing reads: each is a mistake. `why`: "method = \"nearest\" does not use it".
void report_unused(const Places& places, std::string_view table_name, std::initializer_list<std::string_view> keys, const std::string& why,
                   ReadContext&);
/// "boundary 'west' gives both zone and side" or "... neither ... nor ...", unless exactly one is given.
bool exactly_one(const Places& places, std::string_view title, std::string_view first, std::string_view second, Diagnostics& diagnostics);
void report_missing(const Node& table, std::string_view table_name, const ParameterInfo& parameter, ReadContext&);

template <class E>
requires std::is_enum_v<E>
bool read_value(const Node& node, const Rule& rule, ReadContext& context, E& out) {
    const int chosen = read_choice(node, rule, context, words<E>);
    if (chosen >= 0) out = static_cast<E>(chosen);
    return chosen >= 0;
}

template <class T>
bool read_value(const Node&, const Rule&, ReadContext&, std::optional<T>& out);
template <class T>
bool read_value(const Node&, const Rule&, ReadContext&, std::vector<T>& out);
template <class T>
bool read_value(const Node&, const Rule&, ReadContext&, std::map<std::string, T>& out);
template <Declared T>
bool read_value(const Node&, const Rule&, ReadContext&, T& out);
template <class Interface>
bool read_value(const Node&, const Rule&, ReadContext&, std::shared_ptr<const Interface>& out);
template <class Interface>
bool read_value(const Node&, const Rule&, ReadContext&, std::shared_ptr<Interface>& out);

// What a type is called, and whether its absence is fine.
template <class T>
inline constexpr bool may_be_absent = false;
template <class T>
inline constexpr bool may_be_absent<std::optional<T>> = true;
template <class T>
inline constexpr bool may_be_absent<std::vector<T>> = true;
template <class T>
inline constexpr bool may_be_absent<std::map<std::string, T>> = true;

std::string show(double value, const Unit& unit);
inline std::string default_of(double v, std::string_view u) { return show(v, unit(u)); }
inline std::string default_of(int v, std::string_view) { return std::to_string(v); }
inline std::string default_of(bool v, std::string_view) { return v ? "true" : "false"; }
inline std::string default_of(const std::string& v, std::string_view) { return v.empty() ? "" : "\"" + v + "\""; }
inline std::string default_of(const Name& v, std::string_view u) { return default_of(v.text, u); }
inline std::string default_of(const Series& v, std::string_view u) {
    return v.constant() && !v.values.empty() ? show(v.values[0], unit(u)) : "";
}
inline std::string default_of(const SpatialValue& v, std::string_view u) { return show(v.constant, unit(u)); }
template <class E>
requires std::is_enum_v<E> std::string default_of(E v, std::string_view) { return "\"" + words<E>[static_cast<std::size_t>(v)] + "\""; }
template <class T>
requires(!std::is_enum_v<T>) std::string default_of(const T&, std::string_view) { return ""; }

}  // namespace reading

/// The declaration of T as data.
template <Declared T>
Schema schema_of(std::string name, std::string meaning);

/// Reads a table into `out`: every declared key, then every key that is not declared is a mistake. `also_known` are keys somebody else
/// reads from the same table (such as `type`). True when nothing was wrong.
template <Declared T>
bool read_table(const Node& node, std::string_view table_name, ReadContext& context, T& out, const std::vector<std::string>& also_known);

}  // namespace galena

#include "scenario/reader_templates.hpp"
