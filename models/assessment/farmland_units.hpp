#pragma once
// Classes of farmland by evaluation unit (technical guide on the classification of farmland by soil quality, China 2019; thresholds from
// memory, see docs/assessment.md): classes of points settle the classes of a unit, and what grows there may change them.

#include <span>
#include <vector>

#include "assessment/farmland_classes.hpp"

namespace galena {

/// What the settling rules go by.
struct UnitRules {
    double majority = 0.80;      ///< share of the points that decides for the whole unit
    int least_produce = 3;       ///< fewer samples of produce change nothing
    double within_limit = 0.65;  ///< share within the limit that takes strict control back to safe use
    double severe = 2;           ///< multiple of the limit that is a severe exceedance
};

/// Classes of the points of one unit by one metal, settled: points of strict control stay by themselves (a small area is drawn round
/// them); of the others a class with the majority takes all, else the unit stays split. Points not judged stay so.
std::vector<FarmlandClass> settle_unit(std::span<const FarmlandClass> points, const UnitRules& rules = {});

/// The class of soil in the light of produce: `ratios` are contents over their limit. Safe use with nothing above the limit becomes
/// priority protection; strict control with all, or with the given share and nothing severe, becomes safe use.
FarmlandClass adjust_by_produce(FarmlandClass soil, std::span<const double> ratios, const UnitRules& rules = {});

/// Areas that go into the safe-use rate.
struct SafeUse {
    double safe_use = 0, strict_control = 0;  ///< area of the classes
    double used_safely = 0, controlled = 0;   ///< of these: under safe use with compliant produce; under control measures
    double priority_protection = 0;           ///< area; it does not count in the rate
    /// (used safely + controlled)/(safe use + strict control); 1 when there is nothing to be made safe.
    [[nodiscard]] double rate() const {
        const double all = safe_use + strict_control;
        return all > 0 ? (used_safely + controlled) / all : 1;
    }
};

/// The target of the safe-use rate that is in force in a year: 0.90 from 2020, 0.95 from 2030 (action plan on soil of 2016); NaN before.
double safe_use_target(int year);

}  // namespace galena
