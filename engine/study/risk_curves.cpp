// Percentiles in time: concentrations at receptors, water and soil above limits.

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include "study/risk_analysis.hpp"
#include "study/table_builder.hpp"

namespace galena {

namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
using risk_numbers::mg_per_L;
using risk_numbers::percentages;
using risk_numbers::years;

}  // namespace

void RiskAnalysis::describe_curves() {
    std::vector<TableBuilder::Head> heads{{"receptor", "", true}, {"substance", "", true}, {"limit", "mg/L"}, {"time", "a"}};
    for (const double p : percentages) heads.push_back({fmt::format("p{:02.0f}", p), "mg/L"});
    heads.push_back({"mean", "mg/L"});
    heads.push_back({"kind", "", true});
    TableBuilder table("breakthrough", "percentiles of the concentration at the receptors", heads);
    const auto times = plan_.times.size();
    for (std::size_t t = 0; t < plan_.targets.size(); ++t)
        for (std::size_t at = 0; at < times; ++at) {
            const auto& target = plan_.targets[t];
            auto values = over_runs([&](const RunOutcome& o) { return o.concentration[t * times + at]; });
            std::sort(values.begin(), values.end());
            std::vector<TableBuilder::Field> row{target.receptor, target.substance, mg_per_L(target.limit), years(plan_.times[at])};
            for (const double p : percentages) {
                const double v = mg_per_L(sample_quantile_sorted(values, p / 100));
                add_row(plan_.times[at], target, fmt::format("concentration/p{:02.0f}", p), "mg/L", v);
                row.emplace_back(v);
            }
            row.emplace_back(mg_per_L(std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size())));
            row.emplace_back(kind_of(target));
            table.row(row);
        }
    keep(table);
}

namespace {

/// Columns of ground above a limit: probability that there is any, volume, area.
void add_ground(std::vector<TableBuilder::Head>& heads) {
    for (const double p : percentages) heads.push_back({fmt::format("volume_p{:02.0f}", p), "m3"});
    for (const double p : percentages) heads.push_back({fmt::format("area_p{:02.0f}", p), "m2"});
    for (const auto* name : {"above", "probability", "low", "high", "runs"}) heads.push_back({name, "1"});
}

}  // namespace

/// The rows of one limit: a row per time.
void RiskAnalysis::describe_ground(std::size_t p, TableBuilder& table) {
    const auto& plume = plan_.plumes[p];
    const auto times = plan_.times.size(), n = good_.size();
    const std::string kind = plume.soil ? "soil" : "water", quantity = plume.soil ? "soil_volume" : "plume_volume";
    const std::string limit_unit = plume.soil ? "mg/kg" : "mg/L";
    const double limit = unit(limit_unit).from_si(plume.limit);
    for (std::size_t at = 0; at < times; ++at) {
        auto volume = over_runs([&](const RunOutcome& o) { return o.plume_volume[p * times + at]; });
        auto area = over_runs([&](const RunOutcome& o) { return o.plume_area[p * times + at]; });
        std::sort(volume.begin(), volume.end());
        std::sort(area.begin(), area.end());
        const auto tell = [&](const std::string& name, const std::string& unit_text, double value, Interval interval = {NAN, NAN}) {
            rows_.push_back({plan_.times[at], plume.zone, plume.substance, limit, limit_unit, kind, name, unit_text, value, interval.low,
                             interval.high, n});
        };
        std::vector<TableBuilder::Field> row;
        if (plume.soil) row.emplace_back(plume.zone);
        row.insert(row.end(), {plume.substance, limit, years(plan_.times[at])});
        for (const double q : percentages) {
            const double v = sample_quantile_sorted(volume, q / 100);
            tell(fmt::format("{}/p{:02.0f}", quantity, q), "m3", v);
            row.emplace_back(v);
        }
        for (const double q : percentages) row.emplace_back(sample_quantile_sorted(area, q / 100));
        const auto above = n - static_cast<std::size_t>(std::count(volume.begin(), volume.end(), 0.0));
        const auto interval = clopper_pearson(above, n, risk_.confidence);
        const double share = n > 0 ? static_cast<double>(above) / static_cast<double>(n) : nothing;
        if (plume.soil) tell("exceedance_probability", "1", share, interval);
        row.insert(row.end(), {static_cast<double>(above), share, interval.low, interval.high, static_cast<double>(n)});
        table.row(row);
    }
}

void RiskAnalysis::describe_plumes() {
    std::vector<TableBuilder::Head> heads{{"substance", "", true}, {"limit", "mg/L"}, {"time", "a"}};
    add_ground(heads);
    TableBuilder table("plume", "percentiles of the ground whose water is above the limit", heads);
    for (std::size_t p = 0; p < plan_.plumes.size(); ++p)
        if (!plan_.plumes[p].soil) describe_ground(p, table);
    keep(table);
}

void RiskAnalysis::describe_soil() {
    std::vector<TableBuilder::Head> heads{{"zone", "", true}, {"substance", "", true}, {"limit", "mg/kg"}, {"time", "a"}};
    add_ground(heads);
    TableBuilder table("soil", "percentiles of the soil whose total content is above the limit, and the probability that there is any",
                       heads);
    for (std::size_t p = 0; p < plan_.plumes.size(); ++p)
        if (plan_.plumes[p].soil) describe_ground(p, table);
    keep(table);
}

}  // namespace galena
