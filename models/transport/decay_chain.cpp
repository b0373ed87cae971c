// Decay chains: what decays of a parent appears in its daughters, in the water of its cell. Parents are solved before their daughters, so
// that a step of a chain is as implicit as one of a single substance.

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include <fmt/format.h>

#include "core/suggestion.hpp"
#include "numerics/block_sums.hpp"
#include "numerics/fitted_decay.hpp"
#include "transport/solute_transport.hpp"

namespace galena {

namespace {

/// The names of a loop that starts here: "Th -> Ra -> Th"; empty when the decay of `start` never comes back to it.
std::string loop_from(const std::string& start, const std::map<std::string, SubstanceTable>& tables) {
    std::vector<std::string> seen;
    std::string found;
    const std::function<bool(const std::string&, const std::string&)> follow = [&](const std::string& id, const std::string& path) {
        const auto at = tables.find(id);
        if (at == tables.end()) return false;
        for (const auto& [daughter, yield] : at->second.daughters) {
            if (daughter == start) {
                found = path + " -> " + daughter;
                return true;
            }
            if (std::find(seen.begin(), seen.end(), daughter) != seen.end()) continue;
            seen.push_back(daughter);
            if (follow(daughter, path + " -> " + daughter)) return true;
        }
        return false;
    };
    follow(start, start);
    return found;
}

}  // namespace

/// Checks the chains and finds the order in which substances are solved: as the file names them, parents first.
void SoluteTransport::read_chains(const Site& site, Diagnostics& diagnostics) {
    const auto& tables = site.section<SubstanceTables>().list;
    std::vector<std::string> ids;
    for (const auto& [id, table] : tables) ids.push_back(id);
    std::vector<std::string> told;
    for (const auto& [id, table] : tables) {
        const auto& place = table.places.of("daughters");
        for (const auto& [daughter, yield] : table.daughters)
            if (tables.find(daughter) == tables.end())
                diagnostics.error(place, fmt::format("{} decays into '{}', which is no substance of this site", id, daughter),
                                  suggestion(daughter, ids));
        const auto loop = loop_from(id, tables);
        if (loop.empty() || std::find(told.begin(), told.end(), id) != told.end()) continue;
        diagnostics.error(place, fmt::format("the decay of {} comes back to it: {}", id, loop),
                          "a chain ends with what does not decay further");
        for (const auto& other : ids)
            if (loop.find(" " + other + " ") != std::string::npos) told.push_back(other);  // one loop is one mistake
    }
    order_.clear();
    if (diagnostics.has_errors()) return;
    std::vector<bool> placed(solutes_.size(), false);
    const std::function<void(std::size_t)> place_after_parents = [&](std::size_t s) {
        if (placed[s]) return;
        placed[s] = true;
        for (std::size_t p = 0; p < solutes_.size(); ++p)
            if (solutes_[p].table.daughters.count(solutes_[s].id)) place_after_parents(p);
        order_.push_back(static_cast<Index>(s));
    };
    for (std::size_t s = 0; s < solutes_.size(); ++s) place_after_parents(s);
}

/// Decay of all that a cell holds, rate times duration; 0 where no one rate says it.
double SoluteTransport::decay_of_all(const State& state, const Solute& solute, Index c, double duration) const {
    const auto& storage = solute.storage;
    const double in_water = storage.decay_rate(), beside = storage.store_decay_rate();
    if (!storage.linear()) return in_water == beside ? in_water * duration : 0.0;
    const double water = state.mobile_water[c], capacity = storage.capacity(c), all = water + capacity;
    return all > 0 ? (in_water * water + beside * capacity) / all * duration : 0.0;
}

/// By how much what a cell holds falls in the step, as the logarithm of its ratio, ≥ 0: so falls what decays of it.
double SoluteTransport::fall_of(const State& state, const Solute& solute, Index c) const {
    const auto amounts = amounts_of(state, solute, c, before_);
    const double now = amounts.dissolved + amounts.sorbed, before = now - amounts.dissolved_change - amounts.sorbed_change;
    return before > now && now > 0 ? std::log(before / now) : 0.0;
}

/// What decayed of a solute in this step is produced of its daughters, in the same cells: as time goes on, less of it where the parent
/// becomes less. What came early has decayed the further.
void SoluteTransport::pass_on_decay(const State& state, Index s, const Step& step) {
    const auto& parent = solutes_[static_cast<std::size_t>(s)];
    for (auto& daughter : solutes_) {
        const auto yield = parent.table.daughters.find(daughter.id);
        if (yield == parent.table.daughters.end()) continue;
        if (daughter.production.empty()) daughter.production = CellField(domain_.grid);
        if (daughter.produced.empty()) {  // the first of its parents in this step
            daughter.production.fill(0);
            if (daughter.storage.decays() && daughter.decayed_at_once.empty()) daughter.decayed_at_once = CellField(domain_.grid);
            daughter.decayed_at_once.fill(0);
        }
        const auto total = parallel_block_sums<1>(domain_.grid.cell_count(), sum_block, [&](Index begin, Index end) {
            std::array<double, sum_block> lost{};
            std::array<double, 1> sum{};
            decayed(state, parent, begin, end, step, lost);
            for (Index c = begin; c < end; ++c) {
                if (!domain_.grid.active(c)) continue;
                const double amount = yield->second * lost[static_cast<std::size_t>(c - begin)];
                daughter.production[c] += amount / step.duration;
                if (!daughter.decayed_at_once.empty() && amount > 0)
                    daughter.decayed_at_once[c] +=
                        amount * (1 - evenly_gained(decay_of_all(state, daughter, c, step.duration), fall_of(state, parent, c)));
                sum[0] += amount;
            }
            return sum;
        });
        daughter.produced.push_back({parent.id, total[0]});
    }
}

/// What parents left and what grows by itself.
void SoluteTransport::book_production(const State& state, const Solute& solute, const Step& step, std::vector<BudgetTerm>& terms) const {
    for (const auto& [parent, amount] : solute.produced) terms.push_back({solute.id, "production", "from " + parent, amount, 0, "kg", 0});
    if (!(solute.table.zero_order_rate > 0)) return;
    const auto water = parallel_block_sums<1>(domain_.grid.cell_count(), sum_block, [&](Index begin, Index end) {
        std::array<double, 1> sum{};
        for (Index c = begin; c < end; ++c)
            if (domain_.grid.active(c)) sum[0] += state.mobile_water[c];
        return sum;
    });
    terms.push_back({solute.id, "production", "zero_order", solute.table.zero_order_rate * step.duration * water[0], 0, "kg", 0});
}

/// Production of a cell, mean over the step [kg/s].
double SoluteTransport::production_of(const State& state, const Solute& solute, Index c) const {
    return (solute.produced.empty() ? 0.0 : solute.production[c]) + std::max(0.0, solute.table.zero_order_rate) * state.mobile_water[c];
}

}  // namespace galena
