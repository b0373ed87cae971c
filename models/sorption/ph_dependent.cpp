// Extended distribution coefficient: log10 Kd [L/kg] = a + b pH + c log10(organic matter [%]) + d log10(clay [%])
// (the form of Sauvé et al. 2000, eq. 5, and of Dutch transfer functions). It follows the pH when edits change it.

#include <cmath>

#include <fmt/format.h>

#include "sorption/coefficient_law.hpp"

namespace galena {

struct PhDependentIsotherm final : CoefficientLaw {
    static constexpr std::string_view name = "ph_dependent",
                                      meaning = "Kd by regression: log10 Kd = a + b pH + c log10(organic matter) + d log10(clay)";

    double constant = 0, per_pH = 0, per_log_organic_matter = 0, per_log_clay = 0;

    static auto parameters() {
        using T = PhDependentIsotherm;
        return std::tuple{
            parameter("constant", &T::constant, "", between(-30, 30), "a of log10 Kd, Kd in L/kg").source("Sauvé et al. 2000, eq. 5"),
            parameter("per_pH", &T::per_pH, "", between(-10, 10), "b: growth of log10 Kd per unit of pH"),
            parameter("per_log_organic_matter", &T::per_log_organic_matter, "", between(-10, 10),
                      "c: per decade of organic_matter, counted in percent as the regression counts it (matter, or its carbon)")
                .with_default(),
            parameter("per_log_clay", &T::per_log_clay, "", between(-10, 10), "d: per decade of clay, counted in percent").with_default(),
        };
    }

    void resolve(const Site&, Domain& domain, Diagnostics& diagnostics) override {
        const auto& m = domain.medium;
        const auto need = [&](double coefficient, const CellField& field, const char* property) {
            if (coefficient == 0) return;
            if (field.empty()) {
                diagnostics.error(place, fmt::format("Kd depends on {}, but no {} is given", property, property),
                                  fmt::format("give {} in a [[medium]] for every active cell", property));
                return;
            }
            if (&field == &m.pH) return;
            for (Index c = 0; c < domain.grid.cell_count(); ++c)
                if (domain.grid.active(c) && !(field[c] > 0)) {
                    diagnostics.error(place,
                                      fmt::format("Kd depends on the logarithm of {}, which is 0 in {}", property, domain.grid.describe(c)),
                                      "give a small positive value there");
                    return;
                }
        };
        const auto before = diagnostics.error_count();
        need(per_pH, m.pH, "pH");
        need(per_log_organic_matter, m.organic_matter, "organic_matter");
        need(per_log_clay, m.clay, "clay");
        coefficient_ = CellField(domain.grid);
        if (diagnostics.error_count() == before) adopt_medium(domain);
    }

    void adopt_medium(const Domain& domain) override {
        const auto& m = domain.medium;
        const double litres = 1e-3;  // m³
        for_each_cell(domain.grid, [&](Index c) {
            double log_kd = constant;
            if (per_pH != 0) log_kd += per_pH * m.pH[c];
            if (per_log_organic_matter != 0) log_kd += per_log_organic_matter * std::log10(100 * m.organic_matter[c]);
            if (per_log_clay != 0) log_kd += per_log_clay * std::log10(100 * m.clay[c]);
            coefficient_[c] = litres * std::pow(10.0, log_kd);
        });
    }

    [[nodiscard]] std::string text(const Grid& grid) const override {
        return range_text("Kd", coefficient_, "L/kg", grid) + ", by pH and soil";
    }
};

REGISTER(Isotherm, PhDependentIsotherm)

}  // namespace galena
