#pragma once
// What all facilities have in common: they tell at output times how they stand, and what they let go.

#include <string>
#include <vector>

#include "facility/release_book.hpp"
#include "simulation/observer.hpp"

namespace galena {

/// One number of a facility at a moment.
struct FacilityFigure {
    std::string quantity, unit;
    double value = 0;        ///< SI
    bool over_step = false;  ///< a mean over the last step: at the start it is told as that of the first one
};

class Facility {
public:
    virtual ~Facility() = default;
    [[nodiscard]] virtual std::vector<FacilityFigure> figures(const Moment& moment) const = 0;
    /// What it has let go until the moment, by substance and the way it took.
    [[nodiscard]] virtual std::vector<Release> releases(const Moment& moment) const = 0;
    /// True when a row is wanted after every step, not only at output times.
    [[nodiscard]] virtual bool told_every_step() const { return false; }
    /// Lines for the person at the end of the run.
    [[nodiscard]] virtual std::vector<std::string> closing_lines() const { return {}; }
};

}  // namespace galena
