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
        reading::report_unused(places, "risk", {"base_samples", "bootstrap"}, "sensitivity does not name \"sobol\"", context);
    if (asks_for(SensitivityMethod::sobol) && !correlations.empty())
        context.diagnostics.error(places.of("sensitivity"), "Sobol's indices have no meaning for distributions that are correlated",
                                  "leave out \"sobol\", or the correlations");
}

bool RiskTable::asks_for(SensitivityMethod method) const {
    return std::find(sensitivity.begin(), sensitivity.end(), method) != sensitivity.end();
}

REGISTER_SECTION(RiskTable)

}  // namespace galena
