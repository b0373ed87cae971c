#include "study/risk_plan.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/suggestion.hpp"
#include "output/observation_writer.hpp"

namespace galena {

namespace {

std::optional<std::size_t> number_of(const Name& name, const std::vector<std::string>& known, std::string_view what,
                                     Diagnostics& diagnostics) {
    const auto at = std::find(known.begin(), known.end(), name.text);
    if (at != known.end()) return static_cast<std::size_t>(at - known.begin());
    diagnostics.error(name.place, fmt::format("there is no {} '{}'", what, name.text),
                      known.empty() ? fmt::format("the site file has no {}", what) : suggestion(name.text, known));
    return {};
}

std::vector<double> times_of(const Site& site, Diagnostics& diagnostics) {
    const auto& risk = site.section<RiskTable>();
    const double end = site.section<SiteTable>().length();
    std::vector<double> times = risk.times;
    for (const double t : times)
        if (t > end * (1 + 1e-12))
            diagnostics.error(risk.places.of("times"),
                              fmt::format("the time {} lies after the end of the run", quantity_text(t, unit("a"))),
                              fmt::format("the run lasts {}", quantity_text(end, unit("a"))));
    if (times.empty()) {
        const auto outputs = Schedule(site, diagnostics).outputs();
        times.assign(outputs.begin(), outputs.end());
    }
    for (double& t : times) t = std::min(t, end);
    std::sort(times.begin(), times.end());
    times.erase(std::unique(times.begin(), times.end()), times.end());
    return times;
}

/// Where limits may be judged: observation points and receptors, by one list of names. A point goes before a receptor of its name.
class JudgedPlaces {
public:
    JudgedPlaces(const Site& site, const Domain& domain, Diagnostics& diagnostics)
        : points_(site.section<ObservationTables>().list), domain_(domain), receptors_(Receptors::of(site, domain, diagnostics)) {
        for (const auto& point : points_) names_.push_back(point.name.text);
        if (receptors_)
            for (const auto& receptor : receptors_->list()) names_.push_back(receptor.name);
    }

