#include "transport/immobile_zone.hpp"

#include <fmt/format.h>

namespace galena {

REGISTER_SECTION(ImmobileZones)

void ImmobileZone::resolve(const Site& site, Domain& domain, Diagnostics& diagnostics) {
    const auto& medium = domain.medium;
    extent_ = CellField(domain.grid);
    for (const Index c : domain.zones.cells(zone, diagnostics)) extent_[c] = 1;
    porosity_ = CellField(domain.grid);
    if (immobile_porosity) {
        porosity_ = field_of(*immobile_porosity, site, domain, diagnostics);
        if (!medium.porosity.empty())
            for (Index c = 0; c < domain.grid.cell_count(); ++c)
                if (extent_[c] > 0 && porosity_[c] > 0 && porosity_[c] + medium.mobile_porosity()[c] > 1) {
                    diagnostics.error(immobile_porosity->place,
                                      fmt::format("immobile_porosity {:.3g} and the mobile porosity {:.3g} exceed 1 together in {}",
                                                  porosity_[c], medium.mobile_porosity()[c], domain.grid.describe(c)),
                                      "give effective_porosity in a [[medium]] for the mobile part");
                    break;
                }
    } else if (medium.effective_porosity.empty()) {
        diagnostics.error(place, "the immobile zone has no water: neither immobile_porosity nor an effective_porosity is given",
                          "give immobile_porosity here, or effective_porosity in a [[medium]]: the rest of the porosity is immobile");
        return;
    }
    if (sorbent_fraction > 0 && medium.bulk_density.empty())
        diagnostics.error(places.of("sorbent_fraction"), "a share of the solid touches the immobile water, but no bulk_density is given",
                          "give bulk_density in a [[medium]] for every active cell");
    if (diagnostics.has_errors()) return;
    adopt_medium(domain);
}

void ImmobileZone::adopt_medium(const Domain& domain) {
    const auto& grid = domain.grid;
    const auto& medium = domain.medium;
    if (water_.empty()) water_ = CellField(grid);
    if (!medium.bulk_density.empty() && soil_mass_.empty()) soil_mass_ = CellField(grid);
    for_each_cell(grid, [&](Index c) {
        if (!immobile_porosity) porosity_[c] = std::max(0.0, medium.porosity[c] - medium.effective_porosity[c]);
        water_[c] = extent_[c] * porosity_[c] * grid.volume(c);
        if (!soil_mass_.empty()) soil_mass_[c] = extent_[c] * sorbent_fraction * medium.bulk_density[c] * grid.volume(c);
    });
}

}  // namespace galena
