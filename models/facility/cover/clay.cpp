// Compacted clay: water passes at its conductivity under unit gradient for as long as it rains enough, more as it dries out and cracks from
// the conductivity as built to that of the old clay; oxygen diffuses through it as wet as it stays.

#include <cmath>

#include <fmt/format.h>

#include "facility/cover.hpp"

namespace galena {

struct ClayCover final : FacilityCover {
    static constexpr std::string_view name = "clay", meaning = "compacted clay that cracks as it dries out";

    double thickness = 0, conductivity = 1e-9, porosity = 0.4, saturation = 0.85, wet_time = 1;
    std::optional<double> aged_conductivity, ageing_time;

    static auto parameters() {
        using T = ClayCover;
        return std::tuple_cat(
            cover_parameters(),
            std::tuple{
                parameter("thickness", &T::thickness, "m", positive, "of the clay"),
                parameter("conductivity", &T::conductivity, "m/s", positive, "as built").with_default(),
                parameter("aged_conductivity", &T::aged_conductivity, "m/s", positive, "of the old clay; as built when absent")
                    .source("1e-7 m/s by desiccation: ACAP"),
                parameter("ageing_time", &T::ageing_time, "a", positive, "time constant of the logarithm of the conductivity"),
                parameter("wet_time", &T::wet_time, "", fraction, "share of the time that water stands on the clay").with_default(),
                parameter("porosity", &T::porosity, "", open_fraction, "for oxygen").with_default(),
                parameter("saturation", &T::saturation, "", fraction, "mean degree, for oxygen").with_default(),
            });
    }
    void check(ReadContext& context) {
        if (aged_conductivity.has_value() != ageing_time.has_value())
            context.diagnostics.error(places.of(aged_conductivity ? "aged_conductivity" : "ageing_time"),
                                      "the cover gives only one of aged_conductivity and ageing_time", "give both");
    }
    [[nodiscard]] double percolation(const Weather& weather) const override {
        double k = conductivity;
        if (aged_conductivity)
            k *= std::pow(*aged_conductivity / conductivity, -std::expm1(-0.5 * (weather.from + weather.to) / *ageing_time));
        return std::min(weather.rain, wet_time * k);
    }
    [[nodiscard]] double oxygen_resistance(double, double) const override { return thickness / oxygen_diffusion(porosity, saturation); }
    [[nodiscard]] std::string text() const override { return fmt::format("clay of {:g} m, {:.3g} m/s as built", thickness, conductivity); }

protected:
    [[nodiscard]] BuiltLayers own_layers() const override { return {{"compacted_clay", thickness, "m3"}}; }
};

REGISTER(FacilityCover, ClayCover)

}  // namespace galena
