#include "study/risk_analysis.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include "study/table_builder.hpp"

namespace galena {

namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
using risk_numbers::mg_per_L;
using risk_numbers::percentages;
using risk_numbers::years;

/// Infinite: not before the end, which a table shows as empty.
double finite_or_nothing(double v) { return std::isfinite(v) ? v : nothing; }

Design sample(const RiskTable& risk, std::size_t values) {
    const auto runs = static_cast<std::size_t>(risk.samples);
    const auto seed = static_cast<std::uint64_t>(risk.seed);
    switch (risk.sampling) {
        case Sampling::monte_carlo: return monte_carlo(seed, runs, values);
        case Sampling::latin_hypercube: return latin_hypercube(seed, runs, values);
        case Sampling::sobol: return sobol_sequence(seed, runs, values);
    }
    return {};
}

}  // namespace

RunList RunList::make(const Site& site, const std::vector<RankCorrelation>& correlations) {
    const auto& risk = site.section<RiskTable>();
    const auto values = site.uncertainty().values.size();
    const auto seed = static_cast<std::uint64_t>(risk.seed);
    RunList list;
    // Runs that tell what a value does all see the same ground: number 1.
    const auto add = [&](const Design& design, const std::function<std::uint64_t(std::size_t)>& number) {
        const RunPart part{list.u.size(), design.size()};
        for (std::size_t n = 0; n < design.size(); ++n) {
            list.u.push_back(design[n]);
            list.realisations.push_back({seed, number(n)});
        }
        return part;
    };
    const auto same_ground = [](std::size_t) -> std::uint64_t { return 1; };
    list.base = add({std::vector<double>(values, nothing)}, [](std::size_t) -> std::uint64_t { return 0; });
    auto design = sample(risk, values);
    correlate(design, correlations, seed);
    list.ensemble = add(design, [](std::size_t n) -> std::uint64_t { return n + 1; });
    if (risk.asks_for(SensitivityMethod::tornado) && values > 0) list.tornado = add(tornado_design(values), same_ground);
    if (risk.asks_for(SensitivityMethod::morris) && values > 0) {
        list.morris_plan = morris_design(seed, static_cast<std::size_t>(risk.trajectories), values, risk.levels);
        list.morris = add(list.morris_plan.runs, same_ground);
    }
    const auto names = site.uncertainty().names();
    for (std::size_t v = 0; v < values; ++v)
        if (risk.decomposes(names[v])) list.sobol_values.push_back(v);
    if (risk.asks_for(SensitivityMethod::sobol) && !list.sobol_values.empty()) {
        Design all;
        for (const auto& some : saltelli_design(seed, static_cast<std::size_t>(risk.base_samples), list.sobol_values.size())) {
            auto& row = all.emplace_back(values, nothing);  // central
            for (std::size_t n = 0; n < some.size(); ++n) row[list.sobol_values[n]] = some[n];
        }
        list.sobol = add(all, same_ground);
    }
    return list;
}

RiskAnalysis::RiskAnalysis(const Site& site, const RiskPlan& plan, const RunList& runs, const std::vector<RunOutcome>& outcomes)
    : site_(site), plan_(plan), runs_(runs), outcomes_(outcomes), risk_(site.section<RiskTable>()),
      end_(site.section<SiteTable>().length()) {
    for (std::size_t r = runs.ensemble.first; r < runs.ensemble.first + runs.ensemble.count; ++r)
        if (outcomes[r].failure.empty()) good_.push_back(r);
    count_exceedance();
    describe_arrival();
    describe_curves();
    describe_plumes();
    describe_soil();
    tell_convergence();
    list_values();
    list_runs();
    correlate_ranks();
    swing();
    screen();
    decompose();
    rank_wells();
}

void RiskAnalysis::keep(TableBuilder& table) {
    if (!table.empty()) tables_.push_back(table.take());
}

std::vector<double> RiskAnalysis::over_runs(const std::function<double(const RunOutcome&)>& value) const {
    std::vector<double> values;
    values.reserve(good_.size());
    for (const auto r : good_) values.push_back(value(outcomes_[r]));
    return values;
}

