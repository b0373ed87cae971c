// River: exchange through its bed; where the head falls below the bed, leakage no longer depends on it (McDonald & Harbaugh 1988, ch. 6).

#include <algorithm>

#include <fmt/format.h>

#include "flow/water_boundary.hpp"

namespace galena {

struct River final : WaterBoundary {
    static constexpr std::string_view name = "river", meaning = "exchange with a river through its bed";

    Name zone;
    std::optional<Series> stage;
    std::optional<SpatialValue> stage_field;
    std::optional<SpatialValue> bed_elevation;
    std::optional<double> depth;
    std::optional<double> conductance, leakance;

    static auto parameters() {
        return std::tuple_cat(
            boundary_parameters(),
            std::tuple{
                parameter("zone", &River::zone, "cells under the river"),
                parameter("stage", &River::stage, "m", anything,
                          "water level (or give stage_field); while it lies below the bed the river is dry"),
                parameter("stage_field", &River::stage_field, "m", anything, "water level that varies in space and not in time"),
                parameter("bed_elevation", &River::bed_elevation, "m", anything, "elevation of the bed's underside (or give depth)"),
                parameter("depth", &River::depth, "m", positive, "water depth including the bed: the bed lies this far below the stage"),
                parameter("conductance", &River::conductance, "m2/d", positive, "of the bed, per cell (or give leakance)"),
                parameter("leakance", &River::leakance, "1/d", positive, "bed conductivity over bed thickness"),
            });
    }

    [[nodiscard]] std::string_view type() const override { return name; }
    [[nodiscard]] bool determines_head() const override { return true; }

    void resolve(const Site& site, Domain& domain, Diagnostics& diagnostics) override {
        take_cells(zone, {}, domain, diagnostics);
        per_cell_ = Conductance{conductance, leakance}.resolve(label.text, places, domain.grid, cells_, diagnostics);
        const auto title = fmt::format("boundary '{}'", label.text);
        reading::exactly_one(places, title, "stage", "stage_field", diagnostics);
        reading::exactly_one(places, title, "bed_elevation", "depth", diagnostics);
        stages_.assign(cells_.size(), 0.0);
        beds_.assign(cells_.size(), 0.0);
        const auto errors = diagnostics.error_count();
        if (stage_field) pick(field_of(*stage_field, site, domain, diagnostics), stages_);
        if (bed_elevation) pick(field_of(*bed_elevation, site, domain, diagnostics), beds_);
        if (diagnostics.error_count() == errors) check_stage(domain.grid, diagnostics);
    }
    void evaluate(const FlowMoment& moment, const GroundAtBoundary& ground, std::span<double> rate,
                  std::span<double> slope) const override {
        const double level = stage ? stage->at_end(moment.origin, moment.from, moment.to) : 0.0;
        for (std::size_t n = 0; n < cells_.size(); ++n) {
            const double given = stage ? level : stages_[n];
            const double bed = depth ? given - *depth : beds_[n];
            const double water = std::max(given, bed);  // below its bed the river is dry: it gives nothing, ground above the bed drains
            const bool connected = ground.head[n] > bed;
            rate[n] = per_cell_[n] * (water - (connected ? ground.head[n] : bed));
            slope[n] = connected ? per_cell_[n] : 0.0;
        }
    }
    [[nodiscard]] std::vector<const Series*> series() const override {
        return stage ? std::vector<const Series*>{&*stage} : std::vector<const Series*>{};
    }

private:
    /// A level that never changes and lies below the bed is a mistake; one that falls there for a time is a river that runs dry.
    void check_stage(const Grid& grid, Diagnostics& diagnostics) const {
        if (!bed_elevation || !(stage || stage_field) || (stage && !stage->constant())) return;
        for (std::size_t n = 0; n < cells_.size(); ++n) {
            const double water = stage ? stage->values.front() : stages_[n];
            if (water >= beds_[n]) continue;
            diagnostics.error(places.of(stage ? "stage" : "stage_field"),
                              fmt::format("boundary '{}': the stage {:.6g} m lies below the bed, {:.6g} m, in {}", label.text, water,
                                          beds_[n], grid.describe(cells_[n])),
                              "a river's stage lies at its bed_elevation or above it");
            return;
        }
    }
    void pick(const CellField& field, std::vector<double>& out) const {
        for (std::size_t n = 0; n < cells_.size(); ++n) out[n] = field[cells_[n]];
    }

    std::vector<double> per_cell_, stages_, beds_;
};

REGISTER(WaterBoundary, River)

}  // namespace galena
