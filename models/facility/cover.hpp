#pragma once
// What lies on a facility, for water and for oxygen: a cover that keeps one out need not keep out the other, so both are asked. One file per
// kind in models/facility/cover.

#include <memory>
#include <vector>

#include "facility/layers.hpp"
#include "facility/oxygen_diffusion.hpp"
#include "scenario/catalogue.hpp"
#include "scenario/reader.hpp"

namespace galena {

/// The weather on a cover, means over a step [m/s].
struct Weather {
    double rain = 0, evaporation = 0;  ///< potential
    Date origin;
    double from = 0, to = 0;  ///< seconds after the start
};

class FacilityCover {
public:
    static constexpr std::string_view family = "cover";
    virtual ~FacilityCover() = default;
    std::string cost_item;
    Place place;
    Places places;

    /// Water per plan area that passes downward [m/s].
    [[nodiscard]] virtual double percolation(const Weather& weather) const = 0;
    /// What keeps oxygen out: Σ thickness / effective diffusion [s/m]; 0 without resistance.
    [[nodiscard]] virtual double oxygen_resistance(double from, double to) const = 0;
    [[nodiscard]] virtual std::vector<const Series*> series() const { return {}; }
    [[nodiscard]] virtual std::string text() const = 0;
    /// What it costs: items of `cover` in the unit costs.
    [[nodiscard]] BuiltLayers layers() const { return cost_item.empty() ? own_layers() : BuiltLayers{{cost_item}}; }

protected:
    [[nodiscard]] virtual BuiltLayers own_layers() const = 0;
};

/// Keys that every cover has.
inline auto cover_parameters() {
    return std::tuple{
        parameter(
            "cost_item", &FacilityCover::cost_item,
            "what it costs per m2, where that is not what its kind says: an item of `cover` in the unit costs, e.g. \"capillary_barrier\"")
            .with_default(),
    };
}

}  // namespace galena
