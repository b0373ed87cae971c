#include "study/observed_data.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include "core/suggestion.hpp"
#include "output/observation_writer.hpp"
#include "study/table_builder.hpp"

namespace galena {

void ObservedTable::check(ReadContext& context) {
    auto& d = context.diagnostics;
    const auto title = fmt::format("observed at '{}'", point.text);
    if (!reading::exactly_one(places, title, "heads", "concentrations", d)) return;
    if (concentrations && substance.empty())
        d.error(places.table, title + " gives concentrations without substance", "add substance = \"Cd\"");
    if (heads) reading::report_unused(places, title, {"substance", "limit"}, "heads have none", context);
    const auto& series = heads ? *heads : *concentrations;
    if (series.constant())
        d.error(series.place, title + " gives one number without a date",
                "give { file = \"measured.csv\", column = \"...\", unit = \"...\" }, or a list of { from = 1990-01-31, value = \"...\" }");
}

REGISTER_SECTION(ObservedTables)

Fit fit_of(const std::vector<double>& measured, const std::vector<double>& simulated) {
    Fit fit;
    fit.count = measured.size();
    if (measured.empty()) return fit;
    const auto n = static_cast<double>(measured.size());
    const double mean = std::accumulate(measured.begin(), measured.end(), 0.0) / n;
    double squares = 0, spread = 0;
    for (std::size_t i = 0; i < measured.size(); ++i) {
        const double miss = simulated[i] - measured[i];
        fit.bias += miss / n;
        squares += miss * miss;
        spread += (measured[i] - mean) * (measured[i] - mean);
    }
    fit.rmse = std::sqrt(squares / n);
    fit.nash_sutcliffe = spread > 0 ? 1 - squares / spread : std::numeric_limits<double>::quiet_NaN();
    return fit;
}

double time_to_limit(const Trend& trend, double last_time, double limit) {
    const double now = trend.intercept + trend.slope * last_time;
    if (now >= limit) return 0;
    return trend.slope > 0 ? (limit - now) / trend.slope : infinite;
}

namespace {

/// Simulated values at the dates of the measurements, and what they say at the end.
class ObservedData final : public Observer {
public:
    ObservedData(const Site& site, const Domain& domain, Diagnostics& diagnostics) {
        const auto& points = site.section<ObservationTables>().list;
        std::vector<std::string> names;
        for (const auto& p : points) names.push_back(p.name.text);
        const auto substances = site.keys("substance");
        for (const auto& table : site.section<ObservedTables>().list) {
            const auto at = std::find(names.begin(), names.end(), table.point.text);
            if (at == names.end())
                diagnostics.error(table.point.place, fmt::format("there is no observation point '{}'", table.point.text),
                                  names.empty() ? "add an [[observation]]" : suggestion(table.point.text, names));
            const bool known = table.heads || std::find(substances.begin(), substances.end(), table.substance.text) != substances.end();
            if (!known)
                diagnostics.error(table.substance.place, fmt::format("there is no substance '{}'", table.substance.text),
                                  substances.empty() ? "add [substance.NAME]" : suggestion(table.substance.text, substances));
            if (at == names.end() || !known) continue;
            Diagnostics known_already;
            if (const auto cell = observation_cell(points[static_cast<std::size_t>(at - names.begin())], domain.grid, known_already))
                add(table, *cell, domain.start);
        }
    }

    void observe(const Moment& moment) override {
        for (auto& series : all_) {
            const double now = value(series, moment);
            const double from = moment.step.duration > 0 ? moment.step.start : moment.state.time;
            // The value at a date between two steps lies on the line between them.
            for (; series.next < series.times.size() && series.times[series.next] <= moment.state.time; ++series.next) {
                const double t = series.times[series.next];
                if (t < from) continue;  // before the run: not simulated
                const double part = moment.state.time > from ? (t - from) / (moment.state.time - from) : 1.0;
                series.simulated[series.next] = series.before + part * (now - series.before);
                if (part == 1) series.simulated[series.next] = now;
            }
            series.before = now;
        }
    }

    [[nodiscard]] std::vector<Table> tables() const override {
        std::vector<Table> tables{fits()};
        if (std::any_of(all_.begin(), all_.end(), [](const Measured& m) { return !m.substance.empty(); })) tables.push_back(trends());
        tables.push_back(scatter());
        return tables;
    }

    [[nodiscard]] std::vector<std::string> summary() const override {
        std::vector<std::string> lines;
        for (const auto& series : all_) {
            const auto fit = fit_of(series.pairs().first, series.pairs().second);
            lines.push_back(fmt::format("{} at {}: {} measurements, RMSE {:.4g} {}, bias {:.4g} {}, NSE {:.3g}", series.quantity(),
                                        series.point, fit.count, series.shown().from_si(fit.rmse), series.shown().text,
                                        series.shown().from_si(fit.bias), series.shown().text, fit.nash_sutcliffe));
        }
        return lines;
    }

