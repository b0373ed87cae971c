#include "study/check.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/units.hpp"
#include "output/observation_writer.hpp"
#include "scenario/scenario.hpp"
#include "study/plan_question.hpp"
#include "study/risk_plan.hpp"
#include "study/run.hpp"

namespace galena {

BuiltScenario build_scenario(const std::filesystem::path& file, const std::string& name, Diagnostics& diagnostics) {
    BuiltScenario built;
    built.site = Site::read(file, diagnostics, name);
    built.simulation = Simulation::build(built.site, diagnostics, [&](const Domain& domain) {
        const ObservationWriter observations(built.site, domain, diagnostics);
        const ZoneWriter zones(built.site, domain, diagnostics);
        check_risk(built.site, domain, diagnostics);
    });
    return built;
}

namespace {

/// What `galena check` finds in one site file.
class SiteCheck {
public:
    explicit SiteCheck(std::filesystem::path file) : file_(std::move(file)) {}

    void run() {
        try {
            tree_ = read_toml(file_);
            check_base();
            check_scenarios();
            if (!diagnostics_.has_errors() && tree_.find("optimise")) check_optimise();
        } catch (const ScenarioError& fault) {  // a mistake of syntax: nothing else can be read
            for (const auto& d : fault.diagnostics().all()) diagnostics_.error(d.place, d.what, d.hint);
        }
    }

