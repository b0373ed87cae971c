#pragma once
// Batches of samples from one well, and when they would pass.

#include "assessment/effect_evaluation.hpp"
#include "assessment/number_rows.hpp"
#include "simulation/observer.hpp"

namespace galena {

class GroundwaterEvaluation {
public:
    GroundwaterEvaluation(const GroundwaterEvaluationTable& table, const Site& site, const Domain& domain, Diagnostics& diagnostics);

    void observe(const Moment& moment);
    void add_rows(Table& table, Date start) const;
    void add_summary(std::vector<std::string>& lines, Date start) const;
    static Table empty_table();
    void save(CheckpointWriter& out) const;
    void load(CheckpointReader& in);

private:
    struct Target {
        std::size_t substance;
        std::string id;
        double concentration;  ///< [kg/m³]
    };
    [[nodiscard]] GroundwaterVerdict verdict(std::size_t target, std::size_t last_batch) const;

    GroundwaterEvaluationTable table_;
    std::vector<Target> targets_;
    Index cell_ = -1;
    double first_ = 0;            ///< time of the first batch [s]
    double seen_ = -1;            ///< time of the last moment seen [s]
    std::vector<double> before_;  ///< concentrations then
    NumberRows batches_{1};       ///< width: time and one concentration per target
};

}  // namespace galena
