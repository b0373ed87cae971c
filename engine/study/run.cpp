#include "study/run.hpp"

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <fstream>

#include <sys/resource.h>
#include <unistd.h>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "core/units.hpp"
#include "output/budget_writer.hpp"
#include "output/checkpoint_file.hpp"
#include "output/field_writer.hpp"
#include "output/observation_writer.hpp"
#include "output/output_folder.hpp"
#include "output/progress.hpp"
#include "output/table_csv.hpp"
#include "output/vtk.hpp"
#include "simulation/simulation.hpp"
#include "study/risk_plan.hpp"

namespace galena {

const char* program_version() { return GALENA_VERSION; }

std::vector<std::string> uncertainty_lines(const Site& site) {
    const auto& values = site.uncertainty().values;
    if (values.empty()) return {};
    std::vector<std::string> lines{fmt::format(
        "{} values carry a distribution; one run takes their central values, `galena risk` answers with their uncertainty", values.size())};
    for (const auto& value : values) lines.push_back("  " + value.text());
    return lines;
}

namespace {

std::atomic<bool> stop_requested{false};

/// The first Ctrl-C asks for an orderly end; a second one, should that take too long, ends the program at once.
void request_stop(int) {
    stop_requested = true;
    std::signal(SIGINT, SIG_DFL);
}

double peak_memory_gib() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / (1024.0 * 1024.0);
}

/// Lines to the terminal and to log.txt.
class Log {
public:
    explicit Log(bool quiet) : quiet_(quiet) {}
    void open(const std::filesystem::path& file, bool append) {
        file_.open(file, append ? std::ios::app : std::ios::trunc);
        for (const auto& line : early_) file_ << line << '\n';
        early_.clear();
    }
    void line(const std::string& text, bool always = false) {
        if (!quiet_ || always) fmt::print(always ? stderr : stdout, "{}\n", text);
        std::fflush(stdout);
        if (file_.is_open()) file_ << text << std::endl;
        else early_.push_back(text);
    }

private:
    bool quiet_;
    std::ofstream file_;
    std::vector<std::string> early_;
};

/// Amounts for people: water in m³ or million m³, mass in kg, g or t.
std::string amount_text(double si, const std::string& unit_text) {
    if (unit_text == "m3") return std::abs(si) >= 1e6 ? fmt::format("{:.4g} million m3", si / 1e6) : fmt::format("{:.4g} m3", si);
    if (std::abs(si) >= 1e4) return fmt::format("{:.4g} t", si / 1e3);
    if (si != 0 && std::abs(si) < 0.1) return fmt::format("{:.4g} g", si * 1e3);
    return fmt::format("{:.4g} kg", si);
}

/// Everything of a run that has to live as long as it does.
class Session {
public:
    explicit Session(const RunOptions& options) : options_(options), log_(options.quiet) {}

    ExitCode run() {
        build();
        open_outputs();
        const auto begin = std::chrono::steady_clock::now();
        const auto code = loop();
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        progress_->clear();
        return finish(code, seconds);
    }

private:
    void build() {
        Diagnostics diagnostics;
        site_ = Site::read(options_.site, diagnostics, options_.scenario);
        simulation_ = Simulation::build(site_, diagnostics, [&](const Domain& domain) {
            observations_ = std::make_unique<ObservationWriter>(site_, domain, diagnostics);
            zones_ = std::make_unique<ZoneWriter>(site_, domain, diagnostics);
            check_risk(site_, domain, diagnostics);
        });
        diagnostics.throw_if_errors();
        if (!diagnostics.all().empty()) log_.line(diagnostics.text(), true);
        log_.line(fmt::format("galena {}: {}{}", program_version(), site_.section<SiteTable>().name,
                              site_.scenario().empty() ? "" : fmt::format(", scenario {}", site_.scenario())));
        for (const auto& line : uncertainty_lines(site_)) log_.line(line);
        for (const auto& remark : simulation_->domain().remarks) log_.line(remark);
        for (const auto& equation : simulation_->equations())
            for (const auto& text : equation->summary()) log_.line(text);
    }

