// Langmuir sorption: sorbed = S_max K C / (1 + K C) (Langmuir 1918; Zheng & Wang 1999, eq. 2-25).

#include <fmt/format.h>

#include "sorption/isotherm.hpp"

namespace galena {

struct LangmuirIsotherm final : Isotherm {
    static constexpr std::string_view name = "langmuir", meaning = "sorbed content that saturates";

    SpatialValue capacity;
    double affinity = 0;
    std::vector<struct ZoneLangmuir> zones;

    static auto parameters();
    void resolve(const Site& site, Domain& domain, Diagnostics& diagnostics) override;
    void evaluate(Index first, std::span<const double> concentration, std::span<double> sorbed, std::span<double> slope) const override {
        const double* most = field_.data() + first;
        for (std::size_t i = 0; i < concentration.size(); ++i) {
            const double share = 1 / (1 + affinity * concentration[i]);
            sorbed[i] = most[i] * affinity * concentration[i] * share;
            slope[i] = most[i] * affinity * share * share;
        }
    }
    [[nodiscard]] std::string text(const Grid& grid) const override {
        return fmt::format("Langmuir {}, affinity {}", range_text("capacity", field_, "mg/kg", grid),
                           quantity_text(affinity, unit("L/mg")));
    }

private:
    CellField field_;  ///< capacity [kg/kg]
};

/// Another capacity in a zone.
struct ZoneLangmuir {
    Name zone;
    SpatialValue capacity;
    static auto parameters() {
        using T = ZoneLangmuir;
        return std::tuple{parameter("zone", &T::zone, "cells with another capacity"),
                          parameter("capacity", &T::capacity, "mg/kg", not_negative, "in this zone")};
    }
};

auto LangmuirIsotherm::parameters() {
    using T = LangmuirIsotherm;
    return std::tuple{
        parameter("capacity", &T::capacity, "mg/kg", not_negative, "sorbed content at saturation").source("Zheng & Wang 1999, eq. 2-25"),
        parameter("affinity", &T::affinity, "L/mg", positive, "Langmuir constant: half of the capacity is used at 1 / affinity"),
        parameter("in_zone", &T::zones, "zones with another capacity; later ones override earlier ones"),
    };
}

void LangmuirIsotherm::resolve(const Site& site, Domain& domain, Diagnostics& diagnostics) {
    field_ = field_of(capacity, site, domain, diagnostics);
    for (const auto& z : zones) {
        const auto values = field_of(z.capacity, site, domain, diagnostics);
        for (const Index cell : domain.zones.cells(z.zone, diagnostics)) field_[cell] = values[cell];
    }
}

REGISTER(Isotherm, LangmuirIsotherm)

}  // namespace galena
