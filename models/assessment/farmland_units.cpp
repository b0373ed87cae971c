#include "assessment/farmland_units.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace galena {

std::vector<FarmlandClass> settle_unit(std::span<const FarmlandClass> points, const UnitRules& rules) {
    std::vector<FarmlandClass> settled(points.begin(), points.end());
    std::array<double, 4> count{};
    for (const auto c : points) ++count[static_cast<std::size_t>(c)];
    const double open = count[1] + count[2];  // strict control has its own area
    for (const auto winner : {FarmlandClass::priority_protection, FarmlandClass::safe_use}) {
        if (!(open > 0) || count[static_cast<std::size_t>(winner)] < rules.majority * open) continue;
        for (auto& c : settled)
            if (c == FarmlandClass::priority_protection || c == FarmlandClass::safe_use) c = winner;
    }
    return settled;
}

FarmlandClass adjust_by_produce(FarmlandClass soil, std::span<const double> ratios, const UnitRules& rules) {
    if (static_cast<int>(ratios.size()) < rules.least_produce) return soil;
    const auto within = std::count_if(ratios.begin(), ratios.end(), [](double r) { return r <= 1; });
    const bool all = within == static_cast<std::ptrdiff_t>(ratios.size());
    const bool severe = std::any_of(ratios.begin(), ratios.end(), [&](double r) { return r > rules.severe; });
    const bool most = static_cast<double>(within) >= rules.within_limit * static_cast<double>(ratios.size());
    if (soil == FarmlandClass::safe_use && all) return FarmlandClass::priority_protection;
    if (soil == FarmlandClass::strict_control && (all || (most && !severe))) return FarmlandClass::safe_use;
    return soil;
}

double safe_use_target(int year) { return year >= 2030 ? 0.95 : year >= 2020 ? 0.90 : std::numeric_limits<double>::quiet_NaN(); }

}  // namespace galena
