#pragma once
// Where a cell keeps a substance beside its mobile water: on the solid, on kinetic sites, in immobile water. Transport knows no law; it asks
// a store, one block of cells at a time, how much is held at a given concentration of the mobile water and how fast that grows with it.

#include <span>
#include <string>

#include "grid/field.hpp"
#include "simulation/alteration.hpp"
#include "simulation/checkpoint.hpp"

namespace galena {

/// The span of time over which a store is asked. What a store keeps that is not in equilibrium (kinetic sites, immobile water) it eliminates
/// cell by cell, implicitly: the amount at the end of the step is a function of the concentration at its end and of the store's own state
/// at its beginning.
struct StoreStep {
    double duration = 0;       ///< [s]
    bool equilibrium = false;  ///< as if the step were endless: how an initial amount is parted; then nothing decays
};

/// Cells first .. first + size − 1. A store adds to the sums; it never sets them.
struct StoreBlock {
    Index first = 0;
    std::span<const double> concentration;  ///< of the mobile water at the end of the step [kg/m³], ≥ 0
    std::span<double> held;                 ///< amount at the end of the step [kg]
    std::span<double> decayed;              ///< amount that decays in the store during the step [kg]
    std::span<double> slope;                ///< d(held + decayed) / d(concentration) [m³], ≥ 0
    /// Of what is in equilibrium with the water: the part of rate · duration · amount at the end of the step that decays by that; the rest
    /// goes by the amounts at the beginning (StoreStart). Empty: all of it.
    std::span<const double> late{};
};

/// The same cells at the beginning of a step, for what decays by the amounts they hold then. A store adds to the sums.
struct StoreStart {
    Index first = 0;
    std::span<const double> concentration;  ///< of the mobile water at the beginning of the step [kg/m³]
    std::span<double> held, loss;           ///< in equilibrium with that: amount, and rate · duration · amount [kg]
    std::span<double> early;                ///< what decays of other amounts by what they are now [kg]
};

class CellStore {
public:
    virtual ~CellStore() = default;

    /// Adds what the cells of the block hold. Called by several threads for different blocks; allocates nothing.
    virtual void add(const StoreStep& step, const StoreBlock& block) const = 0;
    /// Adds what the cells hold at the beginning of a step; the rest of what decays in it, add() says.
    virtual void add_start(const StoreStep& step, const StoreStart& start) const { (void)step, (void)start; }
    /// The fast special case: held = capacity · concentration, always, decaying with `decay_rate`. Per cell [m³]; nullptr for other laws.
    [[nodiscard]] virtual const CellField* linear_capacity() const { return nullptr; }
    /// First-order rate of what is held [1/s].
    [[nodiscard]] virtual double decay_rate() const { return 0; }

    /// The medium changed, or what edits made of sorption did: `factor` stands on the amount in equilibrium, per cell; nullptr: 1 everywhere.
    /// It outlives the next call.
    virtual void update(const CellFactors* factor) { (void)factor; }

    // State of its own: one value per cell (and site, and zone), now and at the beginning of the step that may yet be rejected.
    /// Starts in equilibrium with the mobile water.
    virtual void initialise(std::span<const double> concentration) { (void)concentration; }
    /// Transport made a step (of several, maybe, within the step of the simulation): the state moves to its end.
    virtual void advance(const StoreStep& step, std::span<const double> concentration) { (void)step, (void)concentration; }
    /// True for immobile water with its solid: what it holds is neither dissolved in the mobile water nor sorbed beside it.
    [[nodiscard]] virtual bool apart() const { return false; }
    /// Of such a store: adds what it holds in the cells first, first + 1, ... now and at the last accepted step [kg].
    virtual void add_apart(Index first, std::span<double> now, std::span<double> accepted) const { (void)first, (void)now, (void)accepted; }
    /// Edits parted what these cells hold anew, in equilibrium with these concentrations (one per cell of the grid).
    virtual void part_anew(std::span<const Index> cells, std::span<const double> concentration) { (void)cells, (void)concentration; }
    /// The step of the simulation stands.
    virtual void accept() {}
    /// Back to the last accepted state.
    virtual void reject() {}
    /// `prefix` is unique to this store.
    virtual void save(CheckpointWriter& out, const std::string& prefix) const { (void)out, (void)prefix; }
    virtual void load(CheckpointReader& in, const std::string& prefix) { (void)in, (void)prefix; }
    [[nodiscard]] virtual std::size_t bytes() const { return 0; }
};

}  // namespace galena
