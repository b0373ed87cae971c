// Van Genuchten's retention with Mualem's conductivity (van Genuchten 1980, eqs. 3 and 8), with an air-entry head where one is given
// (Ippisch, Vogel & Bastian 2006, eqs. 10 and 11). Without it the conductivity of fine soils (n < 2) falls infinitely steeply at zero, by a half
// and more within the first millimetre of suction: what pores of centimetres would do that no soil's matrix has, and what Newton cannot pass
// (Vogel, van Genuchten & Cislerova 2001 let such soils stay full up to 2 cm). There the conductivity takes a cubic from that of full
// ground, with no slope, to the curve's own value and slope at a millimetre; water contents keep the curve.

#include <array>
#include <cmath>

#include <fmt/format.h>

#include "flow/retention/van_genuchten_kernel.hpp"

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
        van_genuchten_kernel(shape(), pressure_head, out);
        if (n < 2 && air_entry < smooth) smooth_near_full(pressure_head, out);
    }

    void pressure_head(std::span<const double> saturation, std::span<double> out) const override {
        van_genuchten_inverse_kernel(shape(), saturation, out);
    }

    [[nodiscard]] std::string text() const override {
        return fmt::format("alpha {:.4g} 1/m, n {:.4g}{}", alpha, n, air_entry > 0 ? fmt::format(", air entry {:.4g} m", air_entry) : "");
    }

private:
    static constexpr double smooth = 1e-3;  ///< suction up to which a conductivity that falls infinitely steeply is smoothed [m]

    /// Hermite's cubic; it falls all the way, for the slope at its end is less than three times its mean (Fritsch & Carlson 1980).
    void smooth_near_full(std::span<const double> pressure_head, const RetentionValues& out) const {
        double se = 0, se_slope = 0, k = 0, k_slope = 0;
        van_genuchten_kernel(shape(), std::array{-smooth}, {{&se, 1}, {&se_slope, 1}, {&k, 1}, {&k_slope, 1}});
        const double width = smooth - air_entry, drop = 1 - k, end = -width * k_slope;
        for (std::size_t i = 0; i < pressure_head.size(); ++i) {
            const double t = (-pressure_head[i] - air_entry) / width;
            if (t <= 0 || t >= 1) continue;
            out.conductivity[i] = 1 - drop * t * t * (3 - 2 * t) + end * t * t * (t - 1);
            out.conductivity_slope[i] = (drop * 6 * t * (1 - t) - end * t * (3 * t - 2)) / width;
        }
    }
    [[nodiscard]] VanGenuchtenShape shape() const {
        VanGenuchtenShape shape{alpha, n, connectivity, air_entry};
        if (air_entry == 0) return shape;
        const double m = 1 - 1 / n, x = std::pow(alpha * air_entry, n);
        shape.entry_saturation = std::pow(1 + x, -m);
        shape.entry_mualem = 1 - std::pow(x / (1 + x), m);
        return shape;
    }
};

REGISTER(RetentionCurve, VanGenuchten)

}  // namespace galena
