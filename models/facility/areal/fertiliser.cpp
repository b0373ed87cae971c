// Fertiliser, manure, sludge: an amount of material a year, and the content of the substance in it.

#include "facility/areal_source.hpp"

namespace galena {

struct FertiliserSource final : ArealSource {
    static constexpr std::string_view name = "fertiliser", meaning = "what fertiliser, manure or sludge brings onto a field";

    Series application;
    double content = 0;

    static auto parameters() {
        using T = FertiliserSource;
        return std::tuple_cat(source_parameters(),
                              std::tuple{
                                  parameter("application", &T::application, "kg/ha/a", not_negative, "dry material per area and time"),
                                  parameter("content", &T::content, "mg/kg", not_negative, "of the substance in it"),
                              });
    }
    [[nodiscard]] std::string_view type() const override { return name; }
    void rate(Date origin, double from, double to, std::span<double> out) const override {
        const double mean = application.mean(origin, from, to) * content;
        for (std::size_t n = 0; n < out.size(); ++n) out[n] = mean * area_[n];
    }
    [[nodiscard]] std::vector<const Series*> series() const override { return {&application}; }
};

REGISTER(SoluteSource, FertiliserSource)

}  // namespace galena
