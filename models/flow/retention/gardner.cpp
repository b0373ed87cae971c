// Gardner's exponential law: Se = K/Ks = exp(alpha · pressure head) (Gardner 1958), which makes steady flow linear in K.

#include <fmt/format.h>

#include "flow/retention_curve.hpp"

namespace galena {

struct Gardner final : RetentionCurve {
    static constexpr std::string_view name = "gardner", meaning = "saturation and conductivity fall exponentially with suction";

    double alpha = 0;

    static auto parameters() {
        return std::tuple_cat(retention_parameters(),
                              std::tuple{
                                  parameter("alpha", &Gardner::alpha, "1/m", positive, "inverse of the suction at which a factor e is lost")
                                      .source("Gardner 1958; Srivastava & Yeh 1991, eqs. 2 and 3"),
                              });
    }

    [[nodiscard]] std::string_view type() const override { return name; }

    void evaluate(std::span<const double> pressure_head, const RetentionValues& out) const override {
        for (std::size_t i = 0; i < pressure_head.size(); ++i) {
            const bool dry = pressure_head[i] < 0;
            const double value = dry ? std::exp(alpha * pressure_head[i]) : 1.0, slope = dry ? alpha * value : 0.0;
            out.saturation[i] = out.conductivity[i] = value;
            out.saturation_slope[i] = out.conductivity_slope[i] = slope;
        }
    }

    void pressure_head(std::span<const double> saturation, std::span<double> out) const override {
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = std::log(saturation[i]) / alpha;
    }

    [[nodiscard]] std::string text() const override { return fmt::format("alpha {:.4g} 1/m", alpha); }
};

REGISTER(RetentionCurve, Gardner)

}  // namespace galena
