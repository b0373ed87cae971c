#include "study/optimise.hpp"

#include <algorithm>
#include <cmath>
#include <csignal>
#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/parallel.hpp"
#include "core/suggestion.hpp"
#include "output/csv_writer.hpp"
#include "output/output_folder.hpp"
#include "output/results_file.hpp"
#include "scenario/scenario.hpp"
#include "simulation/simulation.hpp"
#include "study/plan_question.hpp"
#include "study/plan_runner.hpp"
#include "study/run.hpp"
#include "study/spare_memory.hpp"

namespace galena {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::atomic<bool> stop_requested{false};
void request_stop(int) {
    stop_requested = true;
    std::signal(SIGINT, SIG_DFL);
}

/// One trial: the values chosen and what they gave.
struct PlanTrial {
    PlanValues values;
    PlanOutcome outcome;
    bool local = false;

    /// The largest ratio of concentration and limit; infinite when it failed.
    [[nodiscard]] double worst() const {
        double most = 0;
        for (const double ratio : outcome.ratios) most = std::max(most, ratio);
        return std::isnan(outcome.cost) ? infinite : most;
    }
    [[nodiscard]] bool keeps() const { return worst() <= 1 + 1e-6; }
};

/// The value of a variable as a number for tables: of dates the seconds since 1970, of choices of texts their position.
double number_of(const Node& node) {
    switch (node.kind) {
        case Node::Kind::integer: return static_cast<double>(node.integer);
        case Node::Kind::number: return node.number;
        case Node::Kind::boolean: return node.boolean ? 1 : 0;
        case Node::Kind::date: return static_cast<double>(node.date.seconds);
        case Node::Kind::text:
            if (const auto quantity = split_quantity(node.text)) return quantity->number;
            return nan;
        default: return nan;
    }
}

class PlanSearch {
public:
    explicit PlanSearch(const OptimiseOptions& options) : options_(options), cores_(thread_count()) {}

    ExitCode run() {
        set_thread_count(1);  // plans run in forks of this process, and threads of OpenMP do not survive a fork
        read();
        open();
        try {
            prepare();
            for_each_combination([&](const PlanValues& chosen) { search(chosen); });
        } catch (const PlanRunner::Stopped&) {
            return stopped();
        }
        return finish();
    }

private:
    // ---- what is asked ------------------------------------------------------------------------------------------------------------

    void read() {
        Diagnostics diagnostics;
        question_ = PlanQuestion::read(options_.site, diagnostics);
        diagnostics.throw_if_errors();
        Diagnostics sound;
        const auto site = Site::from_tree(question_.tree, options_.site.parent_path(), sound);
        sound.throw_if_errors();
        start_ = site.section<SiteTable>().start;
        name_ = site.section<SiteTable>().name;
        Diagnostics told_by_trials;
        if (const auto simulation = Simulation::build(site, told_by_trials)) {
            cells_ = simulation->domain().grid.cell_count();
            question_.check_limits(site, simulation->domain(), diagnostics);
        }
        diagnostics.throw_if_errors();
    }

    /// What results of plans depend on besides the values chosen. How long is searched, and between which bounds, may change.
    [[nodiscard]] std::string key() const {
        auto site = tree_;
        std::erase_if(site.entries, [](const Entry& e) { return e.key == "scenario" || e.key == "optimise"; });
        auto text = toml_text(site) + '\0' + words<OptimiseGoal>[static_cast<std::size_t>(wanted_.goal)] + '\0' + program_version();
        for (const auto& v : variables_) text += '\0' + v.key();
        for (std::size_t n = 0; n < wanted_.limits.size(); ++n)
            text += fmt::format("\1{}\1{}", limit_name(n), wanted_.limits[n].below.value_or(nan));
        return sha256(text);
    }

    void open() {
        const auto where = options_.resume   ? *options_.resume
                           : options_.output ? *options_.output
                                             : options_.site.parent_path() / "results";
        constexpr const char* journal = "plans.part";
        folder_ = std::make_unique<OutputFolder>(options_.resume ? OutputFolder::reopen(where, journal) : OutputFolder::prepare(where));
        stop_requested = false;
        std::signal(SIGINT, request_stop);
        std::signal(SIGTERM, request_stop);
        const int workers = options_.workers.value_or(affordable_runs(static_cast<double>(cells_), cores_));
        runner_ = std::make_unique<PlanRunner>(*folder_ / journal, key(), options_.resume.has_value(),
                                               PlanRunner::Options{workers, cores_, &stop_requested, options_.stop_after},
                                               [this](const PlanValues& values) { return simulate(values); });
        if (runner_->taken_up() > 0 && !options_.quiet && !options_.json) fmt::print("{} plans are known already\n", runner_->taken_up());
        open_history();
    }

