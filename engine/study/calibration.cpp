#include "study/calibration.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <map>

#include <fmt/format.h>

#include "core/suggestion.hpp"
#include "numerics/optimisation.hpp"
#include "output/output_folder.hpp"
#include "output/table_csv.hpp"
#include "output/results_file.hpp"
#include "simulation/simulation.hpp"
#include "study/run.hpp"
#include "study/run_journal.hpp"
#include "study/table_builder.hpp"

namespace galena {

REGISTER_SECTION(CalibrationTable)

namespace {

constexpr double lowest = 0.005, highest = 0.995;  // probabilities that are searched

/// The table that the comparison with measurements makes at the end of a run.
const Table::Column& column_of(const Table& table, const std::string& name) {
    for (const auto& column : table.columns)
        if (column.name == name) return column;
    throw std::logic_error("the table of measured values has no column " + name);
}

/// Mean of squared misses over the spread of their series; NaN when nothing measured lies in the run.
double misfit(const Table& observed) {
    const auto &point = column_of(observed, "point").texts, &quantity = column_of(observed, "quantity").texts;
    const auto &measured = column_of(observed, "measured").numbers, &simulated = column_of(observed, "simulated").numbers;
    struct Sums {
        double n = 0, sum = 0, squares = 0, misses = 0;
    };
    std::map<std::pair<std::string, std::string>, Sums> series;
    for (std::size_t r = 0; r < measured.size(); ++r) {
        if (std::isnan(simulated[r])) continue;
        auto& s = series[{point[r], quantity[r]}];
        s.n += 1;
        s.sum += measured[r];
        s.squares += measured[r] * measured[r];
        s.misses += (simulated[r] - measured[r]) * (simulated[r] - measured[r]);
    }
    double total = 0, count = 0;
    for (const auto& [key, s] : series) {
        const double mean = s.sum / s.n, variance = std::max(0.0, s.squares / s.n - mean * mean);
        // A series that does not vary, one value for example, is weighed by its size.
        const double scale = variance > 1e-12 * s.squares / s.n ? variance : std::max(1e-30, mean * mean);
        total += s.misses / scale;
        count += s.n;
    }
    return count > 0 ? total / count : std::nan("");
}

std::atomic<bool> stop_requested{false};

/// The first Ctrl-C asks for an orderly end; a second one ends the program at once.
void request_stop(int) {
    stop_requested = true;
    std::signal(SIGINT, SIG_DFL);
}

class Calibration {
public:
    explicit Calibration(const CalibrateOptions& options) : options_(options), site_(Site::read(options.site, diagnostics_)) {}

    ExitCode run() {
        choose();
        diagnostics_.throw_if_errors();
        open();
        const auto& table = site_.section<CalibrationTable>();
        OptimisationProblem problem;
        problem.low.assign(chosen_.size(), lowest);
        problem.high.assign(chosen_.size(), highest);
        problem.start.assign(chosen_.size(), 0.5);
        problem.evaluate = [&](std::span<const double> at) { return Evaluation{objective(at), {}}; };
        try {
            const auto found = minimise(problem, {table.global_trials, table.local_trials, table.tolerance});
            return finish(found.history, found.best);
        } catch (const Stopped&) {
            return stopped();
        }
    }

private:
    struct Stopped {};

    void open() {
        constexpr const char* name = "calibration.part";
        const auto where = options_.resume ? *options_.resume : options_.output.value_or(options_.site.parent_path() / "results");
        folder_ = std::make_unique<OutputFolder>(options_.resume ? OutputFolder::reopen(where, name) : OutputFolder::prepare(where));
        // How long is searched may change between two goes; what a trial gives may not.
        auto key = site_.text() + '\0' + program_version();
        for (const auto v : chosen_) key += fmt::format("\1{}", v);
        const auto take_up = [&](std::size_t, const std::string& record) {
            const auto space = record.find(' ');
            known_[record.substr(space + 1)] = std::strtod(record.substr(0, space).c_str(), nullptr);
        };
        journal_ = std::make_unique<RunJournal>(options_.resume ? RunJournal::reopen(*folder_ / name, sha256(key), take_up, "calibration")
                                                                : RunJournal::create(*folder_ / name, sha256(key)));
        if (!known_.empty() && !options_.quiet) fmt::print("{} trials are known already\n", known_.size());
        stop_requested = false;
        std::signal(SIGINT, request_stop);
        std::signal(SIGTERM, request_stop);
    }

