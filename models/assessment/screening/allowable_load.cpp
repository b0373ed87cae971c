// Dynamic carrying capacity of soil: every year Q is added and the share K of what the soil holds then stays, so that after n years
//     C_n = C_0 K^n + Q K (1 − K^n)/(1 − K).
// The load that brings C_n just to the limit (e.g. Ye et al. 1992, soil environmental capacity; a geometric series).

#include <fmt/format.h>

#include "assessment/screening/screening_case.hpp"
#include "core/units.hpp"

namespace galena {

struct AllowableLoad final : ScreeningCase {
    static constexpr std::string_view name = "allowable_load",
                                      meaning = "yearly load that soil can take for so many years (dynamic capacity)";

    double limit = 0, content = 0, years = 0, residual = 1, bulk_density = 0, depth = 0.2;
    std::optional<double> load;

    static auto parameters() {
        using T = AllowableLoad;
        return std::tuple_cat(
            case_parameters(),
            std::tuple{
                parameter("limit", &T::limit, "mg/kg", positive, "that the content may reach"),
                parameter("content", &T::content, "mg/kg", not_negative, "C0: of the soil now").with_default(),
                parameter("years", &T::years, "a", Bounds{seconds_per_year, infinite, true, true}, "n"),
                parameter("residual", &T::residual, "", Bounds{0, 1, false, true}, "K: share that a year leaves in the soil")
                    .with_default(),
                parameter("bulk_density", &T::bulk_density, "kg/m3", positive, "of the soil"),
                parameter("depth", &T::depth, "m", positive, "of the soil that takes the load").with_default(),
                parameter("load", &T::load, "kg/ha/a", positive, "actual load: the years until the limit are answered"),
            });
    }
    [[nodiscard]] std::string_view type() const override { return name; }
    [[nodiscard]] std::string_view source() const override { return "balance of the soil by years"; }
    [[nodiscard]] std::vector<Answer> answers() const override {
        constexpr double none = std::numeric_limits<double>::quiet_NaN();
        const double n = years / seconds_per_year, kept = std::pow(residual, n), soil = bulk_density * depth;
        const double room = limit - content * kept;
        const double yearly = residual < 1 ? room * (1 - residual) / (residual * (1 - kept)) : room / n;
        std::vector<Answer> out{{"allowable load", std::max(0.0, yearly) * soil / seconds_per_year, "kg/ha/a", years,
                                 yearly > 0 ? "" : "the soil is too full: even without a load it stays above the limit"}};
        if (load) {
            const double years_left = years_until_limit(*load * seconds_per_year / soil);
            out.push_back({"time until the limit", years_left < infinite ? years_left * seconds_per_year : none, "a", none,
                           years_left < infinite ? "" : "never: losses balance the load below the limit"});
        }
        return out;
    }

private:
    /// Years until C_n reaches the limit under a yearly addition [kg/kg]; infinite when it never does.
    [[nodiscard]] double years_until_limit(double added) const {
        if (content >= limit) return 0;
        if (residual == 1) return (limit - content) / added;
        const double final_content = added * residual / (1 - residual);
        if (final_content <= limit) return infinite;
        return std::log((final_content - limit) / (final_content - content)) / std::log(residual);
    }
};

REGISTER(ScreeningCase, AllowableLoad)

}  // namespace galena
