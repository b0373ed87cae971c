#include "study/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include <fmt/format.h>

#include "output/results_file.hpp"

namespace galena {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// The columns of a table by name.
class Columns {
public:
    Columns(const ResultsFile& file, const std::string& name) {
        const auto names = file.table_names();
        if (std::find(names.begin(), names.end(), name) == names.end()) return;
        table_ = file.table(name);
        for (const auto& column : table_.columns) rows_ = std::max({rows_, column.numbers.size(), column.texts.size()});
    }
    [[nodiscard]] std::size_t rows() const { return rows_; }
    [[nodiscard]] std::string text(const std::string& column, std::size_t row) const {
        for (const auto& c : table_.columns)
            if (c.name == column && row < c.texts.size()) return c.texts[row];
        return {};
    }
    [[nodiscard]] double number(const std::string& column, std::size_t row) const {
        for (const auto& c : table_.columns)
            if (c.name == column && row < c.numbers.size()) return c.numbers[row];
        return nan;
    }
    [[nodiscard]] std::string unit(const std::string& column) const {
        for (const auto& c : table_.columns)
            if (c.name == column) return c.unit;
        return {};
    }

private:
    Table table_;
    std::size_t rows_ = 0;
};

void add_costs(const ResultsFile& file, ComparedScenario& scenario) {
    const Columns total(file, "cost_total");
    for (std::size_t row = 0; row < total.rows(); ++row) {
        const auto what = total.text("quantity", row);
        if (what == "missing_prices") {
            scenario.set(what, total.number("mid", row));
            continue;
        }
        const auto currency = total.unit("mid");
        scenario.set(fmt::format("{} [{}]", what, currency), total.number("mid", row));
        if (what != "net_present_cost") continue;
        scenario.set(fmt::format("{}_low [{}]", what, currency), total.number("low", row));
        scenario.set(fmt::format("{}_high [{}]", what, currency), total.number("high", row));
    }
    const Columns costs(file, "costs");
    for (std::size_t row = 0; row < costs.rows(); ++row) {
        const double mid = costs.number("amount", row), present = costs.number("present_value", row);
        if (!(mid > 0)) continue;
        const double factor = present / mid;
        scenario.costs.push_back(
            {costs.text("item", row), factor * costs.number("amount_low", row), present, factor * costs.number("amount_high", row)});
    }
    if (total.rows() > 0) return;
    scenario.set("net_present_cost [USD]", 0);  // nothing is done, nothing is paid
    scenario.set("missing_prices", 0);
}

/// A cost of which a part is missing is missing; what is known of it stands apart.
void mark_missing(ComparedScenario& scenario) {
    const double missing = scenario.figure("missing_prices") + static_cast<double>(scenario.unpriced.size());
    scenario.set("missing_prices", missing);
    if (missing == 0) return;
    const auto names = scenario.order;
    for (const auto& name : names)
        if (const auto bracket = name.find(" ["); name.starts_with("net_present_cost")) {
            scenario.set(name.substr(0, bracket) + "_known" + name.substr(bracket), scenario.figure(name));
            scenario.set(name, nan);
        }
}

void add_effects(const ResultsFile& file, ComparedScenario& scenario) {
    const Columns effects(file, "effects");
    std::map<std::string, double> sums;
    std::set<std::string> told;
    double carbon = 0;
    for (std::size_t row = 0; row < effects.rows(); ++row) {
        const auto name = effects.text("effect", row), substance = effects.text("substance", row);
        if (name.starts_with("carbon dioxide")) carbon += effects.number("amount", row), told.insert(effects.text("measure", row));
        else
            sums[fmt::format("{}{} [{}]", name, substance.empty() ? "" : "/" + substance, effects.text("amount_unit", row))] +=
                effects.number("amount", row);
    }
    // What costs something and tells no emission has one that is not known.
    const Columns costs(file, "costs");
    std::set<std::string> silent;
    for (std::size_t row = 0; row < costs.rows(); ++row)
        if (const auto who = costs.text("measure", row); !told.contains(who)) silent.insert(who);
    scenario.set("carbon_dioxide [t]", silent.empty() ? carbon : nan);
    scenario.set("missing_emissions", static_cast<double>(silent.size()));
    if (!silent.empty()) scenario.set("carbon_dioxide_known [t]", carbon);
    for (const auto& [name, sum] : sums) scenario.set(name, sum);
}

void add_masses(const ResultsFile& file, ComparedScenario& scenario) {
    const Columns masses(file, "mass_removed");
    std::map<std::string, double> net;
    for (std::size_t row = 0; row < masses.rows(); ++row) {
        const auto substance = masses.text("substance", row);
        if (masses.text("phase", row) == "transformed") {  // still there, as something else
            const auto key = fmt::format("transformed/{} [kg]", substance);
            const double before = scenario.figure(key), more = masses.number("removed", row) - masses.number("added", row);
            scenario.set(key, (std::isnan(before) ? 0.0 : before) + more);
            continue;
        }
        net[substance] += masses.number("removed", row) - masses.number("added", row);
        const auto key = fmt::format("removed/{}/{} [kg]", substance, masses.text("phase", row));
        const double before = scenario.figure(key);
        scenario.set(key, (std::isnan(before) ? 0.0 : before) + masses.number("removed", row));
    }
    for (const auto& [substance, kg] : net) scenario.set(fmt::format("removed_net/{} [kg]", substance), kg);
    // What is left, by phase: the stores at the last step of the budget.
    const auto& h5 = file.file();
    if (!h5.has("/budget")) return;
    const auto component = h5.read_texts("/budget/component"), term = h5.read_texts("/budget/term"), name = h5.read_texts("/budget/name"),
               amount_unit = h5.read_texts("/budget/unit");
    const auto stored = h5.read("/budget/stored");
    for (std::size_t n = 0; n < component.size() && stored.size() >= component.size(); ++n)
        if (term[n] == "storage" && amount_unit[n] == "kg")
            scenario.set(fmt::format("left/{}/{} [kg]", component[n], name[n]), stored[stored.size() - component.size() + n]);
}

void add_receptors(const ResultsFile& file, ComparedScenario& scenario) {
    const Columns receptors(file, "receptors");
    double worst_ratio = 0, longest = 0;
    bool limited = false;
    for (std::size_t row = 0; row < receptors.rows(); ++row) {
        const auto who = receptors.text("receptor", row) + "/" + receptors.text("substance", row);
        const double first = receptors.number("first_exceeded", row), last = receptors.number("last_exceeded", row);
        const double limit = receptors.number("limit", row);
        if (!std::isnan(limit)) {
            scenario.set("exceeded_from/" + who + " [a]", first / 365.25);
            scenario.set("exceeded_until/" + who + " [a]", last / 365.25);
            // Kept from the start, or from some moment on; no number when it is still exceeded at the end.
            const bool kept = !(receptors.number("final", row) > limit);
            scenario.set("time_to_limit/" + who + " [a]", !kept ? nan : std::isnan(first) ? 0.0 : last / 365.25);
            // A point in the source itself would hide what the plans are compared by.
            if (receptors.number("counts", row) != 0) {
                limited = true;
                const double ratio = receptors.number("final", row) / limit, years = (last - first) / 365.25;
                if (ratio > worst_ratio) worst_ratio = ratio, scenario.worst_receptor = who;
                if (years > longest || (years == 0 && scenario.longest_exceeded.empty())) longest = years, scenario.longest_exceeded = who;
            }
        }
        scenario.set("peak/" + who + " [mg/L]", receptors.number("peak", row));
        scenario.set("peak_time/" + who + " [a]", receptors.number("peak_time", row) / 365.25);
        scenario.set("final/" + who + " [mg/L]", receptors.number("final", row));
        scenario.set("passed/" + who + " [kg]", receptors.number("mass_passed", row));
        scenario.set("final_rate/" + who + " [kg/a]", receptors.number("final_rate", row));
        scenario.set("peak_rate/" + who + " [kg/a]", receptors.number("peak_rate", row));
        if (const double at = receptors.number("at_shut_off", row); !std::isnan(at)) {
            scenario.set("at_shut_off/" + who + " [mg/L]", at);
            scenario.set("rebound_peak/" + who + " [mg/L]", receptors.number("rebound_peak", row));
            if (at > 0) scenario.set("rebound/" + who, receptors.number("rebound_peak", row) / at);
        }
    }
    if (!limited) return;
    scenario.set("worst_final_over_limit", worst_ratio);
    scenario.set("longest_exceedance [a]", longest);
}

void add_plumes(const ResultsFile& file, ComparedScenario& scenario) {
    const Columns plume(file, "plume");
    for (std::size_t row = 0; row < plume.rows(); ++row) {
        const auto which = fmt::format("{}>{:g}mg/L/{:.4g}a", plume.text("substance", row), plume.number("limit", row),
                                       plume.number("time", row) / 365.25);
        scenario.set("plume_area/" + which + " [m2]", plume.number("area", row));
        scenario.set("plume_volume/" + which + " [m3]", plume.number("volume", row));
    }
}

/// When the first measure began [d]; NaN when none did.
double first_begun(const ResultsFile& file) {
    const Columns measures(file, "measures");
    double first = nan;
    for (std::size_t row = 0; row < measures.rows(); ++row) first = std::fmin(first, measures.number("begun", row));
    return first;
}

/// Health risk before and after: of all substances and routes together, where it is highest, by population. Before is the last output at
/// which no measure had begun; where none ever began there is no before.
void add_health(const ResultsFile& file, ComparedScenario& scenario) {
    const Columns risk(file, "health_risk");
    const double begun = first_begun(file);
    for (std::size_t row = 0; row < risk.rows(); ++row) {
        if (risk.text("substance", row) != "all") continue;
        const auto who = risk.text("population", row);
        for (const auto& [column, name] :
             {std::pair{"highest_cancer_risk", "cancer_risk"}, std::pair{"highest_hazard_quotient", "hazard_index"}}) {
            const auto before = fmt::format("{}_before/{}", name, who);
            if (risk.number("time", row) <= begun) scenario.set(before, risk.number(column, row));
            scenario.set(fmt::format("{}_after/{}", name, who), risk.number(column, row));
        }
    }
}

/// Farmland: area per class, by soil and by evaluation unit, and the safe-use rate, at every output date.
void add_farmland(const ResultsFile& file, ComparedScenario& scenario) {
    const Columns soil(file, "farmland_area");
    for (std::size_t row = 0; row < soil.rows(); ++row)
        if (soil.text("substance", row) == "all")
            scenario.set(fmt::format("farmland_area/{}/{} [ha]", soil.text("class", row), soil.text("date", row)),
                         soil.number("area", row));
    const Columns units(file, "farmland_safe_use");
    for (std::size_t row = 0; row < units.rows(); ++row) {
        const auto date = units.text("date", row);
        for (const char* name : {"priority_protection", "safe_use", "strict_control", "used_safely", "controlled"})
            scenario.set(fmt::format("farmland_units/{}/{} [ha]", name, date), units.number(name, row));
        const double rate = units.number("safe_use_rate", row), target = units.number("target", row);
        scenario.set(fmt::format("safe_use_rate/{} [%]", date), rate);
        if (!std::isnan(target)) scenario.set(fmt::format("safe_use_target_met/{}", date), rate >= target ? 1 : 0);
        scenario.farmland = {
            date,  units.number("priority_protection", row), units.number("safe_use", row), units.number("strict_control", row), rate,
            target};
    }
}

/// What crops contain at the last harvest: part of the land on which the produce is above its limit.
void add_produce(const ResultsFile& file, ComparedScenario& scenario) {
    for (const auto& name : file.table_names()) {
        if (!name.starts_with("produce_")) continue;
        const Columns produce(file, name);
        for (std::size_t row = 0; row < produce.rows(); ++row) {
            const auto which = fmt::format("{}/{}", name.substr(8), produce.text("substance", row));
            scenario.set(fmt::format("produce/{} [mg/kg]", which), produce.number("mean", row));
            scenario.set(fmt::format("produce_above_limit/{} [%]", which), produce.number("share_above", row));
        }
    }
}

/// Mass that is left where a measure holds it back, and where none does.
void add_contained(const ResultsFile& file, ComparedScenario& scenario) {
    const Columns contained(file, "contained");
    for (std::size_t row = 0; row < contained.rows(); ++row) {
        const auto which = contained.text("substance", row) + "/" + contained.text("phase", row);
        scenario.set("contained/" + which + " [kg]", contained.number("contained", row));
        scenario.set("uncontained/" + which + " [kg]", contained.number("uncontained", row));
    }
}

double figure_of(const ComparedScenario& scenario, std::string_view start) {
    for (const auto& name : scenario.order)
        if (name.starts_with(start)) return scenario.figure(name);
    return nan;
}

}  // namespace

