#include "study/plan_question.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/suggestion.hpp"
#include "scenario/scenario.hpp"
#include "simulation/receptors.hpp"
#include "simulation/simulation.hpp"

namespace galena {

PlanQuestion PlanQuestion::read(const std::filesystem::path& file, Diagnostics& diagnostics) {
    PlanQuestion question;
    question.base = read_toml(file);
    const auto* given = question.base.find("optimise");
    if (!given)
        throw ScenarioError({file.string(), 0, 0}, "the site file has no [optimise]", "add it: the scenario, its variables and limits");
    ReadContext context{diagnostics, file.parent_path()};
    const auto before = diagnostics.error_count();
    reading::read_value(given->value, {"optimise", "", anything}, context, question.wanted);
    if (diagnostics.error_count() != before) return question;
    question.tree = question.base;
    if (!question.wanted.scenario.empty() || question.base.find("scenario")) question.take_named_scenario(file, diagnostics);
    if (question.wanted.variables.empty())
        diagnostics.error(question.wanted.place, "[optimise] has nothing to choose", "add [[optimise.variable]] tables");
    for (const auto& table : question.wanted.variables)
        if (auto variable = PlanVariable::make(table, question.tree, diagnostics)) question.variables.push_back(std::move(*variable));
    question.check_names(diagnostics);
    return question;
}

void PlanQuestion::take_named_scenario(const std::filesystem::path& file, Diagnostics& diagnostics) {
    const auto names = scenario_names(base);
    if (wanted.scenario.empty()) diagnostics.error(wanted.place, "[optimise] names no scenario", "give scenario; " + suggestion("", names));
    else if (std::find(names.begin(), names.end(), wanted.scenario.text) == names.end())
        diagnostics.error(wanted.scenario.place, fmt::format("the site file has no scenario '{}'", wanted.scenario.text),
                          suggestion(wanted.scenario.text, names));
    else take_scenario(tree, wanted.scenario.text, file.string(), diagnostics);
}

void PlanQuestion::check_names(Diagnostics& diagnostics) const {
    std::vector<std::string> receptors, substances;
    if (const auto* list = tree.find("receptor"))
        for (const auto& item : list->value.items)
            if (const auto* name = item.find("name")) receptors.push_back(name->value.text);
    if (const auto* table = tree.find("substance"))
        for (const auto& entry : table->value.entries) substances.push_back(entry.key);
    for (const auto& limit : wanted.limits) {
        if (std::find(receptors.begin(), receptors.end(), limit.receptor.text) == receptors.end())
            diagnostics.error(limit.receptor.place, fmt::format("there is no receptor '{}'", limit.receptor.text),
                              receptors.empty() ? "add it as [[receptor]]" : suggestion(limit.receptor.text, receptors));
        if (std::find(substances.begin(), substances.end(), limit.substance.text) == substances.end())
            diagnostics.error(limit.substance.place, fmt::format("there is no substance '{}'", limit.substance.text),
                              suggestion(limit.substance.text, substances));
        if (limit.from && limit.until && !(*limit.from < *limit.until))
            diagnostics.error(limit.places.of("until"),
                              fmt::format("the limit of receptor '{}' ends before it begins", limit.receptor.text),
                              "give until after from");
    }
}

Node PlanQuestion::plan(const std::vector<Node>& values) const {
    auto chosen = tree;
    // Measures that are not done go last: the keys of their variables are still put, and mean nothing.
    for (const bool measures : {false, true})
        for (std::size_t v = 0; v < variables.size(); ++v)
            if (variables[v].is_measure() == measures) variables[v].put(chosen, values[v]);
    std::erase_if(chosen.entries, [](const Entry& e) { return e.key == "measure" && e.value.is_array() && e.value.items.empty(); });
    return chosen;
}

void PlanQuestion::check_limits(const Site& site, const Domain& domain, Diagnostics& diagnostics) const {
    Diagnostics told_elsewhere;
    const auto receptors = Receptors::of(site, domain, told_elsewhere);
    if (!receptors || told_elsewhere.has_errors()) return;
    const double end = site.section<SiteTable>().length();
    for (const auto& limit : wanted.limits) {
        for (const auto& receptor : receptors->list())
            if (receptor.name == limit.receptor.text && !limit.below && !receptor.limits.contains(limit.substance.text))
                diagnostics.error(
                    limit.place,
                    fmt::format("receptor '{}' has no limit of {}, and none is given here", limit.receptor.text, limit.substance.text),
                    "give below = \"... mg/L\"");
        const double from = limit.from ? limit.from->since(domain.start) : 0, until = limit.until ? limit.until->since(domain.start) : end;
        if (from > end || until < 0)
            diagnostics.error(
                limit.places.of(from > end ? "from" : "until"),
                fmt::format("the limit of receptor '{}' holds outside the run: it would never be looked at", limit.receptor.text),
                fmt::format("the run goes from {} to {}", domain.start.text(), domain.start.plus(end).text()));
    }
}

void PlanQuestion::check_values(const std::filesystem::path& folder, Diagnostics& diagnostics) const {
    for (std::size_t v = 0; v < variables.size(); ++v) {
        const auto& given = wanted.variables[v];
        std::vector<Node> values;
        if (given.low) values = {given.low->node, given.high->node};
        else
            for (std::size_t n = 0; n < variables[v].choices(); ++n) values.push_back(variables[v].choice(n));
        for (const auto& value : values) {
            auto tried = tree;
            variables[v].put(tried, value);
            std::erase_if(tried.entries, [](const Entry& e) { return e.key == "measure" && e.value.is_array() && e.value.items.empty(); });
            Diagnostics found;
            const auto site = Site::from_tree(tried, folder, found);
            if (!found.has_errors()) (void)Simulation::build(site, found);
            for (const auto& d : found.all())
                if (d.severity == Diagnostic::Severity::error) diagnostics.error(d.place, d.what, d.hint);
        }
    }
}

}  // namespace galena
