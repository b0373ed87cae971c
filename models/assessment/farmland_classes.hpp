#pragma once
// The three classes of farmland of GB 15618-2018 and the technical guide on classification (2019): per metal, content at or below the
// screening value: class 1, priority protection; above it and at or below the intervention value: class 2, safe use; above that: class 3,
// strict control. The worst metal decides. Copper, nickel and zinc have no intervention value: they lead to class 2 at most.

#include "assessment/standard.hpp"

namespace galena {

enum class FarmlandClass : int { not_judged = 0, priority_protection = 1, safe_use = 2, strict_control = 3 };

/// Class of one content [kg/kg]; not_judged when the standard has no screening value for the substance.
FarmlandClass classify(const Standard& standard, const std::vector<std::string>& uses, const std::string& substance, double content,
                       double ph);

}  // namespace galena
