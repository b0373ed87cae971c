#pragma once
// Everything one cell holds of one substance, as a function of the concentration of its mobile water: in that water, and in whatever stores
// the substance has beside it. The seam between transport, which moves amounts, and the laws, which say how they are held.

#include <array>
#include <memory>
#include <vector>

#include "sorption/cell_store.hpp"

namespace galena {

class SoluteStorage {
public:
    SoluteStorage() = default;
    /// decay_rate: first-order, of what is dissolved [1/s].
    /// consumption: zero-order, of mobile water; stops where nothing is left [kg/m³/s].
    explicit SoluteStorage(double decay_rate, double consumption = 0)
        : decay_rate_(decay_rate), consumption_(consumption), linear_(consumption == 0) {}
    void add(const Grid& grid, std::unique_ptr<CellStore> store);

    /// The medium, or the factor that edits put on sorption, changed (nullptr: 1 everywhere).
    void update(const Grid& grid, const CellFactors* factor);

    /// All that is held is proportional to the concentration: amount = (water + capacity) · concentration.
    [[nodiscard]] bool linear() const { return linear_; }
    /// Of a linear storage, beside the water [m³].
    [[nodiscard]] const CellField* capacity() const { return sum_.empty() ? single_ : &sum_; }
    [[nodiscard]] double capacity(Index c) const { return capacity() ? (*capacity())[c] : 0.0; }
    [[nodiscard]] double decay_rate() const { return decay_rate_; }
    [[nodiscard]] double store_decay_rate() const { return store_decay_rate_; }
    [[nodiscard]] bool decays() const { return decay_rate_ > 0 || store_decay_rate_ > 0 || consumption_ > 0; }
    /// For the budget: "first_order", "zero_order", or both.
    [[nodiscard]] std::string decay_name() const;

    /// What decays in a step by the amounts at its beginning, and the rest of the rule for what decays by those at its end, cell by cell:
    /// fitted so that decay alone halves what its length says (fitted_decay.hpp). Where water and solid decay at different rates, by the mean
    /// of them at the beginning; what is out of equilibrium decays at its own.
    /// water, concentration: of the mobile water at the beginning. late: for StoreBlock; early: [kg]. Cells first, first + 1, ...
    void start(const StoreStep& step, std::span<const double> water, Index first, std::span<const double> concentration,
               std::span<double> late, std::span<double> early) const;

    /// Sets, for every cell of the block, held, decayed (by the amounts at the end of the step) and slope of all there is, water included.
    /// water: mobile water of these cells at the end of the step [m³].
    void evaluate(const StoreStep& step, std::span<const double> water, const StoreBlock& block) const;
    /// Finds the concentrations ≥ 0 at which held + decayed = amount ≥ 0 [kg], by Newton's method kept within a shrinking bracket.
    /// `concentration` brings a start. A cell that can hold nothing keeps it. All cells of the grid from `first` on.
    /// late: as in StoreBlock.
    void invert(const StoreStep& step, std::span<const double> water, Index first, std::span<const double> amount,
                std::span<double> concentration, std::span<const double> late = {}) const;

    void initialise(std::span<const double> concentration);
    void advance(const StoreStep& step, std::span<const double> concentration);
    void part_anew(std::span<const Index> cells, std::span<const double> concentration);
    /// Some of it is in immobile water; what that holds in the cells first, first + 1, ... now and at the last accepted step [kg].
    [[nodiscard]] bool keeps_apart() const;
    void amounts_apart(Index first, std::span<double> now, std::span<double> accepted) const;
    void accept();
    void reject();
    void save(CheckpointWriter& out, const std::string& prefix) const;
    void load(CheckpointReader& in, const std::string& prefix);
    [[nodiscard]] std::size_t bytes() const;

private:
    void sum_capacities(const Grid& grid);
    void consume(double duration, std::span<const double> water, const StoreBlock& block) const;
    void invert_chunk(const StoreStep& step, std::span<const double> water, Index first, std::span<const double> amount,
                      std::span<double> concentration, std::span<const double> late) const;

    double decay_rate_ = 0, store_decay_rate_ = 0, consumption_ = 0;
    bool linear_ = true;
    std::vector<std::unique_ptr<CellStore>> stores_;
    const CellField* single_ = nullptr;  ///< of the one linear store
    CellField sum_;                      ///< of several
};

/// Cells handed to a law at a time: its numbers stay in the cache, and the call costs nothing per cell.
inline constexpr Index store_chunk = 256;

/// The arrays of one chunk.
struct StoreChunk {
    std::array<double, store_chunk> held, decayed, slope;
    [[nodiscard]] StoreBlock block(Index first, std::span<const double> concentration, std::span<const double> late = {}) {
        const std::size_t n = concentration.size();
        return {first, concentration, std::span(held).first(n), std::span(decayed).first(n), std::span(slope).first(n), late};
    }
};

}  // namespace galena
