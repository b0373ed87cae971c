#pragma once
// What a facility of a run has let go.

#include "facility/facility.hpp"
#include "flow/water_boundary.hpp"
#include "site_builder.hpp"
#include "transport/solute_source.hpp"

namespace galena::verification {

/// Since the start, of a substance on a path [kg]; 0 where nothing went.
inline double released(const SiteRun& run, const std::string& facility, const std::string& path, const std::string& substance) {
    const auto& simulation = run.simulation();
    const Moment moment{simulation.domain(), simulation.state(), simulation.ledger(), {}, true};
    double total = 0;
    const auto ask = [&](const auto& owners) {
        for (const auto& owner : owners)
            if (const auto* told = dynamic_cast<const Facility*>(owner.get()); told && owner->label.text == facility)
                for (const auto& release : told->releases(moment))
                    if (release.path == path && release.substance == substance) total += release.total;
    };
    ask(run.site().template section<WaterBoundaries>().list);
    ask(run.site().template section<SoluteSources>().list);
    return total;
}

}  // namespace galena::verification
