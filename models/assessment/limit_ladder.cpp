#include "assessment/limit_ladder.hpp"

#include <algorithm>
#include <array>

namespace galena {

namespace {

constexpr std::array roman = {"I", "II", "III", "IV", "V"};

}  // namespace

std::vector<Rung> rungs_of(const Standard& standard, const std::string& use) {
    std::vector<Rung> rungs;
    const auto add = [&](const std::string& of_use, const std::string& label, LimitKind kind) {
        const auto uses = uses_to_try(of_use);
        const bool there = std::any_of(standard.limits().begin(), standard.limits().end(), [&](const Limit& limit) {
            return limit.kind == kind && std::find(uses.begin(), uses.end(), limit.use) != uses.end();
        });
        if (there) rungs.push_back({label, uses, kind});
    };
    std::string chosen = use;
    if (use.empty()) {
        for (const auto* number : roman)
            if (standard.has_use(number)) add(number, number, LimitKind::limit);
        const auto uses = standard.uses();
        if (!rungs.empty() || uses.size() != 1) return rungs;
        chosen = uses.front();
    }
    if (!standard.has_use(chosen)) return {};
    add(chosen, "screening", LimitKind::screening);
    add(chosen, "intervention", LimitKind::intervention);
    add(chosen, chosen == "all" ? "limit" : chosen, LimitKind::limit);
    return rungs;
}

LimitLadder::LimitLadder(const Standard& standard, const std::vector<Rung>& rungs, const std::string& substance) {
    for (const auto& rung : rungs) {
        std::vector<Bin> bins;
        for (const auto& use : rung.uses)
            for (const auto& limit : standard.limits()) {
                if (limit.use != use || limit.substance != substance || limit.kind != rung.kind) continue;
                bins.push_back({limit.ph_above, limit.ph_upto, limit.value});
                depends_on_ph_ = depends_on_ph_ || limit.depends_on_ph();
                if (confidence_.empty() || (well_known_ && !limit.well_known())) confidence_ = limit.confidence;
                well_known_ = well_known_ && limit.well_known();
                unit_ = limit.unit;
            }
        rungs_.push_back(std::move(bins));
    }
}

}  // namespace galena