    void open_outputs() {
        const bool resume = options_.resume.has_value();
        auto where = options_.resume ? *options_.resume : options_.output ? *options_.output : options_.site.parent_path() / "results";
        folder_ = std::make_unique<OutputFolder>(resume ? OutputFolder::reopen(where) : OutputFolder::prepare(where));
        if (resume) {
            checkpoint_ = std::make_unique<CheckpointFileReader>(*folder_ / "checkpoint.h5");
            if (!options_.branch && checkpoint_->text("site_sha256") != site_hash())
                throw ScenarioError({options_.site.string(), 0, 0}, "the site file or scenario is not the one the checkpoint was made with",
                                    "resume with the file as it was, or start anew without --resume");
        }
        log_.open(*folder_ / "log.txt", resume);
        std::vector<const Observer*> with_fields;
        for (const auto& observer : simulation_->model_observers()) with_fields.push_back(observer.get());
        const auto& site = site_.section<SiteTable>();
        const ResultsMetadata metadata{program_version(), site.name,         site_.file().filename().string(),
                                       site_.text(),      site.start.text(), typed_command_line()};
        fields_ = std::make_unique<FieldWriter>(FieldWriter::Options{folder_->path(), metadata, site_.section<OutputTable>().vtk, resume},
                                                simulation_->domain(), with_fields);
        if (!site_.scenario().empty()) fields_->results().set("scenario", site_.scenario());
        budget_ = std::make_unique<BudgetWriter>(*folder_ / "budget.csv", resume);
        observations_->open(*folder_ / "observations.csv", fields_->results(), resume);
        if (zones_->wanted()) zones_->open(*folder_ / "zones.csv", resume);
        const bool terminal = isatty(STDERR_FILENO) != 0;
        progress_ = std::make_unique<Progress>(options_.quiet ? Progress::Style::silent
                                               : terminal     ? Progress::Style::terminal
                                                              : Progress::Style::lines,
                                               simulation_->schedule().end());
        simulation_->add_observer(*budget_);
        simulation_->add_observer(*observations_);
        if (zones_->wanted()) simulation_->add_observer(*zones_);
        simulation_->add_observer(*fields_);
        simulation_->add_observer(*progress_);
    }

    /// What a checkpoint belongs to: the site file and the scenario.
    [[nodiscard]] std::string site_hash() const {
        return sha256(site_.scenario().empty() ? site_.text() : fmt::format("{}\nscenario {}", site_.text(), site_.scenario()));
    }

    void save_checkpoint() {
        CheckpointFileWriter out(*folder_ / "checkpoint.h5");
        out.set("program_version", program_version());
        out.set("site_sha256", site_hash());
        simulation_->save(out);
        const double worst[] = {worst_closure_.cumulative, worst_closure_time_};
        out.write("run/worst_closure", worst);
        write_texts(out, "run/worst_closure_of", {worst_closure_.component});
        out.commit();
    }

    /// What was lost before an interruption stays lost.
    void load_closure(CheckpointReader& in) {
        double worst[2] = {};
        in.read("run/worst_closure", worst);
        worst_closure_.cumulative = worst[0];
        worst_closure_time_ = worst[1];
        worst_closure_.component = read_texts(in, "run/worst_closure_of").front();
    }

    [[nodiscard]] bool checkpoint_due() const {
        const auto& interval = site_.section<OutputTable>().checkpoint_interval;
        if (!interval) return simulation_->at_output();
        return simulation_->state().time - last_checkpoint_ >= *interval;
    }

    /// Steps that had to be repeated shorter since the last call, and why.
    void log_retries() {
        for (; retries_told_ < simulation_->retries().size(); ++retries_told_) {
            const auto& r = simulation_->retries()[retries_told_];
            progress_->clear();
            log_.line(fmt::format("at {:.6g} d a step of {:.4g} d failed and is tried with {:.4g} d: {}", r.time / seconds_per_day,
                                  r.tried / seconds_per_day, r.next / seconds_per_day, r.cause));
        }
    }