    void save(CheckpointWriter& out) const override {
        for (std::size_t n = 0; n < all_.size(); ++n) {
            out.write(fmt::format("observed/{}/before", n), all_[n].before);
            out.write(fmt::format("observed/{}/next", n), static_cast<double>(all_[n].next));
            out.write(fmt::format("observed/{}/simulated", n), std::span<const double>(all_[n].simulated));
        }
    }
    void load(CheckpointReader& in) override {
        for (std::size_t n = 0; n < all_.size(); ++n) {
            all_[n].before = in.read(fmt::format("observed/{}/before", n));
            all_[n].next = static_cast<std::size_t>(in.read(fmt::format("observed/{}/next", n)));
            in.read(fmt::format("observed/{}/simulated", n), std::span<double>(all_[n].simulated));
        }
    }

private:
    struct Measured {
        std::string point, substance;  ///< no substance: heads
        Index cell = 0;
        std::vector<Date> dates;
        std::vector<double> times, measured, simulated;  ///< since the start [s]; SI; NaN outside the run
        std::optional<double> limit;
        double before = 0;
        std::size_t next = 0;

        [[nodiscard]] std::string quantity() const { return substance.empty() ? "hydraulic_head" : "concentration/" + substance; }
        [[nodiscard]] const Unit& shown() const { return unit(substance.empty() ? "m" : "mg/L"); }
        /// Measured and simulated where both are known.
        [[nodiscard]] std::pair<std::vector<double>, std::vector<double>> pairs() const {
            std::pair<std::vector<double>, std::vector<double>> both;
            for (std::size_t i = 0; i < measured.size(); ++i) {
                if (std::isnan(simulated[i])) continue;
                both.first.push_back(measured[i]);
                both.second.push_back(simulated[i]);
            }
            return both;
        }
    };

    void add(const ObservedTable& table, Index cell, Date start) {
        const auto& series = table.heads ? *table.heads : *table.concentrations;
        Measured m{table.point.text, table.substance.text, cell, series.dates, {}, series.values, {}, table.limit};
        for (const auto& date : series.dates) m.times.push_back(date.since(start));
        m.simulated.assign(m.times.size(), std::numeric_limits<double>::quiet_NaN());
        all_.push_back(std::move(m));
    }

    static double value(const Measured& series, const Moment& moment) {
        if (series.substance.empty()) return moment.state.has_flow ? moment.state.hydraulic_head[series.cell] : 0.0;
        for (std::size_t s = 0; s < moment.state.substances.size(); ++s)
            if (moment.state.substances[s].id == series.substance)
                return moment.state.concentration[static_cast<Index>(s)][static_cast<std::size_t>(series.cell)];
        return 0;
    }

    [[nodiscard]] Table fits() const {
        TableBuilder table("observed_fit", "simulated against measured values",
                           {{"point", "", true},
                            {"quantity", "", true},
                            {"unit", "", true},
                            {"count", "1"},
                            {"bias", ""},
                            {"rmse", ""},
                            {"nash_sutcliffe", "1"}});
        for (const auto& s : all_) {
            const auto [measured, simulated] = s.pairs();
            const auto fit = fit_of(measured, simulated);
            table.row({s.point, s.quantity(), s.shown().text, static_cast<double>(fit.count), s.shown().from_si(fit.bias),
                       s.shown().from_si(fit.rmse), fit.nash_sutcliffe});
        }
        return table.take();
    }

    [[nodiscard]] Table trends() const {
        TableBuilder table("observed_trend", "trend of the measured concentrations (Mann and Kendall; slope of Theil and Sen)",
                           {{"point", "", true},
                            {"substance", "", true},
                            {"count", "1"},
                            {"kendall_tau", "1"},
                            {"p_value", "1"},
                            {"slope", "mg/L/a"},
                            {"limit", "mg/L"},
                            {"months_to_limit", "1"}});
        for (const auto& s : all_) {
            if (s.substance.empty()) continue;
            const auto trend = mann_kendall(s.times, s.measured);
            const double nothing = std::numeric_limits<double>::quiet_NaN();
            const double wait = s.limit ? time_to_limit(trend, s.times.back(), *s.limit) / (seconds_per_year / 12) : nothing;
            table.row({s.point, s.substance, static_cast<double>(s.measured.size()), trend.kendall_tau, trend.p_value,
                       s.shown().from_si(trend.slope) * seconds_per_year, s.limit ? s.shown().from_si(*s.limit) : nothing,
                       std::isfinite(wait) ? wait : nothing});
        }
        return table.take();
    }

    [[nodiscard]] Table scatter() const {
        TableBuilder table("observed", "every measured value beside the simulated one; empty: outside the run",
                           {{"point", "", true},
                            {"quantity", "", true},
                            {"date", "", true},
                            {"time", "d"},
                            {"unit", "", true},
                            {"measured", ""},
                            {"simulated", ""},
                            {"residual", ""}});
        for (const auto& s : all_)
            for (std::size_t i = 0; i < s.times.size(); ++i) {
                const double measured = s.shown().from_si(s.measured[i]), simulated = s.shown().from_si(s.simulated[i]);
                table.row({s.point, s.quantity(), s.dates[i].text(), s.times[i] / seconds_per_day, s.shown().text, measured, simulated,
                           simulated - measured});
            }
        return table.take();
    }

    std::vector<Measured> all_;
};

const bool registered =
    ObserverIndex::instance().add({"observed", [](const Site& site, Domain& domain, Diagnostics& diagnostics) -> std::unique_ptr<Observer> {
                                       if (!site.has("observed") || !site.sound("observed")) return nullptr;
                                       return std::make_unique<ObservedData>(site, domain, diagnostics);
                                   }});

}  // namespace

}  // namespace galena
