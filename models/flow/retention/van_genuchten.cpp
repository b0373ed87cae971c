// Van Genuchten's retention with Mualem's conductivity (van Genuchten 1980, eqs. 3 and 8), with an air-entry head where one is given
// (Ippisch, Vogel & Bastian 2006, eqs. 10 and 11): without it the conductivity of fine soils (n < 2) falls infinitely steeply at zero.

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
    }

    void pressure_head(std::span<const double> saturation, std::span<double> out) const override {
        van_genuchten_inverse_kernel(shape(), saturation, out);
    }

    [[nodiscard]] std::string text() const override {
        return fmt::format("alpha {:.4g} 1/m, n {:.4g}{}", alpha, n, air_entry > 0 ? fmt::format(", air entry {:.4g} m", air_entry) : "");
    }

private:
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
