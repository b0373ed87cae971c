#include "study/compare.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <csignal>
#include <fstream>
#include <thread>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/parallel.hpp"
#include "core/suggestion.hpp"
#include "output/csv_writer.hpp"
#include "output/output_folder.hpp"
#include "scenario/scenario.hpp"
#include "study/check.hpp"
#include "study/comparison_file.hpp"
#include "study/plan_variables.hpp"
#include "study/price_spread.hpp"
#include "study/run.hpp"
#include "study/shared_start.hpp"
#include "study/spare_memory.hpp"

extern char** environ;

namespace galena {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Ctrl-C reaches the runs too, which end with a checkpoint; no more are begun, and what there is is written.
std::atomic<bool> stop_requested{false};
void request_stop(int) { stop_requested = true; }

Place scenario_place(const std::filesystem::path& file, const std::string& name) {
    const auto tree = read_toml(file);
    for (const auto& item : tree.find("scenario")->value.items)
        if (const auto* entry = item.find("name"); entry && entry->value.text == name) return entry->value.place;
    return {file.string(), 0, 0};
}

/// The scenarios wanted; an unknown name is a mistake.
std::vector<std::string> wanted_scenarios(const CompareOptions& options) {
    const auto known = scenario_names(read_toml(options.site));
    if (known.empty())
        throw ScenarioError({options.site.string(), 0, 0}, "the site file has no scenario to compare",
                            "add a [[scenario]] with a name and measures");
    for (const auto& name : known)
        if (name.find('/') != std::string::npos || name == "." || name == "..")
            throw ScenarioError(scenario_place(options.site, name),
                                fmt::format("the name of scenario '{}' cannot be that of a folder", name),
                                "its results have a folder of that name; leave out '/', and do not call it . or ..");
    for (const auto& name : options.only)
        if (std::find(known.begin(), known.end(), name) == known.end())
            throw ScenarioError({options.site.string(), 0, 0}, fmt::format("the site file has no scenario '{}'", name),
                                suggestion(name, known));
    return options.only.empty() ? known : options.only;
}

/// What is known of the scenarios before any of them runs.
struct Checked {
    Index cells = 0;
    std::vector<ScenarioStart> starts;
};

/// The measures of a scenario, each with when it begins; those of conditions count from the date they may begin at.
std::vector<StartedMeasure> measures_of(Node tree, const Simulation& simulation) {
    expand_stages(tree);
    std::vector<StartedMeasure> all;
    const auto* list = tree.find("measure");
    for (const auto& item : list ? list->value.items : std::vector<Node>{}) {
        const auto* name = item.find("name");
        if (!name) continue;
        StartedMeasure one{name->value.text, toml_text(item), std::numeric_limits<double>::infinity()};
        for (const auto& intervention : simulation.interventions()) {
            std::set<double> moments;
            if (intervention->name() == one.name) intervention->add_events(moments);
            if (!moments.empty()) one.first = std::min(one.first, *moments.begin());
        }
        all.push_back(std::move(one));
    }
    return all;
}

/// Builds every scenario, so that a mistake in the last is found before the first has run.
Checked check_scenarios(const CompareOptions& options, const std::vector<std::string>& names) {
    Diagnostics all;
    Checked checked;
    const auto base = read_toml(options.site);
    for (const auto& name : names) {
        Diagnostics diagnostics;
        const auto [site, simulation] = build_scenario(options.site, name, diagnostics);
        for (const auto& d : diagnostics.all())
            if (d.severity == Diagnostic::Severity::error) all.error(d.place, d.what, d.hint);
        if (!simulation) continue;
        auto tree = base;
        take_scenario(tree, name, options.site.string(), diagnostics);
        checked.cells = simulation->domain().grid.cell_count();
        checked.starts.push_back({ground_of(tree), measures_of(tree, *simulation)});
    }
    all.throw_if_errors();
    return checked;
}

int affordable_jobs(const CompareOptions& options, std::size_t scenarios, Index cells) {
    const int jobs = options.jobs > 0 ? options.jobs : affordable_runs(static_cast<double>(cells), thread_count());
    return std::clamp(jobs, 1, static_cast<int>(scenarios));
}

/// One process: a scenario, or what several have in common.
struct Job {
    std::string name;
    std::vector<std::string> words;    ///< of its command line, after `galena --threads N`
    std::optional<std::size_t> after;  ///< a job that has to be done first
    std::function<void(Job&)> prepare = [](Job&) {};
    int code = our_fault;
    bool started = false, ended = false;
};

pid_t start_job(const Job& job, int threads) {
    std::vector<std::string> words{"galena", "--threads", std::to_string(threads)};
    words.insert(words.end(), job.words.begin(), job.words.end());
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    pid_t child = 0;
    const int fault = posix_spawn(&child, "/proc/self/exe", nullptr, nullptr, arguments.data(), environ);
    if (fault != 0) throw std::runtime_error("cannot start a process for scenario " + job.name);
    return child;
}

/// Does all jobs, so many at a time, in their order as far as each has what it needs; tells of those from `told` on.
void do_jobs(std::vector<Job>& jobs, int at_once, std::size_t told, bool quiet) {
    std::map<pid_t, std::size_t> running;
    const int threads = std::max(1, thread_count() / at_once);
    const auto ready = [&](const Job& job) { return !stop_requested && !job.started && (!job.after || jobs[*job.after].ended); };
    std::size_t done_count = 0;
    for (;;) {
        const auto next = std::find_if(jobs.begin(), jobs.end(), ready);
        if (next != jobs.end() && static_cast<int>(running.size()) < at_once) {
            next->started = true;
            next->prepare(*next);
            running[start_job(*next, threads)] = static_cast<std::size_t>(next - jobs.begin());
            continue;
        }
        if (running.empty()) return;
        int status = 0;
        const auto found = running.find(waitpid(-1, &status, 0));
        if (found == running.end()) continue;
        auto& job = jobs[found->second];
        job.ended = true;
        job.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        if (found->second >= told && !quiet)
            fmt::print("{} of {}: {} ended with {}\n", ++done_count, jobs.size() - told, job.name, job.code);
        std::fflush(stdout);
        running.erase(found);
    }
}

std::vector<std::string> run_words(const CompareOptions& options, const std::string& scenario, const std::filesystem::path& output) {
    return {"run", options.site.string(), "--scenario", scenario, "--output", output.string(), "--quiet"};
}

/// A job that goes on from a copy of what another left at its end; when that did not get as far, it starts by itself.
Job follower_of(const std::vector<Job>& jobs, std::size_t before, const std::filesystem::path& common, const std::filesystem::path& output,
                const std::string& name, std::vector<std::string> resumed, std::vector<std::string> alone) {
    Job job{name, std::move(resumed), before};
    job.prepare = [&jobs, before, common, output, alone = std::move(alone)](Job& self) {
        const auto folder = OutputFolder::prepare(output);
        if (jobs[before].code != interrupted) self.words = alone;
        else
            std::filesystem::copy(common, folder.path(),
                                  std::filesystem::copy_options::recursive | std::filesystem::copy_options::overwrite_existing);
    };
    return job;
}

std::vector<std::string> resume_words(const CompareOptions& options, const std::string& scenario, const std::filesystem::path& output) {
    return {"run", options.site.string(), "--scenario", scenario, "--resume", output.string(), "--branch", "--quiet"};
}

/// Runs all scenarios, `at_once` at a time; their exit codes in the order of the names.
std::vector<int> run_all(const CompareOptions& options, const std::filesystem::path& folder, const std::vector<std::string>& names,
                         const Checked& checked, int at_once) {
    const auto stretches = options.share ? shared_stretches(checked.starts) : std::vector<SharedStretch>{};
    std::vector<Job> jobs;
    jobs.reserve(stretches.size() + names.size());
    std::vector<std::optional<std::size_t>> shared(names.size());
    const auto common = [&](std::size_t stretch) { return folder / fmt::format("shared_start_{}", stretch + 1); };
    for (std::size_t s = 0; s < stretches.size(); ++s) {
        const auto& stretch = stretches[s];
        const auto base = scenario_with_only(names[stretch.scenarios.front()], stretch.measures);
        auto words = run_words(options, base, common(s)), resumed = resume_words(options, base, common(s));
        for (auto* list : {&words, &resumed}) list->insert(list->end(), {"--stop-before", fmt::format("{:.17g}", stretch.until)});
        if (stretch.after) jobs.push_back(follower_of(jobs, *stretch.after, common(*stretch.after), common(s), base, resumed, words));
        else jobs.push_back({base, words, {}});
        for (const auto n : stretch.leaving) shared[n] = s;
        if (!options.quiet && !options.json)
            fmt::print("{} scenarios are the same until {:.6g} d{}: computed once\n", stretch.scenarios.size(),
                       stretch.until / seconds_per_day,
                       stretch.measures.empty() ? "" : fmt::format(", with {}", fmt::join(stretch.measures, ", ")));
    }
    for (std::size_t n = 0; n < names.size(); ++n) {
        const auto alone = run_words(options, names[n], folder / names[n]);
        jobs.push_back(shared[n] ? follower_of(jobs, *shared[n], common(*shared[n]), folder / names[n], names[n],
                                               resume_words(options, names[n], folder / names[n]), alone)
                                 : Job{names[n], alone, {}});
    }
    do_jobs(jobs, at_once, stretches.size(), options.quiet || options.json);
    for (std::size_t s = 0; s < stretches.size(); ++s) std::filesystem::remove_all(common(s));
    std::vector<int> codes;
    for (std::size_t n = stretches.size(); n < jobs.size(); ++n) codes.push_back(jobs[n].code);
    return codes;
}

std::string status_of(int code) {
    return code == done ? "finished" : code == interrupted ? "interrupted" : code == could_not_go_on ? "failed" : "not run";
}

void write_csv(const std::filesystem::path& file, const std::vector<ComparedScenario>& scenarios) {
    const auto figures = all_figures(scenarios);
    std::vector<std::string> header{"scenario", "status", "exit_code", "pareto", "worst_receptor", "longest_exceeded_receptor"};
    header.insert(header.end(), figures.begin(), figures.end());
    CsvWriter out(file, header);
    for (const auto& s : scenarios) {
        std::vector<CsvWriter::Field> row{std::string_view(s.name),           std::string_view(s.status),
                                          static_cast<double>(s.exit_code),   s.pareto,
                                          std::string_view(s.worst_receptor), std::string_view(s.longest_exceeded)};
        for (const auto& figure : figures) row.emplace_back(s.figure(figure));
        out.row(row);
    }
    out.flush();
}

nlohmann::json json_of(const std::vector<ComparedScenario>& scenarios) {
    auto list = nlohmann::json::array();
    for (const auto& s : scenarios) {
        nlohmann::json figures = nlohmann::json::object();
        for (const auto& name : s.order) {
            const double value = s.figure(name);
            if (std::isfinite(value)) figures[name] = value;
            else figures[name] = nullptr;
        }
        nlohmann::json pareto = nullptr;
        if (!std::isnan(s.pareto)) pareto = s.pareto != 0;
        list.push_back({{"scenario", s.name},
                        {"status", s.status},
                        {"exit_code", s.exit_code},
                        {"pareto", pareto},
                        {"unpriced", s.unpriced},
                        {"worst_receptor", s.worst_receptor},
                        {"longest_exceeded_receptor", s.longest_exceeded},
                        {"figures", figures}});
    }
    return {{"scenarios", list}};
}

std::string cell(double value, double scale = 1) { return std::isnan(value) ? "-" : fmt::format("{:.4g}", value * scale); }

/// "> 12": at least so much; some prices are missing.
std::string cost_cell(const ComparedScenario& s) {
    if (s.status != "finished") return "-";
    const double known = known_cost_of(s);
    if (!(s.figure("missing_prices") > 0)) return cell(known, 1e-3);
    return known > 0 ? "> " + cell(known, 1e-3) : "missing";
}

std::string carbon_cell(const ComparedScenario& s) {
    if (!(s.figure("missing_emissions") > 0)) return cell(s.figure("carbon_dioxide [t]"));
    const double known = s.figure("carbon_dioxide_known [t]");
    return known > 0 ? "> " + cell(known) : "missing";
}

/// Who is worst at the end, and who is exceeded longest where that is somebody else.
std::string worst_cell(const ComparedScenario& s) {
    if (s.longest_exceeded.empty() || s.longest_exceeded == s.worst_receptor) return s.worst_receptor;
    return s.worst_receptor + "; longest " + s.longest_exceeded;
}

void print_missing(const std::vector<ComparedScenario>& scenarios) {
    for (const auto& s : scenarios) {
        const auto prices = s.figure("missing_prices") - static_cast<double>(s.unpriced.size());
        if (prices > 0) fmt::print("{}: {:g} prices are missing from the cost; {}/tables/costs.csv tells which\n", s.name, prices, s.name);
        if (s.unpriced.empty()) continue;
        fmt::print("{}: no price stands for what it changes: {}\n", s.name, fmt::join(s.unpriced, ", "));
        fmt::print("    give it with set.cost.work = [{{ ... }}], or say assumption = true where it is no work\n");
    }
}

/// Farmland by evaluation units at the end, where the site has any.
void print_farmland(const std::vector<ComparedScenario>& scenarios) {
    const auto has = [](const ComparedScenario& s) { return !s.farmland.date.empty(); };
    if (std::none_of(scenarios.begin(), scenarios.end(), has)) return;
    fmt::print("\n{:<28} {:>10} {:>14} {:>12} {:>12} {:>14} {:>10}\n", "farmland", "date", "protected, ha", "safe use, ha", "strict, ha",
               "safe-use rate", "target");
    for (const auto& s : scenarios) {
        if (!has(s)) continue;
        const auto& f = s.farmland;
        const auto target =
            std::isnan(f.target) ? std::string("-") : fmt::format("{:g} % {}", f.target, f.rate >= f.target ? "met" : "missed");
        fmt::print("{:<28} {:>10} {:>14} {:>12} {:>12} {:>12.1f} % {:>10}\n", s.name, f.date, cell(f.priority_protection), cell(f.safe_use),
                   cell(f.strict), f.rate, target);
    }
}

/// The figures people ask for first; the rest stands in comparison.csv.
void print_table(const std::vector<ComparedScenario>& scenarios) {
    fmt::print("\n{:<28} {:>10} {:>12} {:>12} {:>12} {:>12} {:>12} {:>9} {:>7} {:>9}  {}\n", "scenario", "status", "cost, 1000",
               "removed, kg", "left, kg", "final/limit", "exceeded, a", "CO2, t", "Pareto", "P(Pareto)", "worst receptor");
    for (const auto& s : scenarios) {
        const bool finished = s.status == "finished";
        const double removed = finished ? sum_of(s, "removed_net/") : nan, left = finished ? sum_of(s, "left/") : nan;
        fmt::print("{:<28} {:>10} {:>12} {:>12} {:>12} {:>12} {:>12} {:>9} {:>7} {:>9}  {}\n", s.name, s.status, cost_cell(s),
                   cell(removed), cell(left), cell(s.figure("worst_final_over_limit")), cell(s.figure("longest_exceedance [a]")),
                   carbon_cell(s),
                   s.assumption           ? "-"
                   : std::isnan(s.pareto) ? "?"
                   : s.pareto != 0        ? "yes"
                                          : "",
                   cell(s.figure("probability_pareto")), worst_cell(s));
    }
    fmt::print("\ncost: net present, middle price; final/limit and exceeded: each of the receptor that fares worst in it\n");
    fmt::print("(receptors with counts = false left out); ");
    fmt::print("removed and left: of substances with a limit; CO2: missing where a measure has no emission factor\n");
    print_farmland(scenarios);
    print_missing(scenarios);
}

ExitCode compare_sound(const CompareOptions& options) {
    const auto names = wanted_scenarios(options);
    const auto checked = check_scenarios(options, names);
    const auto where = options.output ? *options.output : options.site.parent_path() / "results";
    const auto folder = OutputFolder::prepare(where);
    stop_requested = false;
    std::signal(SIGINT, request_stop);
    std::signal(SIGTERM, request_stop);
    const auto codes = run_all(options, folder.path(), names, checked, affordable_jobs(options, names.size(), checked.cells));
    const auto base = read_toml(options.site);
    std::vector<ComparedScenario> scenarios;
    for (std::size_t n = 0; n < names.size(); ++n) {
        ComparedScenario scenario;
        scenario.name = names[n];
        scenario.exit_code = codes[n];
        scenario.status = status_of(codes[n]);
        scenario.unpriced = unpriced_changes(base, names[n]);
        scenario.assumption = is_assumption(base, names[n]);
        if (codes[n] == done) read_figures(folder / names[n] / "results.h5", scenario);
        scenarios.push_back(std::move(scenario));
    }
    judge(scenarios);
    spread_prices(scenarios);
    write_csv(folder / "comparison.csv", scenarios);
    Diagnostics heard;  // when the scenarios were checked
    const auto site = Site::read(options.site, heard, names.front());
    const auto& table = site.section<SiteTable>();
    write_comparison(
        folder / "results.h5",
        {program_version(), table.name, options.site.filename().string(), site.text(), table.start.text(), typed_command_line()},
        scenarios);
    if (options.json) fmt::print("{}\n", json_of(scenarios).dump(2));
    else if (!options.quiet) {
        print_table(scenarios);
        fmt::print("all figures: {}\n", (folder / "comparison.csv").string());
    }
    if (stop_requested || std::find(codes.begin(), codes.end(), static_cast<int>(interrupted)) != codes.end()) return interrupted;
    return std::all_of(codes.begin(), codes.end(), [](int code) { return code == done; }) ? done : could_not_go_on;
}

}  // namespace

ExitCode compare(const CompareOptions& options) {
    try {
        return compare_sound(options);
    } catch (const ScenarioError& mistake) {
        fmt::print(stderr, "{}{}\n", mistake.what(), mistake.diagnostics().tally());
        return wrong_input;
    }
}

}  // namespace galena