    ExitCode print_json() const {
        auto problems = nlohmann::json::array();
        for (const auto& d : diagnostics_.all())
            problems.push_back({{"severity", d.severity == Diagnostic::Severity::error ? "error" : "warning"},
                                {"file", d.place.file},
                                {"line", d.place.line},
                                {"column", d.place.column},
                                {"message", d.what},
                                {"hint", d.hint}});
        const nlohmann::json document{{"site", name_},
                                      {"valid", !diagnostics_.has_errors()},
                                      {"understood", lines_},
                                      {"measures", titles("measure")},
                                      {"receptors", titles("receptor")},
                                      {"scenarios", titles("scenario")},
                                      {"problems", problems}};
        fmt::print("{}\n", document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
        return code();
    }

    ExitCode print_text() const {
        fmt::print(stderr, "{}", diagnostics_.text());
        if (!diagnostics_.has_errors()) {
            fmt::print("{}\n", name_);
            for (const auto& line : lines_) fmt::print("  {}\n", line);
            fmt::print("{} is valid\n", file_.string());
        } else {
            fmt::print(stderr, "{}\n", diagnostics_.tally());
        }
        return code();
    }

private:
    [[nodiscard]] ExitCode code() const { return diagnostics_.has_errors() ? wrong_input : done; }

    void check_base() {
        const auto [site, simulation] = build_scenario(file_, "", diagnostics_);
        if (!simulation) return;
        const auto& where = site.section<SiteTable>();
        name_ = where.name;
        lines_.push_back(fmt::format("from {} for {}, {} output times", where.start.text(), quantity_text(where.length(), unit("d")),
                                     simulation->schedule().output_count()));
        for (const auto& line : uncertainty_lines(site)) lines_.push_back(line);
        for (const auto& remark : simulation->domain().remarks) lines_.push_back(remark);
        for (const auto& [zone, cells] : simulation->domain().zones.all())
            lines_.push_back(fmt::format("zone {}: {} cells", zone, cells.size()));
        for (const auto& equation : simulation->equations())
            for (const auto& text : equation->summary()) lines_.push_back(text);
        list_tables();
    }

    /// Measures with their kinds, and receptors with where they lie.
    void list_tables() {
        const auto list = [&](const char* table, const std::function<std::string(const Node&)>& kind) {
            const auto* all = tree_.find(table);
            if (!all || !all->value.is_array()) return;
            for (const auto& item : all->value.items)
                if (const auto* name = item.find("name")) lines_.push_back(fmt::format("{} {}: {}", table, name->value.text, kind(item)));
        };
        list("measure", [](const Node& item) {
            const auto *type = item.find("type"), *stages = item.find("stage");
            auto text = type ? type->value.text : std::string();
            if (stages) text += fmt::format(" in {} stages", stages->value.items.size());
            return text;
        });
        list("receptor", [](const Node& item) -> std::string {
            for (const char* way : {"zone", "boundary", "line", "along", "screen_top"})
                if (const auto* entry = item.find(way))
                    return entry->value.kind == Node::Kind::text && entry->key != "screen_top"
                               ? fmt::format("{} {}", way, entry->value.text)
                               : std::string(entry->key == "line"    ? "a control plane"
                                             : entry->key == "along" ? "a line on the map"
                                                                     : "a well");
            return "a point";
        });
    }

    /// Builds it apart from the mistakes found before; what the base says too is said once.
    void check_built(const std::string& scenario) {
        Diagnostics found;
        (void)build_scenario(file_, scenario, found);
        for (const auto& d : found.all())
            if (d.severity == Diagnostic::Severity::error) diagnostics_.error(d.place, d.what, d.hint);
            else diagnostics_.warning(d.place, d.what, d.hint);
    }

    void check_scenarios() {
        const auto names = scenario_names(tree_);
        for (const auto& name : names) check_built(name);
        if (names.empty()) return;
        std::set<std::string> used;
        for (const auto& item : tree_.find("scenario")->value.items) {
            const auto measures = texts(item, "measures"), without = texts(item, "without");
            used.insert(measures.begin(), measures.end());
            std::vector<std::string> parts{measures.empty() ? "no measure" : fmt::format("{}", fmt::join(measures, ", "))};
            if (!without.empty()) parts.push_back(fmt::format("without {}", fmt::join(without, ", ")));
            if (const auto* set = item.find("set")) {
                std::vector<std::string> tables;
                for (const auto& entry : set->value.entries) tables.push_back(entry.key);
                parts.push_back(fmt::format("sets {}", fmt::join(tables, ", ")));
            }
            if (const auto* name = item.find("name"))
                lines_.push_back(fmt::format("scenario {}: {}", name->value.text, fmt::join(parts, "; ")));
        }
        check_idle_measures(used);
    }

    /// What no scenario does is built by itself: its mistakes would wait for the first scenario that names it.
    void check_idle_measures(const std::set<std::string>& used) {
        const auto* measures = tree_.find("measure");
        if (!measures || !measures->value.is_array()) return;
        for (const auto& item : measures->value.items) {
            const auto* name = item.find("name");
            if (!name || used.contains(name->value.text)) continue;
            std::vector<std::string> idle;
            const auto parts = parts_of(item, name->value.text);
            std::copy_if(parts.begin(), parts.end(), std::back_inserter(idle), [&](const auto& part) { return !used.contains(part); });
            if (idle.size() == parts.size())
                diagnostics_.warning(name->value.place,
                                     fmt::format("measure '{}' is part of no scenario: nothing runs it", name->value.text),
                                     "name it in the `measures` of a [[scenario]]");
            if (!idle.empty()) check_built(scenario_with_only("", idle));
        }
    }
    /// The stages of a measure, or itself.
    [[nodiscard]] static std::vector<std::string> parts_of(const Node& measure, const std::string& name) {
        const auto* stages = measure.find("stage");
        if (!stages || !stages->value.is_array() || stages->value.items.empty()) return {name};
        std::vector<std::string> parts;
        for (std::size_t n = 0; n < stages->value.items.size(); ++n) parts.push_back(stage_name(measure, n));
        return parts;
    }

    void check_optimise() {
        const auto question = PlanQuestion::read(file_, diagnostics_);
        if (diagnostics_.has_errors()) return;
        const auto [site, simulation] = build_scenario(file_, question.wanted.scenario.text, diagnostics_);
        if (!simulation) return;
        question.check_limits(site, simulation->domain(), diagnostics_);
        question.check_values(file_.parent_path(), diagnostics_);
        std::vector<std::string> keys;
        for (const auto& v : question.variables) keys.push_back(v.key());
        lines_.push_back(fmt::format("optimise: chooses {}; limits to keep: {}", fmt::join(keys, ", "), question.wanted.limits.size()));
    }

    [[nodiscard]] static std::vector<std::string> texts(const Node& item, std::string_view key) {
        std::vector<std::string> all;
        const auto* entry = item.find(key);
        if (entry && entry->value.kind == Node::Kind::text) all.push_back(entry->value.text);
        if (entry)
            for (const auto& text : entry->value.items) all.push_back(text.text);
        return all;
    }
    [[nodiscard]] std::vector<std::string> titles(std::string_view table) const {
        std::vector<std::string> all;
        if (const auto* list = tree_.find(table); list && list->value.is_array())
            for (const auto& item : list->value.items)
                if (const auto* name = item.find("name")) all.push_back(name->value.text);
        return all;
    }

    std::filesystem::path file_;
    Node tree_;
    Diagnostics diagnostics_;
    std::string name_;
    std::vector<std::string> lines_;
};

}  // namespace

ExitCode check(const std::filesystem::path& file, bool json) {
    SiteCheck found(file);
    found.run();
    return json ? found.print_json() : found.print_text();
}

}  // namespace galena
