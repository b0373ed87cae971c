#pragma once
// A parameter is declared once: name, member, unit, bounds, meaning, source. The reader, the checks, the messages, `galena describe`
// and the manual follow from that declaration. A table of the site file is a struct with
//
//     static auto parameters() { return std::tuple{parameter("capacity", &Langmuir::capacity, "mg/kg", positive, "..."), ...}; }
//
// Members are SI; the unit gives the dimension expected and the unit shown. A parameter is required unless its member is a
// std::optional, a list or a map, or it is marked .with_default(): then the member's initialiser is the default.

#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include "core/units.hpp"

namespace galena {

/// What numbers are allowed, in SI units.
struct Bounds {
    double low = -std::numeric_limits<double>::infinity();
    double high = std::numeric_limits<double>::infinity();
    bool low_included = true, high_included = true;

    [[nodiscard]] bool contains(double v) const { return (low_included ? v >= low : v > low) && (high_included ? v <= high : v < high); }
    /// "positive", "between 0 and 1", ...; in the unit shown.
    [[nodiscard]] std::string text(const Unit& shown) const;
};

inline constexpr double infinite = std::numeric_limits<double>::infinity();
inline constexpr Bounds anything{};
inline constexpr Bounds positive{0, infinite, false, true};
inline constexpr Bounds not_negative{0, infinite, true, true};
inline constexpr Bounds fraction{0, 1, true, true};
inline constexpr Bounds open_fraction{0, 1, false, false};  ///< e.g. a porosity
inline constexpr Bounds between(double low, double high) { return {low, high, true, true}; }

/// The declaration of one parameter of the struct Owner.
template <class Owner, class T>
struct Parameter {
    using owner_type = Owner;
    using value_type = T;

    std::string_view name;
    T Owner::*member;
    std::string_view unit_text;
    Bounds bounds;
    std::string_view meaning;
    bool has_default = false;
    std::string_view source_text = {};

    /// The member's initialiser is the default.
    [[nodiscard]] constexpr Parameter with_default() const {
        auto copy = *this;
        copy.has_default = true;
        return copy;
    }
    /// Where the equation or the default comes from: author, year, equation number.
    [[nodiscard]] constexpr Parameter source(std::string_view text) const {
        auto copy = *this;
        copy.source_text = text;
        return copy;
    }
};

/// A number (or something that holds numbers) with a unit.
template <class Owner, class T>
constexpr auto parameter(std::string_view name, T Owner::*member, std::string_view unit_text, Bounds bounds, std::string_view meaning) {
    return Parameter<Owner, T>{name, member, unit_text, bounds, meaning};
}

/// Text, choices, dates, files, tables: things without a unit.
template <class Owner, class T>
constexpr auto parameter(std::string_view name, T Owner::*member, std::string_view meaning) {
    return Parameter<Owner, T>{name, member, "", anything, meaning};
}

/// Whole numbers with bounds.
template <class Owner, class T>
constexpr auto parameter(std::string_view name, T Owner::*member, Bounds bounds, std::string_view meaning) {
    return Parameter<Owner, T>{name, member, "", bounds, meaning};
}

/// A struct that declares its parameters.
template <class T>
concept Declared = requires {
    T::parameters();
};

/// The words of an enumeration, as people write them. Specialise: template <> inline const Words words<Regime> = {{"steady", ...}};
using Words = std::vector<std::string>;
template <class E>
inline const Words words = {};

/// One parameter as `describe` and the manual show it.
struct Schema;
struct ParameterInfo {
    std::string name;
    std::string type;  ///< "quantity", "one of", "table", ...
    std::string unit;
    std::string bounds;        ///< empty when anything goes
    std::string default_text;  ///< empty when required or simply absent
    bool required = true;
    std::string meaning;
    std::string source;
    Words choices;  ///< of "one of" and of families of laws
    std::shared_ptr<const Schema> nested;
};

/// A table of the site file as `describe` shows it.
struct Schema {
    std::string name;
    std::string meaning;
    std::vector<ParameterInfo> parameters;
};

}  // namespace galena
