// Capture zone of wells in a line across uniform flow (Javandel & Tsang 1986, Ground Water 24(5), 616-625).

#include <array>
#include <numbers>

#include <fmt/format.h>

#include "assessment/screening/screening_case.hpp"

namespace galena {

struct CaptureWidth final : ScreeningCase {
    static constexpr std::string_view name = "capture_width", meaning = "zone that wells draw from in uniform flow (Javandel & Tsang 1986)";

    std::optional<double> rate, plume_width;
    double thickness = 0, darcy_flux = 0;
    int wells = 1;

    static auto parameters() {
        using T = CaptureWidth;
        return std::tuple_cat(
            case_parameters(),
            std::tuple{
                parameter("rate", &T::rate, "m3/d", positive, "Q of each well (or give plume_width)"),
                parameter("plume_width", &T::plume_width, "m", positive, "far upstream: the rate that captures it is answered"),
                parameter("thickness", &T::thickness, "m", positive, "B: of the aquifer"),
                parameter("darcy_flux", &T::darcy_flux, "m/d", positive, "U: of the natural flow"),
                parameter("wells", &T::wells, between(1, 4), "in a line across the flow, at the widest spacing that lets nothing pass")
                    .with_default(),
            });
    }
    void check(ReadContext& context) { reading::exactly_one(places, "screen 'capture_width'", "rate", "plume_width", context.diagnostics); }
    [[nodiscard]] std::string_view type() const override { return name; }
    [[nodiscard]] std::string_view source() const override { return "Javandel & Tsang 1986"; }

    [[nodiscard]] std::vector<Answer> answers() const override {
        const double n = wells, per_well = rate ? *rate : *plume_width * thickness * darcy_flux / n;
        const double width = per_well / (thickness * darcy_flux);  // that one well takes, far upstream
        std::vector<Answer> out;
        if (plume_width) out.push_back({"rate of each well", per_well, "m3/d"});
        out.push_back({"width far upstream", n * width, "m"});
        if (wells == 1) {
            out.push_back({"width at the well", 0.5 * width, "m"});
            out.push_back({"stagnation point downstream of the well", width / (2 * std::numbers::pi), "m"});
            return out;
        }
        // Table 1 of the paper, in units of Q/(π B U); the figures for three and four wells as printed there.
        constexpr std::array spacing{0.0, 1.0, 1.26, 1.2};
        out.push_back({"widest spacing of the wells", spacing[static_cast<std::size_t>(wells - 1)] * width / std::numbers::pi, "m"});
        return out;
    }
};

REGISTER(ScreeningCase, CaptureWidth)

}  // namespace galena
