// Which of the uncertain values matter for what the runs gave.

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
using risk_numbers::years;

}  // namespace

std::vector<RiskAnalysis::Output> RiskAnalysis::outputs() const {
    std::vector<Output> all;
    for (std::size_t t = 0; t < plan_.targets.size(); ++t) {
        const auto title = RiskPlan::title(plan_.targets[t]);
        const auto add = [&](const char* what, const char* unit_text, std::function<double(const RunOutcome&)> value) -> Output& {
            all.push_back({fmt::format("{}, {}", what, title), unit_text, std::move(value)});
            all.back().detection = plan_.targets[t].detection;
            return all.back();
        };
        add("peak concentration", "mg/L", [t](const RunOutcome& o) { return mg_per_L(o.peak[t]); });
        add("arrival time", "a", [t, end = end_](const RunOutcome& o) { return years(std::min(o.arrival[t], end)); }).censored =
            [t](const RunOutcome& o) { return !std::isfinite(o.arrival[t]); };
        add("time above", "a", [t](const RunOutcome& o) { return years(o.time_above[t]); });
    }
    const auto times = plan_.times.size();
    for (std::size_t p = 0; p < plan_.plumes.size(); ++p)
        all.push_back({fmt::format("largest {} volume, {}", plan_.plumes[p].soil ? "soil" : "plume", plan_.plumes[p].title()), "m3",
                       [p, times](const RunOutcome& o) {
                           const auto first = o.plume_volume.begin() + static_cast<std::ptrdiff_t>(p * times);
                           return *std::max_element(first, first + static_cast<std::ptrdiff_t>(times));
                       }});
    return all;
}

/// What a monitoring well finds is no result that anybody wants explained.
std::vector<RiskAnalysis::Output> RiskAnalysis::outputs_to_explain() const {
    auto all = outputs();
    std::erase_if(all, [](const Output& output) { return output.detection; });
    return all;
}

std::size_t RiskAnalysis::censored_in(const RunPart& part, const Output& output) const {
    std::size_t count = 0;
    for (std::size_t r = part.first; r < part.first + part.count; ++r)
        count += outcomes_[r].failure.empty() && output.censored(outcomes_[r]);
    return count;
}

std::vector<double> RiskAnalysis::results_of(const RunPart& part, const Output& output) const {
    std::vector<double> results;
    for (std::size_t r = part.first; r < part.first + part.count; ++r)
        results.push_back(outcomes_[r].failure.empty() ? output.value(outcomes_[r]) : nothing);
    return results;
}

void RiskAnalysis::correlate_ranks() {
    const auto& values = site_.uncertainty().values;
    if (good_.size() < 3 || values.empty()) return;
    TableBuilder table(
        "rank_correlation",
        "rank correlation of the results with each distribution, and what remains of it without the others; a result that did "
        "not come before the end shares its rank with all such",
        {{"result", "", true}, {"distribution", "", true}, {"rank_correlation", "1"}, {"partial", "1"}, {"runs", "1"}, {"censored", "1"}});
    std::vector<std::vector<double>> columns(values.size());
    for (const auto r : good_)
        for (std::size_t v = 0; v < values.size(); ++v) columns[v].push_back(runs_.u[r][v]);
    for (const auto& output : outputs_to_explain()) {
        const auto results = over_runs(output.value);
        const auto partial = partial_rank_correlation(columns, results);
        const auto censored = static_cast<double>(censored_in(runs_.ensemble, output));
        for (std::size_t v = 0; v < values.size(); ++v)
            table.row({output.name, values[v].name, rank_correlation(columns[v], results), partial[v], static_cast<double>(good_.size()),
                       censored});
    }
    keep(table);
}

void RiskAnalysis::swing() {
    if (runs_.tornado.count == 0) return;
    TableBuilder table("tornado", "one value at a time at its 10th and 90th percentile, the others central; widest swing first",
                       {{"result", "", true},
                        {"distribution", "", true},
                        {"unit", "", true},
                        {"at_p10", ""},
                        {"central", ""},
                        {"at_p90", ""},
                        {"swing", ""},
                        {"censored", "1"}});
    const auto& values = site_.uncertainty().values;
    for (const auto& output : outputs_to_explain()) {
        const auto results = results_of(runs_.tornado, output);
        std::vector<std::size_t> order(values.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        const auto width = [&](std::size_t v) {
            const double w = std::abs(results[2 + 2 * v] - results[1 + 2 * v]);
            return std::isnan(w) ? -1 : w;
        };
        std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return width(a) > width(b); });
        // Of the three results: 3 where an arrival never comes, and their difference says nothing.
        const auto censored = [&](std::size_t v) {
            const auto first = runs_.tornado.first;
            return static_cast<double>(censored_in({first, 1}, output) + censored_in({first + 1 + 2 * v, 2}, output));
        };
        for (const auto v : order)
            table.row({output.name, values[v].name, output.unit, results[1 + 2 * v], results[0], results[2 + 2 * v],
                       results[2 + 2 * v] - results[1 + 2 * v], censored(v)});
    }
    keep(table);
}

void RiskAnalysis::screen() {
    if (runs_.morris.count == 0) return;
    TableBuilder table("morris", "elementary effects per unit of probability (Morris 1991; mu* of Campolongo et al. 2007)",
                       {{"result", "", true},
                        {"distribution", "", true},
                        {"unit", "", true},
                        {"mu", ""},
                        {"mu_star", ""},
                        {"sigma", ""},
                        {"effects", "1"},
                        {"censored", "1"}});
    const auto& values = site_.uncertainty().values;
    for (const auto& output : outputs_to_explain()) {
        const auto effects = morris_effects(runs_.morris_plan, results_of(runs_.morris, output));
        for (std::size_t v = 0; v < values.size(); ++v)
            table.row({output.name, values[v].name, output.unit, effects[v].mu, effects[v].mu_star, effects[v].sigma,
                       static_cast<double>(effects[v].count), static_cast<double>(censored_in(runs_.morris, output))});
    }
    keep(table);
}

void RiskAnalysis::decompose() {
    if (runs_.sobol.count == 0) return;
    TableBuilder table("sobol", "Sobol' indices: the part of the variance a value explains alone, and with all its interactions",
                       {{"result", "", true},
                        {"distribution", "", true},
                        {"first", "1"},
                        {"first_low", "1"},
                        {"first_high", "1"},
                        {"total", "1"},
                        {"total_low", "1"},
                        {"total_high", "1"},
                        {"censored", "1"}});
    const auto& values = site_.uncertainty().values;
    for (const auto& output : outputs_to_explain()) {
        const auto indices =
            sobol_indices(results_of(runs_.sobol, output), static_cast<std::size_t>(risk_.base_samples), runs_.sobol_values.size(),
                          static_cast<std::size_t>(risk_.bootstrap), risk_.confidence, static_cast<std::uint64_t>(risk_.seed));
        for (std::size_t n = 0; n < indices.size(); ++n) {
            const auto& i = indices[n];
            table.row({output.name, values[runs_.sobol_values[n]].name, i.first, i.first_interval.low, i.first_interval.high, i.total,
                       i.total_interval.low, i.total_interval.high, static_cast<double>(censored_in(runs_.sobol, output))});
        }
    }
    keep(table);
}

}  // namespace galena