    [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
    [[nodiscard]] std::size_t points() const { return points_.size(); }
    [[nodiscard]] std::vector<std::size_t> all() const {
        std::vector<std::size_t> numbers;
        for (std::size_t n = 0; n < names_.size(); ++n)
            if (std::find(names_.begin(), names_.end(), names_[n]) == names_.begin() + static_cast<std::ptrdiff_t>(n)) numbers.push_back(n);
        return numbers;
    }
    /// The place's own limit of a substance, where it is a receptor that has one. [kg/m³]
    [[nodiscard]] std::optional<double> own_limit(std::size_t n, const std::string& substance) const {
        if (n < points_.size()) return {};
        const auto& limits = receptors_->list()[n - points_.size()].limits;
        const auto found = limits.find(substance);
        return found == limits.end() ? std::nullopt : std::optional(found->second);
    }
    void add_target(std::size_t n, const std::string& substance, double limit, RiskPlan& plan) const {
        if (n >= points_.size()) {
            plan.targets.push_back({names_[n], substance, limit, 0, n - points_.size()});
            return;
        }
        Diagnostics known_already;  // whoever writes observations names points that lie nowhere
        const auto cell = observation_cell(points_[n], domain_.grid, known_already);
        if (cell) plan.targets.push_back({names_[n], substance, limit, *cell});
    }

private:
    const std::vector<ObservationTable>& points_;
    const Domain& domain_;
    std::unique_ptr<Receptors> receptors_;
    std::vector<std::string> names_;
};

void add_plume(const std::string& substance, double limit, RiskPlan& plan) {
    const bool known = std::any_of(plan.plumes.begin(), plan.plumes.end(),
                                   [&](const RiskPlume& p) { return p.substance == substance && p.limit == limit; });
    if (!known) plan.plumes.push_back({substance, limit});
}

void add_targets(const RiskLimitTable& limit, const JudgedPlaces& places, RiskPlan& plan, Diagnostics& diagnostics) {
    std::vector<std::size_t> chosen;
    for (const auto& receptor : limit.receptors) {
        const auto at = number_of(receptor, places.names(), "observation point or receptor", diagnostics);
        if (!at) continue;
        chosen.push_back(*at);
        if (!limit.concentration && !places.own_limit(*at, limit.substance.text))
            diagnostics.error(receptor.place,
                              fmt::format("'{}' has no limit of {}, and [[risk.limit]] gives none", receptor.text, limit.substance.text),
                              "give concentration here, or limit or standard at the [[receptor]]");
    }
    if (limit.receptors.empty()) chosen = places.all();
    const auto before = plan.targets.size();
    for (const auto n : chosen) {
        const auto value = limit.concentration ? limit.concentration : places.own_limit(n, limit.substance.text);
        if (!value) continue;
        places.add_target(n, limit.substance.text, *value, plan);
        add_plume(limit.substance.text, *value, plan);
    }
    if (limit.concentration) add_plume(limit.substance.text, *limit.concentration, plan);
    else if (plan.targets.size() == before && limit.receptors.empty())
        diagnostics.error(limit.place,
                          fmt::format("no [[receptor]] has a limit of {}, and [[risk.limit]] gives none", limit.substance.text),
                          "give concentration here, or limit or standard at a [[receptor]]");
}

/// Without [[risk.limit]]: every limit of every receptor.
void add_limits_of_receptors(const std::vector<std::string>& substances, const JudgedPlaces& places, RiskPlan& plan) {
    for (const auto n : places.all())
        for (const auto& substance : substances)
            if (const auto limit = places.own_limit(n, substance)) {
                places.add_target(n, substance, *limit, plan);
                add_plume(substance, *limit, plan);
            }
}

/// The wells of a monitoring become further targets, with the detection limit.
void add_monitor(const RiskMonitoringTable& table, const JudgedPlaces& places, RiskPlan& plan, Diagnostics& diagnostics) {
    RiskMonitor monitor{plan.targets.size(), {}, table.intervals, table.response};
    for (std::size_t t = 0; t < plan.targets.size() && monitor.receptor == plan.targets.size(); ++t)
        if (plan.targets[t].receptor == table.receptor.text && plan.targets[t].substance == table.substance.text) monitor.receptor = t;
    if (monitor.receptor == plan.targets.size()) {
        diagnostics.error(table.receptor.place,
                          fmt::format("no [[risk.limit]] of {} is judged at '{}'", table.substance.text, table.receptor.text),
                          "monitoring protects a receptor that has a limit of the substance sampled");
        return;
    }
    std::vector<Name> wells = table.wells;
    if (wells.empty())
        for (std::size_t n = 0; n < places.points(); ++n)
            if (places.names()[n] != table.receptor.text) wells.push_back({places.names()[n], table.receptor.place});
    const auto first = plan.targets.size();
    const auto plumes = plan.plumes.size();
    RiskLimitTable limit{table.substance, table.detection, wells, {}, {}};
    if (!wells.empty()) add_targets(limit, places, plan, diagnostics);
    plan.plumes.resize(plumes);  // a finding is no limit of the ground
    for (std::size_t t = first; t < plan.targets.size(); ++t) monitor.wells.push_back(t);
    if (!monitor.wells.empty()) plan.monitors.push_back(std::move(monitor));
}

}  // namespace

RiskPlan RiskPlan::make(const Site& site, const Domain& domain, Diagnostics& diagnostics) {
    RiskPlan plan;
    const auto& risk = site.section<RiskTable>();
    plan.map = risk.map;
    plan.times = times_of(site, diagnostics);
    const auto substances = site.keys("substance");
    Diagnostics known_already;  // whoever reports on receptors names those that lie nowhere
    const JudgedPlaces places(site, domain, known_already);
    for (const auto& limit : risk.limits)
        if (number_of(limit.substance, substances, "substance", diagnostics)) add_targets(limit, places, plan, diagnostics);
    if (risk.limits.empty()) add_limits_of_receptors(substances, places, plan);
    for (const auto& table : risk.monitoring) add_monitor(table, places, plan, diagnostics);
    if (risk.limits.empty() && plan.targets.empty())
        diagnostics.error(site.has("risk") ? risk.place : Place{site.file().string(), 0, 0},
                          "galena risk needs a limit whose exceedance it can count",
                          "add [[risk.limit]] with substance and concentration, e.g. concentration = \"0.005 mg/L\"");
    return plan;
}

std::string RiskPlan::title(const RiskTarget& target) {
    return fmt::format("{}: {} above {}", target.receptor, target.substance, quantity_text(target.limit, unit("mg/L")));
}

std::vector<RankCorrelation> correlations_of(const Site& site, Diagnostics& diagnostics) {
    const auto& risk = site.section<RiskTable>();
    const auto names = site.uncertainty().names();
    std::vector<RankCorrelation> all;
    for (const auto& c : risk.correlations) {
        if (c.between.size() != 2) continue;
        const auto first = number_of(c.between[0], names, "distribution", diagnostics);
        const auto second = number_of(c.between[1], names, "distribution", diagnostics);
        if (!first || !second) continue;
        all.push_back({*first, *second, c.rank});
    }
    if (!possible(all, names.size()))
        diagnostics.error(risk.correlations.back().places.table,
                          fmt::format("the {} rank correlations cannot all hold at once", all.size()),
                          "their matrix must be positive definite; bring the ones that contradict the others nearer to 0");
    return all;
}

void check_risk(const Site& site, const Domain& domain, Diagnostics& diagnostics) {
    if (!site.has("risk") || !site.sound("risk")) return;
    (void)RiskPlan::make(site, domain, diagnostics);
    (void)correlations_of(site, diagnostics);
}

// ---- what a run gives -------------------------------------------------------------------------------------------------------------

namespace {

class ByteWriter {
public:
    void number(std::uint64_t n) { bytes.append(reinterpret_cast<const char*>(&n), sizeof n); }
    void text(const std::string& t) {
        number(t.size());
        bytes += t;
    }
    void list(const std::vector<double>& values) {
        number(values.size());
        bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(double));
    }
    std::string bytes;
};

class ByteReader {
public:
    explicit ByteReader(const std::string& bytes) : bytes_(bytes) {}
    std::uint64_t number() {
        std::uint64_t n = 0;
        take(&n, sizeof n);
        return n;
    }
    std::string text() {
        std::string t(number(), '\0');
        take(t.data(), t.size());
        return t;
    }
    std::vector<double> list() {
        std::vector<double> values(number());
        take(values.data(), values.size() * sizeof(double));
        return values;
    }

private:
    void take(void* out, std::size_t size) {
        if (at_ + size > bytes_.size()) throw std::logic_error("the record of a run is too short");
        std::copy_n(bytes_.data() + at_, size, static_cast<char*>(out));
        at_ += size;
    }
    const std::string& bytes_;
    std::size_t at_ = 0;
};

}  // namespace

std::string RunOutcome::bytes() const {
    ByteWriter out;
    out.text(failure);
    for (const auto* list : {&peak, &peak_time, &arrival, &time_above, &concentration, &plume_volume, &plume_area}) out.list(*list);
    out.number(maps.size());
    for (const auto& map : maps) out.text(map);
    return std::move(out.bytes);
}

RunOutcome RunOutcome::from_bytes(const std::string& bytes) {
    ByteReader in(bytes);
    RunOutcome outcome;
    outcome.failure = in.text();
    for (auto* list : {&outcome.peak, &outcome.peak_time, &outcome.arrival, &outcome.time_above, &outcome.concentration,
                       &outcome.plume_volume, &outcome.plume_area})
        *list = in.list();
    outcome.maps.resize(in.number());
    for (auto& map : outcome.maps) map = in.text();
    return outcome;
}

std::string RunOutcome::packed_map(const std::vector<bool>& above) {
    std::string packed;
    const auto put = [&](std::size_t length) {
        for (; length >= 128; length >>= 7) packed += static_cast<char>(0x80 | (length & 0x7f));
        packed += static_cast<char>(length);
    };
    std::size_t length = 0;
    bool side = false;
    for (const bool a : above) {
        if (a != side) {
            put(length);
            length = 0;
            side = a;
        }
        ++length;
    }
    put(length);
    return packed;
}

void RunOutcome::add_map(const std::string& packed, std::vector<std::uint32_t>& counts) {
    std::size_t cell = 0, at = 0;
    for (bool above = false; at < packed.size(); above = !above) {
        std::size_t length = 0;
        for (int shift = 0;; shift += 7) {
            const auto byte = static_cast<unsigned char>(packed[at++]);
            length |= static_cast<std::size_t>(byte & 0x7f) << shift;
            if (byte < 128) break;
        }
        if (above)
            for (std::size_t c = cell; c < cell + length; ++c) ++counts[c];
        cell += length;
    }
}

// ---- one run ----------------------------------------------------------------------------------------------------------------------

namespace {

/// Watches one run.
class RiskObserver final : public Observer {
public:
    RiskObserver(const RiskPlan& plan, bool map, const Receptors* receptors) : plan_(plan), map_(map), receptors_(receptors) {
        const auto targets = plan.targets.size();
        outcome_.peak.assign(targets, 0);
        outcome_.peak_time.assign(targets, 0);
        outcome_.arrival.assign(targets, infinite);
        outcome_.time_above.assign(targets, 0);
        outcome_.concentration.assign(targets * plan.times.size(), 0);
        outcome_.plume_volume.assign(plan.plumes.size() * plan.times.size(), 0);
        outcome_.plume_area = outcome_.plume_volume;
        if (map) outcome_.maps.resize(plan.plumes.size() * plan.times.size());
        before_.assign(targets, 0);
    }