    // ---- the search ---------------------------------------------------------------------------------------------------------------

    /// All combinations of what is chosen among values; one without any.
    void for_each_combination(const std::function<void(const PlanValues&)>& body) const {
        std::vector<std::size_t> at(variables_.size(), 0);
        for (;;) {
            PlanValues chosen(variables_.size());
            for (std::size_t v = 0; v < variables_.size(); ++v)
                if (variables_[v].choices() > 0) chosen[v] = variables_[v].choice(at[v]);
            body(chosen);
            std::size_t v = 0;
            for (; v < variables_.size(); ++v) {
                if (variables_[v].choices() == 0) continue;
                if (++at[v] < variables_[v].choices()) break;
                at[v] = 0;
            }
            if (v == variables_.size()) return;
        }
    }

    /// Variables that are numbers between bounds.
    [[nodiscard]] std::vector<std::size_t> free_variables() const {
        std::vector<std::size_t> free;
        for (std::size_t v = 0; v < variables_.size(); ++v)
            if (variables_[v].choices() == 0) free.push_back(v);
        return free;
    }
    [[nodiscard]] OptimisationProblem problem() const {
        OptimisationProblem problem;
        for (const auto v : free_variables()) {
            problem.low.push_back(variables_[v].low());
            problem.high.push_back(variables_[v].high());
            problem.start.push_back(variables_[v].present(tree_).value_or(0.5 * (variables_[v].low() + variables_[v].high())));
        }
        problem.constraints = wanted_.limits.size();
        return problem;
    }
    [[nodiscard]] OptimisationEffort effort() const {
        return {.global_trials = wanted_.global_trials, .local_trials = wanted_.local_trials, .tolerance = wanted_.tolerance};
    }
    [[nodiscard]] PlanValues with_numbers(PlanValues chosen, std::span<const double> x) const {
        const auto free = free_variables();
        for (std::size_t n = 0; n < free.size(); ++n) chosen[free[n]] = variables_[free[n]].value(x[n]);
        return chosen;
    }

    /// Every choice, and the trials that each search begins with in any case, side by side.
    void prepare() {
        std::vector<PlanValues> plans;
        for_each_combination([&](const PlanValues& chosen) {
            for (const auto& x : certain_trials(problem(), effort())) plans.push_back(with_numbers(chosen, x));
        });
        runner_->prepare(plans);
    }

    /// The numbers between bounds, with the choices fixed.
    void search(const PlanValues& chosen) {
        auto asked = problem();
        asked.evaluate = [&](std::span<const double> x) { return evaluate(with_numbers(chosen, x)); };
        const auto first = trials_.size();
        const auto optimum = minimise(asked, effort());
        for (std::size_t n = 0; n < optimum.history.size(); ++n) trials_[first + n].local = optimum.history[n].local;
    }

    /// In a process of its own.
    [[nodiscard]] PlanResult simulate(const PlanValues& values) const {
        const auto tree = question_.plan(values);
        PlanResult result;
        try {
            Diagnostics diagnostics;
            result.outcome = run_plan(tree, options_.site.parent_path(), wanted_, diagnostics);
            for (const auto& d : diagnostics.all())
                if (d.severity == Diagnostic::Severity::error) result.mistakes.push_back(d);
        } catch (const std::exception& fault) {
            result.outcome = {};
            result.outcome.failure = fault.what();
        }
        return result;
    }

    Evaluation evaluate(const PlanValues& values) {
        const auto& result = runner_->result(values);
        if (trials_.empty()) {  // what is wrong with the first is wrong with the file
            Diagnostics diagnostics;
            for (const auto& m : result.mistakes) diagnostics.error(m.place, m.what, m.hint);
            diagnostics.throw_if_errors();
        }
        PlanTrial trial{values, result.outcome, false};
        write_row(trial);
        trials_.push_back(std::move(trial));
        say_progress();
        return trials_.back().outcome.evaluation();
    }