void RiskAnalysis::add_row(double time, const RiskTarget& target, std::string quantity, std::string unit_text, double value,
                           Interval interval) {
    rows_.push_back({time, target.receptor, target.substance, mg_per_L(target.limit), "mg/L", kind_of(target), std::move(quantity),
                     std::move(unit_text), value, interval.low, interval.high, good_.size()});
}

void RiskAnalysis::count_exceedance() {
    TableBuilder table("exceedance", "probability that the limit is exceeded at a time, and that it was exceeded by then",
                       {{"receptor", "", true},
                        {"substance", "", true},
                        {"limit", "mg/L"},
                        {"time", "a"},
                        {"exceeding", "1"},
                        {"probability", "1"},
                        {"low", "1"},
                        {"high", "1"},
                        {"arrived", "1"},
                        {"arrival_probability", "1"},
                        {"arrival_low", "1"},
                        {"arrival_high", "1"},
                        {"runs", "1"},
                        {"kind", "", true}});
    const auto times = plan_.times.size(), n = good_.size();
    const auto share = [&](double k) { return n > 0 ? k / static_cast<double>(n) : nothing; };
    for (std::size_t t = 0; t < plan_.targets.size(); ++t)
        for (std::size_t at = 0; at < times; ++at) {
            const auto& target = plan_.targets[t];
            std::size_t exceeding = 0, arrived = 0;
            for (const auto r : good_) {
                exceeding += outcomes_[r].concentration[t * times + at] > target.limit;
                arrived += outcomes_[r].arrival[t] <= plan_.times[at];
            }
            const auto now = clopper_pearson(exceeding, n, risk_.confidence), by = clopper_pearson(arrived, n, risk_.confidence);
            const auto k = static_cast<double>(exceeding), a = static_cast<double>(arrived);
            add_row(plan_.times[at], target, "exceedance_probability", "1", share(k), now);
            add_row(plan_.times[at], target, "arrival_probability", "1", share(a), by);
            table.row({target.receptor, target.substance, mg_per_L(target.limit), years(plan_.times[at]), k, share(k), now.low, now.high, a,
                       share(a), by.low, by.high, static_cast<double>(n), kind_of(target)});
        }
    keep(table);
}

void RiskAnalysis::describe_arrival() {
    std::vector<TableBuilder::Head> heads{
        {"receptor", "", true}, {"substance", "", true},         {"limit", "mg/L"}, {"runs", "1"}, {"arrived", "1"},
        {"censored", "1"},      {"no_arrival_probability", "1"}, {"low", "1"},      {"high", "1"}};
    for (const double p : percentages) heads.push_back({fmt::format("arrival_p{:02.0f}", p), "a"});
    for (const double p : percentages) heads.push_back({fmt::format("peak_p{:02.0f}", p), "mg/L"});
    heads.push_back({"base_arrival", "a"});
    heads.push_back({"base_peak", "mg/L"});
    heads.push_back({"kind", "", true});
    TableBuilder table("arrival", "first time above the limit; empty: not before the end of the run in so many runs", heads);
    for (std::size_t t = 0; t < plan_.targets.size(); ++t) {
        const auto& target = plan_.targets[t];
        auto arrival = over_runs([&](const RunOutcome& o) { return o.arrival[t]; });
        auto peak = over_runs([&](const RunOutcome& o) { return o.peak[t]; });
        std::sort(arrival.begin(), arrival.end());
        std::sort(peak.begin(), peak.end());
        const auto censored = static_cast<std::size_t>(std::count(arrival.begin(), arrival.end(), infinite));
        const auto n = static_cast<double>(good_.size()), c = static_cast<double>(censored);
        const auto interval = clopper_pearson(censored, good_.size(), risk_.confidence);
        add_row(end_, target, "no_arrival_probability", "1", n > 0 ? c / n : nothing, interval);
        std::vector<TableBuilder::Field> row{target.receptor,         target.substance, mg_per_L(target.limit), n, n - c, c,
                                             n > 0 ? c / n : nothing, interval.low,     interval.high};
        for (const double p : percentages) {
            const double v = finite_or_nothing(years(sample_quantile_sorted(arrival, p / 100)));
            add_row(end_, target, fmt::format("arrival_time/p{:02.0f}", p), "a", v);
            row.emplace_back(v);
        }
        for (const double p : percentages) {
            const double v = mg_per_L(sample_quantile_sorted(peak, p / 100));
            add_row(end_, target, fmt::format("peak_concentration/p{:02.0f}", p), "mg/L", v);
            row.emplace_back(v);
        }
        const auto& base = outcomes_[runs_.base.first];
        const bool has_base = base.failure.empty();
        row.emplace_back(has_base ? finite_or_nothing(years(base.arrival[t])) : nothing);
        row.emplace_back(has_base ? mg_per_L(base.peak[t]) : nothing);
        row.emplace_back(kind_of(target));
        table.row(row);
    }
    keep(table);
}

