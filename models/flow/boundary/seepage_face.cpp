// Seepage face: ground that is open to the air. Water leaves where its pressure would exceed that of the air, and none comes in; where the face
// begins is part of the solution (Neuman 1973).

#include <algorithm>

#include "flow/water_boundary.hpp"
#include "numerics/face_conductance.hpp"

namespace galena {

struct SeepageFace final : WaterBoundary {
    static constexpr std::string_view name = "seepage_face", meaning = "ground open to the air: water leaves where it would stand higher";

    Name zone;
    std::optional<Side> side;
    std::optional<Series> water_level;

    static auto parameters() {
        return std::tuple_cat(boundary_parameters(),
                              std::tuple{
                                  parameter("zone", &SeepageFace::zone, "cells whose top is open to the air").with_default(),
                                  parameter("side", &SeepageFace::side, "side of the box that is open to the air"),
                                  parameter("water_level", &SeepageFace::water_level, "m", anything,
                                            "of water that stands before the face, such as a ditch: below it the face leads to that level"),
                              });
    }

    [[nodiscard]] std::string_view type() const override { return name; }
    [[nodiscard]] bool determines_head() const override { return true; }
    [[nodiscard]] std::optional<Side> through_side() const override { return side ? side : Side::top; }

    void resolve(const Site&, Domain& domain, Diagnostics& diagnostics) override {
        take_cells(zone, side, domain, diagnostics);
        adopt_medium(domain);
    }
    void adopt_medium(const Domain& domain) override {
        const auto& grid = domain.grid;
        const auto axis = axis_of(*through_side());
        conductance_.clear();
        elevation_.clear();
        for (const Index cell : cells_) {
            conductance_.push_back(half_cell_conductance(grid, cell, axis, domain.medium.conductivity(axis, cell)));
            elevation_.push_back(axis != Axis::z                   ? grid.elevation(cell)
                                 : *through_side() == Side::bottom ? grid.bottom(cell)
                                                                   : grid.top(cell));
        }
    }
    void evaluate(const FlowMoment& moment, const GroundAtBoundary& ground, std::span<double> rate,
                  std::span<double> slope) const override {
        const double standing = water_level ? water_level->at_end(moment.origin, moment.from, moment.to) : -infinite;
        for (std::size_t n = 0; n < cells_.size(); ++n) {
            const double excess = ground.head[n] - std::max(elevation_[n], standing);
            const double k = ground.relative_conductivity[n];
            rate[n] = excess > 0 ? -conductance_[n] * k * excess : 0.0;
            slope[n] = excess > 0 ? conductance_[n] * (k + ground.relative_conductivity_slope[n] * excess) : 0.0;
        }
    }
    [[nodiscard]] std::vector<const Series*> series() const override {
        return water_level ? std::vector<const Series*>{&*water_level} : std::vector<const Series*>{};
    }

private:
    std::vector<double> conductance_, elevation_;
};

REGISTER(WaterBoundary, SeepageFace)

}  // namespace galena
