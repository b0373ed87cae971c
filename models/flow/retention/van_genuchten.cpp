// Van Genuchten's retention with Mualem's conductivity (van Genuchten 1980, eqs. 3 and 8), with an air-entry head where one is given
// (Ippisch, Vogel & Bastian 2006, eqs. 10 and 11): without it the conductivity of fine soils (n < 2) falls infinitely steeply at zero.

#include <algorithm>

#include <fmt/format.h>

#include "flow/retention_curve.hpp"

namespace galena {

struct VanGenuchten final : RetentionCurve {
    static constexpr std::string_view name = "van_genuchten", meaning = "van Genuchten's curve with Mualem's conductivity";

    double alpha = 0, n = 0, connectivity = 0.5, air_entry = 0;

    static auto parameters() {
        using T = VanGenuchten;
        return std::tuple_cat(
            retention_parameters(),
            std::tuple{
                parameter("alpha", &T::alpha, "1/m", positive, "about the inverse of the suction at which pores empty")
                    .source("van Genuchten 1980, eq. 3"),
                parameter("n", &T::n, "", Bounds{1, 20, false, true}, "steepness: the wider the range of pores, the nearer to 1"),
                parameter("connectivity", &T::connectivity, "", between(-10, 10), "Mualem's exponent L of the saturation").with_default(),
                parameter("air_entry", &T::air_entry, "m", not_negative, "suction up to which the ground stays full").with_default(),
            });
    }

    [[nodiscard]] std::string_view type() const override { return name; }

    void evaluate(std::span<const double> pressure_head, const RetentionValues& out) const override {
        const Entry entry = at_entry();
        for (std::size_t i = 0; i < pressure_head.size(); ++i) {
            const double suction = -pressure_head[i];
            if (suction <= air_entry) {
                out.saturation[i] = out.conductivity[i] = 1;
                out.saturation_slope[i] = out.conductivity_slope[i] = 0;
                continue;
            }
            // Very near zero the slope of the conductivity has no bound for n < 2: Newton takes that of a small suction.
            const double m = 1 - 1 / n, log_x = n * std::log(alpha * suction), x = std::exp(log_x), log_u = std::log1p(x);
            const double log_part = x > 1e6 ? -1 / x + 0.5 / (x * x) : log_x - log_u;  // of x / (1 + x)
            const double se = std::exp(-m * log_u) / entry.saturation, f = -std::expm1(m * log_part);
            const double se_slope = m * n * x / (suction * (1 + x)) * se;
            const double f_slope = m * n * (1 - f) / (std::max(suction, 1e-4 / alpha) * (1 + x));
            const double k = power(se) * (f / entry.mualem) * (f / entry.mualem);
            out.saturation[i] = se;
            out.saturation_slope[i] = se_slope;
            out.conductivity[i] = k;
            out.conductivity_slope[i] = f > 0 ? k * (connectivity * se_slope / se + 2 * f_slope / f) : 0;
        }
    }

    void pressure_head(std::span<const double> saturation, std::span<double> out) const override {
        const double m = 1 - 1 / n;
        const Entry entry = at_entry();
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = -std::pow(std::expm1(-std::log(saturation[i] * entry.saturation) / m), 1 / n) / alpha;
    }

    [[nodiscard]] std::string text() const override {
        return fmt::format("alpha {:.4g} 1/m, n {:.4g}{}", alpha, n, air_entry > 0 ? fmt::format(", air entry {:.4g} m", air_entry) : "");
    }

private:
    /// Saturation and Mualem's integral that the curve without air entry has at the air-entry head.
    struct Entry {
        double saturation = 1, mualem = 1;
    };
    [[nodiscard]] Entry at_entry() const {
        if (air_entry == 0) return {};
        const double m = 1 - 1 / n, x = std::pow(alpha * air_entry, n);
        return {std::pow(1 + x, -m), 1 - std::pow(x / (1 + x), m)};
    }
    [[nodiscard]] double power(double se) const { return connectivity == 0.5 ? std::sqrt(se) : std::pow(se, connectivity); }
};

REGISTER(RetentionCurve, VanGenuchten)

}  // namespace galena
