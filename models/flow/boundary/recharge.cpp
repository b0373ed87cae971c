// Recharge: water per plan area that reaches the groundwater, put into the highest active cell of each column. It varies in time (rate), in
// space (rate_field), or in both: a rate in time, of which each place gets its own multiple (factor).

#include <set>

#include <fmt/format.h>

#include "flow/water_boundary.hpp"

namespace galena {

struct Recharge final : WaterBoundary {
    static constexpr std::string_view name = "recharge", meaning = "water per plan area into the highest active cell of each column";

    Name zone{"all", {}};
    std::optional<Series> rate;
    std::optional<SpatialValue> rate_field, factor;

    static auto parameters() {
        return std::tuple_cat(
            boundary_parameters(),
            std::tuple{
                parameter("zone", &Recharge::zone, "the columns above any cell of this zone").with_default(),
                parameter("rate", &Recharge::rate, "mm/d", anything,
                          "water per area and time; negative takes water out (or give rate_field)"),
                parameter("rate_field", &Recharge::rate_field, "mm/d", anything, "rate that varies in space and not in time"),
                parameter("factor", &Recharge::factor, "", anything,
                          "varies in space: each column gets this times the rate, which may vary in time; 1 when absent"),
            });
    }

    [[nodiscard]] std::string_view type() const override { return name; }
    [[nodiscard]] std::optional<Side> through_side() const override { return Side::top; }

    void resolve(const Site& site, Domain& domain, Diagnostics& diagnostics) override {
        std::set<Index> tops;
        for (const Index cell : domain.zones.cells(zone, diagnostics)) tops.insert(domain.grid.top_active_cell(cell));
        cells_.assign(tops.begin(), tops.end());
        share_.clear();
        for (const Index cell : cells_) share_.push_back(domain.grid.area(cell));
        if (!reading::exactly_one(places, fmt::format("boundary '{}'", label.text), "rate", "rate_field", diagnostics)) return;
        if (rate_field && factor)
            diagnostics.error(places.of("factor"), fmt::format("boundary '{}': 'factor' is given and not used", label.text),
                              "it multiplies a rate; a rate_field is already one value for each column");
        for (const auto* varying : {&rate_field, &factor}) {
            if (!*varying) continue;
            const auto field = field_of(**varying, site, domain, diagnostics);
            for (std::size_t n = 0; n < cells_.size(); ++n) share_[n] *= field[cells_[n]];
        }
    }
    void evaluate(const FlowMoment& moment, const GroundAtBoundary&, std::span<double> out, std::span<double> slope) const override {
        const double mean = rate ? rate->mean(moment.origin, moment.from, moment.to) : 1.0;
        for (std::size_t n = 0; n < cells_.size(); ++n) {
            out[n] = mean * share_[n];
            slope[n] = 0;
        }
    }
    [[nodiscard]] std::vector<const Series*> series() const override {
        return rate ? std::vector<const Series*>{&*rate} : std::vector<const Series*>{};
    }

private:
    std::vector<double> share_;  ///< of the rate that a cell gets: plan area times factor [m²]; without a rate the water itself [m³/s]
};

REGISTER(WaterBoundary, Recharge)

}  // namespace galena
