// galena screen dam_failure: volume and reach of a failure with their scatter, the deposit, and what its water brings into the soil until it
// is cleaned up. How often dams fail is asked for, never answered.

#include <algorithm>

#include <fmt/format.h>

#include "assessment/screening/screening_case.hpp"
#include "core/units.hpp"
#include "facility/dam_failure.hpp"
#include "facility/green_ampt.hpp"

namespace galena {

struct DamFailureCase final : ScreeningCase {
    static constexpr std::string_view
        name = "dam_failure",
        meaning = "volume, run-out and deposit of a failing tailings dam: screening only, no analysis of its safety";

    double stored = 0, height = 0, scatter = 0.35, concentration = 0, frequency = 0, years = 30 * seconds_per_year;
    double conductivity = 1e-7, suction = 0.2, deficit = 0.25, drainable = 0.3;
    std::optional<double> longest;
    std::vector<double> clean_up{30.4375 * seconds_per_day, 182.625 * seconds_per_day, 2 * seconds_per_year};

    static auto parameters() {
        using T = DamFailureCase;
        return std::tuple_cat(
            case_parameters(),
            std::tuple{
                parameter("stored", &T::stored, "m3", positive, "VT: tailings and water behind the dam"),
                parameter("height", &T::height, "m", positive, "H: of the dam"),
                parameter("scatter", &T::scatter, "", between(0, 1), "standard deviation of the decadic logarithms about the regressions")
                    .with_default()
                    .source("0.3 to 0.45"),
                parameter("longest", &T::longest, "m", positive, "where the valley ends the flow"),
                parameter("frequency", &T::frequency, "1/a", not_negative, "of failures, as you assume it: 1e-4 to 1e-2 per dam and year")
                    .with_default(),
                parameter("years", &T::years, "a", positive, "of service, for the frequency").with_default(),
                parameter("concentration", &T::concentration, "mg/L", not_negative, "of a substance in the water of the deposit")
                    .with_default(),
                parameter("drainable", &T::drainable, "", open_fraction, "water per volume that leaves the deposit").with_default(),
                parameter("conductivity", &T::conductivity, "m/s", positive, "of the soil it lies on").with_default(),
                parameter("suction", &T::suction, "m", positive, "at the wetting front").with_default(),
                parameter("deficit", &T::deficit, "", open_fraction, "water that the soil can still take, per volume").with_default(),
                parameter("clean_up", &T::clean_up, "d", positive, "delays until the deposit is removed: 1, 6 and 24 months")
                    .with_default(),
            });
    }
    [[nodiscard]] std::string_view type() const override { return name; }
    [[nodiscard]] std::string_view source() const override {
        return "screening only; Rico et al. 2008, Concha Larrauri & Lall 2018, Ghahramani et al. 2020";
    }

    [[nodiscard]] std::vector<Answer> answers() const override {
        std::vector<Answer> out;
        const double nan = std::numeric_limits<double>::quiet_NaN(), band = std::pow(10, 1.2816 * scatter);
        const auto add = [&](const std::string& quantity, double value, const char* shown, double most) {
            const double cut = std::min(value, most);
            out.push_back({quantity, cut, shown, nan,
                           fmt::format("8 of 10 between {} and {}{}", quantity_text(std::min(value / band, most), unit(shown)),
                                       quantity_text(std::min(value * band, most), unit(shown)), cut < value ? "; cut off" : "")});
        };
        double volume = 0;
        for (const auto& [author, failure] : {std::pair{"Rico", rico_2008(stored / 1e6, height)},
                                              std::pair{"Concha Larrauri & Lall", concha_larrauri_lall_2018(stored / 1e6, height)}}) {
            add(fmt::format("volume set free ({})", author), failure.volume * 1e6, "m3", stored);
            add(fmt::format("run-out ({})", author), failure.runout * 1e3, "km", longest.value_or(infinite));
            volume = std::max(volume, std::min(stored, failure.volume * 1e6));
        }
        add("area covered, larger volume", inundated_area(volume), "ha", infinite);
        const double thickness = volume / inundated_area(volume);
        out.push_back({"mean thickness of the deposit", thickness, "m"});
        for (const double delay : clean_up) {
            const double entered = std::min(green_ampt(delay, conductivity, thickness, suction, deficit), thickness * drainable);
            out.push_back({"water into the soil until clean-up", entered, "mm", delay,
                           entered < thickness * drainable ? "" : "all that the deposit gives"});
            out.push_back({"depth of the wetting front", entered / deficit, "m", delay});
            if (concentration > 0) out.push_back({"mass into the soil", entered * inundated_area(volume) * concentration, "kg", delay});
        }
        if (frequency > 0)
            out.push_back({"probability of a failure in its service, of the frequency given", -std::expm1(-frequency * years), "1"});
        return out;
    }
};

REGISTER(ScreeningCase, DamFailureCase)

}  // namespace galena
