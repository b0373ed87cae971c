// Irrigation: what the water brings stays in the field when the air takes the water back. Where water percolates, give a recharge with a
// concentration instead.

#include "facility/areal_source.hpp"

namespace galena {

struct IrrigationSource final : ArealSource {
    static constexpr std::string_view name = "irrigation", meaning = "what irrigation water leaves on a field when it evaporates";

    Series depth, concentration;

    static auto parameters() {
        using T = IrrigationSource;
        return std::tuple_cat(source_parameters(), std::tuple{
                                                       parameter("depth", &T::depth, "mm/d", not_negative, "water per area and time"),
                                                       parameter("concentration", &T::concentration, "mg/L", not_negative, "of that water"),
                                                   });
    }
    [[nodiscard]] std::string_view type() const override { return name; }
    void rate(Date origin, double from, double to, std::span<double> out) const override {
        const double mean = depth.mean(origin, from, to) * concentration.mean(origin, from, to);
        for (std::size_t n = 0; n < out.size(); ++n) out[n] = mean * area_[n];
    }
    [[nodiscard]] std::vector<const Series*> series() const override { return {&depth, &concentration}; }
};

REGISTER(SoluteSource, IrrigationSource)

}  // namespace galena
