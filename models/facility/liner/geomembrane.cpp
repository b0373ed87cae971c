// A membrane on ground that takes what comes: every hole is an orifice, fed through the tailings. Without them a hole of 1 cm² passes ten
// thousand times as much.

#include <fmt/format.h>

#include "facility/liner.hpp"
#include "facility/liner_defects.hpp"

namespace galena {

struct GeomembraneLiner final : Liner {
    static constexpr std::string_view name = "geomembrane", meaning = "a membrane alone, with holes, on ground that takes what comes";

    double hole_area = 1e-4;
    Series holes;

    static auto parameters() {
        using T = GeomembraneLiner;
        return std::tuple{
            parameter("holes", &T::holes, "1/ha", not_negative, "per area; may vary in time: membranes age")
                .source("2.5 to 5 per hectare after installation under control: Giroud 1997"),
            parameter("hole_area", &T::hole_area, "cm2", positive, "of one hole").with_default(),
        };
    }
    [[nodiscard]] double flux(double drop, const Overburden& overburden, const LinerMoment& moment) const override {
        if (drop <= 0) return 0;
        const auto hole = [&](double h) { return through_open_hole(h, hole_area); };
        return moment.value(holes) *
               (overburden.present() ? in_series(hole, tailings_towards_hole(hole_area, overburden.conductivity), drop) : hole(drop));
    }
    [[nodiscard]] std::vector<const Series*> series() const override { return {&holes}; }
    [[nodiscard]] BuiltLayers layers() const override { return {{"membrane"}}; }
    [[nodiscard]] std::string text() const override { return fmt::format("membrane with {:.3g} holes per ha", 1e4 * holes.values.front()); }
};

REGISTER(Liner, GeomembraneLiner)

}  // namespace galena
