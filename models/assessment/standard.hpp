#pragma once
// Limits of standards. They are data (data/standards/*.csv, with source and confidence), never code; a site file may add its own table.

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
    std::string use;        ///< "farmland_other"
    std::string substance;  ///< "Cd"
    LimitKind kind = LimitKind::screening;
    double ph_above = -1e9;  ///< the row holds for ph_above < pH ≤ ph_upto
    double ph_upto = 1e9;
    double value = 0;  ///< SI: kg/kg or kg/m³
    std::string unit;  ///< as published
    std::string confidence;
};

class Standard {
public:
    /// Reads a table of limits. Mistakes go to `diagnostics`.
    static Standard read(const std::filesystem::path& file, const Place& asked_at, Diagnostics& diagnostics);

    /// The limit of a substance: the uses are tried in the order given, the first that has a row of this kind for this pH counts.
    [[nodiscard]] const Limit* find(const std::vector<std::string>& uses, const std::string& substance, LimitKind kind, double ph) const;
    [[nodiscard]] bool names(const std::vector<std::string>& uses, const std::string& substance) const;
    [[nodiscard]] bool has_use(const std::string& use) const;
    [[nodiscard]] std::vector<std::string> uses() const;
    [[nodiscard]] const std::vector<Limit>& limits() const { return limits_; }

private:
    std::vector<Limit> limits_;
};

}  // namespace galena
