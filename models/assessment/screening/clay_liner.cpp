// Leakage through clay alone: q = k (h + L)/L (Darcy), and the time the water takes through it.

#include "assessment/screening/screening_case.hpp"

namespace galena {

struct ClayLiner final : ScreeningCase {
    static constexpr std::string_view name = "clay_liner", meaning = "leakage of clay without a membrane, free drainage below (Darcy)";

    double head = 0, thickness = 0, conductivity = 0, porosity = 0.4;

    static auto parameters() {
        using T = ClayLiner;
        return std::tuple_cat(case_parameters(), std::tuple{
                                                     parameter("head", &T::head, "m", not_negative, "h: of water above the clay"),
                                                     parameter("thickness", &T::thickness, "m", positive, "L: of the clay"),
                                                     parameter("conductivity", &T::conductivity, "m/s", positive, "k: of the clay"),
                                                     parameter("porosity", &T::porosity, "", open_fraction, "of the clay").with_default(),
                                                 });
    }
    [[nodiscard]] std::string_view type() const override { return name; }
    [[nodiscard]] std::string_view source() const override { return "Darcy 1856"; }
    [[nodiscard]] std::vector<Answer> answers() const override {
        const double q = conductivity * (head + thickness) / thickness;
        return {{"leakage per area", q, "mm/a"}, {"travel time of water through the clay", thickness * porosity / q, "a"}};
    }
};

REGISTER(ScreeningCase, ClayLiner)

}  // namespace galena
