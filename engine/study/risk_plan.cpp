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

void add_plume(RiskPlume plume, RiskPlan& plan) {
    const bool known = std::any_of(plan.plumes.begin(), plan.plumes.end(), [&](const RiskPlume& p) {
        return p.substance == plume.substance && p.limit == plume.limit && p.soil == plume.soil && p.zone == plume.zone;
    });
    if (!known) plan.plumes.push_back(std::move(plume));
}

/// A limit of the soil is judged in the cells of a zone.
void add_soil(const RiskLimitTable& limit, const Domain& domain, RiskPlan& plan, Diagnostics& diagnostics) {
    if (domain.medium.bulk_density.empty())
        diagnostics.error(limit.places.of("content"), fmt::format("a content of {} needs bulk_density", limit.substance.text),
                          "add bulk_density to [[medium]]");
    RiskPlume plume{limit.substance.text, *limit.content, true};
    if (!limit.zone.empty()) {
        plume.zone = limit.zone.text;
        plume.cells = domain.zones.cells(limit.zone, diagnostics);
    }
    add_plume(std::move(plume), plan);
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
        add_plume({limit.substance.text, *value}, plan);
    }
    if (limit.concentration) add_plume({limit.substance.text, *limit.concentration}, plan);
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
                add_plume({substance, *limit}, plan);
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
    RiskLimitTable limit;
    limit.substance = table.substance;
    limit.concentration = table.detection;
    limit.receptors = wells;
    if (!wells.empty()) add_targets(limit, places, plan, diagnostics);
    plan.plumes.resize(plumes);  // a finding is no limit of the ground
    for (std::size_t t = first; t < plan.targets.size(); ++t) {
        plan.targets[t].detection = true;
        monitor.wells.push_back(t);
    }
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
        if (number_of(limit.substance, substances, "substance", diagnostics)) {
            if (limit.content) add_soil(limit, domain, plan, diagnostics);
            else add_targets(limit, places, plan, diagnostics);
        }
    if (risk.limits.empty()) add_limits_of_receptors(substances, places, plan);
    for (const auto& name : risk.sobol_values) (void)number_of(name, site.uncertainty().names(), "distribution", diagnostics);
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

std::string RiskPlume::title() const {
    return fmt::format("{} above {}{}", substance, quantity_text(limit, unit(soil ? "mg/kg" : "mg/L")), zone.empty() ? "" : " in " + zone);
}

bool RiskPlan::asks_for_soil() const {
    return std::any_of(plumes.begin(), plumes.end(), [](const RiskPlume& p) { return p.soil; });
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
        const auto same = [&](const RankCorrelation& o) { return std::minmax(o.first, o.second) == std::minmax(*first, *second); };
        if (std::any_of(all.begin(), all.end(), same)) {
            diagnostics.error(c.places.table,
                              fmt::format("a second correlation is between '{}' and '{}'", c.between[0].text, c.between[1].text),
                              "keep one of them");
            continue;
        }
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

}  // namespace galena
