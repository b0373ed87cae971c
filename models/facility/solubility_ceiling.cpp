#include "facility/solubility_ceiling.hpp"

#include <limits>

#include <fmt/format.h>

#include "core/csv.hpp"
#include "core/data_folder.hpp"
#include "core/units.hpp"

namespace galena {

SolubilityCeilings SolubilityCeilings::read(const Place& asked_at, Diagnostics& diagnostics) {
    SolubilityCeilings ceilings;
    ceilings.rows_["*"] = {std::numeric_limits<double>::infinity(), "any", {}};
    const auto table = read_csv((data_folder() / "leaching" / "solubility.csv").string(), asked_at, diagnostics);
    const auto substance = table.require_column("substance", asked_at, diagnostics);
    const auto ceiling = table.require_column("ceiling_mg_L", asked_at, diagnostics);
    const auto salt = table.require_column("salt", asked_at, diagnostics),
               lower = table.require_column("lower_where", asked_at, diagnostics);
    if (!substance || !ceiling || !salt || !lower) return ceilings;
    for (std::size_t row = 0; row < table.row_count(); ++row) {
        const auto number = table.required_number(row, *ceiling, diagnostics);
        if (!number) continue;
        if (!(*number > 0)) {
            diagnostics.error(table.place(row, *ceiling), fmt::format("{}: a solubility is positive", table.describe(row, *ceiling)));
            continue;
        }
        ceilings.rows_[std::string(table.text(row, *substance))] = {unit("mg/L").to_si(*number), std::string(table.text(row, *salt)),
                                                                    std::string(table.text(row, *lower))};
    }
    return ceilings;
}

const SolubilityCeiling& SolubilityCeilings::of(const std::string& substance) const {
    const auto found = rows_.find(substance);
    return found == rows_.end() ? rows_.at("*") : found->second;
}

}  // namespace galena
