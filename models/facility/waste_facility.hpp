#pragma once
// What ponds and piles have in common: waste on a liner above columns of the ground, some day covered or taken elsewhere, its seepage with
// what it carries, and what all that costs.

#include "facility/cover.hpp"
#include "facility/facility.hpp"
#include "facility/facility_floor.hpp"
#include "facility/liner.hpp"
#include "facility/seepage_chemistry.hpp"
#include "flow/water_boundary.hpp"
#include "remediation/cost.hpp"
#include "transport/diffusing_boundary.hpp"

namespace galena {

/// Where waste goes that is taken away.
struct RemovalTable {
    double distance = 0;
    std::string item = "containment_cell";

    static auto parameters() {
        using T = RemovalTable;
        return std::tuple{
            parameter("distance", &T::distance, "km", not_negative, "of haulage, one way"),
            parameter("item", &T::item, "what it costs there: an item of `disposal` in the unit costs").with_default(),
        };
    }
};

class WasteFacility : public WaterBoundary, public Facility, public PricedWorks, public DiffusingBoundary {
public:
    [[nodiscard]] std::optional<Side> through_side() const final { return Side::top; }
    [[nodiscard]] bool has_state() const final { return true; }
    [[nodiscard]] double longest_step() const final { return maximum_step.value_or(infinite); }
    void add_budget(std::vector<BudgetTerm>& terms) const final { terms.insert(terms.end(), terms_.begin(), terms_.end()); }
    void adopt_medium(const Domain& domain) final { floor_.adopt_medium(cells_, *liner, domain); }

    [[nodiscard]] std::vector<Release> releases(const Moment&) const final { return released_.list(); }
    [[nodiscard]] bool told_every_step() const final { return every_step; }

    [[nodiscard]] std::string title() const final { return label.text; }
    [[nodiscard]] std::vector<std::string> priced_items() const final;
    [[nodiscard]] Place price_place() const final { return places.of("price"); }
    /// The liner when it is laid, the cover when it comes, removal when the waste goes: each at once.
    [[nodiscard]] std::vector<CostItem> costs(double now) const final;
    /// Waste moved, and carbon dioxide of moving it and of membranes.
    [[nodiscard]] std::vector<Effect> effects(double now, const UnitCosts& factors) const final;

    [[nodiscard]] std::shared_ptr<SoluteSource> diffusion_of(const std::string& substance) final;
    /// Through the liner in the step last settled, per cell: exchange [m³/s] and the concentration above [kg/m³].
    void diffuse(const std::string& substance, double duration, std::span<double> coefficient, std::span<double> equilibrium) const;
    /// What did in the step that is about to stand [kg]; negative: back into the waste.
    void take_diffused(const std::string& substance, double mass);

    Name zone;
    std::optional<FilePath> polygon;
    std::optional<double> maximum_step;
    bool every_step = false;
    Series rain{0.0}, evaporation{0.0};
    std::shared_ptr<Liner> liner;
    std::shared_ptr<FacilityCover> cover;
    std::optional<Date> liner_laid, removal;
    std::optional<RemovalTable> removal_to;

protected:
    /// Waste as it is taken away: with the water in its pores.
    struct TakenWaste {
        double volume = 0, mass = 0;  ///< [m³], [kg]
    };

    /// The date from which the cover lies, where there is a cover; the start when absent.
    [[nodiscard]] virtual std::optional<Date> cover_laid() const = 0;
    /// Series and moments of what both have.
    [[nodiscard]] std::vector<const Series*> shared_series(const LeachModels& models) const;

