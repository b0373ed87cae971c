#pragma once
// Sorption: how much of a substance the solid holds at a dissolved concentration. One file per law.

#include <memory>

#include "scenario/catalogue.hpp"
#include "scenario/reader.hpp"
#include "simulation/domain.hpp"
#include "sorption/cell_coefficient.hpp"
#include "sorption/cell_store.hpp"

namespace galena {

class Isotherm {
public:
    static constexpr std::string_view family = "sorption";
    virtual ~Isotherm() = default;
    Place place;

    /// Finds its coefficients on every cell.
    virtual void resolve(const Site& site, Domain& domain, Diagnostics& diagnostics) = 0;
    /// Distribution coefficient Kd per cell [m³/kg] where sorbed = Kd · concentration; nullptr for other laws.
    [[nodiscard]] virtual const CellCoefficient* distribution_coefficient() const { return nullptr; }
    /// The medium changed: coefficients that follow from it are found anew.
    virtual void adopt_medium(const Domain& domain) { (void)domain; }
    /// The law that sorption tends to; another one than itself where it takes time.
    [[nodiscard]] virtual const Isotherm& equilibrium() const { return *this; }
    /// True when what it holds depends on other substances too: then announce() tells it, and so the others, its own concentrations.
    [[nodiscard]] virtual bool competes() const { return false; }
    /// One concentration per cell of the grid [kg/m³].
    virtual void announce(std::span<const double> concentration) { (void)concentration; }
    /// In equilibrium, in the cells first, first + 1, ...: sorbed [kg/kg] and d(sorbed)/d(concentration) [m³/kg] at concentrations ≥ 0
    /// [kg/m³]. Sorbed is 0 at 0 and grows; the slope is finite and not negative everywhere.
    virtual void evaluate(Index first, std::span<const double> concentration, std::span<double> sorbed, std::span<double> slope) const = 0;
    /// What transport keeps of one substance: in equilibrium when not overridden; a law with kinetic sites brings its own.
    /// soil_mass: dry soil per cell [kg], outlives the store.
    [[nodiscard]] virtual std::unique_ptr<CellStore> make_store(const Grid& grid, const CellField& soil_mass, double decay_rate) const;
    /// For people: "Kd 2 L/kg".
    [[nodiscard]] virtual std::string text(const Grid& grid) const = 0;
};

/// "Kd 2 L/kg", or "Kd 2 L/kg to 5 L/kg": the range of a field over the active cells.
std::string range_text(std::string_view name, const CellField& field, std::string_view unit_text, const Grid& grid);
std::string range_text(std::string_view name, const CellCoefficient& coefficient, std::string_view unit_text, const Grid& grid);

}  // namespace galena