/// The substance in "removed_net/Cd [kg]", "left/Cd/sorbed [kg]", "final/farm/well/Cd [mg/L]": what stands before the unit, at a place from
/// the front or, where names of receptors may hold anything, the last.
namespace {

std::string last_part(const std::string& name) {
    const auto end = name.find(" [");
    const auto from = name.rfind('/', end) + 1;
    return name.substr(from, end - from);
}

}  // namespace

double sum_of(const ComparedScenario& scenario, std::string_view start) {
    std::set<std::string> limited;
    for (const auto& name : scenario.order)
        if (name.starts_with("time_to_limit/")) limited.insert(last_part(name));
    double sum = 0;
    for (const auto& name : scenario.order) {
        if (!name.starts_with(start)) continue;
        const auto rest = name.substr(start.size());
        const auto substance = rest.substr(0, rest.find_first_of("/ "));
        if (limited.empty() || limited.contains(substance)) sum += scenario.figure(name);
    }
    return sum;
}

double cost_of(const ComparedScenario& scenario) { return figure_of(scenario, "net_present_cost ["); }

double known_cost_of(const ComparedScenario& scenario) {
    const double partly = figure_of(scenario, "net_present_cost_known [");
    return std::isnan(partly) ? cost_of(scenario) : partly;
}

