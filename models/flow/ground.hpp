#pragma once
// How the water that the ground holds and lets pass follows from the hydraulic head: what tells the formulations of flow apart.

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "numerics/weighted_flow.hpp"
#include "simulation/domain.hpp"

namespace galena {

/// saturated: the pores are full at any head. water_table: they are full below the head and hold what specific yield leaves above it.
/// variably_saturated: retention curves tell (Richards).
enum class Formulation { saturated, water_table, variably_saturated };
template <>
inline const Words words<Formulation> = {"saturated", "water_table", "variably_saturated"};

/// Per cell, at the heads last evaluated. Saturated ground leaves the relative conductivity empty: it is 1.
struct GroundWater {
    CellField amount;                       ///< water held [m³], counted from a level that is fixed during a step
    CellField capacity;                     ///< d(amount)/d(head) [m²], not negative
    CellField relative_conductivity;        ///< conductivity over that of saturated ground [-], 0 to 1
    CellField relative_conductivity_slope;  ///< its derivative by the head [1/m], not negative
};

/// Laws of the ground for a boundary that must know what another head than the present one would mean.
class GroundLaws {
public:
    virtual ~GroundLaws() = default;
    /// Relative conductivity [-] of the cells named, for flow along an axis, at these pressure heads [m] (head − elevation of the centre).
    virtual void relative_conductivity(Axis axis, std::span<const Index> cells, std::span<const double> pressure_head,
                                       std::span<double> out) const = 0;
};

class Ground : public GroundLaws {
public:
    [[nodiscard]] virtual Formulation formulation() const = 0;
    /// False when amounts are linear in the head and the conductivity does not depend on it.
    [[nodiscard]] bool nonlinear() const { return formulation() != Formulation::saturated; }
    /// Whether the relative conductivity holds for vertical flow too.
    [[nodiscard]] virtual bool scales_vertical() const { return true; }
    /// A step begins at these heads: amounts may be counted from there.
    virtual void begin_step(std::span<const double> head) { (void)head; }
    /// Amounts, capacities and conductivities of every cell at these heads.
    virtual void evaluate(std::span<const double> head, GroundWater& out) const = 0;
    /// head += step · correction, in a form that suits the law: where water content is the better unknown, that is what changes linearly.
    virtual void correct(std::span<const double> correction, double step, std::span<double> head) const;
    /// Whether corrections stop where the law bends, each cell by itself: slower, and sure where heads would be thrown to and fro across a bend.
    virtual void stop_at_bends(bool on) { (void)on; }
    /// Where the law bends sharply it bends this many times as widely (1: as it is), to be approached from laws that Newton finds easier.
    /// False when it has no such bends.
    virtual bool soften(double times) {
        (void)times;
        return false;
    }
    /// Raises heads that are lower than any water could make them.
    virtual void limit(std::span<double> head) const { (void)head; }
    /// Mobile water [m³] of every cell; its changes are those of the amounts.
    virtual void mobile_water(std::span<const double> head, std::span<double> out) const = 0;
    /// Water content over porosity [-] of every cell.
    virtual void saturation(std::span<const double> head, std::span<double> out) const = 0;
    /// One line for the person.
    [[nodiscard]] virtual std::string summary() const = 0;
};

/// The ground that the formulation asks for; nullptr after a mistake, which names `place`. transient: whether storage counts.
std::unique_ptr<Ground> make_saturated_ground(const Domain& domain, const Place& place, bool transient, Diagnostics& diagnostics);
std::unique_ptr<Ground> make_water_table_ground(const Domain& domain, const Place& place, bool transient, Diagnostics& diagnostics);
std::unique_ptr<Ground> make_variably_saturated_ground(const Site& site, const Domain& domain, const Place& place,
                                                       Diagnostics& diagnostics);

}  // namespace galena
