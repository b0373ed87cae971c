// Fixed head: first-type boundary. Held at the centre of the cells of a zone (as in MODFLOW), or at the outer face of a side of the box.

#include <algorithm>

#include <fmt/format.h>

#include "flow/water_boundary.hpp"
#include "numerics/face_conductance.hpp"

namespace galena {

struct FixedHead final : WaterBoundary {
    static constexpr std::string_view name = "fixed_head",
                                      meaning = "hydraulic head given: in the cells of a zone, or on a side of the box";

    Name zone;
    std::optional<Side> side;
    std::optional<Series> head;
    std::optional<SpatialValue> head_field;

    static auto parameters() {
        return std::tuple_cat(
            boundary_parameters(),
            std::tuple{
                parameter("zone", &FixedHead::zone, "cells whose head is held").with_default(),
                parameter("side", &FixedHead::side, "side of the box on which the head is held"),
                parameter("head", &FixedHead::head, "m", anything, "hydraulic head (or give head_field)"),
                parameter("head_field", &FixedHead::head_field, "m", anything, "hydraulic head that varies in space and not in time"),
            });
    }

    [[nodiscard]] std::string_view type() const override { return name; }
    [[nodiscard]] bool holds_head() const override { return !side; }
    [[nodiscard]] bool determines_head() const override { return true; }
    [[nodiscard]] std::optional<Side> through_side() const override { return side; }
    [[nodiscard]] bool follows_layers() const override { return side.has_value(); }

    void resolve(const Site& site, Domain& domain, Diagnostics& diagnostics) override {
        field_values_.clear();
        take_cells(zone, side, domain, diagnostics);
        if (!reading::exactly_one(places, fmt::format("boundary '{}'", label.text), "head", "head_field", diagnostics)) return;
        if (head_field) {
            const auto field = field_of(*head_field, site, domain, diagnostics);
            for (const Index cell : cells_) field_values_.push_back(field[cell]);
        }
        adopt_medium(domain);
    }

    void adopt_medium(const Domain& domain) override {
        conductance_.clear();
        face_elevation_.clear();
        if (!side) return;
        const auto& grid = domain.grid;
        for (const Index cell : cells_) {
            conductance_.push_back(half_cell_conductance(grid, cell, axis_of(*side), domain.medium.conductivity(axis_of(*side), cell)));
            face_elevation_.push_back(*side == Side::top      ? grid.top(cell)
                                      : *side == Side::bottom ? grid.bottom(cell)
                                                              : grid.elevation(cell));
        }
    }

    // The head is that of the face: ground beyond it would be as wet as that head makes it.
    void evaluate(const FlowMoment& moment, const GroundAtBoundary& ground, std::span<double> rate,
                  std::span<double> slope) const override {
        std::vector<double> pressure(cells_.size()), outside(cells_.size());
        for (std::size_t n = 0; n < cells_.size(); ++n) pressure[n] = value(n, moment) - face_elevation_[n];
        ground.laws.relative_conductivity(axis_of(*side), cells_, pressure, outside);
        for (std::size_t n = 0; n < cells_.size(); ++n) {
            const double difference = value(n, moment) + ground.shift[n] - ground.head[n], c = conductance_[n] * ground.stretch[n];
            const auto k = face_factor(ground.weighting, outside[n], 0, ground.relative_conductivity[n],
                                       ground.relative_conductivity_slope[n], difference > 0);
            rate[n] = c * k.factor * difference;
            slope[n] = c * std::max(0.0, k.factor - k.by_right * difference);
        }
    }
    void held_head(const FlowMoment& moment, std::span<double> out) const override {
        for (std::size_t n = 0; n < cells_.size(); ++n) out[n] = value(n, moment);
    }
    [[nodiscard]] std::vector<const Series*> series() const override {
        return head ? std::vector<const Series*>{&*head} : std::vector<const Series*>{};
    }

private:
    [[nodiscard]] double value(std::size_t n, const FlowMoment& moment) const {
        return head ? head->at_end(moment.origin, moment.from, moment.to) : field_values_[n];
    }

    std::vector<double> field_values_, conductance_, face_elevation_;
};

REGISTER(WaterBoundary, FixedHead)

}  // namespace galena
