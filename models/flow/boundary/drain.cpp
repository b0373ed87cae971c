// Drain: takes water where the head stands above its elevation, gives none back.

#include <algorithm>

#include "flow/water_boundary.hpp"

namespace galena {

struct Drain final : WaterBoundary {
    static constexpr std::string_view name = "drain", meaning = "takes water where the head stands above its elevation";

    Name zone;
    SpatialValue elevation;
    std::optional<double> conductance, leakance;

    static auto parameters() {
        return std::tuple_cat(boundary_parameters(),
                              std::tuple{
                                  parameter("zone", &Drain::zone, "cells that are drained"),
                                  parameter("elevation", &Drain::elevation, "m", anything, "of the drain, constant or varying"),
                                  parameter("conductance", &Drain::conductance, "m2/d", positive, "per cell (or give leakance)"),
                                  parameter("leakance", &Drain::leakance, "1/d", positive, "conductance per plan area"),
                              });
    }

    [[nodiscard]] std::string_view type() const override { return name; }
    [[nodiscard]] bool determines_head() const override { return true; }

    void resolve(const Site& site, Domain& domain, Diagnostics& diagnostics) override {
        take_cells(zone, {}, domain, diagnostics);
        per_cell_ = Conductance{conductance, leakance}.resolve(label.text, places, domain.grid, cells_, diagnostics);
        const auto field = field_of(elevation, site, domain, diagnostics);
        elevations_.clear();
        for (const Index cell : cells_) elevations_.push_back(field[cell]);
    }
    void evaluate(const FlowMoment&, const GroundAtBoundary& ground, std::span<double> rate, std::span<double> slope) const override {
        for (std::size_t n = 0; n < cells_.size(); ++n) {
            const bool flowing = ground.head[n] > elevations_[n];
            rate[n] = flowing ? per_cell_[n] * (elevations_[n] - ground.head[n]) : 0.0;
            slope[n] = flowing ? per_cell_[n] : 0.0;
        }
    }
    [[nodiscard]] std::vector<const Series*> series() const override { return {}; }

private:
    std::vector<double> per_cell_, elevations_;
};

REGISTER(WaterBoundary, Drain)

}  // namespace galena
