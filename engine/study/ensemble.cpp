#include "study/ensemble.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "output/csv_writer.hpp"
#include "output/observation_writer.hpp"
#include "output/output_folder.hpp"
#include "output/results_file.hpp"
#include "output/table_csv.hpp"
#include "output/vtk.hpp"
#include "study/risk_analysis.hpp"
#include "study/run.hpp"
#include "study/run_journal.hpp"
#include "study/spare_memory.hpp"
#include "study/worker_pool.hpp"

namespace galena {

namespace {

std::atomic<bool> stop_requested{false};
void request_stop(int) {
    stop_requested = true;
    std::signal(SIGINT, SIG_DFL);
}

/// Cells of a run below which a second thread brings nothing.
constexpr Index cells_per_thread = 200'000;

class Ensemble {
public:
    explicit Ensemble(const RiskOptions& options) : options_(options), cores_(thread_count()) {}

    ExitCode run() {
        build();
        open();
        const auto begin = std::chrono::steady_clock::now();
        const bool complete = simulate();
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        if (!complete) return stopped();
        return finish(seconds);
    }

private:
    void say(const std::string& line, bool always = false) const {
        if (always) fmt::print(stderr, "{}\n", line);
        else if (!options_.quiet && !options_.json) fmt::print("{}\n", line);
        std::fflush(stdout);
    }

    void build() {
        set_thread_count(1);  // workers are forks of this process, and threads of OpenMP do not survive a fork
        Diagnostics diagnostics;
        site_ = Site::read(options_.site, diagnostics, options_.scenario);
        std::vector<RankCorrelation> correlations;
        auto simulation = Simulation::build(site_, diagnostics, [&](const Domain& domain) {
            const ObservationWriter observations(site_, domain, diagnostics);
            plan_ = RiskPlan::make(site_, domain, diagnostics);
            correlations = correlations_of(site_, diagnostics);
            if (site_.uncertainty().values.empty() && !site_.has_random_fields())
                diagnostics.error({site_.file().string(), 0, 0}, "nothing in the site file is uncertain",
                                  "give a value a distribution, e.g. { lognormal = { median = \"5 m/d\", sigma_ln = 1.0 } }");
        });
        diagnostics.throw_if_errors();
        if (!diagnostics.all().empty()) say(diagnostics.text(), true);
        grid_ = std::make_unique<Grid>(simulation->domain().grid);
        runs_ = RunList::make(site_, correlations);
        outcomes_.resize(runs_.size());
        done_.resize(runs_.size());
        if (plan_.map)
            counts_.assign(plan_.plumes.size() * plan_.times.size(),
                           std::vector<std::uint32_t>(static_cast<std::size_t>(grid_->cell_count())));
    }

    /// What the records of the journal depend on: everything that decides about a run.
    [[nodiscard]] std::string key() const {
        return sha256(site_.text() + '\0' + options_.scenario + '\0' + program_version() + '\0' + std::to_string(runs_.size()));
    }

    void open() {
        const auto where = options_.resume   ? *options_.resume
                           : options_.output ? *options_.output
                                             : options_.site.parent_path() / "results";
        if (options_.resume) {
            folder_ = std::make_unique<OutputFolder>(OutputFolder::reopen(where, "ensemble.part"));
            journal_ = std::make_unique<RunJournal>(
                RunJournal::reopen(*folder_ / "ensemble.part", key(), [&](std::size_t r, const std::string& bytes) { receive(r, bytes); }));
        } else {
            folder_ = std::make_unique<OutputFolder>(OutputFolder::prepare(where));
            journal_ = std::make_unique<RunJournal>(RunJournal::create(*folder_ / "ensemble.part", key()));
        }
    }

    void receive(std::size_t r, const std::string& bytes) {
        auto outcome = RunOutcome::from_bytes(bytes);
        for (std::size_t m = 0; m < outcome.maps.size(); ++m) RunOutcome::add_map(outcome.maps[m], counts_[m]);
        outcome.maps.clear();  // counted; a thousand of them would be too much to keep
        if (!done_[r]) ++done_count_;
        done_[r] = true;
        outcomes_[r] = std::move(outcome);
    }

