#pragma once
// What changes in time. Typed members, no string keys.

#include <optional>
#include <string>
#include <vector>

#include "grid/field.hpp"
#include "scenario/values.hpp"

namespace galena {

/// Water that entered or left the ground through one boundary during the last step; transport lets solute ride on it.
struct WaterExchange {
    std::string type;  ///< "river"
    std::string name;  ///< as in the site file
    Place place;       ///< of the table that created it
    std::vector<Index> cells;
    std::vector<double> rate;                                      ///< per cell [m³/s], positive into the ground; mean over the step
    std::optional<Side> side;                                      ///< of its cells, that the water passes; none: it comes up inside them
    const std::map<std::string, Series>* concentration = nullptr;  ///< of entering water, by substance [kg/m³]; absent means none
    bool takes_solute = true;                                      ///< false: leaving water leaves its solute behind (evaporation)
    const std::map<std::string, double>* plants_take =
        nullptr;  ///< of such water, by substance: share of its concentration that goes along

    /// Share of its concentration that leaving water takes along.
    [[nodiscard]] double share_taken(const std::string& substance) const {
        if (takes_solute) return 1;
        if (!plants_take) return 0;
        const auto found = plants_take->find(substance);
        return found == plants_take->end() ? 0.0 : found->second;
    }
};

/// A first-order reaction, and a release, that an intervention put into some cells: d(amount)/dt = −rate · mobile water · C + release.
struct Reaction {
    std::string type, name;  ///< of the measure, as the budget shows them
    std::string substance;
    std::vector<Index> cells;
    std::vector<double> rate;     ///< [1/s], per cell; may change between any two steps
    std::vector<double> release;  ///< [kg/s], per cell
    std::vector<double> reacted;  ///< what was taken away in the last step, per cell [kg]
};

/// A dissolved and sorbed constituent.
struct Substance {
    std::string id;       ///< bare key: "Cd"
    std::string display;  ///< "cadmium"
};

struct State {
    double time = 0;  ///< since the start of the run [s]
    Index step = 0;   ///< accepted steps

    // flow
    CellField hydraulic_head;  ///< [m]
    FaceField water_flux;      ///< through faces, mean over the step [m³/s]; the box's own sides included
    /// Volume of mobile water per cell at the end of the step [m³]: in ground that is not full what it holds now, not what it could hold.
    /// Over a step it changes by exactly what water_flux and the exchanges bring in, cell by cell. Where water goes without flow being
    /// transient (steady states that follow each other) it stays what it was at the start.
    CellField mobile_water;
    CellField mobile_water_before;  ///< the same at its beginning; empty when the amount does not change
    CellField saturation;           ///< water content over porosity at the end of the step [-]; empty: the ground is saturated
    std::vector<WaterExchange> water_exchanges;
    Index flow_version = 0;  ///< grows when water_flux or the exchanges change, so that transport can keep what depends on them
    bool has_flow = false;

    std::vector<Reaction> reactions;  ///< of interventions; as many as at the start, all through the run

    // transport
    std::vector<Substance> substances;
    SpeciesField concentration;  ///< dissolved [kg/m³]
    SpeciesField
        total_content;  ///< dissolved and sorbed per dry soil [kg/kg]; brought up to date at output times; empty without bulk density
    bool has_transport = false;
};

}  // namespace galena
