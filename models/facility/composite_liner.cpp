#include "facility/composite_liner.hpp"

namespace galena {

void MembraneOnClay::check(ReadContext& context) {
    const auto none = [](const Series& series) {
        return std::all_of(series.values.begin(), series.values.end(), [](double v) { return v == 0; });
    };
    if (none(holes) && none(wrinkle_length))
        context.diagnostics.error(place, "the liner has neither holes nor wrinkles", "give holes, wrinkle_length or both");
}

double MembraneOnClay::flux(double drop, const Overburden& overburden, const LinerMoment& moment) const {
    if (drop <= 0) return 0;
    const ClayLayer clay{clay_thickness, moment.value(clay_conductivity)};
    double sum = 0;
    // Giroud's head stands above pores that are open; under water that presses back the hole has no more than what is left of it.
    if (const double n = moment.value(holes), head = drop - clay_thickness; n > 0 && head > 0) {
        const auto hole = [&](double h) { return through_hole_on_clay(h, hole_area, clay, contact); };
        sum += n * (overburden.present() ? in_series(hole, tailings_towards_hole(hole_area, overburden.conductivity), head) : hole(head));
    }
    // Rowe's flow is linear in the drop, so that both resistances add.
    if (const double length = moment.value(wrinkle_length); length > 0) {
        const double per_drop = through_wrinkle_on_clay(0, wrinkle_width, transmissivity, clay) / clay_thickness;
        const double above =
            overburden.present() ? 1 / tailings_towards_wrinkle(wrinkle_width, overburden.thickness, overburden.conductivity) : 0.0;
        sum += length * drop / (1 / per_drop + above);
    }
    return sum;
}

}  // namespace galena
