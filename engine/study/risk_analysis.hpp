#pragma once
// From the outcomes of the runs to what people ask: probabilities with their intervals, arrival times, what matters.

#include <cmath>

#include "study/risk_plan.hpp"
#include "study/sensitivity.hpp"

namespace galena {

/// How numbers are told.
namespace risk_numbers {
inline constexpr double percentages[] = {5, 10, 25, 50, 75, 90, 95};
inline double years(double seconds) { return seconds / seconds_per_year; }
inline double mg_per_L(double si) { return unit("mg/L").from_si(si); }
}  // namespace risk_numbers

/// Which runs stand where in the list of all runs.
struct RunPart {
    std::size_t first = 0, count = 0;
};

/// Everything that is run, in order: the base run (central values), the ensemble, then the runs for sensitivity.
struct RunList {
    Design u;
    std::vector<Realisation> realisations;
    RunPart base, ensemble, tornado, morris, sobol;
    MorrisDesign morris_plan;
    std::vector<std::size_t> sobol_values;  ///< that the design of Sobol's indices varies

    static RunList make(const Site& site, const std::vector<RankCorrelation>& correlations);
    [[nodiscard]] std::size_t size() const { return u.size(); }
};

/// One line of risk.csv.
struct RiskRow {
    double time = 0;  ///< since the start [s]
    std::string receptor, substance;
    double limit = 0;        ///< in `limit_unit`
    std::string limit_unit;  ///< "mg/L" of water, "mg/kg" of soil
    std::string kind;        ///< "limit" at a receptor, "detection" at a monitoring well, "water" or "soil" above a limit anywhere
    std::string quantity, unit;
    double value = 0;          ///< in `unit`; NaN: not before the end of the run
    double low = 0, high = 0;  ///< of the confidence interval; NaN without one
    std::size_t runs = 0;      ///< it was computed from
};

class TableBuilder;

/// What the outcomes say.
class RiskAnalysis {
public:
    RiskAnalysis(const Site& site, const RiskPlan& plan, const RunList& runs, const std::vector<RunOutcome>& outcomes);

    [[nodiscard]] const std::vector<RiskRow>& rows() const { return rows_; }
    [[nodiscard]] const std::vector<Table>& tables() const { return tables_; }
    /// Lines for the terminal.
    [[nodiscard]] std::vector<std::string> summary() const;
    [[nodiscard]] std::size_t good_runs() const { return good_.size(); }
    [[nodiscard]] std::size_t failed_runs() const { return runs_.ensemble.count - good_.size(); }

private:
    void count_exceedance();
    void describe_arrival();
    // risk_curves.cpp
    void describe_curves();
    void describe_plumes();
    void describe_soil();
    void describe_ground(std::size_t plume, TableBuilder& table);

    void tell_convergence();
    void list_values();
    void list_runs();

    // risk_sensitivity.cpp
    void correlate_ranks();
    void swing();
    void screen();
    void decompose();

    // risk_monitoring.cpp
    /// What one well, or several together, saw of the plumes.
    struct WellRecord {
        std::size_t seen = 0, above = 0, before = 0;  ///< runs: with a finding; above the receptor's limit; found in time
        std::vector<double> lead;                     ///< from the finding to the limit, of those found in time [s]
        [[nodiscard]] double median() const;
    };
    void rank_wells();
    void choose_wells();
    [[nodiscard]] WellRecord watch(const RiskMonitor& monitor, const std::vector<std::size_t>& wells, double interval) const;

    void keep(TableBuilder& table);
    /// Numbers of the ensemble's successful runs that a sensitivity speaks of.
    struct Output {
        std::string name, unit;
        std::function<double(const RunOutcome&)> value;  ///< censored arrival counts as the end of the run
        std::function<bool(const RunOutcome&)> censored = [](const RunOutcome&) { return false; };
        bool detection = false;  ///< of a monitoring well: no sensitivity asks for it
    };
    /// Of the runs of a part that succeeded, those whose result is censored.
    [[nodiscard]] std::size_t censored_in(const RunPart& part, const Output& output) const;
    [[nodiscard]] std::vector<Output> outputs() const;
    [[nodiscard]] std::vector<Output> outputs_to_explain() const;
    [[nodiscard]] std::vector<double> results_of(const RunPart& part, const Output& output) const;
    [[nodiscard]] std::vector<double> over_runs(const std::function<double(const RunOutcome&)>& value) const;
    void add_row(double time, const RiskTarget& target, std::string quantity, std::string unit, double value,
                 Interval interval = {NAN, NAN});
    [[nodiscard]] static std::string kind_of(const RiskTarget& target) { return target.detection ? "detection" : "limit"; }

    const Site& site_;
    const RiskPlan& plan_;
    const RunList& runs_;
    const std::vector<RunOutcome>& outcomes_;
    const RiskTable& risk_;
    double end_;
    std::vector<std::size_t> good_;  ///< successful runs of the ensemble
    std::vector<RiskRow> rows_;
    std::vector<Table> tables_;
};

/// Cells above a limit at a time, in how many of the ensemble's runs: counts[plume · times + time][cell].
using ExceedanceCounts = std::vector<std::vector<std::uint32_t>>;

}  // namespace galena
