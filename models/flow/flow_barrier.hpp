#pragma once
// [[flow_barrier]]: thin walls, faults and sheet piles between cells (Hsieh & Freckleton 1993, the horizontal-flow barrier of MODFLOW).

#include "scenario/section.hpp"
#include "simulation/domain.hpp"

namespace galena {

/// An end of a barrier in plan.
struct BarrierEnd {
    double x = 0, y = 0;
    static auto parameters() {
        return std::tuple{parameter("x", &BarrierEnd::x, "m", anything, "coordinate"),
                          parameter("y", &BarrierEnd::y, "m", anything, "coordinate")};
    }
};

/// One table of [[flow_barrier]].
struct FlowBarrierTable {
    Name name;
    BarrierEnd from, to;
    std::optional<double> top, bottom, thickness;
    std::optional<Series> leakance, hydraulic_conductivity;
    Place place;
    Places places;
    static auto parameters();
    void check(ReadContext& context);
    /// The one of the two that is given.
    [[nodiscard]] const Series& given() const { return leakance ? *leakance : *hydraulic_conductivity; }
    /// Conductance per area [1/s], `seconds` after `start`.
    [[nodiscard]] double leakance_at(Date start, double seconds) const { return given().at(start, seconds) / (leakance ? 1 : *thickness); }
};

/// [[flow_barrier]]
struct FlowBarrierTables {
    static constexpr std::string_view section = "flow_barrier", meaning = "a thin wall on the faces between cells that holds water back";
    static constexpr std::string_view needs = "flow";
    std::vector<FlowBarrierTable> list;
};

/// Puts every barrier of the site into domain.alterations. One that does not run along faces of cells is a mistake.
void place_flow_barriers(const Site& site, Domain& domain, Diagnostics& diagnostics);

}  // namespace galena
