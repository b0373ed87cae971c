#pragma once
// Measures that contradict each other: one digs out what another has bound or built, two cover the same ground, ...

#include <memory>

#include "remediation/measure.hpp"

namespace galena {

/// Each pair that does is a mistake, at the place of the later one's zone. Measures must have been prepared.
void find_contradictions(const std::vector<std::shared_ptr<Measure>>& measures, const Domain& domain, Diagnostics& diagnostics);

}  // namespace galena
