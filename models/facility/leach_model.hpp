#pragma once
// What water takes out of waste: the concentration of the water that leaves a body of solids. One file per model in models/facility/leaching.

#include <memory>
#include <optional>
#include <vector>

#include "scenario/catalogue.hpp"
#include "scenario/reader.hpp"

namespace galena {

/// The waste and what has become of it.
struct LeachState {
    double solids = 0;      ///< dry [kg]
    double pore_water = 0;  ///< that touches them [m³]
    double water = 0;       ///< that has left so far [m³]
    double brought = 0;     ///< of the substance, with the solids [kg]
    double leached = 0;     ///< of it [kg]
    double mobile = 0;      ///< of what oxidation set free: what the water can take or took [kg]
    double beyond = 0;      ///< the highest concentration that the model asked for and no water can hold [kg/m³]
    [[nodiscard]] double left() const { return brought - leached; }
};

/// What a step adds to the waste before its water leaves.
struct LeachSupply {
    double solids = 0;     ///< dry [kg]
    double sulfur = 0;     ///< oxidised [kg]
    bool buffered = true;  ///< carbonate is left
};

/// A step of it.
struct LeachStep {
    Date origin;
    double from = 0, to = 0;  ///< seconds after the start
    double water = 0;         ///< that leaves [m³]
    double age = 0;           ///< of the waste at the beginning of the step [s]
    [[nodiscard]] double duration() const { return to - from; }
};

class LeachModel {
public:
    static constexpr std::string_view family = "leaching";
    virtual ~LeachModel() = default;
    Place place;
    std::optional<double> solubility;  ///< the water takes no more [kg/m³]; where absent, what water can hold at all

    /// Of the substance per dry solids when they are brought [kg/kg]; infinite when the model knows no end.
    [[nodiscard]] virtual double content() const { return infinite; }
    /// What the water of the step takes with it [kg]; never more than is left.
    [[nodiscard]] virtual double leach(const LeachState& state, const LeachStep& step) const = 0;
    /// True when it lives on the oxidation of sulfide.
    [[nodiscard]] virtual bool needs_oxidation() const { return false; }
    /// Books what comes with fresh waste, or out of old waste.
    virtual void bring(LeachState& state, const LeachSupply& supply) const;
    [[nodiscard]] virtual std::vector<const Series*> series() const { return {}; }

    /// Takes the step: returns the mean concentration of the water that leaves [kg/m³], 0 without water. ceiling: what water can hold of
    /// the substance at all [kg/m³], unless the model has a solubility of its own. What the water cannot take stays in the waste.
    double advance(LeachState& state, const LeachStep& step, double ceiling = infinite) const;
};

/// The key of models that can ask for more than the water holds.
inline auto solubility_parameter() {
    return std::tuple{parameter("solubility", &LeachModel::solubility, "mg/L", positive,
                                "the water takes no more, and what it leaves waits in the waste; when absent, what the most soluble salt "
                                "lets it hold (data/leaching/solubility.csv)")};
}

}  // namespace galena