Goals::Goals(const ComparedScenario& s)
    : cost(known_cost_of(s)), over_limit(s.figure("worst_final_over_limit")), exceeded(s.figure("longest_exceedance [a]")),
      cost_is_known(s.figure("missing_prices") == 0) {}

bool Goals::comparable() const { return !std::isnan(cost) && !std::isnan(over_limit) && !std::isnan(exceeded); }

bool Goals::beats(const Goals& other) const {
    if (!cost_is_known) return false;
    const bool no_worse = cost <= other.cost && over_limit <= other.over_limit && exceeded <= other.exceeded;
    return no_worse && (cost < other.cost || over_limit < other.over_limit || exceeded < other.exceeded);
}

void ComparedScenario::set(const std::string& name_of_figure, double value) {
    if (!figures.contains(name_of_figure)) order.push_back(name_of_figure);
    figures[name_of_figure] = value;
}

double ComparedScenario::figure(const std::string& name_of_figure) const {
    const auto found = figures.find(name_of_figure);
    return found == figures.end() ? nan : found->second;
}

void read_figures(const std::filesystem::path& results, ComparedScenario& scenario) {
    const auto file = ResultsFile::open(results, false);
    add_costs(file, scenario);
    mark_missing(scenario);
    add_receptors(file, scenario);
    add_masses(file, scenario);
    add_contained(file, scenario);
    add_effects(file, scenario);
    add_plumes(file, scenario);
    add_health(file, scenario);
    add_farmland(file, scenario);
    add_produce(file, scenario);
}

