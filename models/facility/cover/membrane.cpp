// A membrane: water passes its defects, at a rate that grows as it ages; oxygen passes the same defects, which is next to nothing.

#include <fmt/format.h>

#include "facility/cover.hpp"

namespace galena {

struct MembraneCover final : FacilityCover {
    static constexpr std::string_view name = "membrane", meaning = "a membrane with defects: a little water a year, hardly any oxygen";

    Series leakage;
    double oxygen_permeance = 1e-12;

    static auto parameters() {
        using T = MembraneCover;
        return std::tuple_cat(
            cover_parameters(),
            std::tuple{
                parameter("leakage", &T::leakage, "mm/a", not_negative, "water that passes, where the rain gives as much; may grow in time")
                    .source("0.1 to 2 mm/a through the defects of HDPE"),
                parameter("oxygen_permeance", &T::oxygen_permeance, "m/s", positive,
                          "flux of oxygen per concentration in the air: permeability of the polymer over its thickness, and its defects")
                    .with_default(),
            });
    }
    [[nodiscard]] double percolation(const Weather& weather) const override {
        return std::min(weather.rain, leakage.mean(weather.origin, weather.from, weather.to));
    }
    [[nodiscard]] double oxygen_resistance(double, double) const override { return 1 / oxygen_permeance; }
    [[nodiscard]] std::vector<const Series*> series() const override { return {&leakage}; }
    [[nodiscard]] std::string text() const override {
        return fmt::format("membrane, {} pass", quantity_text(leakage.values.front(), unit("mm/a")));
    }

protected:
    [[nodiscard]] BuiltLayers own_layers() const override { return {{"membrane"}}; }
};

REGISTER(FacilityCover, MembraneCover)

}  // namespace galena
