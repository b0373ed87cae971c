#pragma once
// What the water that leaves a facility carries: one leach model per substance, and the oxidation of sulfide behind some of them.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "facility/facility.hpp"
#include "facility/leach_model.hpp"
#include "facility/solubility_ceiling.hpp"
#include "facility/sulfide_oxidation.hpp"
#include "flow/water_boundary.hpp"

namespace galena {

using LeachModels = std::map<std::string, std::shared_ptr<LeachModel>>;

/// A step as the chemistry of a facility sees it.
struct SeepageStep {
    Date origin;
    double from = 0, to = 0;      ///< seconds after the start
    double water = 0;             ///< that leaves through the floor [m³]
    double toe = 0;               ///< that leaves above ground, having passed the waste [m³]
    double solids_added = 0;      ///< dry [kg]
    double pore_water = 0;        ///< in the waste afterwards [m³]
    double age = 0;               ///< of the waste [s]
    double area = 1;              ///< in plan [m²]
    bool exposed = false;         ///< air reaches the waste
    double cover_resistance = 0;  ///< against oxygen [s/m]
};

class SeepageChemistry {
public:
    /// Waste as the run finds it.
    struct Fresh {
        double solids = 0;      ///< dry [kg]
        double pore_water = 0;  ///< [m³]
        Date start;             ///< of the run
    };
    /// Checks the models against the substances of the site; the boundary's concentrations become theirs.
    void resolve(const LeachModels& models, const std::optional<SulfideTable>& sulfide, const Site& site, WaterBoundary& boundary,
                 const Fresh& waste, Diagnostics& diagnostics);
    /// Takes the step: the concentrations of the boundary are those of the water that leaves through the floor.
    void advance(const SeepageStep& step, std::map<std::string, Series>& concentration);
    /// In the water that passed the waste in the step last taken [kg/m³], where a leach model tells it; diffusion through the liner adds
    /// nothing to that.
    [[nodiscard]] std::optional<double> in_water(const std::string& substance) const;
    /// Of a substance that a leach model gives, what is left in the waste after the step last taken [kg]; infinite where no end is known.
    [[nodiscard]] double left(const std::string& substance) const;
    /// Took the way through the liner in the step last taken, which is about to stand [kg]; negative: came back.
    void diffused(const std::string& substance, double mass);
    /// The waste is gone.
    void take_away(std::map<std::string, Series>& concentration);
    void accept() { now_ = next_; }
    void add_figures(const std::map<std::string, Series>& concentration, std::vector<FacilityFigure>& all) const;
    void add_lines(std::vector<std::string>& lines) const;
    void save(CheckpointWriter& out, const std::string& prefix, const std::map<std::string, Series>& concentration) const;
    void load(CheckpointReader& in, const std::string& prefix, std::map<std::string, Series>& concentration);

private:
    void warn_of_first_water(const std::string& title, Date start, Diagnostics& diagnostics) const;

    struct Contents {
        std::vector<LeachState> leached;         ///< in the order of the models
        std::map<std::string, double> in_water;  ///< of the last step [kg/m³]
        SulfideColumn column;
        Oxidised oxidised;  ///< in the last step
        double duration = 0;
    };
    LeachModels models_;
    std::optional<SulfideTable> sulfide_;
    SolubilityCeilings ceilings_;
    Contents now_, next_;
};

}  // namespace galena
