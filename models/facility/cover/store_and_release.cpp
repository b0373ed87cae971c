// Store and release: fine soil holds the rain of the wet season until plants and the air take it back. What it cannot hold passes. Such a
// cover is dry most of the time: it stops water, not oxygen.

#include <fmt/format.h>

#include "facility/cover.hpp"

namespace galena {

struct StoreAndReleaseCover final : FacilityCover {
    static constexpr std::string_view name = "store_and_release",
                                      meaning = "fine soil that holds the rain until the air takes it back: stops water, not oxygen";

    double thickness = 0, available_water = 0.12, wet_season = 0.5, least = 0.02, porosity = 0.42, saturation = 0.35;

    static auto parameters() {
        using T = StoreAndReleaseCover;
        return std::tuple_cat(
            cover_parameters(),
            std::tuple{
                parameter("thickness", &T::thickness, "m", positive, "of the soil").source("1 to 2.5 m where it rains less than 250 mm/a"),
                parameter("available_water", &T::available_water, "", open_fraction,
                          "water per volume that it holds between field capacity and wilting point")
                    .with_default(),
                parameter("wet_season", &T::wet_season, "", fraction,
                          "share of the yearly rain that falls while the air takes nothing, and has to be held")
                    .with_default(),
                parameter("least", &T::least, "", fraction, "share of the rain that passes all the same, by cracks and roots")
                    .with_default()
                    .source("0 to 5 % of the rain: ACAP"),
                parameter("porosity", &T::porosity, "", open_fraction, "for oxygen").with_default(),
                parameter("saturation", &T::saturation, "", fraction, "mean degree, for oxygen").with_default(),
            });
    }
    /// Of a year's rain the wet season's has to be held; more than that passes.
    [[nodiscard]] double percolation(const Weather& weather) const override {
        const double held = available_water * thickness / seconds_per_year;
        return std::max(least * weather.rain, std::min(weather.rain, wet_season * weather.rain - held));
    }
    [[nodiscard]] double oxygen_resistance(double, double) const override { return thickness / oxygen_diffusion(porosity, saturation); }
    [[nodiscard]] std::string text() const override { return fmt::format("{:g} m of soil that stores and releases", thickness); }

protected:
    [[nodiscard]] BuiltLayers own_layers() const override { return {{"store_and_release_layer", thickness, "m3"}}; }
};

REGISTER(FacilityCover, StoreAndReleaseCover)

}  // namespace galena
