#pragma once
// Units of measurement: UDUNITS-2 behind this one file. A thin layer of ours adds what dimensions alone cannot tell: a content
// (mg/kg) is not a fraction, and a year is 365.25 days whether it is written a, yr or year (UDUNITS reads `a` as are).

#include <optional>
#include <string>
#include <string_view>

namespace galena {

/// What a dimensionless-looking number counts.
enum class UnitKind { plain, content };

/// A unit with its factor to SI. Construct with Unit::parse or unit("...").
struct Unit {
    std::string text;       ///< as written: "mg/kg"
    std::string dimension;  ///< canonical SI base units: "m.s-1"; "content" for mass per mass
    UnitKind kind = UnitKind::plain;
    double factor = 1;  ///< SI value = factor * number + offset
    double offset = 0;

    /// Reads a unit; nothing when UDUNITS does not know it.
    static std::optional<Unit> parse(std::string_view text);

    [[nodiscard]] bool same_dimension(const Unit& other) const { return kind == other.kind && dimension == other.dimension; }
    [[nodiscard]] double to_si(double number) const { return factor * number + offset; }
    [[nodiscard]] double from_si(double si) const { return (si - offset) / factor; }
    [[nodiscard]] bool dimensionless() const { return dimension == "1"; }
};

/// A unit known to be right because we wrote it; a wrong one is our fault (std::logic_error). Cached.
const Unit& unit(std::string_view text);

/// A number and a unit as read from text such as "12 m/d" or "-3.5e-4"; nothing when the number is malformed.
struct NumberWithUnit {
    double number;
    std::string unit;  ///< empty when there is none
};
std::optional<NumberWithUnit> split_quantity(std::string_view text);

/// "12 m/d" from an SI value, in the unit given: shortest text that shows six significant digits.
std::string quantity_text(double si, const Unit& shown);

inline constexpr double seconds_per_day = 86400.0;
inline constexpr double seconds_per_year = 365.25 * seconds_per_day;

}  // namespace galena
