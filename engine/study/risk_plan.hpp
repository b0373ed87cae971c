#pragma once
// What is asked of every run of an ensemble, and what a run gives.

#include <string>
#include <vector>

#include "simulation/receptors.hpp"
#include "simulation/simulation.hpp"
#include "study/risk_table.hpp"
#include "study/sampling.hpp"

namespace galena {

/// A limit at a receptor.
struct RiskTarget {
    std::string receptor, substance;
    double limit = 0;                        ///< dissolved [kg/m³]
    Index cell = 0;                          ///< of an observation point
    std::optional<std::size_t> number = {};  ///< of a [[receptor]] among the site's
    bool detection = false;                  ///< not a limit: what a monitoring well finds
};

/// A limit over the ground: of the water in all of it, or of the soil in a zone.
struct RiskPlume {
    std::string substance;
    double limit = 0;  ///< dissolved [kg/m³], or content [kg/kg]
    bool soil = false;
    std::string zone = {};          ///< of the soil; empty: all
    std::vector<Index> cells = {};  ///< of the zone; empty: all
    /// "Cd above 0.005 mg/L", "Cd above 0.3 mg/kg in field"
    [[nodiscard]] std::string title() const;
};

/// Wells that watch a receptor; positions are those of targets.
struct RiskMonitor {
    std::size_t receptor = 0;
    std::vector<std::size_t> wells;
    std::vector<double> intervals;  ///< between samplings [s]
    double response = 0;            ///< [s]
};

struct RiskPlan {
    std::vector<RiskTarget> targets;  ///< of the limits; then the monitoring wells with their detection limits
    std::vector<RiskMonitor> monitors;
    std::vector<RiskPlume> plumes;
    std::vector<double> times;  ///< ascending, since the start [s]
    bool map = true;            ///< cells above the limits are kept for the ensemble's own runs

    /// Checks the names in [risk] against the site; mistakes go to the diagnostics.
    static RiskPlan make(const Site& site, const Domain& domain, Diagnostics& diagnostics);
    /// "well: Cd above 0.005 mg/L"
    [[nodiscard]] static std::string title(const RiskTarget& target);
    /// True when a run is asked for contents of the soil.
    [[nodiscard]] bool asks_for_soil() const;
};

/// Rank correlations of [risk] by the numbers of the uncertain values. Unknown names and impossible sets are mistakes.
std::vector<RankCorrelation> correlations_of(const Site& site, Diagnostics& diagnostics);

/// Names every mistake in [risk], where the site has it; what plain runs and checks say of it too.
void check_risk(const Site& site, const Domain& domain, Diagnostics& diagnostics);

/// What a run gave. Lists run over targets or plumes first, then over times.
struct RunOutcome {
    std::string failure;                                       ///< why it failed; empty when it did not
    std::vector<double> peak, peak_time, arrival, time_above;  ///< per target [kg/m³, s]; arrival: infinite when the limit is not passed
    std::vector<double> concentration;                         ///< of the target's substance at its receptor [kg/m³]
    std::vector<double> plume_volume, plume_area;  ///< ground above the limit: volume [m³], area of the columns that hold it [m²]
    std::vector<std::string> maps;                 ///< cells above the limit, see RunOutcome::add_map; empty without map

    [[nodiscard]] std::string bytes() const;
    static RunOutcome from_bytes(const std::string& bytes);

    /// Lengths of alternating stretches of cells below and above, beginning below, seven bits a byte.
    static std::string packed_map(const std::vector<bool>& above);
    /// Adds 1 to the count of every cell that is above.
    static void add_map(const std::string& packed, std::vector<std::uint32_t>& counts);
};

/// Simulates one member of the ensemble. Never throws: trouble is the outcome's failure.
RunOutcome simulate_member(const Site& site, const RiskPlan& plan, const std::vector<double>& u, Realisation realisation, bool map);

}  // namespace galena