    ExitCode finish(const std::vector<Trial>& trials, std::size_t best_one) const {
        if (!trials[best_one].found.evaluated())
            throw SimulationError("calibration", "no trial could be run: " + last_failure_, {}, {},
                                  site_.section<CalibrationTable>().place);
        write_table_csv(folder_->path(), history(trials, true));
        write_table_csv(folder_->path(), best(trials[best_one]));
        if (!options_.quiet) tell(trials, best_one);
        return done;
    }

    /// The history and the best so far are there; which search a trial belongs to is only known at the end.
    ExitCode stopped() const {
        std::size_t best_one = trials_.size();
        for (std::size_t t = 0; t < trials_.size(); ++t)
            if (trials_[t].found.evaluated() &&
                (best_one == trials_.size() || trials_[t].found.objective < trials_[best_one].found.objective))
                best_one = t;
        write_table_csv(folder_->path(), history(trials_, false));
        if (best_one < trials_.size()) {
            write_table_csv(folder_->path(), best(trials_[best_one]));
            if (!options_.quiet) tell(trials_, best_one);
        }
        if (!options_.quiet)
            fmt::print(stderr, "interrupted after {} trials; go on with: galena calibrate {} --resume {}\n", trials_.size(),
                       options_.site.string(), folder_->path().string());
        return interrupted;
    }

    /// The distributions that are fitted, by their numbers; that the site can be built is checked once.
    void choose() {
        const auto& table = site_.section<CalibrationTable>();
        const auto names = site_.uncertainty().names();
        if (!site_.has("observed"))
            diagnostics_.error({options_.site.string(), 0, 0}, "calibration needs something measured", "add an [[observed]]");
        if (names.empty())
            diagnostics_.error({options_.site.string(), 0, 0}, "nothing in the site file is uncertain, so nothing can be fitted",
                               "give a value a distribution, e.g. { uniform = [\"1 m/d\", \"20 m/d\"], name = \"K\" }");
        for (const auto& name : table.parameters_named) {
            const auto at = std::find(names.begin(), names.end(), name.text);
            if (at == names.end())
                diagnostics_.error(name.place, fmt::format("there is no distribution '{}'", name.text), suggestion(name.text, names));
            else chosen_.push_back(static_cast<std::size_t>(at - names.begin()));
        }
        if (table.parameters_named.empty())
            for (std::size_t n = 0; n < names.size(); ++n) chosen_.push_back(n);
        if (!diagnostics_.has_errors()) (void)Simulation::build(site_, diagnostics_);
    }

    [[nodiscard]] std::vector<double> probabilities(std::span<const double> at) const {
        std::vector<double> u(site_.uncertainty().values.size(), std::nan(""));  // the others keep their central values
        for (std::size_t n = 0; n < chosen_.size(); ++n) u[chosen_[n]] = at[n];
        return u;
    }

    double objective(std::span<const double> at) {
        std::string place;  // with digits that give the same bits back
        for (const double u : at) place += fmt::format("{} ", u);
        auto known = known_.find(place);
        if (known == known_.end()) {
            if (stop_requested || (options_.stop_after && run_here_ >= *options_.stop_after)) throw Stopped{};
            const double found = misfit_at(at);
            ++run_here_;
            journal_->append(known_.size(), fmt::format("{} {}", found, place));
            known = known_.emplace(place, found).first;
        }
        trials_.push_back({{at.begin(), at.end()}, {known->second, {}}, false});
        return known->second;
    }

