// Fixed head: first-type boundary. Held at the centre of the cells of a zone (as in MODFLOW), or at the outer face of a side of the box.

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
        if (side)
            for (const Index cell : cells_)
                conductance_.push_back(
                    half_cell_conductance(domain.grid, cell, axis_of(*side), domain.medium.conductivity(axis_of(*side), cell)));
    }

    void evaluate(const FlowMoment& moment, std::span<const double> heads, std::span<double> rate, std::span<double> slope) const override {
        for (std::size_t n = 0; n < cells_.size(); ++n) {
            rate[n] = conductance_[n] * (value(n, moment) - heads[n]);
            slope[n] = conductance_[n];
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

    std::vector<double> field_values_, conductance_;
};

REGISTER(WaterBoundary, FixedHead)

}  // namespace galena
