// Brooks & Corey's retention with Burdine's conductivity (Brooks & Corey 1964): Se = (entry / suction)^lambda, K = Se^(3 + 2/lambda).

#include <fmt/format.h>

#include "flow/retention_curve.hpp"

namespace galena {

struct BrooksCorey final : RetentionCurve {
    static constexpr std::string_view name = "brooks_corey", meaning = "Brooks and Corey's power law";

    double air_entry = 0, lambda = 0;
    std::optional<double> conductivity_exponent;

    static auto parameters() {
        using T = BrooksCorey;
        return std::tuple_cat(
            retention_parameters(),
            std::tuple{
                parameter("air_entry", &T::air_entry, "m", positive, "suction at which the largest pores empty"),
                parameter("lambda", &T::lambda, "", Bounds{0, 20, false, true}, "pore-size index").source("Brooks & Corey 1964"),
                parameter("conductivity_exponent", &T::conductivity_exponent, "", Bounds{0, 100, false, true},
                          "of the saturation in the conductivity; 3 + 2/lambda when absent"),
            });
    }

    [[nodiscard]] std::string_view type() const override { return name; }

    void evaluate(std::span<const double> pressure_head, const RetentionValues& out) const override {
        const double exponent = conductivity_exponent.value_or(3 + 2 / lambda);
        for (std::size_t i = 0; i < pressure_head.size(); ++i) {
            const double suction = -pressure_head[i];
            if (suction <= air_entry) {
                out.saturation[i] = out.conductivity[i] = 1;
                out.saturation_slope[i] = out.conductivity_slope[i] = 0;
                continue;
            }
            const double log_se = lambda * std::log(air_entry / suction);
            out.saturation[i] = std::exp(log_se);
            out.saturation_slope[i] = lambda * out.saturation[i] / suction;
            out.conductivity[i] = std::exp(exponent * log_se);
            out.conductivity_slope[i] = exponent * lambda * out.conductivity[i] / suction;
        }
    }

    void pressure_head(std::span<const double> saturation, std::span<double> out) const override {
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = -air_entry * std::pow(saturation[i], -1 / lambda);
    }

    [[nodiscard]] std::string text() const override { return fmt::format("air entry {:.4g} m, lambda {:.4g}", air_entry, lambda); }
};

REGISTER(RetentionCurve, BrooksCorey)

}  // namespace galena