    void observe(const Moment& moment) override {
        for (std::size_t n = 0; n < plan_.targets.size(); ++n) watch(n, moment);
        for (; next_ < plan_.times.size() && moment.state.time >= plan_.times[next_] * (1 - 1e-12); ++next_) keep(moment);
    }

    RunOutcome take() { return std::move(outcome_); }

private:
    static std::size_t number_of(const Moment& moment, const std::string& substance) {
        const auto& all = moment.state.substances;
        for (std::size_t s = 0; s < all.size(); ++s)
            if (all[s].id == substance) return s;
        throw std::logic_error("substance " + substance + " is not transported");
    }
    static std::span<const double> field(const Moment& moment, const std::string& substance) {
        return moment.state.concentration[static_cast<Index>(number_of(moment, substance))];
    }
    [[nodiscard]] double concentration(const Moment& moment, const RiskTarget& target) const {
        if (!target.number) return field(moment, target.substance)[static_cast<std::size_t>(target.cell)];
        return receptors_->concentration(*target.number, moment.state, static_cast<Index>(number_of(moment, target.substance)));
    }

    void watch(std::size_t n, const Moment& moment) {
        const auto& target = plan_.targets[n];
        const double now = concentration(moment, target), time = moment.state.time;
        if (now > outcome_.peak[n]) {
            outcome_.peak[n] = now;
            outcome_.peak_time[n] = time;
        }
        const double from = moment.step.duration > 0 ? moment.step.start : time;
        if (now > target.limit && std::isinf(outcome_.arrival[n])) {
            // The concentration between two steps is taken as a line.
            const double part = before_[n] < target.limit ? (target.limit - before_[n]) / (now - before_[n]) : 0.0;
            outcome_.arrival[n] = from + part * (time - from);
        }
        const double low = std::min(before_[n], now), high = std::max(before_[n], now);
        const double share = low > target.limit ? 1.0 : high > target.limit ? (high - target.limit) / (high - low) : 0.0;
        outcome_.time_above[n] += share * (time - from);
        before_[n] = now;
    }

