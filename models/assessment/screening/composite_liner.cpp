// Leakage through a membrane on clay: holes (Giroud 1997, Geosynthetics International 4(3-4), 335-348) and wrinkles with a hole (Rowe
// 1998). Under tailings the water has to reach the hole through them first: both resistances lie in series, and the head that is left
// above the liner follows from the flow.

#include <fmt/format.h>

#include "assessment/screening/screening_case.hpp"
#include "core/units.hpp"
#include "facility/liner_defects.hpp"

namespace galena {

struct CompositeLiner final : ScreeningCase {
    static constexpr std::string_view name = "composite_liner",
                                      meaning = "leakage of a membrane on clay through holes and wrinkles (Giroud 1997, Rowe 1998)";

    double head = 0, clay_thickness = 0, clay_conductivity = 0, hole_area = 1e-4, holes = 0, area = 0;
    Contact contact = Contact::good;
    double wrinkle_length = 0, wrinkle_width = 0.2, transmissivity = 1.6e-8;
    std::optional<double> tailings_conductivity, tailings_thickness;

    static auto parameters() {
        using T = CompositeLiner;
        return std::tuple_cat(
            case_parameters(),
            std::tuple{
                parameter("head", &T::head, "m", positive, "h: of water above the liner, or above it in the tailings"),
                parameter("area", &T::area, "ha", positive, "of the liner"),
                parameter("clay_thickness", &T::clay_thickness, "m", positive, "ts: below the membrane"),
                parameter("clay_conductivity", &T::clay_conductivity, "m/s", positive, "ks: of the clay"),
                parameter("hole_area", &T::hole_area, "cm2", positive, "a: of one hole").with_default(),
                parameter("holes", &T::holes, "1/ha", not_negative, "circular holes per area").with_default(),
                parameter("contact", &T::contact, "of membrane and clay").with_default(),
                parameter("wrinkle_length", &T::wrinkle_length, "m/ha", not_negative, "L: of wrinkles with a hole, per area")
                    .with_default(),
                parameter("wrinkle_width", &T::wrinkle_width, "m", positive, "2b").with_default(),
                parameter("transmissivity", &T::transmissivity, "m2/s", positive, "between membrane and clay, beside wrinkles")
                    .with_default(),
                parameter("tailings_conductivity", &T::tailings_conductivity, "m/s", positive,
                          "kt: of tailings on the liner; none when absent"),
                parameter("tailings_thickness", &T::tailings_thickness, "m", positive, "that drain to the wrinkles"),
            });
    }
    void check(ReadContext& context) {
        if (tailings_conductivity && wrinkle_length > 0 && !tailings_thickness)
            context.diagnostics.error(places.of("tailings_conductivity"), "wrinkles under tailings need the thickness of the tailings",
                                      "give tailings_thickness");
        if (!tailings_conductivity)
            reading::report_unused(places, "the liner", {"tailings_thickness"}, "there are no tailings without tailings_conductivity",
                                   context);
        if (holes == 0 && wrinkle_length == 0)
            context.diagnostics.error(place, "the liner has neither holes nor wrinkles", "give holes, wrinkle_length or both");
    }
    [[nodiscard]] std::string_view type() const override { return name; }
    [[nodiscard]] std::string_view source() const override { return "Giroud 1997; Rowe 1998"; }

    [[nodiscard]] std::vector<Answer> answers() const override {
        const ClayLayer clay{clay_thickness, clay_conductivity};
        const auto hole = [&](double h) { return through_hole_on_clay(h, hole_area, clay, contact); };
        const auto wrinkle = [&](double h) { return through_wrinkle_on_clay(h, wrinkle_width, transmissivity, clay); };
        const double of_hole =
            tailings_conductivity ? in_series(hole, tailings_towards_hole(hole_area, *tailings_conductivity), head) : hole(head);
        const double of_wrinkle =
            tailings_conductivity && wrinkle_length > 0
                ? in_series(wrinkle, tailings_towards_wrinkle(wrinkle_width, *tailings_thickness, *tailings_conductivity), head)
                : wrinkle(head);
        const double by_holes = of_hole * holes * area, by_wrinkles = of_wrinkle * wrinkle_length * area;
        std::vector<Answer> out;
        if (holes > 0) {
            const bool known = head <= 3 && clay_conductivity >= 1e-10 && clay_conductivity <= 1e-6;
            out.push_back({"leakage through holes", by_holes, "m3/d", std::numeric_limits<double>::quiet_NaN(),
                           known ? "" : "outside the range of the equation (head to 3 m, clay of 1e-10 to 1e-6 m/s)"});
            if (tailings_conductivity)
                out.push_back({"leakage through holes, without the resistance of the tailings", hole(head) * holes * area, "m3/d"});
        }
        if (wrinkle_length > 0) {
            out.push_back({"leakage through wrinkles", by_wrinkles, "m3/d"});
            if (tailings_conductivity)
                out.push_back(
                    {"leakage through wrinkles, without the resistance of the tailings", wrinkle(head) * wrinkle_length * area, "m3/d"});
        }
        out.push_back({"leakage", by_holes + by_wrinkles, "m3/d"});
        out.push_back({"leakage per area", (by_holes + by_wrinkles) / area, "mm/a"});
        return out;
    }
};

REGISTER(ScreeningCase, CompositeLiner)

}  // namespace galena
