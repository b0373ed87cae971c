#include "facility/composite_liner.hpp"

namespace galena {

void MembraneOnClay::check(ReadContext& context) {
    const auto none = [](const Series& series) {
        return std::all_of(series.values.begin(), series.values.end(), [](double v) { return v == 0; });
    };
    if (none(holes) && none(wrinkle_length))
        context.diagnostics.error(place, "the liner has neither holes nor wrinkles", "give holes, wrinkle_length or both");
}

double MembraneOnClay::flux(double head, const Overburden& overburden, const LinerMoment& moment) const {
    if (head <= 0) return 0;
    const ClayLayer clay{clay_thickness, moment.value(clay_conductivity)};
    const auto fed = [&](const auto& through, double conductance) {
        return overburden.present() ? in_series(through, conductance, head) : through(head);
    };
    double sum = 0;
    if (const double n = moment.value(holes); n > 0)
        sum += n * fed([&](double h) { return through_hole_on_clay(h, hole_area, clay, contact); },
                       tailings_towards_hole(hole_area, overburden.conductivity));
    if (const double length = moment.value(wrinkle_length); length > 0)
        sum += length * fed([&](double h) { return h > 0 ? through_wrinkle_on_clay(h, wrinkle_width, transmissivity, clay) : 0.0; },
                            overburden.present() ? tailings_towards_wrinkle(wrinkle_width, overburden.thickness, overburden.conductivity)
                                                 : infinite);
    return sum;
}

}  // namespace galena
