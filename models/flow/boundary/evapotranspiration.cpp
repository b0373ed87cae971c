// Evapotranspiration from the water table: falls from its potential where the water table stands at the surface to nothing where it lies at the
// extinction depth, linearly (McDonald & Harbaugh 1988, ch. 10) or as a power of the height above that depth (Averyanov 1956).

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "flow/water_boundary.hpp"

namespace galena {

enum class EvaporationLaw { linear, averyanov };
template <>
inline const Words words<EvaporationLaw> = {"linear", "averyanov"};

struct Evapotranspiration final : WaterBoundary {
    static constexpr std::string_view name = "evapotranspiration", meaning = "evaporation that depends on how deep the water table lies";

    Name zone{"all", {}};
    std::map<std::string, double> solute_uptake;
    Series rate;
    EvaporationLaw law = EvaporationLaw::linear;
    double exponent = 2;
    std::optional<SpatialValue> surface;
    SpatialValue extinction_depth;

    static auto parameters() {
        using T = Evapotranspiration;
        return std::tuple_cat(
            boundary_parameters(), solute_uptake_parameter<T>(),
            std::tuple{
                parameter("zone", &T::zone, "the columns above any cell of this zone").with_default(),
                parameter("rate", &T::rate, "mm/d", not_negative, "potential rate, where the water table stands at the surface"),
                parameter("law", &T::law, "how the rate falls with depth").with_default(),
                parameter("exponent", &T::exponent, "", between(1, 5), "averyanov: rate · (1 − depth / extinction_depth)^exponent")
                    .with_default()
                    .source("Averyanov (1956): 1 to 3"),
                parameter("surface", &T::surface, "m", anything, "elevation that depths count from; the top of the ground when absent"),
                parameter("extinction_depth", &T::extinction_depth, "m", positive, "at which nothing evaporates any more"),
            });
    }

    [[nodiscard]] std::string_view type() const override { return name; }
    [[nodiscard]] bool determines_head() const override { return true; }
    [[nodiscard]] bool takes_solute() const override { return false; }
    [[nodiscard]] const std::map<std::string, double>* plants_take() const override { return &solute_uptake; }
    [[nodiscard]] std::optional<Side> through_side() const override { return Side::top; }

    void resolve(const Site& site, Domain& domain, Diagnostics& diagnostics) override {
        if (law != EvaporationLaw::averyanov && places.has("exponent"))
            diagnostics.error(places.of("exponent"), fmt::format("boundary '{}': 'exponent' is given and not used", label.text),
                              "only law = \"averyanov\" has an exponent; remove it");
        std::set<Index> tops;
        for (const Index cell : domain.zones.cells(zone, diagnostics)) tops.insert(domain.grid.top_active_cell(cell));
        cells_.assign(tops.begin(), tops.end());
        const auto depths = field_of(extinction_depth, site, domain, diagnostics);
        const auto levels = surface ? field_of(*surface, site, domain, diagnostics) : CellField();
        area_.clear();
        surface_.clear();
        depth_.clear();
        for (const Index cell : cells_) {
            area_.push_back(domain.grid.area(cell));
            surface_.push_back(surface ? levels[cell] : domain.grid.top(cell));
            depth_.push_back(depths[cell]);
        }
    }
    void evaluate(const FlowMoment& moment, const GroundAtBoundary& ground, std::span<double> out, std::span<double> slope) const override {
        const double potential = rate.mean(moment.origin, moment.from, moment.to);
        const double power = law == EvaporationLaw::linear ? 1.0 : exponent;
        for (std::size_t n = 0; n < cells_.size(); ++n) {
            const double height = std::clamp(1 - (surface_[n] - ground.head[n]) / depth_[n], 0.0, 1.0);
            const bool between = height > 0 && height < 1;
            out[n] = -potential * area_[n] * std::pow(height, power);
            slope[n] = between ? potential * area_[n] * power * std::pow(height, power - 1) / depth_[n] : 0.0;
        }
    }
    [[nodiscard]] std::vector<const Series*> series() const override { return {&rate}; }

private:
    std::vector<double> area_, surface_, depth_;
};

REGISTER(WaterBoundary, Evapotranspiration)

}  // namespace galena