    [[nodiscard]] int workers() const {
        const int asked = options_.workers.value_or(site_.section<RiskTable>().workers);
        if (asked > 0) return asked;
        return affordable_runs(static_cast<double>(grid_->cell_count()), cores_);
    }

    bool simulate() {
        stop_requested = false;
        std::signal(SIGINT, request_stop);
        std::signal(SIGTERM, request_stop);
        std::vector<std::size_t> tasks;
        for (std::size_t r = 0; r < runs_.size(); ++r)
            if (!done_[r]) tasks.push_back(r);
        const int count = workers(), spare = std::max(1, cores_ / count);
        const auto useful = static_cast<int>(1 + grid_->cell_count() / cells_per_thread);
        say_plan(tasks.size(), count);
        const auto begin = std::chrono::steady_clock::now();
        WorkerPool::run(
            tasks, {count, std::min(spare, useful), &stop_requested}, [&](std::size_t r) { return simulate_run(r).bytes(); },
            [&](std::size_t r, const std::string& bytes, const std::string& death) {
                // Ctrl-C and kill reach the workers too: their runs are not done, and wait for --resume.
                if (!death.empty() && stop_requested) return;
                RunOutcome dead;
                dead.failure = death;
                const auto record = death.empty() ? bytes : dead.bytes();
                journal_->append(r, record);
                receive(r, record);
                if (!outcomes_[r].failure.empty()) say_failure(r);
                show_progress(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
                if (options_.stop_after && done_count_ >= static_cast<std::size_t>(*options_.stop_after)) stop_requested = true;
            });
        clear_progress();
        return done_count_ == runs_.size();
    }

    [[nodiscard]] RunOutcome simulate_run(std::size_t r) const {
        const auto& e = runs_.ensemble;
        const bool map = plan_.map && r >= e.first && r < e.first + e.count;
        return simulate_member(site_, plan_, runs_.u[r], runs_.realisations[r], map);
    }

    void say_plan(std::size_t tasks, int count) const {
        const auto& risk = site_.section<RiskTable>();
        say(fmt::format("galena {}: {}", program_version(), site_.section<SiteTable>().name));
        for (const auto& value : site_.uncertainty().values) say("  " + value.text());
        say(fmt::format(
            "{} runs ({} of the ensemble, {}, seed {}{}) of {} cells, {} at a time{}", runs_.size(), runs_.ensemble.count,
            words<Sampling>[static_cast<std::size_t>(risk.sampling)], risk.seed,
            runs_.size() > runs_.ensemble.count + 1 ? fmt::format("; {} for sensitivity", runs_.size() - runs_.ensemble.count - 1) : "",
            grid_->active_count(), count, tasks < runs_.size() ? fmt::format("; {} are done already", runs_.size() - tasks) : ""));
    }

    void say_failure(std::size_t r) {
        if (failures_said_++ >= 10) return;  // the table `runs` has all of them
        clear_progress();
        say(fmt::format("run {} failed: {}", r, outcomes_[r].failure), true);
    }

    void show_progress(double seconds) const {
        if (options_.quiet || options_.json || !isatty(STDERR_FILENO)) return;
        const auto left =
            static_cast<double>(runs_.size() - done_count_) * seconds / static_cast<double>(std::max<std::size_t>(1, done_count_));
        fmt::print(stderr, "\r{} of {} runs, {:.0f} s, about {:.0f} s to go ", done_count_, runs_.size(), seconds, left);
    }
    void clear_progress() const {
        if (!options_.quiet && !options_.json && isatty(STDERR_FILENO)) fmt::print(stderr, "\r{:60}\r", "");
    }

    ExitCode stopped() const {
        say(fmt::format("interrupted after {} of {} runs; go on with: galena risk {} --resume {}", done_count_, runs_.size(),
                        options_.site.string(), folder_->path().string()),
            true);
        return interrupted;
    }

    ExitCode finish(double seconds) {
        if (options_.hand_over) options_.hand_over(site_, plan_, runs_, outcomes_);
        const RiskAnalysis analysis(site_, plan_, runs_, outcomes_);
        write_results(analysis);
        write_risk_csv(analysis);
        for (const auto& table : analysis.tables()) write_table_csv(*folder_ / "tables", table);
        std::filesystem::remove(*folder_ / "ensemble.part");
        if (options_.json) print_json(analysis);
        for (const auto& line : analysis.summary()) say(line);
        say(fmt::format("{} runs in {:.2f} s: {:.3g} runs per second; {} of {} failed", runs_.size(), seconds,
                        static_cast<double>(runs_.size()) / std::max(seconds, 1e-9), analysis.failed_runs(), runs_.ensemble.count));
        say(fmt::format("results: {}", folder_->path().string()));
        const auto& risk = site_.section<RiskTable>();
        const double failed = static_cast<double>(analysis.failed_runs()) / static_cast<double>(runs_.ensemble.count);
        if (failed <= risk.max_failed) return done;
        say(fmt::format("galena: {} of {} runs failed, more than max_failed = {:g} allows; first: {}", analysis.failed_runs(),
                        runs_.ensemble.count, risk.max_failed, first_failure()),
            true);
        return could_not_go_on;
    }

    [[nodiscard]] std::string first_failure() const {
        for (std::size_t r = runs_.ensemble.first; r < runs_.ensemble.first + runs_.ensemble.count; ++r)
            if (!outcomes_[r].failure.empty()) return fmt::format("run {}: {}", r, outcomes_[r].failure);
        return {};
    }

    /// "exceedance_probability/Cd" of the water, "soil_exceedance_probability/Cd" of the soil, with limit and zone where a substance has
    /// several.
    [[nodiscard]] std::string map_name(std::size_t plume) const {
        const auto& own = plan_.plumes[plume];
        const auto like = [&](const RiskPlume& p) { return p.substance == own.substance && p.soil == own.soil; };
        const auto name = (own.soil ? "soil_exceedance_probability/" : "exceedance_probability/") + own.substance;
        if (std::count_if(plan_.plumes.begin(), plan_.plumes.end(), like) == 1) return name;
        const auto limit = own.soil ? fmt::format("{:g}_mg_per_kg", unit("mg/kg").from_si(own.limit))
                                    : fmt::format("{:g}_mg_per_L", unit("mg/L").from_si(own.limit));
        return fmt::format("{}_above_{}{}", name, limit, own.zone.empty() ? "" : "_in_" + own.zone);
    }

    void write_results(const RiskAnalysis& analysis) {
        const auto& where = site_.section<SiteTable>();
        const auto& risk = site_.section<RiskTable>();
        auto file = ResultsFile::create(
            *folder_ / "ensemble.h5",
            {program_version(), where.name, site_.file().filename().string(), site_.text(), where.start.text(), typed_command_line()},
            *grid_);
        file.set("seed", risk.seed);
        file.set("sampling", words<Sampling>[static_cast<std::size_t>(risk.sampling)]);
        file.set("runs", static_cast<double>(runs_.ensemble.count));
        file.set("failed_runs", static_cast<double>(analysis.failed_runs()));
        file.set("confidence", risk.confidence);
        for (const auto& table : analysis.tables()) file.write_table(table);
        if (plan_.map && analysis.good_runs() > 0) write_maps(file, static_cast<double>(analysis.good_runs()));
        file.set("status", "finished");
    }

    void write_maps(ResultsFile& file, double good) {
        std::vector<PvdEntry> series;
        const auto start = site_.section<SiteTable>().start;
        const bool vtk = site_.section<OutputTable>().vtk;
        if (vtk) std::filesystem::create_directories(*folder_ / "fields");
        for (std::size_t t = 0; t < plan_.times.size(); ++t) {
            const auto date = start.plus(plan_.times[t]).text();
            file.begin_time(plan_.times[t], date);
            std::vector<CellField> maps;
            std::vector<VtkField> shown;
            for (std::size_t p = 0; p < plan_.plumes.size(); ++p) {
                auto& map = maps.emplace_back(*grid_);
                const auto& counts = counts_[p * plan_.times.size() + t];
                for (std::size_t c = 0; c < counts.size(); ++c)
                    map[static_cast<Index>(c)] = grid_->active(static_cast<Index>(c)) ? counts[c] / good : NAN;
                keep_zone(plan_.plumes[p].cells, map);
                file.append_field(map_name(p), "1", "part of the runs with " + plan_.plumes[p].title(), map);
            }
            for (std::size_t p = 0; p < maps.size(); ++p) shown.push_back({map_name(p), maps[p]});
            if (!vtk) continue;
            const auto name = fmt::format("fields/exceedance_{:04}.vts", t);
            write_vts(*folder_ / name, *grid_, shown,
                      {plan_.times[t] / seconds_per_day, date, program_version(), site_.section<SiteTable>().name});
            series.push_back({plan_.times[t] / seconds_per_day, date, name});
        }
        if (vtk) write_pvd(*folder_ / "fields.pvd", series);
    }

    /// Nothing is known of cells that were not judged; no zone: all were.
    static void keep_zone(const std::vector<Index>& cells, CellField& map) {
        if (cells.empty()) return;
        std::vector<bool> judged(map.span().size());
        for (const Index cell : cells) judged[static_cast<std::size_t>(cell)] = true;
        for (std::size_t c = 0; c < judged.size(); ++c)
            if (!judged[c]) map[static_cast<Index>(c)] = NAN;
    }

    void write_risk_csv(const RiskAnalysis& analysis) {
        CsvWriter out(*folder_ / "risk.csv", {"time", "date", "receptor", "substance", "limit", "quantity", "value", "low", "high", "runs",
                                              "unit", "kind", "limit_unit"});
        const auto start = site_.section<SiteTable>().start;
        for (const auto& r : analysis.rows())
            out.row({r.time / seconds_per_day, start.plus(r.time).text(), r.receptor, r.substance, r.limit, r.quantity, r.value, r.low,
                     r.high, static_cast<double>(r.runs), r.unit, r.kind, r.limit_unit});
        out.flush();
    }

    void print_json(const RiskAnalysis& analysis) const {
        const auto number = [](double v) { return std::isfinite(v) ? nlohmann::json(v) : nlohmann::json(); };
        auto rows = nlohmann::json::array();
        for (const auto& r : analysis.rows())
            rows.push_back({{"time_d", r.time / seconds_per_day},
                            {"receptor", r.receptor},
                            {"substance", r.substance},
                            {r.limit_unit == "mg/L" ? "limit_mg_per_L" : "limit_mg_per_kg", r.limit},
                            {"kind", r.kind},
                            {"quantity", r.quantity},
                            {"value", number(r.value)},
                            {"low", number(r.low)},
                            {"high", number(r.high)},
                            {"runs", r.runs},
                            {"unit", r.unit}});
        const auto& risk = site_.section<RiskTable>();
        const nlohmann::json document{{"site", site_.section<SiteTable>().name},
                                      {"seed", risk.seed},
                                      {"sampling", words<Sampling>[static_cast<std::size_t>(risk.sampling)]},
                                      {"runs", runs_.ensemble.count},
                                      {"failed_runs", analysis.failed_runs()},
                                      {"confidence", risk.confidence},
                                      {"results", folder_->path().string()},
                                      {"rows", rows}};
        fmt::print("{}\n", document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
    }

    RiskOptions options_;
    int cores_;
    Site site_;
    RiskPlan plan_;
    RunList runs_;
    std::unique_ptr<Grid> grid_;
    std::unique_ptr<OutputFolder> folder_;
    std::unique_ptr<RunJournal> journal_;
    std::vector<RunOutcome> outcomes_;
    std::vector<bool> done_;
    std::size_t done_count_ = 0, failures_said_ = 0;
    ExceedanceCounts counts_;
};

}  // namespace

ExitCode risk(const RiskOptions& options) {
    try {
        return Ensemble(options).run();
    } catch (const ScenarioError& mistake) {
        fmt::print(stderr, "{}{}\n", mistake.what(), mistake.diagnostics().tally());
        return wrong_input;
    }
}

}  // namespace galena