    [[nodiscard]] std::size_t best() const {
        const auto better = [](const PlanTrial& a, const PlanTrial& b) {
            // A plan whose cost is only known in part is not the cheapest as long as there is another.
            const bool partly = a.outcome.missing_prices > 0, other = b.outcome.missing_prices > 0;
            if (a.keeps() && b.keeps()) return partly != other ? other : a.outcome.cost < b.outcome.cost;
            return a.worst() < b.worst();
        };
        return static_cast<std::size_t>(std::min_element(trials_.begin(), trials_.end(), better) - trials_.begin());
    }

    // ---- what is told -------------------------------------------------------------------------------------------------------------

    void open_history() {
        std::vector<std::string> header{"trial"};
        for (const auto& v : variables_) header.push_back(v.key());
        header.push_back(words<OptimiseGoal>[static_cast<std::size_t>(wanted_.goal)]);
        for (std::size_t n = 0; n < wanted_.limits.size(); ++n) header.push_back(limit_name(n) + " over limit");
        for (const char* name : {"keeps_limits", "missing_prices", "failure"}) header.emplace_back(name);
        history_ = std::make_unique<CsvWriter>(*folder_ / "optimisation.csv", header);
    }
    [[nodiscard]] std::string limit_name(std::size_t n) const {
        const auto& limit = wanted_.limits[n];
        auto name = limit.receptor.text + "/" + limit.substance.text;
        if (limit.from) name += " from " + limit.from->text();
        if (limit.until) name += " until " + limit.until->text();
        return name;
    }
    /// At once, so that the history of a search that is stopped is there.
    void write_row(const PlanTrial& trial) {
        std::vector<std::string> texts;
        for (const auto& value : trial.values) texts.push_back(value.kind == Node::Kind::text ? value.text : toml_text(value));
        std::vector<CsvWriter::Field> row{static_cast<double>(trials_.size() + 1)};
        for (const auto& text : texts) row.emplace_back(std::string_view(text));
        row.emplace_back(trial.outcome.cost);
        for (std::size_t n = 0; n < wanted_.limits.size(); ++n)
            row.emplace_back(n < trial.outcome.ratios.size() ? trial.outcome.ratios[n] : nan);
        row.emplace_back(trial.keeps() ? 1.0 : 0.0);
        row.emplace_back(trial.outcome.missing_prices);
        row.emplace_back(std::string_view(trial.outcome.failure));
        history_->row(row);
        history_->flush();
    }

    [[nodiscard]] std::string plan_text(const PlanTrial& trial) const {
        std::string text;
        for (std::size_t v = 0; v < variables_.size(); ++v)
            text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", variables_[v].key(), toml_text(trial.values[v]));
        return text;
    }

    void say_progress() const {
        if (options_.quiet || options_.json) return;
        const auto& trial = trials_.back();
        fmt::print("trial {:>4}: {:>12} {} {}{}  {}\n", trials_.size(),
                   std::isnan(trial.outcome.cost) ? std::string("failed") : fmt::format("{:.5g}", trial.outcome.cost),
                   trial.outcome.currency, trial.keeps() ? "keeps every limit" : fmt::format("{:.3g} times a limit", trial.worst()),
                   trials_.size() - 1 == best() ? ", the best so far" : "", plan_text(trial));
        std::fflush(stdout);
    }

    ExitCode stopped() const {
        if (!options_.quiet)
            fmt::print(stderr, "interrupted after {} plans; go on with: galena optimise {} --resume {}\n", trials_.size(),
                       options_.site.string(), folder_->path().string());
        return interrupted;
    }

    ExitCode finish() {
        const auto& found = trials_[best()];
        write_best(found);
        write_results();
        if (options_.json) fmt::print("{}\n", json().dump(2));
        else if (!options_.quiet) say_result(found);
        return found.keeps() ? done : could_not_go_on;
    }

    void say_result(const PlanTrial& found) const {
        if (found.keeps())
            fmt::print("\nthe best of {} plans costs {:.5g} {} and keeps every limit: {}\n", trials_.size(), found.outcome.cost,
                       found.outcome.currency, plan_text(found));
        else
            fmt::print("\nno plan of {} keeps every limit; the nearest costs {:.5g} {}: {}\n", trials_.size(), found.outcome.cost,
                       found.outcome.currency, plan_text(found));
        for (std::size_t n = 0; n < found.outcome.ratios.size(); ++n)
            fmt::print("  {}: {:.4g} of the limit\n", limit_name(n), found.outcome.ratios[n]);
        if (found.outcome.missing_prices > 0)
            fmt::print("  {} prices are not known: they are missing from the cost, not zero\n", found.outcome.missing_prices);
        fmt::print("as a site file: {}, scenario optimised; every trial: {}\n", (*folder_ / "best.toml").string(),
                   (*folder_ / "optimisation.csv").string());
    }

