#pragma once
// One comparison of a run with a standard: levels per cell, exceedance per zone and per receptor.

#include "assessment/comparison_table.hpp"
#include "assessment/limit_ladder.hpp"
#include "assessment/number_rows.hpp"
#include "remediation/receptor.hpp"
#include "simulation/observer.hpp"

namespace galena {

/// A substance that is held against the standard, and one that cannot be.
struct JudgedSubstance {
    std::size_t index;  ///< among the substances of the run
    std::string id;
    LimitLadder ladder;
};
struct RefusedSubstance {
    std::string id, reason;
};

class Comparison {
public:
    Comparison(const ComparisonTable& table, const Standard& library, const Site& site, const Domain& domain, Diagnostics& diagnostics);

    void observe(const Moment& moment);
    [[nodiscard]] std::vector<ObserverField> fields() const;
    void add_zone_rows(Table& table, Date start) const;
    void add_receptor_rows(Table& table) const;
    void add_refusals(Table& table) const;
    void add_summary(std::vector<std::string>& lines) const;
    void save(CheckpointWriter& out) const;
    void load(CheckpointReader& in);

    static Table zone_table();
    static Table receptor_table();
    static Table refusal_table();

private:
    /// A point of observation, or a [[receptor]] of any kind.
    struct Receptor {
        std::string name;
        Index cell;                                  ///< −1 for a [[receptor]]
        std::shared_ptr<const ReceptorPlace> place;  ///< nullptr for a point
    };
    /// What a zone exceeds at one moment, of one substance (or all) and one rung.
    struct Exceedance {
        double area = 0, volume = 0, highest = 0, lowest_limit = std::numeric_limits<double>::infinity(), highest_index = 0;
    };

    void choose_standard(const Standard& library, const Domain& domain, Diagnostics& diagnostics);
    void choose_substances(const Site& site, Diagnostics& diagnostics);
    void choose_receptors(const Site& site, const Domain& domain, Diagnostics& diagnostics);
    void add_receptor_tables(const std::vector<Name>& points, const Site& site, const Domain& domain, Diagnostics& diagnostics);
    [[nodiscard]] double value_at(const Moment& moment, const JudgedSubstance& substance, const Receptor& receptor) const;
    void judge_cells(const Moment& moment);
    void judge_receptors(const Moment& moment);
    [[nodiscard]] double value(const Moment& moment, const JudgedSubstance& substance, Index cell) const;
    [[nodiscard]] double ph(const Domain& domain, Index cell) const { return domain.medium.pH.empty() ? 7 : domain.medium.pH[cell]; }
    [[nodiscard]] std::string name_of(double substance) const {
        return substance < 0 ? "all" : judged_[static_cast<std::size_t>(substance)].id;
    }

    ComparisonTable table_;
    Standard standard_;
    std::vector<Rung> rungs_;
    bool soil_ = false;
    std::vector<JudgedSubstance> judged_;
    std::vector<RefusedSubstance> refused_;
    std::vector<Index> cells_;
    std::vector<Receptor> receptors_;
    CellField level_, index_;
    double zone_volume_ = 0;
    NumberRows zone_rows_{9};      ///< time, substance, rung, limit, highest, highest index, area, volume, share of the volume
    NumberRows receptor_rows_{9};  ///< per receptor, substance, rung: see comparison.cpp
    double seen_until_ = 0;        ///< time of the last judgement of the receptors [s]
};

}  // namespace galena
