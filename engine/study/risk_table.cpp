#include "study/risk_table.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace galena {

void RiskCorrelationTable::check(ReadContext& context) {
    if (between.size() == 2 && !(between[0] == between[1])) return;
    context.diagnostics.error(places.of("between"), fmt::format("a correlation is between two distributions, not {}", between.size()),
                              "give the names of two different distributions: between = [\"K\", \"n\"]");
}

void RiskLimitTable::check(ReadContext& context) {
    if (content && concentration)
        context.diagnostics.error(places.of("content"), "a limit is of the water or of the soil, not of both",
                                  "give concentration or content; a second [[risk.limit]] can have the other");
    if (content) reading::report_unused(places, "risk.limit", {"receptors"}, "content is judged in the cells of a zone", context);
    else reading::report_unused(places, "risk.limit", {"zone"}, "a concentration is judged at receptors; give content", context);
}

void RiskTable::check(ReadContext& context) {
    if (levels % 2 != 0)
        context.diagnostics.error(places.of("levels"), fmt::format("levels = {} is odd", levels), "Morris's jumps need an even number");
    if (!asks_for(SensitivityMethod::morris))
        reading::report_unused(places, "risk", {"trajectories", "levels"}, "sensitivity does not name \"morris\"", context);
    if (!asks_for(SensitivityMethod::sobol))
        reading::report_unused(places, "risk", {"base_samples", "bootstrap", "sobol_values"}, "sensitivity does not name \"sobol\"",
                               context);
    const auto both = [&](const RiskCorrelationTable& c) {
        return std::all_of(c.between.begin(), c.between.end(), [&](const Name& name) { return decomposes(name.text); });
    };
    if (asks_for(SensitivityMethod::sobol) && std::any_of(correlations.begin(), correlations.end(), both))
        context.diagnostics.error(places.of("sensitivity"), "Sobol's indices have no meaning for distributions that are correlated",
                                  "leave out \"sobol\" or the correlations, or name in sobol_values no two that are correlated");
}

bool RiskTable::decomposes(const std::string& name) const {
    return sobol_values.empty() ||
           std::any_of(sobol_values.begin(), sobol_values.end(), [&](const Name& asked) { return asked.text == name; });
}

bool RiskTable::asks_for(SensitivityMethod method) const {
    return std::find(sensitivity.begin(), sensitivity.end(), method) != sensitivity.end();
}

REGISTER_SECTION(RiskTable)

}  // namespace galena
