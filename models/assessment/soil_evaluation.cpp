#include "assessment/soil_evaluation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "assessment/surface_cells.hpp"
#include "core/random.hpp"
#include "core/suggestion.hpp"
#include "core/units.hpp"
#include "transport/substance.hpp"

namespace galena {

SoilEvaluation::SoilEvaluation(const SoilEvaluationTable& table, const SampleNumbers& numbers, const Site& site, const Domain& domain,
                               Diagnostics& diagnostics)
    : table_(table), cells_(surface_cells(domain, table.zone, diagnostics)) {
    std::vector<std::string> ids;
    for (const auto& [id, substance] : site.section<SubstanceTables>().list) ids.push_back(id);
    for (const auto& [id, content] : table_.target) {
        const auto found = std::find(ids.begin(), ids.end(), id);
        if (found == ids.end())
            diagnostics.error(table_.places.of("target"),
                              fmt::format("effect evaluation '{}': '{}' is not simulated here", table_.name.text, id), suggestion(id, ids));
        else targets_.push_back({static_cast<std::size_t>(found - ids.begin()), id, content});
    }
    if (table_.target.empty())
        diagnostics.error(table_.places.of("target"), fmt::format("effect evaluation '{}' has no target", table_.name.text),
                          "give target = { Cd = \"20 mg/kg\" }");
    double area = 0;
    for (const Index cell : cells_) cumulated_area_.push_back(area += domain.grid.area(cell));
    samples_ = static_cast<std::size_t>(table_.samples > 0 ? table_.samples : numbers.bottom(area));
}

Index SoilEvaluation::draw_cell(double uniform) const {
    const auto at = std::upper_bound(cumulated_area_.begin(), cumulated_area_.end(), uniform * cumulated_area_.back());
    return cells_[std::min(static_cast<std::size_t>(at - cumulated_area_.begin()), cells_.size() - 1)];
}

void SoilEvaluation::observe(const Moment& moment) {
    if (!moment.output || cells_.empty()) return;
    const auto seed = static_cast<std::uint64_t>(table_.seed);
    const RandomStream where(seed, "effect evaluation, places: " + table_.name.text),
        error(seed, "effect evaluation, errors: " + table_.name.text);
    const auto trials = static_cast<std::size_t>(table_.trials), n = samples_;
    std::vector<char> passes_all(trials, 1);
    bool deserves_all = true;
    for (std::size_t t = 0; t < targets_.size(); ++t) {
        const auto& target = targets_[t];
        const auto content = moment.state.total_content[static_cast<Index>(target.substance)];
        double mean = 0, highest = 0, mean_ucl = 0, before = 0;
        for (std::size_t c = 0; c < cells_.size(); ++c) {
            const double v = content[static_cast<std::size_t>(cells_[c])];
            mean += v * (cumulated_area_[c] - before) / cumulated_area_.back();
            before = cumulated_area_[c];
            highest = std::max(highest, v);
        }
        std::size_t passes = 0;
        for (std::size_t trial = 0; trial < trials; ++trial) {
            std::vector<LaboratoryResult> results(n);
            for (std::size_t k = 0; k < n; ++k) {
                const auto index = trial * n + k;
                const double v = content[static_cast<std::size_t>(draw_cell(where.uniform(index)))];
                const double measured = std::max(0.0, v * (1 + table_.relative_error * error.normal(index * targets_.size() + t)));
                const bool below = table_.detection_limit && measured < *table_.detection_limit;
                results[k] = {below ? *table_.detection_limit : measured, below};
            }
            const bool good = soil_passes(results, target.content, table_.ucl, seed + trial);
            if (n > 1) mean_ucl += upper_confidence_limit(results, table_.ucl, seed + trial) / static_cast<double>(trials);
            passes += good;
            passes_all[trial] = passes_all[trial] && good;
        }
        const bool deserves = mean <= target.content && highest <= 2 * target.content;
        deserves_all = deserves_all && deserves;
        rows_.add({moment.state.time, static_cast<double>(t), mean, highest, deserves ? 1.0 : 0.0, static_cast<double>(passes), mean_ucl,
                   target.content});
    }
    const auto passes = static_cast<double>(std::count(passes_all.begin(), passes_all.end(), 1));
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    rows_.add({moment.state.time, -1, none, none, deserves_all ? 1.0 : 0.0, passes, none, none});
}

Table SoilEvaluation::empty_table() {
    return {
        "effect_evaluation",
        "Whether samples of soil would pass (HJ 25.5-2018), and whether the soil deserves it: mean within the target, nothing above twice",
        {{"time", "d", {}, {}},
         {"date", "", {}, {}},
         {"area", "", {}, {}},
         {"substance", "", {}, {}},
         {"samples", "1", {}, {}},
         {"target", "mg/kg", {}, {}},
         {"true_mean", "mg/kg", {}, {}},
         {"true_highest", "mg/kg", {}, {}},
         {"mean_ucl", "mg/kg", {}, {}},
         {"deserves_to_pass", "", {}, {}},
         {"pass_probability", "1", {}, {}},
         {"pass_low", "1", {}, {}},
         {"pass_high", "1", {}, {}},
         {"false_pass_probability", "1", {}, {}},
         {"false_fail_probability", "1", {}, {}},
         {"trials", "1", {}, {}}}};
}

void SoilEvaluation::add_rows(Table& table, Date start) const {
    const auto& shown = unit("mg/kg");
    const auto trials = static_cast<std::size_t>(table_.trials);
    auto& c = table.columns;
    for (std::size_t n = 0; n < rows_.size(); ++n) {
        const auto row = rows_[n];
        const bool deserves = row[4] > 0;
        const double share = row[5] / static_cast<double>(trials);
        const auto interval = wilson(static_cast<std::size_t>(row[5]), trials);
        c[0].numbers.push_back(row[0] / seconds_per_day);
        c[1].texts.push_back(start.plus(row[0]).text());
        c[2].texts.push_back(table_.name.text);
        c[3].texts.push_back(row[1] < 0 ? "all" : targets_[static_cast<std::size_t>(row[1])].id);
        c[4].numbers.push_back(static_cast<double>(samples_));
        c[5].numbers.push_back(shown.from_si(row[7]));
        c[6].numbers.push_back(shown.from_si(row[2]));
        c[7].numbers.push_back(shown.from_si(row[3]));
        c[8].numbers.push_back(shown.from_si(row[6]));
        c[9].texts.push_back(deserves ? "yes" : "no");
        c[10].numbers.push_back(share);
        c[11].numbers.push_back(interval.low);
        c[12].numbers.push_back(interval.high);
        c[13].numbers.push_back(deserves ? 0 : share);
        c[14].numbers.push_back(deserves ? 1 - share : 0);
        c[15].numbers.push_back(static_cast<double>(trials));
    }
}

void SoilEvaluation::add_summary(std::vector<std::string>& lines) const {
    if (rows_.empty()) return;
    const auto row = rows_[rows_.size() - 1];
    const auto trials = static_cast<std::size_t>(table_.trials);
    const auto interval = wilson(static_cast<std::size_t>(row[5]), trials);
    lines.push_back(
        fmt::format("effect evaluation of '{}' at the end: {} samples pass with probability {:.3g} (95 %: {:.3g} to {:.3g}, {} trials); "
                    "the soil {} to pass",
                    table_.name.text, samples_, row[5] / static_cast<double>(trials), interval.low, interval.high, trials,
                    row[4] > 0 ? "deserves" : "does not deserve"));
}

}  // namespace galena
