// What edits of the ground mean for solutes: amounts stay, or are taken away and booked; dissolved and sorbed are parted anew.

#include <algorithm>
#include <array>
#include <cmath>

#include "numerics/block_sums.hpp"
#include "transport/solute_transport.hpp"

namespace galena {

/// Mean mass rates of a source over the step, with what edits made of them [kg/s].
std::vector<double> SoluteTransport::rate_of(const SoluteSource& source, const Step& step) const {
    std::vector<double> rate(source.cells().size());
    source.rate(step.origin, step.start, step.end(), rate);
    if (const auto* factor = domain_.alterations.rate_of(source.label.text))
        for (std::size_t n = 0; n < rate.size(); ++n) rate[n] *= (*factor)[source.cells()[n]];
    return rate;
}

/// True when edits switched a source that holds concentrations off; it is held or not, there is nothing between.
bool SoluteTransport::switched_off(const SoluteSource& source) const {
    const auto* factor = domain_.alterations.rate_of(source.label.text);
    return factor && !source.cells().empty() && (*factor)[source.cells().front()] == 0;
}

/// What the law of a nonlinear storage holds in equilibrium [kg].
void SoluteTransport::equilibrium_of_law(const State& state, Index s, std::span<double> out) const {
    const auto concentration = state.concentration[s];
    parallel_blocks(domain_.grid.cell_count(), store_chunk, [&](Index begin, Index end) {
        StoreChunk chunk;
        const auto at = static_cast<std::size_t>(begin), n = static_cast<std::size_t>(end - begin);
        solutes_[static_cast<std::size_t>(s)].storage.evaluate({0, true}, state.mobile_water.span().subspan(at, n),
                                                               chunk.block(begin, concentration.subspan(at, n)));
        std::copy_n(chunk.held.begin(), n, out.begin() + static_cast<std::ptrdiff_t>(at));
    });
}

void SoluteTransport::before_edits(const State& state) {
    const auto& grid = domain_.grid;
    const auto count = static_cast<Index>(solutes_.size());
    dissolved_before_edits_ = SpeciesField(grid, count);
    sorbed_before_edits_ = SpeciesField(grid, count);
    law_before_edits_ = SpeciesField(grid, count);
    apart_before_edits_.assign(static_cast<std::size_t>(count), CellField());
    for (Index s = 0; s < count; ++s) {
        const auto& solute = solutes_[static_cast<std::size_t>(s)];
        auto dissolved = dissolved_before_edits_[s], sorbed = sorbed_before_edits_[s];
        const auto concentration = state.concentration[s];
        for_each_cell(grid, [&](Index c) {
            const auto at = static_cast<std::size_t>(c);
            dissolved[at] = state.mobile_water[c] * concentration[at];
            sorbed[at] = solute.storage.linear() ? solute.storage.capacity(c) * concentration[at] : solute.amount[c] - dissolved[at];
        });
        if (!solute.storage.linear()) equilibrium_of_law(state, s, law_before_edits_[s]);
        if (!solute.storage.keeps_apart()) continue;
        CellField accepted(grid);
        auto& apart = apart_before_edits_[static_cast<std::size_t>(s)] = CellField(grid);
        solute.storage.amounts_apart(0, apart.span(), accepted.span());
    }
}

void SoluteTransport::after_edits(State& state, std::span<const Removal> removals, std::vector<BudgetTerm>& terms) {
    adopt_medium();
    for (Index s = 0; s < static_cast<Index>(solutes_.size()); ++s) part_anew(state, s, removals, terms);
    dissolved_before_edits_ = sorbed_before_edits_ = law_before_edits_ = SpeciesField();
    apart_before_edits_.clear();
}

/// The concentrations at which the cells marked hold `total`, by any law.
void SoluteTransport::find_concentrations(State& state, Index s, const CellField& total, const std::vector<std::uint8_t>& marked) {
    auto& solute = solutes_[static_cast<std::size_t>(s)];
    auto concentration = state.concentration[s];
    std::vector<Index> cells;
    for (Index c = 0; c < domain_.grid.cell_count(); ++c) {
        const auto at = static_cast<std::size_t>(c);
        if (!marked[at]) continue;
        if (solute.storage.linear()) {
            concentration[at] = total[c] / (state.mobile_water[c] + solute.storage.capacity(c));
            continue;
        }
        cells.push_back(c);
        solute.storage.invert({0, true}, {state.mobile_water.data() + c, 1}, c, {total.data() + c, 1}, concentration.subspan(at, 1));
        solute.amount[c] = solute.amount_before[c] = total[c];
    }
    if (!cells.empty()) solute.storage.part_anew(cells, concentration);
}

/// Takes away what is removed, then finds the concentration at which the cell holds what is left. What is put in is booked as sorbed: it
/// comes with the soil.
void SoluteTransport::part_anew(State& state, Index s, std::span<const Removal> removals, std::vector<BudgetTerm>& terms) {
    const auto& solute = solutes_[static_cast<std::size_t>(s)];
    const auto& grid = domain_.grid;
    CellField total(grid);
    const auto dissolved = dissolved_before_edits_[s], sorbed = sorbed_before_edits_[s];
    for_each_cell(grid, [&](Index c) { total[c] = dissolved[static_cast<std::size_t>(c)] + sorbed[static_cast<std::size_t>(c)]; });
    std::vector<std::uint8_t> touched(static_cast<std::size_t>(grid.cell_count()), 0);
    for (const auto& removal : removals) {
        const auto& only = removal.substances;
        const bool meant = only.empty() || std::find(only.begin(), only.end(), solute.id) != only.end();
        const auto brought = removal.backfill_content.find(solute.id);
        const double content = brought == removal.backfill_content.end() ? 0.0 : brought->second;
        BudgetTerm gone{solute.id, removal.type, removal.name + " (dissolved)", 0, 0, "kg", 0};
        BudgetTerm gone_sorbed{solute.id, removal.type, removal.name + " (sorbed)", 0, 0, "kg", 0};
        for (const Index c : removal.cells) {
            const auto at = static_cast<std::size_t>(c);
            touched[at] = 1;
            if (meant) {
                // By phase as it was before all edits of this moment; what an earlier one put in counts as sorbed.
                const double share = dissolved[at] + sorbed[at] > 0 ? dissolved[at] / (dissolved[at] + sorbed[at]) : 0.0;
                const double taken = removal.fraction * total[c];
                gone.out += share * taken;
                gone_sorbed.out += taken - share * taken;
                total[c] -= taken;
            }
            if (content > 0) {
                gone_sorbed.in += content * soil_mass_[c];
                total[c] += content * soil_mass_[c];
            }
        }
        terms.insert(terms.end(), {gone, gone_sorbed});
    }
    // Cells whose ground did not change keep their concentration, bit by bit.
    const auto concentration = state.concentration[s];
    SpeciesField law(grid, solute.storage.linear() ? 0 : 1);
    if (!solute.storage.linear()) equilibrium_of_law(state, s, law[0]);
    for_each_cell(grid, [&](Index c) {
        const auto at = static_cast<std::size_t>(c);
        const bool same = solute.storage.linear() ? state.mobile_water[c] * concentration[at] == dissolved[at] &&
                                                        solute.storage.capacity(c) * concentration[at] == sorbed[at]
                                                  : law[0][at] == law_before_edits_[s][at];
        if (!same) touched[at] = 1;
    });
    find_concentrations(state, s, total, touched);
    book_parting(state, s, terms);
}

/// What passed between water and soil by an edit, and what it took from them.
void SoluteTransport::book_parting(const State& state, Index s, std::vector<BudgetTerm>& terms) const {
    const auto& solute = solutes_[static_cast<std::size_t>(s)];
    const auto concentration = state.concentration[s];
    const auto dissolved = dissolved_before_edits_[s], sorbed = sorbed_before_edits_[s];
    const bool apart = solute.storage.keeps_apart(), sorbs = solute.table.sorption != nullptr;
    CellField apart_now, apart_accepted;
    const auto& apart_before = apart_before_edits_[static_cast<std::size_t>(s)];
    if (apart) {
        apart_now = CellField(domain_.grid), apart_accepted = CellField(domain_.grid);
        solute.storage.amounts_apart(0, apart_now.span(), apart_accepted.span());
    }
    enum : std::size_t { dissolved_in, dissolved_out, sorbed_in, sorbed_out, immobile_in, immobile_out, count };
    const auto sums = parallel_block_sums<count>(domain_.grid.cell_count(), sum_block, [&](Index begin, Index end) {
        std::array<double, count> sum{};
        for (Index c = begin; c < end; ++c) {
            if (!domain_.grid.active(c)) continue;
            const auto at = static_cast<std::size_t>(c);
            const double dissolved_now = state.mobile_water[c] * concentration[at];
            const double sorbed_now =
                solute.storage.linear() ? solute.storage.capacity(c) * concentration[at] : solute.amount[c] - dissolved_now;
            const double more_dissolved = dissolved_now - dissolved[at], more = sorbed_now - sorbed[at];
            const double more_immobile = !apart ? 0.0 : sorbs ? apart_now[c] - apart_before[c] : more;
            const double more_sorbed = more - more_immobile;
            sum[dissolved_in] += std::max(0.0, -more_dissolved);
            sum[dissolved_out] += std::max(0.0, more_dissolved);
            sum[sorbed_in] += std::max(0.0, -more_sorbed);
            sum[sorbed_out] += std::max(0.0, more_sorbed);
            sum[immobile_in] += std::max(0.0, -more_immobile);
            sum[immobile_out] += std::max(0.0, more_immobile);
        }
        return sum;
    });
    terms.push_back({solute.id, "storage", "dissolved", sums[dissolved_in], sums[dissolved_out], "kg", 0});
    push_stored(solute, {{sums[sorbed_in], sums[sorbed_out], 0}, {sums[immobile_in], sums[immobile_out], 0}}, terms);
}

}  // namespace galena
