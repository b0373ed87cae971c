// What immobile zones mean for solutes.

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "numerics/block_sums.hpp"
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

/// For the budget: what holds a substance beside its mobile water, in and out of the stores and in them.
void SoluteTransport::push_stored(const Solute& solute, const Stored& stored, std::vector<BudgetTerm>& terms) {
    const bool apart = solute.storage.keeps_apart();
    const auto push = [&](const char* name, const std::array<double, 3>& sums) {
        terms.push_back({solute.id, "storage", name, sums[0], sums[1], "kg", sums[2]});
    };
    if (!apart || solute.table.sorption) push("sorbed", stored.sorbed);
    if (apart) push("immobile", stored.immobile);
}

/// After the stores have moved to the end of the step: immobile water, with the solid that touches it, apart from what sorbs beside the mobile
/// water. Where nothing sorbs there, all is immobile.
void SoluteTransport::book_apart(const State& state, Solute& solute) const {
    const bool sorbs = solute.table.sorption != nullptr;
    enum : std::size_t { sorbed, immobile = 3, count = 6 };
    const auto sums = parallel_block_sums<count>(domain_.grid.cell_count(), sum_block, [&](Index begin, Index end) {
        std::array<double, count> sum{};
        std::array<double, sum_block> now, before;
        const auto n = static_cast<std::size_t>(end - begin);
        solute.storage.amounts_apart(begin, std::span(now).first(n), std::span(before).first(n));
        for (Index c = begin; c < end; ++c) {
            if (!domain_.grid.active(c)) continue;
            const auto at = static_cast<std::size_t>(c - begin);
            const auto all = amounts_of(state, solute, c, accepted());
            const double held = sorbs ? now[at] : all.sorbed, change = sorbs ? now[at] - before[at] : all.sorbed_change;
            const auto add = [&](std::size_t first, double more, double amount) {
                sum[first] += std::max(0.0, -more);
                sum[first + 1] += std::max(0.0, more);
                sum[first + 2] += amount;
            };
            add(immobile, change, held);
            add(sorbed, all.sorbed_change - change, all.sorbed - held);
        }
        return sum;
    });
    push_stored(solute, {{sums[0], sums[1], sums[2]}, {sums[3], sums[4], sums[5]}}, solute.terms);
}

}  // namespace galena