    double misfit_at(std::span<const double> at) {
        try {
            Diagnostics diagnostics;
            const auto member = site_.member(probabilities(at), {}, diagnostics);
            const auto simulation = diagnostics.has_errors() ? nullptr : Simulation::build(member, diagnostics);
            diagnostics.throw_if_errors();
            simulation->start();
            while (!simulation->finished()) {
                if (stop_requested) throw Stopped{};
                simulation->step();
            }
            for (const auto& observer : simulation->model_observers())
                for (const auto& table : observer->tables())
                    if (table.name == "observed") return misfit(table);
            last_failure_ = "nothing was compared with measurements";
        } catch (const std::exception& fault) {
            last_failure_ = fault.what();
        }
        return std::nan("");
    }

    [[nodiscard]] Table history(const std::vector<Trial>& trials, bool searches_known) const {
        std::vector<TableBuilder::Head> heads{{"trial", "1"}, {"search", "", true}, {"objective", "1"}, {"best_so_far", "1"}};
        for (const auto v : chosen_) heads.push_back({site_.uncertainty().values[v].name, site_.uncertainty().values[v].unit});
        TableBuilder table("calibration", "every trial: the mean square of misses over the spread of what was measured, and the values",
                           heads);
        double least = infinite;
        for (std::size_t t = 0; t < trials.size(); ++t) {
            const auto& trial = trials[t];
            if (trial.found.evaluated()) least = std::min(least, trial.found.objective);
            std::vector<TableBuilder::Field> row{static_cast<double>(t),
                                                 std::string(!searches_known ? ""
                                                             : trial.local   ? "local"
                                                                             : "global"),
                                                 trial.found.objective, least};
            for (std::size_t n = 0; n < chosen_.size(); ++n)
                row.emplace_back(site_.uncertainty().values[chosen_[n]].number_at(trial.at[n]));
            table.row(row);
        }
        return table.take();
    }

    [[nodiscard]] Table best(const Trial& trial) const {
        TableBuilder table(
            "calibrated", "the best values; at_edge: the range kept it from going further",
            {{"name", "", true}, {"unit", "", true}, {"central", ""}, {"fitted", ""}, {"probability", "1"}, {"at_edge", "1"}});
        const auto& at = trial.at;
        for (std::size_t n = 0; n < chosen_.size(); ++n) {
            const auto& value = site_.uncertainty().values[chosen_[n]];
            const bool edge = at[n] < lowest + 0.01 || at[n] > highest - 0.01;
            table.row({value.name, value.unit, value.central_number(), value.number_at(at[n]), at[n], edge ? 1.0 : 0.0});
        }
        return table.take();
    }

    void tell(const std::vector<Trial>& trials, std::size_t best_one) const {
        const auto& start = trials.front();
        const auto& best = trials[best_one];
        fmt::print("{} runs; misfit {:.4g} at the central values, {:.4g} at best (1: what the means of the measurements would score)\n",
                   trials.size(), start.found.objective, best.found.objective);
        for (std::size_t n = 0; n < chosen_.size(); ++n) {
            const auto& value = site_.uncertainty().values[chosen_[n]];
            fmt::print("  {}: {:.5g} {} (central {:.5g})\n", value.name, value.number_at(best.at[n]), value.unit, value.central_number());
        }
        fmt::print("results: {}\n", folder_->path().string());
    }

    CalibrateOptions options_;
    Diagnostics diagnostics_;
    Site site_;
    std::vector<std::size_t> chosen_;
    std::unique_ptr<OutputFolder> folder_;
    std::unique_ptr<RunJournal> journal_;
    std::map<std::string, double> known_;  ///< misfit by the probabilities as text; NaN: it could not be run
    std::vector<Trial> trials_;            ///< as they were asked for
    int run_here_ = 0;
    std::string last_failure_;
};

}  // namespace

ExitCode calibrate(const CalibrateOptions& options) { return Calibration(options).run(); }

}  // namespace galena
