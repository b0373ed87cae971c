#pragma once
// Limits of standards. They are data (data/standards/*.csv, with source and confidence), never code; a site file may add its own tables.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/error.hpp"

namespace galena {

enum class LimitKind { screening, intervention, limit };

/// One row of a standard: a value that holds for a use of the land or water, within a range of pH.
struct Limit {
    std::string standard;   ///< "GB 15618-2018"
    std::string medium;     ///< "soil", "groundwater", "drinking_water", ...
    std::string use;        ///< "farmland_other"
    std::string substance;  ///< "Cd"
    LimitKind kind = LimitKind::screening;
    double ph_above = -1e9;  ///< the row holds for ph_above < pH ≤ ph_upto
    double ph_upto = 1e9;
    double value = 0;  ///< SI: kg/kg or kg/m³
    std::string unit;  ///< as published
    std::string confidence;
    std::string source;  ///< empty where the table has no such column

    [[nodiscard]] bool depends_on_ph() const { return ph_above > -1e9 || ph_upto < 1e9; }
    [[nodiscard]] bool for_soil() const { return medium == "soil"; }
    /// Seen in a table or recomputed from one; else it is from memory or assumed, and people should look it up.
    [[nodiscard]] bool well_known() const;
};

/// "screening", "intervention", "limit".
std::string_view word_of(LimitKind kind);

class Standard {
public:
    /// Reads a table of limits. Mistakes go to `diagnostics`.
    static Standard read(const std::filesystem::path& file, const Place& asked_at, Diagnostics& diagnostics);
    /// All tables shipped with the program, and after them those of the user, whose rows go before the shipped ones of the same standard.
    static Standard library(const std::vector<std::pair<std::filesystem::path, Place>>& own, Diagnostics& diagnostics);

    /// The rows of one standard, by its name; blanks and case do not count. Empty when there is none.
    [[nodiscard]] Standard named(const std::string& name) const;
    /// "GB 15618-2018", ...: each once, sorted.
    [[nodiscard]] std::vector<std::string> names_of_standards() const;

    /// The limit of a substance: the uses are tried in the order given, the first that has a row of this kind for this pH counts.
    [[nodiscard]] const Limit* find(const std::vector<std::string>& uses, const std::string& substance, LimitKind kind, double ph) const;
    [[nodiscard]] bool names(const std::vector<std::string>& uses, const std::string& substance) const;
    [[nodiscard]] bool has_use(const std::string& use) const;
    [[nodiscard]] std::vector<std::string> uses() const;
    [[nodiscard]] const std::vector<Limit>& limits() const { return limits_; }

    /// Why a substance cannot be judged: "limits CrVI; Cr is another form of the element, and the two are never compared", or "has no value
    /// for it". Empty when it can.
    [[nodiscard]] std::string refusal(const std::vector<std::string>& uses, const std::string& substance) const;

private:
    std::vector<Limit> limits_;
};

/// The element that a substance is or is a form of: "Cr" for CrVI.
std::string element_of(const std::string& substance);

/// The order in which rows are looked for: the use itself, then what holds for more of them ("farmland_orchard", "farmland_other",
/// "farmland_all"; "upland", "all"; "polished_rice", "rice", "cereal", "all").
std::vector<std::string> uses_to_try(const std::string& use);

}  // namespace galena
