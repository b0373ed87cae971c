#pragma once
// Virtual sampling of the soil of one area: how often would it pass, and does it deserve to?

#include "assessment/effect_evaluation.hpp"
#include "assessment/number_rows.hpp"
#include "simulation/observer.hpp"

namespace galena {

class SoilEvaluation {
public:
    SoilEvaluation(const SoilEvaluationTable& table, const SampleNumbers& numbers, const Site& site, const Domain& domain,
                   Diagnostics& diagnostics);

    void observe(const Moment& moment);
    void add_rows(Table& table, Date start) const;
    void add_summary(std::vector<std::string>& lines) const;
    [[nodiscard]] const Name& name() const { return table_.name; }
    static Table empty_table();
    void save(CheckpointWriter& out) const { rows_.save(out, "effect_evaluation/soil/" + table_.name.text); }
    void load(CheckpointReader& in) { rows_.load(in, "effect_evaluation/soil/" + table_.name.text); }

private:
    struct Target {
        std::size_t substance;
        std::string id;
        double content;  ///< [kg/kg]
    };
    [[nodiscard]] Index draw_cell(double uniform) const;

    SoilEvaluationTable table_;
    std::vector<Target> targets_;
    std::vector<Index> cells_;
    std::vector<double> cumulated_area_;
    std::size_t samples_ = 0;
    NumberRows rows_{8};  ///< time, target (−1: all), true mean, true highest, deserves to pass, passes of the trials, mean UCL, target
};

}  // namespace galena
