// Clay: q = k (h + L)/L where the pores below are open to the air (Darcy 1856); dissolved matter diffuses through it besides.

#include <fmt/format.h>

#include "facility/liner.hpp"

namespace galena {

struct ClayLinerLaw final : Liner {
    static constexpr std::string_view name = "clay", meaning = "a layer of clay, or of other ground that resists";

    double thickness = 0;
    Series conductivity;
    double effective_diffusion = 0, porosity = 0.4;

    static auto parameters() {
        using T = ClayLinerLaw;
        return std::tuple{
            parameter("thickness", &T::thickness, "m", positive, "L"),
            parameter("conductivity", &T::conductivity, "m/s", positive, "k; may vary in time: it dries out, or exchanges its cations")
                .source("as built 1e-9 m/s, 1e-7 m/s after desiccation: ACAP"),
            parameter("effective_diffusion", &T::effective_diffusion, "m2/s", not_negative,
                      "of what is dissolved, in the pore water: it passes besides the flow, as far as the water below holds less")
                .with_default()
                .source("1e-10 to 5e-10 m2/s"),
            parameter("porosity", &T::porosity, "", open_fraction, "of the clay, for diffusion").with_default(),
        };
    }
    [[nodiscard]] double flux(double drop, const Overburden&, const LinerMoment& moment) const override {
        return std::max(0.0, drop) * leakance(moment);
    }
    [[nodiscard]] double leakance(const LinerMoment& moment) const override { return moment.value(conductivity) / thickness; }
    [[nodiscard]] double depth() const override { return thickness; }
    [[nodiscard]] double diffusion() const override { return porosity * effective_diffusion / thickness; }
    [[nodiscard]] std::vector<const Series*> series() const override { return {&conductivity}; }
    [[nodiscard]] BuiltLayers layers() const override { return {clay_layer(thickness)}; }
    [[nodiscard]] std::string text() const override {
        return fmt::format("clay of {:g} m, {:.3g} m/s", thickness, conductivity.values.front());
    }
};

REGISTER(Liner, ClayLinerLaw)

}  // namespace galena
