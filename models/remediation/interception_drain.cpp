// Interception drain: a drain that takes water above its elevation, from the day it is built.

#include <fmt/format.h>

#include "remediation/measure.hpp"
#include "remediation/tree.hpp"

namespace galena {

struct InterceptionDrain final : Measure {
    static constexpr std::string_view name = "interception_drain", meaning = "a drain that catches groundwater; the water is treated";

    Name zone;
    double elevation = 0;
    double conductance = 0;

    static auto parameters() {
        using T = InterceptionDrain;
        return std::tuple_cat(measure_parameters(),
                              std::tuple{
                                  parameter("zone", &T::zone, "cells that are drained"),
                                  parameter("elevation", &T::elevation, "m", anything, "of the drain"),
                                  parameter("conductance", &T::conductance, "m2/d", positive, "between drain and ground, per cell"),
                              });
    }
    [[nodiscard]] std::string_view type() const override { return name; }

    [[nodiscard]] std::vector<Node> boundaries() const override {
        return {boundary_table(
            "drain", label.text, place,
            {{"zone", zone.text}, {"elevation", metres(elevation)}, {"conductance", fmt::format("{:.17g} m2/s", conductance)}})};
    }
    void resolve(const Site&, Domain& domain, Diagnostics&) override {
        domain.alterations.rate[label.text].everywhere[layer()] = 0.0;
        water_ = 0;
    }
    bool changes_something(EditSession&) override { return true; }
    void begin(EditSession& session) override { session.scale_rate(layer(), label.text, 1.0); }
    void finish(EditSession& session) override { session.scale_rate(layer(), label.text, 0.0); }
    void accept(const State& state, const Step& step) override {
        for (const auto& exchange : state.water_exchanges)
            if (exchange.name == label.text)
                for (const double rate : exchange.rate) water_ += std::max(0.0, -rate) * step.duration;
    }
    [[nodiscard]] std::vector<std::string> extracting_boundaries() const override { return {label.text}; }
    [[nodiscard]] std::vector<std::string> priced_items() const override { return {"drain", "treatment"}; }
    [[nodiscard]] std::vector<CostItem> costs(double now) const override {
        if (!begun()) return {};
        return {{"interception_drain", "drain", 1, "1", CostKind::capital, begun_at(), begun_at()},
                {"pump_and_treat", "treatment", water_, "m3", CostKind::operation, begun_at(), worked_until(now)}};
    }
    [[nodiscard]] std::vector<Effect> effects(const UnitCosts&) const override { return {{"water treated", "", water_, "m3"}}; }
    void save(CheckpointWriter& out) const override { out.write("measure/" + label.text + "/water", water_); }
    void load(CheckpointReader& in) override { water_ = in.read("measure/" + label.text + "/water"); }

private:
    double water_ = 0;
};

REGISTER(Measure, InterceptionDrain)

}  // namespace galena
