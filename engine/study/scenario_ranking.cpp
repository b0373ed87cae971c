#include "study/scenario_ranking.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "output/output_folder.hpp"
#include "output/table_csv.hpp"
#include "study/table_builder.hpp"

namespace galena {

namespace {

/// What the runs of one scenario gave: per run of the ensemble its worst peak over limit; NaN where it failed.
struct Ranked {
    std::string name;
    std::vector<std::string> uncertain;
    std::vector<double> worst, time_above;
    double confidence = 0.95;
};

Ranked take(const std::string& name, const Site& site, const RiskPlan& plan, const RunList& runs, const std::vector<RunOutcome>& outcomes) {
    Ranked ranked{name, site.uncertainty().names(), {}, {}, site.section<RiskTable>().confidence};
    // Wells that only watch have a detection limit, which is none to be kept.
    std::vector<bool> watches(plan.targets.size(), false);
    for (const auto& monitor : plan.monitors)
        for (const auto well : monitor.wells) watches[well] = true;
    for (std::size_t r = runs.ensemble.first; r < runs.ensemble.first + runs.ensemble.count; ++r) {
        double worst = 0, above = 0;
        if (!outcomes[r].failure.empty()) worst = above = std::nan("");
        else
            for (std::size_t t = 0; t < plan.targets.size(); ++t) {
                if (watches[t]) continue;
                worst = std::max(worst, outcomes[r].peak[t] / plan.targets[t].limit);
                above = std::max(above, outcomes[r].time_above[t]);
            }
        ranked.worst.push_back(worst);
        ranked.time_above.push_back(above);
    }
    return ranked;
}

/// Ranks from 1 of the scenarios in one run; equals share the better rank.
std::vector<std::size_t> ranks_of(const std::vector<double>& values) {
    std::vector<std::size_t> ranks;
    for (const double v : values)
        ranks.push_back(1 + static_cast<std::size_t>(
                                std::count_if(values.begin(), values.end(), [&](double other) { return other < v * (1 - 1e-9); })));
    return ranks;
}

Table ranking(const std::vector<Ranked>& all) {
    TableBuilder table(
        "scenario_ranking",
        "how often a scenario is the best of all in a run, by its worst peak over limit at the receptors; equals share a rank, and the run",
        {{"scenario", "", true},
         {"runs", "1"},
         {"best_in", "1"},
         {"probability_best", "1"},
         {"low", "1"},
         {"high", "1"},
         {"mean_rank", "1"},
         {"worst_over_limit_p05", "1"},
         {"worst_over_limit_p50", "1"},
         {"worst_over_limit_p95", "1"},
         {"exceedance_probability", "1"},
         {"years_above_p50", "a"},
         {"years_above_p95", "a"}});
    std::vector<double> best(all.size(), 0);
    std::vector<std::size_t> rank_sum(all.size(), 0);
    std::size_t runs = 0;
    for (std::size_t r = 0; r < all.front().worst.size(); ++r) {
        std::vector<double> values;
        for (const auto& scenario : all) values.push_back(scenario.worst[r]);
        if (std::any_of(values.begin(), values.end(), [](double v) { return std::isnan(v); })) continue;
        ++runs;
        const auto ranks = ranks_of(values);
        const auto sharing = static_cast<double>(std::count(ranks.begin(), ranks.end(), std::size_t{1}));
        for (std::size_t s = 0; s < all.size(); ++s) best[s] += ranks[s] == 1 ? 1 / sharing : 0.0, rank_sum[s] += ranks[s];
    }
    for (std::size_t s = 0; s < all.size(); ++s) {
        // Of whole runs; where some are shared, the interval spans both ways of counting them.
        const auto whole = [&](double count) { return std::min(runs, static_cast<std::size_t>(count)); };
        const Interval interval{clopper_pearson(whole(std::floor(best[s] + 1e-9)), runs, all[s].confidence).low,
                                clopper_pearson(whole(std::ceil(best[s] - 1e-9)), runs, all[s].confidence).high};
        std::vector<double> worst, above;
        for (std::size_t r = 0; r < all[s].worst.size(); ++r)
            if (!std::isnan(all[s].worst[r])) worst.push_back(all[s].worst[r]), above.push_back(all[s].time_above[r] / seconds_per_year);
        const auto n = static_cast<double>(runs);
        const auto exceeding = static_cast<double>(std::count_if(worst.begin(), worst.end(), [](double v) { return v > 1; }));
        table.row({all[s].name, n, best[s], best[s] / n, interval.low, interval.high, static_cast<double>(rank_sum[s]) / n,
                   sample_quantile(worst, 0.05), sample_quantile(worst, 0.5), sample_quantile(worst, 0.95),
                   exceeding / static_cast<double>(worst.size()), sample_quantile(above, 0.5), sample_quantile(above, 0.95)});
    }
    return table.take();
}

}  // namespace

ExitCode rank_scenarios(const RiskOptions& options) {
    const auto folder = OutputFolder::prepare(options.output.value_or(options.site.parent_path() / "results"));
    std::vector<Ranked> all;
    ExitCode code = done;
    for (const auto& name : options.scenarios) {
        auto one = options;
        one.scenario = name;
        one.output = folder / name;
        one.hand_over = [&](const Site& site, const RiskPlan& plan, const RunList& runs, const std::vector<RunOutcome>& outcomes) {
            all.push_back(take(name, site, plan, runs, outcomes));
        };
        if (!options.quiet && !options.json) fmt::print("scenario {}\n", name);
        const auto ended = risk(one);
        if (ended != done && ended != could_not_go_on) return ended;
        code = std::max(code, ended);
        if (all.back().uncertain != all.front().uncertain)
            throw ScenarioError({options.site.string(), 0, 0},
                                fmt::format("scenarios '{}' and '{}' do not have the same uncertain values", all.front().name, name),
                                "their runs cannot be set side by side: let scenarios change numbers, not distributions");
    }
    const auto table = ranking(all);
    write_table_csv(folder.path(), table);
    if (!options.quiet && !options.json)
        for (std::size_t s = 0; s < all.size(); ++s)
            fmt::print("{}: best in {:.3g} of the runs ({:.3g} to {:.3g}), mean rank {:.3g}\n", all[s].name, table.columns[3].numbers[s],
                       table.columns[4].numbers[s], table.columns[5].numbers[s], table.columns[6].numbers[s]);
    return code;
}

}  // namespace galena
