// Soil: a share of the rain passes; oxygen diffuses through it as wet as it is.

#include <fmt/format.h>

#include "facility/cover.hpp"

namespace galena {

struct SoilCover final : FacilityCover {
    static constexpr std::string_view name = "soil", meaning = "a layer of soil: a share of the rain passes, oxygen diffuses through it";

    double thickness = 0, porosity = 0.4, saturation = 0.3, percolating = 0.1;

    static auto parameters() {
        using T = SoilCover;
        return std::tuple_cat(
            cover_parameters(),
            std::tuple{
                parameter("thickness", &T::thickness, "m", positive, "of the layer"),
                parameter("percolation", &T::percolating, "", fraction, "share of the rain that passes")
                    .with_default()
                    .source("bare tailings 5 to 20 % in wet years"),
                parameter("porosity", &T::porosity, "", open_fraction, "for oxygen").with_default(),
                parameter("saturation", &T::saturation, "", fraction, "mean degree, for oxygen: a dry soil hardly keeps it out")
                    .with_default(),
            });
    }
    [[nodiscard]] double percolation(const Weather& weather) const override { return percolating * weather.rain; }
    [[nodiscard]] double oxygen_resistance(double, double) const override { return thickness / oxygen_diffusion(porosity, saturation); }
    [[nodiscard]] std::string text() const override {
        return fmt::format("soil of {:g} m, {:g} % of the rain passes", thickness, 100 * percolating);
    }

protected:
    [[nodiscard]] BuiltLayers own_layers() const override { return {{"soil_layer", thickness, "m3"}}; }
};

REGISTER(FacilityCover, SoilCover)

}  // namespace galena
