#pragma once
// The top-level tables of a site file. Each is declared by whoever reads it and registers itself, so that a new process brings its own.

#include <any>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "scenario/reader.hpp"

namespace galena {

/// One kind of top-level table.
struct SectionKind {
    std::string name;  ///< "flow", "boundary"
    std::string meaning;
    bool required = false;
    bool repeated = false;  ///< [[boundary]] rather than [flow]
    bool keyed = false;     ///< [substance.NAME]
    std::string needs;      ///< the section without which nothing reads this one; may be empty
    /// "[flow]", "[[boundary]]", "[substance.NAME]"
    [[nodiscard]] std::string heading() const { return repeated ? "[[" + name + "]]" : keyed ? "[" + name + ".NAME]" : "[" + name + "]"; }
    std::function<std::any(const Node&, ReadContext&)> read;
    std::function<Schema()> schema;
};

/// All kinds that the program knows, by name.
class SectionIndex {
public:
    static SectionIndex& instance();
    void add(SectionKind kind);
    [[nodiscard]] const std::vector<SectionKind>& kinds() const { return kinds_; }

private:
    std::vector<SectionKind> kinds_;
};

/// A struct that stands for a top-level table: it names the section; it either declares parameters, or has a member `list` that takes
/// the whole value of the key (lists of tables, families of laws).
template <class T>
concept SectionTable = requires {
    { T::section } -> std::convertible_to<std::string_view>;
};

template <SectionTable T>
bool register_section() {
    SectionKind kind;
    kind.name = T::section;
    kind.meaning = T::meaning;
    if constexpr (requires { T::required; }) kind.required = T::required;
    if constexpr (requires { T::needs; }) kind.needs = T::needs;
    if constexpr (!Declared<T>) {
        kind.keyed = requires { typename decltype(T{}.list)::mapped_type; };
        kind.repeated = !kind.keyed;
    }
    kind.read = [](const Node& node, ReadContext& context) -> std::any {
        T value{};
        const Rule rule{T::section, "", anything};
        if constexpr (Declared<T>) reading::read_value(node, rule, context, value);
        else reading::read_value(node, rule, context, value.list);
        return value;
    };
    kind.schema = [] {
        if constexpr (Declared<T>) {
            return schema_of<T>(std::string(T::section), std::string(T::meaning));
        } else {
            const auto type = reading::type_info<decltype(T{}.list)>();
            if (type.nested) {
                auto schema = *type.nested;
                schema.name = T::section;
                schema.meaning = T::meaning;
                return schema;
            }
            Schema schema{std::string(T::section), std::string(T::meaning), {}};
            ParameterInfo info;
            info.name = "type";
            info.type = "one of";
            info.choices = type.choices;
            info.meaning = "which kind; each has its own keys, see `galena describe TYPE`";
            schema.parameters.push_back(std::move(info));
            return schema;
        }
    };
    SectionIndex::instance().add(std::move(kind));
    return true;
}

#define REGISTER_SECTION(Table)                                                         \
    namespace {                                                                         \
    const bool galena_registered_section_##Table = ::galena::register_section<Table>(); \
    }

}  // namespace galena
