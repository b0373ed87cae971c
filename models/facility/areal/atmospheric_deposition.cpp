// Deposition from the air as it is measured: wet and dry together.

#include "facility/areal_source.hpp"

namespace galena {

struct DepositionSource final : ArealSource {
    static constexpr std::string_view name = "atmospheric_deposition", meaning = "deposition from the air as it is measured";

    Series flux;

    static auto parameters() {
        return std::tuple_cat(source_parameters(),
                              std::tuple{
                                  parameter("flux", &DepositionSource::flux, "g/ha/a", not_negative, "of the substance, wet and dry"),
                              });
    }
    [[nodiscard]] std::string_view type() const override { return name; }
    void rate(Date origin, double from, double to, std::span<double> out) const override {
        const double mean = flux.mean(origin, from, to);
        for (std::size_t n = 0; n < out.size(); ++n) out[n] = mean * area_[n];
    }
    [[nodiscard]] std::vector<const Series*> series() const override { return {&flux}; }
};

REGISTER(SoluteSource, DepositionSource)

}  // namespace galena