void RiskAnalysis::tell_convergence() {
    TableBuilder table("convergence", "the probability of arrival before the end, from the first n successful runs",
                       {{"receptor", "", true},
                        {"substance", "", true},
                        {"limit", "mg/L"},
                        {"runs", "1"},
                        {"probability", "1"},
                        {"low", "1"},
                        {"high", "1"},
                        {"kind", "", true}});
    constexpr double steps = 20;
    for (std::size_t t = 0; t < plan_.targets.size(); ++t) {
        std::size_t before = 0;
        for (double s = 1; s <= steps; ++s) {
            const auto n = static_cast<std::size_t>(std::ceil(static_cast<double>(good_.size()) * s / steps));
            if (n == before) continue;
            before = n;
            std::size_t arrived = 0;
            for (std::size_t r = 0; r < n; ++r) arrived += std::isfinite(outcomes_[good_[r]].arrival[t]);
            const auto interval = clopper_pearson(arrived, n, risk_.confidence);
            table.row({plan_.targets[t].receptor, plan_.targets[t].substance, mg_per_L(plan_.targets[t].limit), static_cast<double>(n),
                       static_cast<double>(arrived) / static_cast<double>(n), interval.low, interval.high, kind_of(plan_.targets[t])});
        }
    }
    keep(table);
}

void RiskAnalysis::list_values() {
    TableBuilder table("distributions", "what is uncertain, and what was drawn",
                       {{"name", "", true},
                        {"unit", "", true},
                        {"distribution", "", true},
                        {"central", ""},
                        {"sample_mean", ""},
                        {"sample_p05", ""},
                        {"sample_p50", ""},
                        {"sample_p95", ""}});
    const auto& values = site_.uncertainty().values;
    for (std::size_t v = 0; v < values.size(); ++v) {
        std::vector<double> drawn;
        for (std::size_t r = 0; r < runs_.ensemble.count; ++r) drawn.push_back(values[v].number_at(runs_.u[runs_.ensemble.first + r][v]));
        const double mean = std::accumulate(drawn.begin(), drawn.end(), 0.0) / static_cast<double>(drawn.size());
        table.row({values[v].name, values[v].unit, values[v].distribution.text(), values[v].central_number(), mean,
                   sample_quantile(drawn, 0.05), sample_quantile(drawn, 0.5), sample_quantile(drawn, 0.95)});
    }
    keep(table);
}

