// Linear sorption: sorbed = Kd · C (Freeze & Cherry 1979, eq. 9.13).

#include "sorption/coefficient_law.hpp"

namespace galena {

struct LinearIsotherm final : CoefficientLaw {
    static constexpr std::string_view name = "linear", meaning = "sorbed content proportional to the dissolved concentration";

    SpatialValue distribution_coefficient_given;
    std::vector<struct ZoneCoefficient> zones;

    static auto parameters();
    void resolve(const Site& site, Domain& domain, Diagnostics& diagnostics) override;
    [[nodiscard]] std::string text(const Grid& grid) const override { return range_text("Kd", coefficient_, "L/kg", grid); }
};

/// Another coefficient in a zone.
struct ZoneCoefficient {
    Name zone;
    SpatialValue distribution_coefficient;
    static auto parameters() {
        using T = ZoneCoefficient;
        return std::tuple{parameter("zone", &T::zone, "cells with another coefficient"),
                          parameter("distribution_coefficient", &T::distribution_coefficient, "L/kg", not_negative, "Kd in this zone")};
    }
};

auto LinearIsotherm::parameters() {
    using T = LinearIsotherm;
    return std::tuple{
        parameter("distribution_coefficient", &T::distribution_coefficient_given, "L/kg", not_negative,
                  "Kd: sorbed content over dissolved concentration")
            .source("Freeze & Cherry 1979, eq. 9.13"),
        parameter("in_zone", &T::zones, "zones with another coefficient; later ones override earlier ones"),
    };
}

void LinearIsotherm::resolve(const Site& site, Domain& domain, Diagnostics& diagnostics) {
    coefficient_ = field_of(distribution_coefficient_given, site, domain, diagnostics);
    for (const auto& z : zones) {
        const auto values = field_of(z.distribution_coefficient, site, domain, diagnostics);
        for (const Index cell : domain.zones.cells(z.zone, diagnostics)) coefficient_[cell] = values[cell];
    }
    coefficient_.compact(domain.grid);
}

REGISTER(Isotherm, LinearIsotherm)

}  // namespace galena
