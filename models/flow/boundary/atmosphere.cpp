// Atmosphere: rain and potential evaporation at the ground's surface. The ground takes and gives what the weather asks as long as the pressure
// at the surface stays between the ponding depth and the driest the air can make it; else that pressure is held and the flux follows
// (Neuman, Feddes & Bresler 1974; Šimůnek et al. 2013, HYDRUS-1D, section 2.7.1). What rain cannot enter runs off.

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "flow/water_boundary.hpp"
#include "numerics/face_conductance.hpp"

namespace galena {

struct Atmosphere final : WaterBoundary {
    static constexpr std::string_view name = "atmosphere",
                                      meaning = "rain and potential evaporation, limited by what the ground takes and gives";

    Name zone{"all", {}};
    Series rain{0.0}, evaporation{0.0};
    double ponding_depth = 0, critical_pressure_head = -150;

    static auto parameters() {
        return std::tuple_cat(
            boundary_parameters(),
            std::tuple{
                parameter("zone", &Atmosphere::zone, "the columns above any cell of this zone").with_default(),
                parameter("rain", &Atmosphere::rain, "mm/d", not_negative, "that reaches the ground").with_default(),
                parameter("evaporation", &Atmosphere::evaporation, "mm/d", not_negative, "potential evaporation of the bare ground")
                    .with_default(),
                parameter("ponding_depth", &Atmosphere::ponding_depth, "m", not_negative,
                          "water that may stand on the ground; more runs off")
                    .with_default(),
                parameter("critical_pressure_head", &Atmosphere::critical_pressure_head, "m", Bounds{-infinite, 0, true, false},
                          "driest pressure head of the surface (hCritA); -150 m: a relative humidity of 99 %")
                    .with_default()
                    .source("Šimůnek et al. (2013), HYDRUS-1D, section 2.7.1"),
            });
    }

    [[nodiscard]] std::string_view type() const override { return name; }
    [[nodiscard]] std::optional<Side> through_side() const override { return Side::top; }
    [[nodiscard]] bool takes_solute() const override { return false; }

    void resolve(const Site&, Domain& domain, Diagnostics& diagnostics) override {
        std::set<Index> tops;
        for (const Index cell : domain.zones.cells(zone, diagnostics)) tops.insert(domain.grid.top_active_cell(cell));
        cells_.assign(tops.begin(), tops.end());
        area_.clear();
        surface_.clear();
        for (const Index cell : cells_) {
            area_.push_back(domain.grid.area(cell));
            surface_.push_back(domain.grid.top(cell));
        }
        if (!places.has("rain") && !places.has("evaporation"))
            diagnostics.error(place, fmt::format("boundary '{}' gives neither rain nor evaporation", label.text), "give one or both");
        adopt_medium(domain);
    }
    void adopt_medium(const Domain& domain) override {
        conductance_.clear();
        for (const Index cell : cells_)
            conductance_.push_back(half_cell_conductance(domain.grid, cell, Axis::z, domain.medium.conductivity(Axis::z, cell)));
    }
    void evaluate(const FlowMoment& moment, const GroundAtBoundary& ground, std::span<double> rate,
                  std::span<double> slope) const override {
        const double net = rain.mean(moment.origin, moment.from, moment.to) - evaporation.mean(moment.origin, moment.from, moment.to);
        for (std::size_t n = 0; n < cells_.size(); ++n) {
            const auto limit = net > 0 ? most_in(ground, n) : most_out(ground, n);
            const double wanted = net * area_[n];
            const bool limited = net > 0 ? limit.rate < wanted : limit.rate > wanted;
            rate[n] = limited ? limit.rate : wanted;
            slope[n] = limited ? limit.slope : 0.0;
        }
    }
    [[nodiscard]] std::vector<const Series*> series() const override { return {&rain, &evaporation}; }

private:
    struct Limit {
        double rate, slope;  ///< [m³/s] into the ground, and −d(rate)/d(head)
    };
    /// What ponded water drives in: the surface is saturated.
    [[nodiscard]] Limit most_in(const GroundAtBoundary& ground, std::size_t n) const {
        const double difference = surface_[n] + ponding_depth - ground.head[n];
        if (difference <= 0) return {0, 0};  // full: no rain enters
        const auto k = face_factor(ground.weighting, 1, 0, ground.relative_conductivity[n], ground.relative_conductivity_slope[n], true);
        return {conductance_[n] * k.factor * difference, conductance_[n] * std::max(0.0, k.factor - k.by_right * difference)};
    }
    /// What the driest surface draws up, through the ground as wet as it is: flow comes from the cell.
    [[nodiscard]] Limit most_out(const GroundAtBoundary& ground, std::size_t n) const {
        const double difference = ground.head[n] - (surface_[n] + critical_pressure_head);
        if (difference <= 0) return {0, 0};
        const double k = ground.relative_conductivity[n];
        return {-conductance_[n] * k * difference, conductance_[n] * (k + ground.relative_conductivity_slope[n] * difference)};
    }

    std::vector<double> area_, surface_, conductance_;
};

REGISTER(WaterBoundary, Atmosphere)

}  // namespace galena
