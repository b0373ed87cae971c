// General head: third-type boundary. Water passes to or from a distant head through a conductance, in both directions.

#include "flow/water_boundary.hpp"
#include "numerics/face_conductance.hpp"

namespace galena {

struct GeneralHead final : WaterBoundary {
    static constexpr std::string_view name = "general_head", meaning = "exchange with a head outside through a conductance";

    Name zone;
    std::optional<Side> side;
    Series head;
    std::optional<Series> conductance, leakance;

    static auto parameters() {
        return std::tuple_cat(boundary_parameters(),
                              std::tuple{
                                  parameter("zone", &GeneralHead::zone, "cells that exchange water").with_default(),
                                  parameter("side", &GeneralHead::side, "side of the box whose cells exchange water"),
                                  parameter("head", &GeneralHead::head, "m", anything, "head outside"),
                                  parameter("conductance", &GeneralHead::conductance, "m2/d", positive, "per cell (or give leakance)"),
                                  parameter("leakance", &GeneralHead::leakance, "1/d", positive,
                                            "conductance per area that the water passes: of the cell in plan, with side of its face there"),
                              });
    }

    [[nodiscard]] std::string_view type() const override { return name; }
    [[nodiscard]] bool determines_head() const override { return true; }
    [[nodiscard]] std::optional<Side> through_side() const override { return side; }

    void resolve(const Site&, Domain& domain, Diagnostics& diagnostics) override {
        take_cells(zone, side, domain, diagnostics);
        const auto one = [](const std::optional<Series>& given) { return given ? std::optional(1.0) : std::nullopt; };
        per_cell_ = Conductance{one(conductance), one(leakance)}.resolve(label.text, places, domain.grid, cells_, diagnostics);
        // Through a side the water passes the cells' faces: however many layers cut them, they are the same area.
        for (std::size_t n = 0; side && leakance && n < cells_.size(); ++n)
            per_cell_[n] = side_area(domain.grid, cells_[n], axis_of(*side));
    }
    void evaluate(const FlowMoment& moment, const GroundAtBoundary& ground, std::span<double> rate,
                  std::span<double> slope) const override {
        const double outside = head.at_end(moment.origin, moment.from, moment.to);
        const double conducts = given().at_end(moment.origin, moment.from, moment.to);
        for (std::size_t n = 0; n < cells_.size(); ++n) {
            const double difference = outside - ground.head[n];
            // What leaves passes the ground as wet as it is; what enters wets it.
            const bool enters = difference > 0;
            const double k = enters ? 1 : ground.relative_conductivity[n], c = conducts * per_cell_[n];
            rate[n] = c * k * difference;
            slope[n] = c * (k - (enters ? 0.0 : ground.relative_conductivity_slope[n] * difference));
        }
    }
    [[nodiscard]] std::vector<const Series*> series() const override { return {&head, &given()}; }

private:
    /// One of the two, once resolve() has found that one is given.
    [[nodiscard]] const Series& given() const { return conductance ? *conductance : leakance ? *leakance : head; }

    std::vector<double> per_cell_;  ///< per conductance (1) or leakance (area) given
};

REGISTER(WaterBoundary, GeneralHead)

}  // namespace galena
