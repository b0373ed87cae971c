#pragma once
// What all facilities have in common: they tell at output times how they stand.

#include <string>
#include <vector>

#include "simulation/observer.hpp"

namespace galena {

/// One number of a facility at a moment.
struct FacilityFigure {
    std::string quantity, unit;
    double value = 0;  ///< SI
};

class Facility {
public:
    virtual ~Facility() = default;
    [[nodiscard]] virtual std::vector<FacilityFigure> figures(const Moment& moment) const = 0;
    /// Lines for the person at the end of the run.
    [[nodiscard]] virtual std::vector<std::string> closing_lines() const { return {}; }
};

}  // namespace galena
