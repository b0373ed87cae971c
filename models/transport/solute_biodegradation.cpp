// Biodegradation within transport: what a step begins with reacts for as long as the step lasts, and is then carried away (splitting by
// operators, Strang 1968, section 1: of first order in the step).

#include <fmt/format.h>

#include "transport/solute_transport.hpp"

namespace galena {

void SoluteTransport::read_biodegradation(const Site& site, Diagnostics& diagnostics) {
    const auto* tables = site.find<BiodegradationTables>();
    if (!tables || !site.sound("biodegradation") || !site.sound("substance") || tables->list.empty()) return;
    std::vector<std::string> ids;
    for (const auto& [id, table] : site.section<SubstanceTables>().list) ids.push_back(id);
    const auto before = diagnostics.error_count();
    auto reactions = std::make_unique<Biodegradation>(*tables, ids, domain_, diagnostics);
    if (diagnostics.error_count() != before || solutes_.size() != ids.size()) return;
    for (const Index s : reactions->taking_part())
        if (const auto& solute = solutes_[static_cast<std::size_t>(s)]; !solute.storage.linear())
            diagnostics.error(reactions->place_of(s), fmt::format("{} takes part in biodegradation, but is not held linearly", solute.id),
                              "give it linear sorption in equilibrium, and no zero-order consumption or immobile water");
    biodegradation_ = std::move(reactions);
}

/// Reacts with the water of the beginning of the step; before_ becomes what transport starts from.
void SoluteTransport::react(State& state, const Step& step) {
    if (!biodegradation_) return;
    Biodegradation::Ground ground{state.mobile_water_before.empty() ? state.mobile_water.span() : state.mobile_water_before.span(), {}};
    for (const auto& solute : solutes_) {
        const auto* capacity = solute.storage.capacity();
        ground.capacity.push_back(capacity ? capacity->span() : std::span<const double>());
    }
    const Index failed = biodegradation_->react(step.duration, ground, state.concentration);
    if (failed >= 0) fail(solutes_.front(), "the rates of biodegradation could not be integrated", failed, step);
    before_ = state.concentration;
}

}  // namespace galena