void RiskAnalysis::list_runs() {
    std::vector<TableBuilder::Head> heads{{"run", "1"}, {"part", "", true}, {"failure", "", true}, {"field", "1"}};
    // A column is a data set of HDF5, where a slash would begin a group.
    const auto plain = [](std::string name) {
        for (std::size_t at = 0; (at = name.find('/')) != std::string::npos;) name.replace(at, 1, " per ");
        return name;
    };
    for (const auto& value : site_.uncertainty().values) heads.push_back({plain(value.name), value.unit});
    const auto all = outputs();
    for (const auto& output : all) heads.push_back({plain(output.name), output.unit});
    for (const auto& target : plan_.targets) heads.push_back({"arrived, " + plain(RiskPlan::title(target)), "1"});
    TableBuilder table(
        "runs", "every run: its values and what it gave; an arrival that did not come before the end is empty, and `arrived` is 0", heads);
    const std::pair<const char*, RunPart> parts[] = {
        {"base", runs_.base}, {"ensemble", runs_.ensemble}, {"tornado", runs_.tornado}, {"morris", runs_.morris}, {"sobol", runs_.sobol}};
    for (const auto& [name, part] : parts)
        for (std::size_t r = part.first; r < part.first + part.count; ++r) {
            std::vector<TableBuilder::Field> row{static_cast<double>(r), std::string(name), outcomes_[r].failure,
                                                 static_cast<double>(runs_.realisations[r].number)};
            for (std::size_t v = 0; v < site_.uncertainty().values.size(); ++v)
                row.emplace_back(site_.uncertainty().values[v].number_at(runs_.u[r][v]));
            const auto& outcome = outcomes_[r];
            const bool known = outcome.failure.empty();
            for (const auto& output : all) row.emplace_back(known && !output.censored(outcome) ? output.value(outcome) : nothing);
            for (std::size_t t = 0; t < plan_.targets.size(); ++t)
                row.emplace_back(known ? (std::isfinite(outcome.arrival[t]) ? 1.0 : 0.0) : nothing);
            table.row(row);
        }
    keep(table);
}

std::vector<std::string> RiskAnalysis::summary() const {
    std::vector<std::string> lines;
    const auto end = quantity_text(end_, unit("a"));
    const auto probability = [&](std::size_t k, std::size_t n) {
        const auto interval = clopper_pearson(k, n, risk_.confidence);
        return fmt::format("{} of {} runs: P = {:.3g} ({:.0f} %: {:.3g} to {:.3g})", k, n,
                           n > 0 ? static_cast<double>(k) / static_cast<double>(n) : nothing, 100 * risk_.confidence, interval.low,
                           interval.high);
    };
    for (std::size_t t = 0; t < plan_.targets.size(); ++t) {
        auto arrival = over_runs([&](const RunOutcome& o) { return o.arrival[t]; });
        std::sort(arrival.begin(), arrival.end());
        const auto n = arrival.size();
        const auto arrived = n - static_cast<std::size_t>(std::count(arrival.begin(), arrival.end(), infinite));
        const auto time = [&](double p) {
            const double v = sample_quantile_sorted(arrival, p);
            return std::isfinite(v) ? fmt::format("{:.4g}", years(v)) : fmt::format(">{:.4g}", years(end_));
        };
        const bool detection = plan_.targets[t].detection;
        lines.push_back(fmt::format("{}: {} within {} in {}", RiskPlan::title(plan_.targets[t]),
                                    detection ? "found by monitoring" : "exceeded", end, probability(arrived, n)));
        if (n > 0)
            lines.push_back(fmt::format("  first {} after P5 {} a, P50 {} a, P95 {} a", detection ? "found" : "exceeded", time(0.05),
                                        time(0.5), time(0.95)));
    }
    const auto last = plan_.times.size() - 1;
    for (std::size_t p = 0; p < plan_.plumes.size(); ++p) {
        if (!plan_.plumes[p].soil) continue;
        auto volume = over_runs([&](const RunOutcome& o) { return o.plume_volume[p * plan_.times.size() + last]; });
        std::sort(volume.begin(), volume.end());
        const auto above = volume.size() - static_cast<std::size_t>(std::count(volume.begin(), volume.end(), 0.0));
        lines.push_back(fmt::format("soil: {} after {} in {}", plan_.plumes[p].title(), quantity_text(plan_.times[last], unit("a")),
                                    probability(above, volume.size())));
        if (!volume.empty())
            lines.push_back(fmt::format("  volume P50 {:.4g} m3, P90 {:.4g} m3", sample_quantile_sorted(volume, 0.5),
                                        sample_quantile_sorted(volume, 0.9)));
    }
    return lines;
}

}  // namespace galena
