// Drain: takes water where the head stands above its elevation, gives none back.

#include <algorithm>

#include <fmt/format.h>

#include "flow/water_boundary.hpp"

namespace galena {

struct Drain final : WaterBoundary {
    static constexpr std::string_view name = "drain", meaning = "takes water where the head stands above its elevation";

    Name zone;
    std::optional<SpatialValue> elevation;
    std::optional<Series> level;
    std::optional<double> conductance, leakance;

    static auto parameters() {
        return std::tuple_cat(
            boundary_parameters(),
            std::tuple{
                parameter("zone", &Drain::zone, "cells that are drained"),
                parameter("elevation", &Drain::elevation, "m", anything, "of the drain, constant or varying in space (or give level)"),
                parameter("level", &Drain::level, "m", anything, "water level held in the drain, which may vary in time"),
                parameter("conductance", &Drain::conductance, "m2/d", positive, "per cell (or give leakance)"),
                parameter("leakance", &Drain::leakance, "1/d", positive, "conductance per plan area"),
            });
    }

    [[nodiscard]] std::string_view type() const override { return name; }
    [[nodiscard]] bool determines_head() const override { return true; }

    void resolve(const Site& site, Domain& domain, Diagnostics& diagnostics) override {
        take_cells(zone, {}, domain, diagnostics);
        per_cell_ = Conductance{conductance, leakance}.resolve(label.text, places, domain.grid, cells_, diagnostics);
        elevations_.assign(cells_.size(), 0.0);
        if (!reading::exactly_one(places, fmt::format("boundary '{}'", label.text), "elevation", "level", diagnostics) || level) return;
        const auto field = field_of(*elevation, site, domain, diagnostics);
        for (std::size_t n = 0; n < cells_.size(); ++n) elevations_[n] = field[cells_[n]];
    }
    void evaluate(const FlowMoment& moment, const GroundAtBoundary& ground, std::span<double> rate,
                  std::span<double> slope) const override {
        const double held = level ? level->at_end(moment.origin, moment.from, moment.to) : 0.0;
        for (std::size_t n = 0; n < cells_.size(); ++n) {
            const double outlet = level ? held : elevations_[n];
            const bool flowing = ground.head[n] > outlet;
            rate[n] = flowing ? per_cell_[n] * (outlet - ground.head[n]) : 0.0;
            slope[n] = flowing ? per_cell_[n] : 0.0;
        }
    }
    [[nodiscard]] std::vector<const Series*> series() const override {
        return level ? std::vector<const Series*>{&*level} : std::vector<const Series*>{};
    }

private:
    std::vector<double> per_cell_, elevations_;
};

REGISTER(WaterBoundary, Drain)

}  // namespace galena