    ExitCode loop() {
        stop_requested = false;
        std::signal(SIGINT, request_stop);
        std::signal(SIGTERM, request_stop);
        long steps = 0;
        try {
            if (checkpoint_) {
                simulation_->resume(*checkpoint_);
                load_closure(*checkpoint_);
                checkpoint_.reset();
                last_checkpoint_ = simulation_->state().time;
                log_.line(
                    fmt::format("resumed at {:.6g} d, step {}", simulation_->state().time / seconds_per_day, simulation_->state().step));
            } else {
                simulation_->start();
            }
            started_ = true;
            retries_told_ = simulation_->retries().size();
            while (!simulation_->finished()) {
                if (options_.stop_before && simulation_->next_step_heeds(*options_.stop_before)) {
                    save_checkpoint();
                    return interrupted;
                }
                simulation_->step();
                ++steps;
                judge_closure();
                log_retries();
                const bool stop = stop_requested || (options_.stop_after && steps >= *options_.stop_after);
                if (stop && !simulation_->finished()) {
                    save_checkpoint();
                    return interrupted;
                }
                if (checkpoint_due()) {
                    save_checkpoint();
                    last_checkpoint_ = simulation_->state().time;
                }
            }
        } catch (const SimulationError& fault) {
            progress_->clear();
            log_retries();
            if (started_ && simulation_->state().step > 0) save_checkpoint();
            log_.line(fmt::format("galena: the computation could not go on\n{}", fault.what()), true);
            return could_not_go_on;
        }
        return done;
    }

    ExitCode finish(ExitCode code, double seconds) {
        auto& results = fields_->results();
        if (code == could_not_go_on) {
            results.set("status", "failed");
            const bool kept = std::filesystem::exists(*folder_ / "checkpoint.h5");
            log_.line(kept ? fmt::format("the last good state is kept in {}", folder_->path().string())
                           : fmt::format("there is no good state to go on from: it failed at the start ({})", folder_->path().string()),
                      true);
            return code;
        }
        if (code == interrupted) {
            results.set("status", "interrupted");
            const double days = simulation_->state().time / seconds_per_day;
            // A start that scenarios share stands in the logs of all of them, and its folder is gone when they are done.
            if (options_.stop_before) log_.line(fmt::format("the start that scenarios share ends at {:.6g} d", days));
            else
                log_.line(fmt::format("interrupted at {:.6g} d; go on with: galena run {} --resume {}", days, options_.site.string(),
                                      folder_->path().string()),
                          true);
            return code;
        }
        for (const auto& observer : simulation_->model_observers())
            for (const auto& table : observer->tables()) {
                results.write_table(table);
                write_table_csv(*folder_ / "tables", table);
            }
        write_lines();
        print_books();
        for (const auto& observer : simulation_->model_observers())
            for (const auto& text : observer->summary()) log_.line(text);
        print_effort(seconds);
        const auto& worst = worst_closure_;
        results.set("status", "finished");
        results.set("worst_closure", worst.cumulative);
        const auto& output = site_.section<OutputTable>();
        if (worst.cumulative > output.closure_tolerance && output.stop_on_closure) {
            results.set("status", "failed");
            log_.line(fmt::format("galena: the budget of {} does not close: {:.3g} at {:.6g} d is worse than the tolerance {:.3g}; the "
                                  "files are kept in {}",
                                  worst.component, worst.cumulative, worst_closure_time_ / seconds_per_day, output.closure_tolerance,
                                  folder_->path().string()),
                      true);
            return could_not_go_on;
        }
        log_.line(fmt::format("results: {}", folder_->path().string()));
        return done;
    }

