// HJ 964-2018, appendix E: ΔS = n (Is − Ls − Rs)/(ρb A D), S = Sb + ΔS. The losses are constant there; where they exceed the input, the
// formula holds until nothing is left, and the content is 0 from then on.

#include <algorithm>

#include <fmt/format.h>

#include "assessment/screening/screening_case.hpp"

namespace galena {

struct SoilIncrement final : ScreeningCase {
    static constexpr std::string_view name = "soil_increment", meaning = "content of topsoil after years of input (HJ 964-2018, E.1)";

    double years = 0, input = 0, leached = 0, runoff = 0, bulk_density = 0, area = 0, depth = 0.2, background = 0;
    std::optional<double> limit;

    static auto parameters() {
        using T = SoilIncrement;
        return std::tuple_cat(case_parameters(),
                              std::tuple{
                                  parameter("years", &T::years, "a", positive, "n: of input"),
                                  parameter("input", &T::input, "kg/a", not_negative, "Is: into the soil"),
                                  parameter("leached", &T::leached, "kg/a", not_negative, "Ls: with seepage").with_default(),
                                  parameter("runoff", &T::runoff, "kg/a", not_negative, "Rs: with runoff").with_default(),
                                  parameter("bulk_density", &T::bulk_density, "kg/m3", positive, "ρb: of the soil"),
                                  parameter("area", &T::area, "ha", positive, "A"),
                                  parameter("depth", &T::depth, "m", positive, "D: of the soil that takes it").with_default(),
                                  parameter("background", &T::background, "mg/kg", not_negative, "Sb: before").with_default(),
                                  parameter("limit", &T::limit, "mg/kg", positive, "of a standard"),
                              });
    }
    [[nodiscard]] std::string_view type() const override { return name; }
    [[nodiscard]] std::string_view source() const override { return "HJ 964-2018, appendix E"; }
    [[nodiscard]] std::vector<Answer> answers() const override {
        constexpr double none = std::numeric_limits<double>::quiet_NaN();
        const double yearly = (input - leached - runoff) / (bulk_density * area * depth);  // content per time
        const double increment = std::max(yearly * years, -background);
        const bool emptied = yearly * years < -background;
        const double valid = emptied ? background / -yearly : none;
        const std::string remark =
            emptied ? fmt::format("E.1 holds for {:.3g} a: then all of the background has gone", valid / seconds_per_year) : "";
        std::vector<Answer> out{{"increment of the content", increment, "mg/kg", years, remark},
                                {"content", background + increment, "mg/kg", years, remark}};
        if (limit) {
            const double left = *limit - background;
            out.push_back({"time until the limit",
                           left <= 0    ? 0
                           : yearly > 0 ? left / yearly
                                        : none,
                           "a", none,
                           left <= 0    ? "above it from the start"
                           : yearly > 0 ? ""
                                        : "never: as much leaves as comes"});
        }
        return out;
    }
};

REGISTER(ScreeningCase, SoilIncrement)

}  // namespace galena
