// What immobile zones mean for solutes.

#include <algorithm>

#include <fmt/format.h>

#include "transport/solute_transport.hpp"

namespace galena {

void SoluteTransport::read_immobile_zones(const Site& site, Diagnostics& diagnostics) {
    const auto mistakes = diagnostics.error_count();
    CellField sorbent(domain_.grid);
    for (const auto& zone : site.section<ImmobileZones>().list) {
        if (!zone) continue;
        zone->resolve(site, domain_, diagnostics);
        if (diagnostics.error_count() != mistakes) continue;
        for_each_cell(domain_.grid, [&](Index c) { sorbent[c] += zone->extent()[c] * zone->sorbent_fraction; });
        for (Index c = 0; c < domain_.grid.cell_count(); ++c)
            if (sorbent[c] > 1 + 1e-12) {
                diagnostics.error(
                    zone->places.of("sorbent_fraction"),
                    fmt::format("the sorbent fractions of the immobile zones add up to {:g} in {}", sorbent[c], domain_.grid.describe(c)),
                    "together they are at most 1; the rest touches the mobile water");
                break;
            }
        immobile_zones_.push_back(zone);
    }
    if (diagnostics.error_count() != mistakes) immobile_zones_.clear();
}

void SoluteTransport::add_immobile_stores(Solute& solute, const Site& site, Diagnostics& diagnostics) {
    const auto& table = solute.table;
    const bool touched = std::any_of(immobile_zones_.begin(), immobile_zones_.end(), [](const auto& z) { return z->sorbent_fraction > 0; });
    if (table.immobile_sorption) {
        if (!touched) {
            if (site.sound("immobile"))
                diagnostics.error(table.places.of("immobile_sorption"),
                                  fmt::format("{} sorbs in immobile water, but no [[immobile]] zone touches the solid", solute.id),
                                  "give sorbent_fraction in an [[immobile]]");
            return;
        }
        table.immobile_sorption->resolve(site, domain_, diagnostics);
    }
    if (immobile_zones_.empty() || diagnostics.has_errors()) return;
    if (const auto& law = table.immobile_sorption ? table.immobile_sorption : table.sorption; touched && law && law->competes()) {
        diagnostics.error(law->place, fmt::format("{} competes for sites that touch immobile water", solute.id),
                          "competition is for sites beside the mobile water; give immobile_sorption of another type");
        return;
    }
    const ImmobileSolute needs{table.immobile_sorption ? table.immobile_sorption.get() : table.sorption.get(), solute.decay_rate,
                               table.sorbed_rate(), table.molecular_diffusion};
    for (const auto& zone : immobile_zones_) {
        zone->check(needs, solute.id, diagnostics);
        for (auto& store : zone->make_stores(domain_, needs)) solute.storage.add(domain_.grid, std::move(store));
    }
}

/// For the budget: what holds a substance beside its mobile water. Immobile water is not sorbed.
std::string SoluteTransport::name_of_stores(const Solute& solute) const {
    if (immobile_zones_.empty()) return "sorbed";
    return solute.table.sorption || solute.table.immobile_sorption ? "sorbed and immobile" : "immobile";
}

}  // namespace galena