    [[nodiscard]] nlohmann::json json() const {
        const auto of = [&](const PlanTrial& trial) {
            nlohmann::json values = nlohmann::json::object(), ratios = nlohmann::json::object();
            for (std::size_t v = 0; v < variables_.size(); ++v) values[variables_[v].key()] = toml_text(trial.values[v]);
            for (std::size_t n = 0; n < trial.outcome.ratios.size(); ++n) ratios[limit_name(n)] = trial.outcome.ratios[n];
            nlohmann::json cost;
            if (!std::isnan(trial.outcome.cost)) cost = trial.outcome.cost;
            return nlohmann::json{{"values", values},     {"cost", cost},
                                  {"over_limit", ratios}, {"keeps_limits", trial.keeps()},
                                  {"local", trial.local}, {"failure", trial.outcome.failure}};
        };
        auto list = nlohmann::json::array();
        for (const auto& trial : trials_) list.push_back(of(trial));
        return {{"best", best()}, {"feasible", trials_[best()].keeps()}, {"trials", list}};
    }

    /// The site file as it is, with one more scenario: the one that was optimised, with the values that were found. Files it names are
    /// named from the folder of the results.
    void write_best(const PlanTrial& found) const {
        std::ifstream in(options_.site, std::ios::binary);
        std::string text((std::istreambuf_iterator<char>(in)), {});
        rename_files(base_, text);
        Node set;
        std::vector<std::string> measures;
        for (const auto& measure : measures_of(tree_)) measures.push_back(measure);
        for (std::size_t v = 0; v < variables_.size(); ++v)
            if (!variables_[v].is_measure()) add_at(set, variables_[v].path(), found.values[v]);
            else if (!found.values[v].boolean) std::erase(measures, variables_[v].path().back());
        std::ofstream out(*folder_ / "best.toml", std::ios::binary);
        out << text << (text.empty() || text.back() == '\n' ? "" : "\n")
            << "\n# Found by galena optimise: " << (found.keeps() ? "keeps every limit" : "keeps not every limit; the nearest")
            << fmt::format(", {:.6g} {}, the best of {} trials.\n", found.outcome.cost, found.outcome.currency, trials_.size());
        out << "[[scenario]]\nname = \"optimised\"\nmeasures = [";
        for (std::size_t m = 0; m < measures.size(); ++m) out << (m ? ", " : "") << toml_text(text_node(measures[m]));
        out << "]\n";
        const auto chosen = chosen_scenario();
        if (const auto* without = chosen.find("without")) out << "without = " << toml_text(without->value) << '\n';
        if (const auto* before = chosen.find("set"); before && before->value.is_table()) {
            Node all = before->value;
            for (std::size_t v = 0; v < variables_.size(); ++v)
                if (!variables_[v].is_measure()) add_at(all, variables_[v].path(), found.values[v]);
            set = std::move(all);
        }
        if (!set.entries.empty()) out << "set = " << toml_text(set) << '\n';
        if (!out.flush()) throw std::runtime_error("best.toml cannot be written");
    }

    static Node text_node(const std::string& text) {
        Node node;
        node.kind = Node::Kind::text;
        node.text = text;
        return node;
    }
    static std::vector<std::string> measures_of(const Node& tree) {
        std::vector<std::string> names;
        if (const auto* list = tree.find("measure"))
            for (const auto& item : list->value.items)
                if (const auto* name = item.find("name")) names.push_back(name->value.text);
        return names;
    }
    [[nodiscard]] Node chosen_scenario() const {
        if (const auto* list = base_.find("scenario"))
            for (const auto& item : list->value.items)
                if (const auto* name = item.find("name"); name && name->value.text == wanted_.scenario.text) return item;
        return {};
    }
    /// Puts a value at a path of tables, made where they are missing.
    static void add_at(Node& table, const std::vector<std::string>& path, const Node& value) {
        Node* node = &table;
        for (std::size_t n = 0; n < path.size(); ++n) {
            auto at = std::find_if(node->entries.begin(), node->entries.end(), [&](const Entry& e) { return e.key == path[n]; });
            if (at == node->entries.end()) at = node->entries.insert(at, {path[n], {}, {}});
            if (n + 1 == path.size()) at->value = value;
            node = &at->value;
        }
    }
    /// Texts that name a file beside the site file name it from the folder of the results.
    void rename_files(const Node& node, std::string& text) const {
        if (node.kind == Node::Kind::text && !node.text.empty() && node.text.size() < 256) {
            std::error_code ignored;
            const auto file = options_.site.parent_path() / node.text;
            if (!std::filesystem::path(node.text).is_absolute() && std::filesystem::is_regular_file(file, ignored)) {
                const auto there = std::filesystem::relative(file, folder_->path()).string();
                for (const char quote : {'"', '\''}) {
                    const auto old = fmt::format("{0}{1}{0}", quote, node.text), fresh = fmt::format("{0}{1}{0}", quote, there);
                    for (auto at = text.find(old); at != std::string::npos; at = text.find(old, at + fresh.size()))
                        text.replace(at, old.size(), fresh);
                }
            }
        }
        for (const auto& item : node.items) rename_files(item, text);
        for (const auto& entry : node.entries) rename_files(entry.value, text);
    }