namespace {

/// What a year costs in which a limit is no longer exceeded: against the first plan that costs nothing.
void per_year_avoided(std::vector<ComparedScenario>& scenarios) {
    const auto base = std::find_if(scenarios.begin(), scenarios.end(),
                                   [](const ComparedScenario& s) { return s.status == "finished" && !s.assumption && cost_of(s) == 0; });
    if (base == scenarios.end()) return;
    const double without = base->figure("longest_exceedance [a]");
    for (auto& s : scenarios) {
        const double avoided = without - s.figure("longest_exceedance [a]");
        if (s.status == "finished" && !s.assumption && avoided > 0) s.set("cost_per_year_avoided", cost_of(s) / avoided);
    }
}

}  // namespace

void judge(std::vector<ComparedScenario>& scenarios) {
    for (auto& s : scenarios) {
        if (const double kg = sum_of(s, "removed_net/"); kg > 0) s.set("cost_per_kg_removed", cost_of(s) / kg);
    }
    per_year_avoided(scenarios);
    for (auto& s : scenarios) {
        const Goals mine(s);
        s.pareto = s.assumption ? nan : 0;
        if (s.assumption || s.status != "finished" || !mine.comparable()) continue;
        const bool beaten = std::any_of(scenarios.begin(), scenarios.end(), [&](const ComparedScenario& other) {
            const Goals theirs(other);
            return &other != &s && !other.assumption && other.status == "finished" && theirs.comparable() && theirs.beats(mine);
        });
        s.pareto = beaten ? 0 : mine.cost_is_known ? 1 : nan;
    }
}

std::vector<std::string> all_figures(const std::vector<ComparedScenario>& scenarios) {
    std::vector<std::string> all;
    for (const auto& s : scenarios)
        for (const auto& name : s.order)
            if (std::find(all.begin(), all.end(), name) == all.end()) all.push_back(name);
    return all;
}

}  // namespace galena
