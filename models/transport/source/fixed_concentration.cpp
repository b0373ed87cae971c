// Fixed concentration: first-type boundary, held at the centre of its cells. Not an inlet flux (third type): for that give the
// concentration of the water that a boundary lets in (van Genuchten & Parker 1984 on the difference).

#include "transport/solute_source.hpp"

namespace galena {

struct FixedConcentration final : SoluteSource {
    static constexpr std::string_view name = "fixed_concentration", meaning = "dissolved concentration held in the cells of a zone";

    Series concentration;

    static auto parameters() {
        return std::tuple_cat(source_parameters(), std::tuple{
                                                       parameter("concentration", &FixedConcentration::concentration, "mg/L", not_negative,
                                                                 "dissolved concentration held"),
                                                   });
    }
    [[nodiscard]] std::string_view type() const override { return name; }
    [[nodiscard]] bool holds_concentration() const override { return true; }
    void held(Date origin, double from, double to, std::span<double> out) const override {
        std::fill(out.begin(), out.end(), concentration.at_end(origin, from, to));
    }
    [[nodiscard]] std::vector<const Series*> series() const override { return {&concentration}; }
};

REGISTER(SoluteSource, FixedConcentration)

}  // namespace galena
