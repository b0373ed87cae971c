#include "study/plan_trial.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "simulation/simulation.hpp"

namespace galena {

namespace {

const Table::Column* column_of(const Table& table, std::string_view name) {
    for (const auto& c : table.columns)
        if (c.name == name) return &c;
    return nullptr;
}

/// The tables of the models, by name.
std::map<std::string, Table> tables_of(const Simulation& simulation) {
    std::map<std::string, Table> all;
    for (const auto& observer : simulation.model_observers())
        for (auto& table : observer->tables()) all[table.name] = std::move(table);
    return all;
}

void read_cost(const std::map<std::string, Table>& tables, OptimiseGoal goal, PlanOutcome& outcome) {
    const auto total = tables.find("cost_total");
    outcome.cost = 0;  // nothing is done, nothing is paid
    if (total == tables.end()) return;
    const auto *what = column_of(total->second, "quantity"), *mid = column_of(total->second, "mid");
    for (std::size_t row = 0; what && mid && row < what->texts.size(); ++row) {
        if (what->texts[row] == words<OptimiseGoal>[static_cast<std::size_t>(goal)]) outcome.cost = mid->numbers[row];
        if (what->texts[row] == "missing_prices") outcome.missing_prices = mid->numbers[row];
    }
    if (mid) outcome.currency = mid->unit;
}

/// The limit of a receptor itself [mg/L]; NaN when it has none.
double own_limit(const std::map<std::string, Table>& tables, const OptimiseLimitTable& limit) {
    const auto table = tables.find("receptors");
    if (table == tables.end()) return std::numeric_limits<double>::quiet_NaN();
    const auto *who = column_of(table->second, "receptor"), *what = column_of(table->second, "substance"),
               *value = column_of(table->second, "limit");
    for (std::size_t row = 0; row < who->texts.size(); ++row)
        if (who->texts[row] == limit.receptor.text && what->texts[row] == limit.substance.text) return value->numbers[row];
    return std::numeric_limits<double>::quiet_NaN();
}

/// The highest concentration at a receptor over the limit, within its dates.
double ratio_of(const std::map<std::string, Table>& tables, const OptimiseLimitTable& limit, Date start) {
    const double allowed = limit.below ? unit("mg/L").from_si(*limit.below) : own_limit(tables, limit);
    const double from = limit.from ? limit.from->since(start) / seconds_per_day : 0,
                 until = limit.until ? limit.until->since(start) / seconds_per_day : infinite;
    const auto& courses = tables.at("receptor_courses");
    const auto *time = column_of(courses, "time"), *who = column_of(courses, "receptor"), *what = column_of(courses, "substance"),
               *value = column_of(courses, "concentration");
    double highest = 0;
    for (std::size_t row = 0; row < time->numbers.size(); ++row)
        if (time->numbers[row] >= from * (1 - 1e-12) && time->numbers[row] <= until * (1 + 1e-12) &&
            who->texts[row] == limit.receptor.text && what->texts[row] == limit.substance.text)
            highest = std::max(highest, value->numbers[row]);
    return highest / allowed;
}

}  // namespace

Evaluation PlanOutcome::evaluation() const {
    Evaluation found{cost, {}};
    for (const double ratio : ratios) found.constraints.push_back(ratio - 1);
    return found;
}

PlanOutcome run_plan(const Node& tree, const std::filesystem::path& folder, const OptimiseTable& wanted, Diagnostics& diagnostics) {
    PlanOutcome outcome;
    const auto site = Site::from_tree(tree, folder, diagnostics);
    const auto simulation = Simulation::build(site, diagnostics);
    if (diagnostics.has_errors() || !simulation) {
        outcome.failure = "the site file is wrong with these values";
        for (const auto& d : diagnostics.all())
            if (d.severity == Diagnostic::Severity::error) outcome.failure = d.what;
        return outcome;
    }
    try {
        simulation->start();
        while (!simulation->finished()) simulation->step();
    } catch (const SimulationError& fault) {
        outcome.failure = fault.cause;
        return outcome;
    }
    const auto tables = tables_of(*simulation);
    read_cost(tables, wanted.goal, outcome);
    for (const auto& limit : wanted.limits) outcome.ratios.push_back(ratio_of(tables, limit, simulation->domain().start));
    return outcome;
}

}  // namespace galena