    /// The lines of the observers, as VTK polylines.
    void write_lines() const {
        if (!site_.section<OutputTable>().vtk) return;
        const auto& where = simulation_->domain().grid.georeference();
        const auto& table = site_.section<SiteTable>();
        const VtkMetadata metadata{simulation_->state().time / seconds_per_day, table.start.plus(simulation_->state().time).text(),
                                   program_version(), table.name};
        for (const auto& observer : simulation_->model_observers())
            for (const auto& set : observer->lines()) {
                VtkLines lines{set.points, set.begin, {}, {}, set.key};
                const auto titled = [](const LineSet::Numbers& numbers) {
                    return VtkLineField{fmt::format("{} [{}]", numbers.name, numbers.unit), numbers.values};
                };
                for (const auto& numbers : set.point_values) lines.point_fields.push_back(titled(numbers));
                for (const auto& numbers : set.line_values) lines.line_fields.push_back(titled(numbers));
                std::filesystem::create_directories(*folder_ / "pathlines");
                write_vtp(*folder_ / "pathlines" / (set.name + ".vtp"), lines, where, metadata);
            }
    }

    /// What moved where: one line per term that moved something.
    void print_books() {
        const auto& entries = simulation_->ledger().entries();
        if (entries.empty()) return;
        log_.line("");
        log_.line(fmt::format("{:<10} {:<42} {:>20} {:>20}", "budget", "", "in", "out"));
        for (const auto& e : entries) {
            if (e.cumulative_in == 0 && e.cumulative_out == 0) continue;
            auto label = e.term.term + (e.term.name.empty() ? "" : " '" + e.term.name + "'");
            if (e.term.term == "storage") label = "out of / into storage, " + e.term.name;
            log_.line(fmt::format("{:<10} {:<42} {:>20} {:>20}", e.term.component, label, amount_text(e.cumulative_in, e.term.unit),
                                  amount_text(e.cumulative_out, e.term.unit)));
        }
        for (const auto& c : simulation_->ledger().closures()) log_.line(fmt::format("{:<10} closure {:.2g}", c.component, c.cumulative));
    }

    /// The worst closure of all steps so far: amounts lost in the middle of a run stay lost, though much that moves later hides them.
    void judge_closure() {
        for (const auto& c : simulation_->ledger().closures())
            if (c.cumulative >= worst_closure_.cumulative) {
                worst_closure_ = c;
                worst_closure_time_ = simulation_->state().time;
            }
    }

    void print_effort(double seconds) {
        const auto steps = simulation_->state().step;
        log_.line("");
        for (const auto& equation : simulation_->equations()) {
            const auto s = equation->statistics();
            if (s.solves > 0)
                log_.line(fmt::format("{:<10} {} solves with {}, {} iterations, {:.3g} s, largest relative residual {:.2g}", s.equation,
                                      s.solves, s.solver, s.iterations, s.seconds, s.worst_residual));
            for (const auto& note : s.notes) log_.line(fmt::format("{:<10} {}", s.equation, note));
            for (const auto& remark : s.remarks) log_.line(fmt::format("warning: {}: {}", s.equation, remark));
        }
        const double cells = static_cast<double>(simulation_->domain().grid.active_count());
        log_.line(fmt::format("{} steps of {:.0f} cells in {:.2f} s: {:.3g} cells x steps per second; peak memory {:.2f} GiB; {} threads",
                              steps, cells, seconds, cells * static_cast<double>(steps) / std::max(seconds, 1e-9), peak_memory_gib(),
                              thread_count()));
    }

    RunOptions options_;
    Log log_;
    Site site_;
    std::unique_ptr<Simulation> simulation_;
    std::unique_ptr<OutputFolder> folder_;
    std::unique_ptr<CheckpointFileReader> checkpoint_;
    std::unique_ptr<BudgetWriter> budget_;
    std::unique_ptr<ObservationWriter> observations_;
    std::unique_ptr<ZoneWriter> zones_;
    std::unique_ptr<FieldWriter> fields_;
    std::unique_ptr<Progress> progress_;
    std::size_t retries_told_ = 0;
    Closure worst_closure_;
    double worst_closure_time_ = 0;
    double last_checkpoint_ = 0;
    bool started_ = false;
};

}  // namespace

ExitCode run(const RunOptions& options) {
    try {
        return Session(options).run();
    } catch (const ScenarioError& mistake) {
        fmt::print(stderr, "{}{}\n", mistake.what(), mistake.diagnostics().tally());
        return wrong_input;
    }
}

}  // namespace galena