    /// Water that leaves in a step [m³], by the way it takes.
    struct Leaving {
        double down = 0;      ///< through the floor
        double toe = 0;       ///< above ground, having passed the waste
        double unpassed = 0;  ///< above ground, not having passed it: over the spillway, off the slopes
    };
    /// Books what that water carries. unpassed_path, unpassed: name of that way, and what its water holds where it is known [kg/m³].
    void release(const Leaving& water, double duration, const char* unpassed_path, const std::map<std::string, double>& unpassed,
                 const FlowMoment& moment);
    /// What water that has not passed the waste holds in a step as the file tells it, but no more than water can hold [kg/m³].
    [[nodiscard]] std::map<std::string, double> told(const std::map<std::string, Series>& table, const FlowMoment& moment) const;
    /// The step in which `rate` passed the floor: where the waste is wet, substances diffuse besides.
    void note_step(const FlowMoment& moment, std::span<const double> rate, bool wet);
    /// In the water that passed the waste in the step last settled [kg/m³].
    [[nodiscard]] double passed(const std::string& substance, const Series& given, const FlowMoment& moment) const {
        return chemistry_.in_water(substance).value_or(given.mean(moment.origin, moment.from, moment.to));
    }
    /// Lines for the person of what was let go: to the ground, and on every way above it.
    void add_release_lines(std::vector<std::string>& lines) const;
    /// Another pond or pile before this one in the site file that has columns in common with it is a mistake.
    void find_other(const Site& site, Diagnostics& diagnostics) const;
    /// A table of concentrations of water that has not passed the waste: substances that the site does not have are mistakes; more than
    /// water can hold is warned of.
    void resolve_told(const std::map<std::string, Series>& table, const char* key, const Site& site, Diagnostics& diagnostics);

    FacilityFloor floor_;
    SeepageChemistry chemistry_;
    ReleaseBook released_;
    std::vector<BudgetTerm> terms_;  ///< of the step last settled
    TakenWaste taken_;               ///< by removal
    Date start_;                     ///< of the run

private:
    void warn_of_ceiling(const std::string& substance, const Series& series, const char* key, Diagnostics& diagnostics) const;

    SolubilityCeilings ceilings_;  ///< of what the file tells
    FlowMoment settled_;           ///< the step last settled
    std::vector<double> through_;  ///< per cell of the floor [m/s]; empty where nothing diffuses

    [[nodiscard]] double laid(const std::optional<Date>& date) const { return date ? date->since(start_) : 0.0; }
    [[nodiscard]] bool covered_by(double now) const;
    [[nodiscard]] bool lined_by(double now) const { return laid(liner_laid) >= 0 && laid(liner_laid) <= now; }
    [[nodiscard]] double membranes(double now) const;
};

/// Keys of every such facility.
inline auto waste_facility_parameters() {
    using T = WasteFacility;
    return std::tuple_cat(
        boundary_parameters(),
        std::tuple{
            parameter("zone", &T::zone, "the columns above any cell of this zone are its floor (or give polygon)").with_default(),
            parameter("polygon", &T::polygon, "CSV or GeoJSON file of the floor's outline"),
            parameter("rain", &T::rain, "mm/d", not_negative, "on the facility").with_default(),
            parameter("evaporation", &T::evaporation, "mm/d", not_negative, "potential: of free water; covers ask for it").with_default(),
            parameter("liner", &T::liner, "what lies between waste and ground"),
            parameter(
                "liner_laid", &T::liner_laid,
                "date the liner is paid for; the start when absent, and before the start: it has been paid for, and costs nothing more"),
            parameter("removal", &T::removal, "date on which waste and water are taken elsewhere; nothing seeps after it"),
            parameter("removal_to", &T::removal_to, "where to; without it haulage and disposal are missing from the cost"),
            parameter("price", &PricedWorks::price, "", not_negative,
                      "your own unit prices by item, in the currency of [cost] and the unit of the item, e.g. price.membrane = 11"),
            parameter("maximum_step", &T::maximum_step, "d", positive, "longest step"),
            parameter("every_step", &T::every_step,
                      "the tables facilities and facility_releases get rows after every step, not only at output times")
                .with_default(),
        });
}

}  // namespace galena
