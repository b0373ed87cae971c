#pragma once
// A membrane on clay with its defects: what the composite and the double composite liner have in common.

#include "facility/liner.hpp"
#include "facility/liner_defects.hpp"

namespace galena {

struct MembraneOnClay {
    double clay_thickness = 0, hole_area = 1e-4, wrinkle_width = 0.2, transmissivity = 1.6e-8;
    Series clay_conductivity, holes{0.0}, wrinkle_length{0.0};
    Contact contact = Contact::good;
    Place place;

    static auto parameters() {
        using T = MembraneOnClay;
        return std::tuple{
            parameter("clay_thickness", &T::clay_thickness, "m", positive, "ts: below the membrane"),
            parameter("clay_conductivity", &T::clay_conductivity, "m/s", positive, "ks: of the clay; may vary in time"),
            parameter("holes", &T::holes, "1/ha", not_negative, "circular holes per area; may vary in time: membranes age")
                .with_default()
                .source("2.5 to 5 per hectare after installation under control: Giroud 1997"),
            parameter("hole_area", &T::hole_area, "cm2", positive, "a: of one hole").with_default(),
            parameter("contact", &T::contact, "of membrane and clay").with_default(),
            parameter("wrinkle_length", &T::wrinkle_length, "m/ha", not_negative, "of wrinkles with a hole, per area; may vary in time")
                .with_default()
                .source("they dominate where there are any: Rowe 1998"),
            parameter("wrinkle_width", &T::wrinkle_width, "m", positive, "2b").with_default(),
            parameter("transmissivity", &T::transmissivity, "m2/s", positive, "between membrane and clay, beside wrinkles").with_default(),
        };
    }
    void check(ReadContext& context);

    /// Flux per area under a drop of total head [m] from above the membrane, or the tailings, to under the clay [m/s].
    [[nodiscard]] double flux(double drop, const Overburden& overburden, const LinerMoment& moment) const;
    [[nodiscard]] BuiltLayers layers() const { return {{"membrane"}, clay_layer(clay_thickness)}; }
    [[nodiscard]] std::vector<const Series*> series() const { return {&clay_conductivity, &holes, &wrinkle_length}; }
};

}  // namespace galena