    void write_results() const {
        Hdf5File file(*folder_ / "results.h5", Hdf5File::Mode::create);
        file.set("/", "format", "galena optimisation");
        file.set("/", "format_version", 1);
        file.set("/", "program_version", program_version());
        file.set("/", "site_name", name_);
        file.set("/", "start", start_.text());
        file.set("/", "command", typed_command_line());
        std::vector<std::string> names, limits, failure;
        std::vector<double> values, cost, ratios, keeps, local;
        for (const auto& v : variables_) names.push_back(v.key());
        for (std::size_t n = 0; n < wanted_.limits.size(); ++n) limits.push_back(limit_name(n));
        for (const auto& trial : trials_) {
            for (const auto& value : trial.values) values.push_back(number_of(value));
            for (std::size_t n = 0; n < limits.size(); ++n)
                ratios.push_back(n < trial.outcome.ratios.size() ? trial.outcome.ratios[n] : nan);
            cost.push_back(trial.outcome.cost);
            keeps.push_back(trial.keeps() ? 1 : 0);
            local.push_back(trial.local ? 1 : 0);
            failure.push_back(trial.outcome.failure);
        }
        const auto describe = [&](const std::string& path, const std::string& unit_text, const std::string& meaning) {
            file.set(path, "unit", unit_text);
            file.set(path, "meaning", meaning);
        };
        file.write("/optimisation/variable", names);
        describe("/optimisation/variable", "", "what was chosen: the columns of value");
        file.write("/optimisation/value", values, {trials_.size(), names.size()});
        describe("/optimisation/value", "as in the site file", "of each trial; dates in seconds since 1970-01-01, measures 1 done, 0 not");
        file.write("/optimisation/cost", cost);
        describe("/optimisation/cost", trials_[best()].outcome.currency, "NaN: the trial failed");
        if (!limits.empty()) {
            file.write("/optimisation/limit", limits);
            describe("/optimisation/limit", "", "receptor, substance and dates: the columns of over_limit");
            file.write("/optimisation/over_limit", ratios, {trials_.size(), limits.size()});
            describe("/optimisation/over_limit", "1", "highest concentration over the limit");
        }
        file.write("/optimisation/keeps_limits", keeps);
        describe("/optimisation/keeps_limits", "1", "1: every limit is kept");
        file.write("/optimisation/local", local);
        describe("/optimisation/local", "1", "1: of the search around the best");
        file.write("/optimisation/failure", failure);
        describe("/optimisation/failure", "", "why a trial failed");
        file.set("/", "best", static_cast<double>(best()));
    }

    OptimiseOptions options_;
    int cores_;
    Index cells_ = 0;
    std::unique_ptr<PlanRunner> runner_;
    PlanQuestion question_;
    const OptimiseTable& wanted_ = question_.wanted;
    const Node &base_ = question_.base, &tree_ = question_.tree;
    const std::vector<PlanVariable>& variables_ = question_.variables;
    std::vector<PlanTrial> trials_;
    std::unique_ptr<OutputFolder> folder_;
    std::unique_ptr<CsvWriter> history_;
    Date start_;
    std::string name_;
};

}  // namespace

ExitCode optimise(const OptimiseOptions& options) {
    try {
        return PlanSearch(options).run();
    } catch (const ScenarioError& mistake) {
        fmt::print(stderr, "{}{}\n", mistake.what(), mistake.diagnostics().tally());
        return wrong_input;
    }
}

}  // namespace galena
