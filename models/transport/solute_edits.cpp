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

void SoluteTransport::before_edits(const State& state) {
    const auto& grid = domain_.grid;
    const auto count = static_cast<Index>(solutes_.size());
    dissolved_before_edits_ = SpeciesField(grid, count);
    sorbed_before_edits_ = SpeciesField(grid, count);
    for (Index s = 0; s < count; ++s) {
        auto dissolved = dissolved_before_edits_[s], sorbed = sorbed_before_edits_[s];
        const auto concentration = state.concentration[s];
        for_each_cell(grid, [&](Index c) {
            const auto at = static_cast<std::size_t>(c);
            dissolved[at] = state.mobile_water[c] * concentration[at];
            sorbed[at] = sorption_capacity(solutes_[static_cast<std::size_t>(s)], c) * concentration[at];
        });
    }
}

void SoluteTransport::after_edits(State& state, std::span<const Removal> removals, std::vector<BudgetTerm>& terms) {
    adopt_medium();
    for (Index s = 0; s < static_cast<Index>(solutes_.size()); ++s) part_anew(state, s, removals, terms);
    before_ = state.concentration;
    dissolved_before_edits_ = SpeciesField();
    sorbed_before_edits_ = SpeciesField();
}

/// Takes away what is removed, then finds the concentration at which the cell holds what is left. What is put in is booked as sorbed: it
/// comes with the soil.
void SoluteTransport::part_anew(State& state, Index s, std::span<const Removal> removals, std::vector<BudgetTerm>& terms) {
    const auto& solute = solutes_[static_cast<std::size_t>(s)];
    const auto& grid = domain_.grid;
    CellField total(grid);
    const auto dissolved = dissolved_before_edits_[s], sorbed = sorbed_before_edits_[s];
    for_each_cell(grid, [&](Index c) { total[c] = dissolved[static_cast<std::size_t>(c)] + sorbed[static_cast<std::size_t>(c)]; });
    std::vector<bool> touched(static_cast<std::size_t>(grid.cell_count()), false);
    for (const auto& removal : removals) {
        const auto& only = removal.substances;
        const bool meant = only.empty() || std::find(only.begin(), only.end(), solute.id) != only.end();
        const auto brought = removal.backfill_content.find(solute.id);
        const double content = brought == removal.backfill_content.end() ? 0.0 : brought->second;
        BudgetTerm gone{solute.id, removal.type, removal.name + " (dissolved)", 0, 0, "kg", 0};
        BudgetTerm gone_sorbed{solute.id, removal.type, removal.name + " (sorbed)", 0, 0, "kg", 0};
        for (const Index c : removal.cells) {
            const auto at = static_cast<std::size_t>(c);
            touched[at] = true;
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
    auto concentration = state.concentration[s];
    enum : std::size_t { dissolved_in, dissolved_out, sorbed_in, sorbed_out, count };
    const auto sums = parallel_block_sums<count>(grid.cell_count(), sum_block, [&](Index begin, Index end) {
        std::array<double, count> sum{};
        for (Index c = begin; c < end; ++c) {
            if (!grid.active(c)) continue;
            const auto at = static_cast<std::size_t>(c);
            const double water = state.mobile_water[c], capacity = sorption_capacity(solute, c);
            // Cells whose ground did not change keep their concentration, bit by bit.
            if (touched[at] || water * concentration[at] != dissolved[at] || capacity * concentration[at] != sorbed[at])
                concentration[at] = total[c] / (water + capacity);
            const double more_dissolved = water * concentration[at] - dissolved[at],
                         more_sorbed = capacity * concentration[at] - sorbed[at];
            sum[dissolved_in] += std::max(0.0, -more_dissolved);
            sum[dissolved_out] += std::max(0.0, more_dissolved);
            sum[sorbed_in] += std::max(0.0, -more_sorbed);
            sum[sorbed_out] += std::max(0.0, more_sorbed);
        }
        return sum;
    });
    terms.push_back({solute.id, "storage", "dissolved", sums[dissolved_in], sums[dissolved_out], "kg", 0});
    terms.push_back({solute.id, "storage", "sorbed", sums[sorbed_in], sums[sorbed_out], "kg", 0});
}

}  // namespace galena
