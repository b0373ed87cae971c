// Monitoring on the ensemble: which wells see a plume before it reaches what they protect, how long before, and how often one has to sample.

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

double years(double seconds) { return seconds / seconds_per_year; }

/// The first sampling that finds what arrived at a time [s]; infinite when it comes after the end. interval 0: sampled at all times.
double detected(double arrival, double interval, double end) {
    if (!std::isfinite(arrival)) return infinite;
    const double at = interval > 0 ? std::ceil(arrival / interval * (1 - 1e-12)) * interval : arrival;
    return at <= end ? at : infinite;
}

}  // namespace

/// In how many of the runs in which the receptor's limit is passed a well sees the plume, and how long before.
void RiskAnalysis::rank_wells() {
    if (plan_.monitors.empty()) return;
    TableBuilder table(
        "monitoring",
        "wells that watch a receptor: probability that the plume is seen before the limit is passed there (with at least the "
        "response time), of the runs in which it is passed; lead of those that see it",
        {{"receptor", "", true},
         {"substance", "", true},
         {"well", "", true},
         {"interval", "a"},
         {"detection_probability", "1"},
         {"runs_above_limit", "1"},
         {"seen_before", "1"},
         {"probability", "1"},
         {"low", "1"},
         {"high", "1"},
         {"lead_p05", "a"},
         {"lead_p50", "a"},
         {"lead_p95", "a"},
         {"rank", "1"}});
    for (const auto& monitor : plan_.monitors)
        for (const double interval : monitor.intervals) {
            std::vector<WellRecord> wells;
            for (const auto well : monitor.wells) wells.push_back(watch(monitor, {well}, interval));
            std::vector<std::size_t> order(wells.size());
            std::iota(order.begin(), order.end(), std::size_t{0});
            std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
                return wells[a].before != wells[b].before ? wells[a].before > wells[b].before : wells[a].median() > wells[b].median();
            });
            for (std::size_t rank = 0; rank < order.size(); ++rank) {
                const auto& w = wells[order[rank]];
                const auto interval_of = clopper_pearson(w.before, w.above, risk_.confidence);
                const double share = w.above > 0 ? static_cast<double>(w.before) / static_cast<double>(w.above) : nothing;
                table.row({plan_.targets[monitor.receptor].receptor, plan_.targets[monitor.receptor].substance,
                           plan_.targets[monitor.wells[order[rank]]].receptor, years(interval),
                           good_.empty() ? nothing : static_cast<double>(w.seen) / static_cast<double>(good_.size()),
                           static_cast<double>(w.above), static_cast<double>(w.before), share, interval_of.low, interval_of.high,
                           years(sample_quantile(w.lead, 0.05)), years(w.median()), years(sample_quantile(w.lead, 0.95)),
                           static_cast<double>(rank + 1)});
            }
        }
    keep(table);
    choose_wells();
}

/// The best well, then the one that adds most to it, and so on: which wells together.
void RiskAnalysis::choose_wells() {
    TableBuilder table("monitoring_network",
                       "wells in the order in which each adds most to those before it, and what all of them see together",
                       {{"receptor", "", true},
                        {"substance", "", true},
                        {"interval", "a"},
                        {"wells", "1"},
                        {"added", "", true},
                        {"probability", "1"},
                        {"lead_p50", "a"}});
    for (const auto& monitor : plan_.monitors)
        for (const double interval : monitor.intervals) {
            std::vector<std::size_t> chosen, left = monitor.wells;
            while (!left.empty()) {
                std::size_t best = 0;
                WellRecord best_record;
                for (std::size_t n = 0; n < left.size(); ++n) {
                    auto trial = chosen;
                    trial.push_back(left[n]);
                    const auto record = watch(monitor, trial, interval);
                    if (n == 0 || record.before > best_record.before ||
                        (record.before == best_record.before && record.median() > best_record.median()))
                        best = n, best_record = record;
                }
                chosen.push_back(left[best]);
                left.erase(left.begin() + static_cast<std::ptrdiff_t>(best));
                table.row(
                    {plan_.targets[monitor.receptor].receptor, plan_.targets[monitor.receptor].substance, years(interval),
                     static_cast<double>(chosen.size()), plan_.targets[chosen.back()].receptor,
                     best_record.above > 0 ? static_cast<double>(best_record.before) / static_cast<double>(best_record.above) : nothing,
                     years(best_record.median())});
            }
        }
    keep(table);
}

double RiskAnalysis::WellRecord::median() const { return sample_quantile(lead, 0.5); }

/// What wells together see: the first of them counts.
RiskAnalysis::WellRecord RiskAnalysis::watch(const RiskMonitor& monitor, const std::vector<std::size_t>& wells, double interval) const {
    WellRecord record;
    for (const auto r : good_) {
        double first = infinite;
        for (const auto well : wells) first = std::min(first, detected(outcomes_[r].arrival[well], interval, end_));
        record.seen += std::isfinite(first);
        const double reached = outcomes_[r].arrival[monitor.receptor];
        if (!std::isfinite(reached)) continue;
        ++record.above;
        if (!(first + monitor.response <= reached)) continue;
        ++record.before;
        record.lead.push_back(reached - first);
    }
    return record;
}

}  // namespace galena