    /// The values at report time number next_.
    void keep(const Moment& moment) {
        const auto times = plan_.times.size();
        for (std::size_t n = 0; n < plan_.targets.size(); ++n)
            outcome_.concentration[n * times + next_] = concentration(moment, plan_.targets[n]);
        const auto& grid = moment.domain.grid;
        for (std::size_t p = 0; p < plan_.plumes.size(); ++p) {
            const auto values = field(moment, plan_.plumes[p].substance);
            std::vector<bool> above(values.size()), columns(static_cast<std::size_t>(grid.column_count()));
            double volume = 0, area = 0;
            for (std::size_t c = 0; c < values.size(); ++c) {
                const auto cell = static_cast<Index>(c);
                if (!grid.active(cell) || !(values[c] > plan_.plumes[p].limit)) continue;
                above[c] = true;
                volume += grid.volume(cell);
                const auto column = static_cast<std::size_t>(grid.column(cell));
                if (!columns[column]) area += grid.volume(cell) / grid.thickness(cell);
                columns[column] = true;
            }
            outcome_.plume_volume[p * times + next_] = volume;
            outcome_.plume_area[p * times + next_] = area;
            if (map_) outcome_.maps[p * times + next_] = RunOutcome::packed_map(above);
        }
    }

    const RiskPlan& plan_;
    bool map_;
    const Receptors* receptors_;  ///< of this run: what a well mixes follows the conductivities drawn
    RunOutcome outcome_;
    std::vector<double> before_;
    std::size_t next_ = 0;
};

std::string first_error(const Diagnostics& diagnostics) {
    for (const auto& d : diagnostics.all())
        if (d.severity == Diagnostic::Severity::error) return d.place.text() + ": " + d.what;
    return "the site could not be built";
}

RunOutcome failed(std::string why) {
    RunOutcome outcome;
    outcome.failure = std::move(why);
    return outcome;
}

RunOutcome simulate(const Site& site, const RiskPlan& plan, bool map) {
    Diagnostics diagnostics;
    const auto simulation = Simulation::build(site, diagnostics);
    if (!simulation || diagnostics.has_errors()) return failed(first_error(diagnostics));
    simulation->add_stops({plan.times.begin(), plan.times.end()});
    const auto receptors = Receptors::of(site, simulation->domain(), diagnostics);
    RiskObserver observer(plan, map, receptors.get());
    simulation->add_observer(observer);
    simulation->start();
    while (!simulation->finished()) simulation->step();
    const auto& output = site.section<OutputTable>();
    for (const auto& c : simulation->ledger().closures())
        if (c.cumulative > output.closure_tolerance && output.stop_on_closure)
            return failed(fmt::format("the budget of {} does not close: {:.3g}", c.component, c.cumulative));
    return observer.take();
}

}  // namespace

RunOutcome simulate_member(const Site& site, const RiskPlan& plan, const std::vector<double>& u, Realisation realisation, bool map) {
    try {
        Diagnostics diagnostics;
        const auto member = site.member(u, realisation, diagnostics);
        return diagnostics.has_errors() ? failed(first_error(diagnostics)) : simulate(member, plan, map);
    } catch (const std::exception& fault) {
        return failed(fault.what());
    }
}

}  // namespace galena
