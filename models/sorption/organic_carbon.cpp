// Sorption of hydrophobic organic substances (PAH, benzene) by the organic carbon of the ground: Kd = Koc · foc
// (Karickhoff, Brown & Scott 1979, eq. 4).

#include <cmath>

#include <fmt/format.h>

#include "sorption/coefficient_law.hpp"

namespace galena {

struct OrganicCarbonIsotherm final : CoefficientLaw {
    static constexpr std::string_view name = "organic_carbon",
                                      meaning = "Kd = Koc · foc: hydrophobic substances in the carbon of the ground";

    std::optional<double> koc, log_kow;
    std::optional<SpatialValue> organic_carbon;
    double carbon_of_matter = 0.58;
    Places places;

    static auto parameters() {
        using T = OrganicCarbonIsotherm;
        return std::tuple{
            parameter("koc", &T::koc, "L/kg", not_negative, "distribution between organic carbon and water (or give log_kow)"),
            parameter("log_kow", &T::log_kow, "", between(-5, 10), "decadic logarithm of the octanol-water coefficient: Koc = 0.63 Kow")
                .source("Karickhoff, Brown & Scott 1979, eq. 8"),
            parameter("organic_carbon", &T::organic_carbon, "%", fraction,
                      "foc of the dry soil, by mass; from organic_matter of the medium when absent"),
            parameter("carbon_of_matter", &T::carbon_of_matter, "", fraction, "share of carbon in organic matter")
                .with_default()
                .source("van Bemmelen's 0.58"),
        };
    }

    void check(ReadContext& context) {
        reading::exactly_one(places, "sorption by organic carbon", "koc", "log_kow", context.diagnostics);
        if (organic_carbon)
            reading::report_unused(places, "sorption by organic carbon", {"carbon_of_matter"}, "organic_carbon is given itself", context);
    }

    void resolve(const Site& site, Domain& domain, Diagnostics& diagnostics) override {
        coefficient_ = CellField(domain.grid);
        if (organic_carbon) {
            carbon_ = field_of(*organic_carbon, site, domain, diagnostics);
        } else if (domain.medium.organic_matter.empty()) {
            diagnostics.error(place, "Kd depends on organic carbon, but neither organic_carbon nor organic_matter is given",
                              "give organic_carbon here, or organic_matter in a [[medium]] for every active cell");
            return;
        }
        adopt_medium(domain);
    }

    void adopt_medium(const Domain& domain) override {
        const double litres = 1e-3;  // m³
        const double of_carbon = koc ? *koc : litres * 0.63 * std::pow(10.0, *log_kow);
        for_each_cell(domain.grid, [&](Index c) {
            coefficient_[c] = of_carbon * (organic_carbon ? carbon_[c] : carbon_of_matter * domain.medium.organic_matter[c]);
        });
    }

    [[nodiscard]] std::string text(const Grid& grid) const override {
        return range_text("Kd", coefficient_, "L/kg", grid) + ", by organic carbon";
    }

private:
    CellField carbon_;  ///< foc [kg/kg]; empty where it follows organic matter
};

REGISTER(Isotherm, OrganicCarbonIsotherm)

}  // namespace galena
