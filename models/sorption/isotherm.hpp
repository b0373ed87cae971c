#pragma once
// Sorption in equilibrium: how much of a substance the solid holds at a dissolved concentration. One file per law.

#include "scenario/catalogue.hpp"
#include "scenario/reader.hpp"
#include "simulation/domain.hpp"

namespace galena {

class Isotherm {
public:
    static constexpr std::string_view family = "sorption";
    virtual ~Isotherm() = default;
    Place place;

    /// Finds its coefficients on every cell.
    virtual void resolve(const Site& site, Domain& domain, Diagnostics& diagnostics) = 0;
    /// Distribution coefficient Kd per cell [m³/kg] where sorbed = Kd · concentration; empty when nothing sorbs.
    [[nodiscard]] virtual const CellField& distribution_coefficient() const = 0;
};

}  // namespace galena
