#include "core/units.hpp"

#include <charconv>
#include <map>
#include <memory>
#include <mutex>
#include <regex>
#include <stdexcept>

#include <fmt/format.h>
#include <udunits2.h>

namespace galena {

namespace {

struct FreeUnit {
    void operator()(ut_unit* u) const { ut_free(u); }
};
using UdUnit = std::unique_ptr<ut_unit, FreeUnit>;

ut_system* unit_system() {
    static ut_system* const system = [] {
        ut_set_error_message_handler(ut_ignore);
        auto* s = ut_read_xml(nullptr);
        if (!s)
            throw std::runtime_error("the unit database of UDUNITS-2 cannot be read; install libudunits2-data or set UDUNITS2_XML_PATH");
        return s;
    }();
    return system;
}

std::string trimmed(std::string_view s) {
    const auto begin = s.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return {};
    return std::string(s.substr(begin, s.find_last_not_of(" \t") - begin + 1));
}

/// Our year for every spelling of it, and kWh as people write it, before UDUNITS sees the text.
std::string with_our_year(const std::string& text) {
    static const std::regex year(R"((^|[^A-Za-z])(a|yr|year|years)(?![A-Za-z]))");
    static const std::regex kilowatt_hour(R"((^|[^A-Za-z])kWh(?![A-Za-z]))");
    return std::regex_replace(std::regex_replace(text, year, "$1(365.25 day)"), kilowatt_hour, "$1(kW.h)");
}

/// Mass of solute per mass of soil: the same dimension as a fraction, but another thing.
bool is_content(const std::string& text) {
    static const std::regex mass_per_mass(R"(^\s*(ng|ug|µg|mg|g|kg|t)\s*((/|per )\s*(mg|g|kg|t)|\s+(mg|g|kg|t)-1|\.(mg|g|kg|t)-1)\s*$)");
    return std::regex_match(text, mass_per_mass);
}

/// To UDUNITS "2-3 m" is twice minus three metres, and "3 m @ 5" has another zero: what follows a number here is a unit, which may begin
/// with a number only as "1/m" does.
bool looks_like_unit(const std::string& text) {
    static const std::regex more_than_a_unit(R"(^([-+.*/]|(?!1\s*/)[0-9]).*|.*@.*)");
    return !std::regex_match(text, more_than_a_unit);
}

UdUnit parse_udunit(const std::string& text) { return UdUnit(ut_parse(unit_system(), text.c_str(), UT_UTF8)); }

/// The coherent SI unit of the same dimension: its definition with the factor taken away.
std::string base_definition(const ut_unit* u) {
    char buffer[256];
    const int n = ut_format(u, buffer, sizeof buffer, UT_ASCII | UT_DEFINITION);
    if (n < 0 || n >= static_cast<int>(sizeof buffer)) return "?";
    std::string text(buffer);
    // "1.15740740740741e-05 m.s-1" becomes "m.s-1"; "K @ 273.15" becomes "K"
    if (const auto at = text.find('@'); at != std::string::npos) text = trimmed(text.substr(0, at));
    if (text.front() == '(' && text.back() == ')') text = text.substr(1, text.size() - 2);
    const auto first = text.find_first_not_of("0123456789.eE+-");
    if (first == std::string::npos) return "1";
    if (first > 0 && text[first] == ' ') text = text.substr(first + 1);
    return text.empty() ? "1" : text;
}

std::optional<Unit> parse_uncached(const std::string& text) {
    const auto parsed = parse_udunit(with_our_year(text.empty() ? "1" : text));
    if (!parsed) return {};
    Unit result;
    result.text = text;
    result.dimension = base_definition(parsed.get());
    if (result.dimension == "1" && is_content(text)) {
        result.kind = UnitKind::content;
        result.dimension = "content";
    }
    const auto base = parse_udunit(result.kind == UnitKind::content ? "1" : result.dimension);
    if (!base || !ut_are_convertible(parsed.get(), base.get())) return {};
    cv_converter* convert = ut_get_converter(parsed.get(), base.get());
    if (!convert) return {};
    result.offset = cv_convert_double(convert, 0.0);
    result.factor = cv_convert_double(convert, 1.0) - result.offset;
    cv_free(convert);
    return result;
}

}  // namespace

std::optional<Unit> Unit::parse(std::string_view text) {
    static std::map<std::string, std::optional<Unit>, std::less<>> cache;
    static std::mutex guard;
    const std::scoped_lock lock(guard);
    const auto key = trimmed(text);
    if (const auto found = cache.find(key); found != cache.end()) return found->second;
    return cache.emplace(key, parse_uncached(key)).first->second;
}

const Unit& unit(std::string_view text) {
    static std::map<std::string, Unit, std::less<>> known;
    static std::mutex guard;
    const std::scoped_lock lock(guard);
    if (const auto found = known.find(text); found != known.end()) return found->second;
    const auto parsed = Unit::parse(text);
    if (!parsed) throw std::logic_error(fmt::format("galena declares a unit that UDUNITS does not know: '{}'", text));
    return known.emplace(std::string(text), *parsed).first->second;
}

std::optional<NumberWithUnit> split_quantity(std::string_view text) {
    const auto clean = trimmed(text);
    const char* begin = clean.c_str();
    const char* end = begin + clean.size();
    if (begin != end && *begin == '+') ++begin;
    NumberWithUnit result{};
    const auto [after, fault] = std::from_chars(begin, end, result.number);
    if (fault != std::errc{}) return {};
    result.unit = trimmed(std::string_view(after, static_cast<std::size_t>(end - after)));
    if (!looks_like_unit(result.unit)) return {};
    return result;
}

std::string quantity_text(double si, const Unit& shown) {
    const auto number = fmt::format("{:.6g}", shown.from_si(si));
    return shown.text.empty() || shown.text == "1" ? number : number + " " + shown.text;
}

}  // namespace galena
