#pragma once
// Substances brought onto the ground over an area, without the water that may come with them: what the kinds in models/facility/areal share.

#include "transport/solute_source.hpp"

namespace galena {

class ArealSource : public SoluteSource {
public:
    /// The highest active cells of the columns above the zone.
    void resolve(const Site& site, Domain& domain, Diagnostics& diagnostics) override;

protected:
    std::vector<double> area_;  ///< in plan, per cell [m²]
};

}  // namespace galena
