#include "study/calibration.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "core/suggestion.hpp"
#include "numerics/optimisation.hpp"
#include "output/output_folder.hpp"
#include "output/table_csv.hpp"
#include "simulation/simulation.hpp"
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

class Calibration {
public:
    explicit Calibration(const CalibrateOptions& options) : options_(options), site_(Site::read(options.site, diagnostics_)) {}

    ExitCode run() {
        choose();
        diagnostics_.throw_if_errors();
        const auto folder = OutputFolder::prepare(options_.output.value_or(options_.site.parent_path() / "results"));
        const auto& table = site_.section<CalibrationTable>();
        OptimisationProblem problem;
        problem.low.assign(chosen_.size(), lowest);
        problem.high.assign(chosen_.size(), highest);
        problem.start.assign(chosen_.size(), 0.5);
        problem.evaluate = [&](std::span<const double> at) { return Evaluation{objective(at), {}}; };
        const auto found = minimise(problem, {table.global_trials, table.local_trials, table.tolerance});
        if (!found.history[found.best].found.evaluated())
            throw SimulationError("calibration", "no trial could be run: " + last_failure_, {}, {}, table.place);
        write_table_csv(folder.path(), history(found));
        write_table_csv(folder.path(), best(found));
        if (!options_.quiet) tell(found, folder.path());
        return done;
    }

private:
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
        try {
            Diagnostics diagnostics;
            const auto member = site_.member(probabilities(at), {}, diagnostics);
            const auto simulation = diagnostics.has_errors() ? nullptr : Simulation::build(member, diagnostics);
            diagnostics.throw_if_errors();
            simulation->start();
            while (!simulation->finished()) simulation->step();
            for (const auto& observer : simulation->model_observers())
                for (const auto& table : observer->tables())
                    if (table.name == "observed") return misfit(table);
            last_failure_ = "nothing was compared with measurements";
        } catch (const std::exception& fault) {
            last_failure_ = fault.what();
        }
        return std::nan("");
    }

    [[nodiscard]] Table history(const Optimum& found) const {
        std::vector<TableBuilder::Head> heads{{"trial", "1"}, {"search", "", true}, {"objective", "1"}, {"best_so_far", "1"}};
        for (const auto v : chosen_) heads.push_back({site_.uncertainty().values[v].name, site_.uncertainty().values[v].unit});
        TableBuilder table("calibration", "every trial: the mean square of misses over the spread of what was measured, and the values",
                           heads);
        double least = infinite;
        for (std::size_t t = 0; t < found.history.size(); ++t) {
            const auto& trial = found.history[t];
            if (trial.found.evaluated()) least = std::min(least, trial.found.objective);
            std::vector<TableBuilder::Field> row{static_cast<double>(t), std::string(trial.local ? "local" : "global"),
                                                 trial.found.objective, least};
            for (std::size_t n = 0; n < chosen_.size(); ++n)
                row.emplace_back(site_.uncertainty().values[chosen_[n]].number_at(trial.at[n]));
            table.row(row);
        }
        return table.take();
    }

    [[nodiscard]] Table best(const Optimum& found) const {
        TableBuilder table(
            "calibrated", "the best values; at_edge: the range kept it from going further",
            {{"name", "", true}, {"unit", "", true}, {"central", ""}, {"fitted", ""}, {"probability", "1"}, {"at_edge", "1"}});
        const auto& at = found.history[found.best].at;
        for (std::size_t n = 0; n < chosen_.size(); ++n) {
            const auto& value = site_.uncertainty().values[chosen_[n]];
            const bool edge = at[n] < lowest + 0.01 || at[n] > highest - 0.01;
            table.row({value.name, value.unit, value.central_number(), value.number_at(at[n]), at[n], edge ? 1.0 : 0.0});
        }
        return table.take();
    }

    void tell(const Optimum& found, const std::filesystem::path& folder) const {
        const auto& start = found.history.front();
        const auto& best = found.history[found.best];
        fmt::print("{} runs; misfit {:.4g} at the central values, {:.4g} at best (1: what the means of the measurements would score)\n",
                   found.history.size(), start.found.objective, best.found.objective);
        for (std::size_t n = 0; n < chosen_.size(); ++n) {
            const auto& value = site_.uncertainty().values[chosen_[n]];
            fmt::print("  {}: {:.5g} {} (central {:.5g})\n", value.name, value.number_at(best.at[n]), value.unit, value.central_number());
        }
        fmt::print("results: {}\n", folder.string());
    }

    CalibrateOptions options_;
    Diagnostics diagnostics_;
    Site site_;
    std::vector<std::size_t> chosen_;
    std::string last_failure_;
};

}  // namespace

ExitCode calibrate(const CalibrateOptions& options) { return Calibration(options).run(); }

}  // namespace galena
