// Freundlich sorption: sorbed = S_ref (C / C_ref)^n (Freundlich 1909; Zheng & Wang 1999, eq. 2-23). The constants of the literature, in
// units such as (mg/kg)(L/mg)^n, mean S_ref at C_ref = 1 mg/L; named like this their units are plain.

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "sorption/freundlich_kernel.hpp"
#include "sorption/isotherm.hpp"

namespace galena {

struct FreundlichIsotherm final : Isotherm {
    static constexpr std::string_view name = "freundlich", meaning = "sorbed content grows with a power of the dissolved concentration";

    SpatialValue sorbed_at_reference;
    double reference_concentration = 0;
    double exponent = 1;
    std::vector<struct ZoneFreundlich> zones;

    static auto parameters();
    void resolve(const Site& site, Domain& domain, Diagnostics& diagnostics) override;
    void evaluate(Index first, std::span<const double> concentration, std::span<double> sorbed, std::span<double> slope) const override;
    [[nodiscard]] std::string text(const Grid& grid) const override {
        return fmt::format("Freundlich {} at {}, exponent {:g}", range_text("sorbed", field_, "mg/kg", grid),
                           quantity_text(reference_concentration, unit("mg/L")), exponent);
    }

private:
    CellField field_;  ///< sorbed at the reference concentration [kg/kg]
};

/// Another amount in a zone.
struct ZoneFreundlich {
    Name zone;
    SpatialValue sorbed_at_reference;
    static auto parameters() {
        using T = ZoneFreundlich;
        return std::tuple{parameter("zone", &T::zone, "cells that sorb more or less"),
                          parameter("sorbed_at_reference", &T::sorbed_at_reference, "mg/kg", not_negative, "in this zone")};
    }
};

auto FreundlichIsotherm::parameters() {
    using T = FreundlichIsotherm;
    return std::tuple{
        parameter("sorbed_at_reference", &T::sorbed_at_reference, "mg/kg", not_negative, "sorbed content at the reference concentration")
            .source("Zheng & Wang 1999, eq. 2-23"),
        parameter("reference_concentration", &T::reference_concentration, "mg/L", positive,
                  "dissolved concentration that sorbed_at_reference belongs to, usually 1 mg/L"),
        parameter("exponent", &T::exponent, "", Bounds{0, 10, false, true}, "power of the dissolved concentration; 1 is linear"),
        parameter("in_zone", &T::zones, "zones that sorb more or less; later ones override earlier ones"),
    };
}

void FreundlichIsotherm::resolve(const Site& site, Domain& domain, Diagnostics& diagnostics) {
    field_ = field_of(sorbed_at_reference, site, domain, diagnostics);
    for (const auto& z : zones) {
        const auto values = field_of(z.sorbed_at_reference, site, domain, diagnostics);
        for (const Index cell : domain.zones.cells(z.zone, diagnostics)) field_[cell] = values[cell];
    }
}

void FreundlichIsotherm::evaluate(Index first, std::span<const double> concentration, std::span<double> sorbed,
                                  std::span<double> slope) const {
    freundlich_kernel(FreundlichCurve(exponent, reference_concentration), field_.data() + first, concentration, sorbed, slope);
}

REGISTER(Isotherm, FreundlichIsotherm)

}  // namespace galena
