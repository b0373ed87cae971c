#include "sorption/isotherm.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace galena {

namespace {

/// Sorbed in equilibrium with the water of its cell.
class EquilibriumStore final : public CellStore {
public:
    EquilibriumStore(const Isotherm& law, const Grid& grid, const CellField& soil_mass, double decay_rate)

        : law_(law), grid_(grid), soil_mass_(soil_mass), decay_rate_(decay_rate) {
        update(nullptr);
    }

    void update(const CellFactors* factor) override {
        factor_ = factor;
        const auto* kd = law_.distribution_coefficient();
        if (!kd) return;
        if (capacity_.empty()) capacity_ = CellField(grid_);
        for_each_cell(grid_,
                      [&](Index c) { capacity_[c] = factor_ ? soil_mass_[c] * (*kd)[c] * (*factor_)[c] : soil_mass_[c] * (*kd)[c]; });
    }

    void add(const StoreStep& step, const StoreBlock& block) const override {
        constexpr std::size_t chunk = 256;
        std::array<double, chunk> sorbed, slope;
        const double all = step.equilibrium ? 0.0 : decay_rate_ * step.duration;
        for (std::size_t begin = 0; begin < block.concentration.size(); begin += chunk) {
            const std::size_t n = std::min(chunk, block.concentration.size() - begin);
            const Index first = block.first + static_cast<Index>(begin);
            law_.evaluate(first, block.concentration.subspan(begin, n), std::span(sorbed).first(n), std::span(slope).first(n));
            for (std::size_t i = 0; i < n; ++i) {
                const Index c = first + static_cast<Index>(i);
                const double mass = factor_ ? soil_mass_[c] * (*factor_)[c] : soil_mass_[c];
                const double loss = block.late.empty() ? all : all * block.late[begin + i];
                block.held[begin + i] += mass * sorbed[i];
                block.decayed[begin + i] += loss * mass * sorbed[i];
                block.slope[begin + i] += (1 + loss) * mass * slope[i];
            }
        }
    }
    void add_start(const StoreStep& step, const StoreStart& start) const override {
        std::array<double, 256> sorbed, slope;
        for (std::size_t begin = 0; begin < start.concentration.size(); begin += sorbed.size()) {
            const std::size_t n = std::min(sorbed.size(), start.concentration.size() - begin);
            const Index first = start.first + static_cast<Index>(begin);
            law_.evaluate(first, start.concentration.subspan(begin, n), std::span(sorbed).first(n), std::span(slope).first(n));
            for (std::size_t i = 0; i < n; ++i) {
                const Index c = first + static_cast<Index>(i);
                const double amount = (factor_ ? soil_mass_[c] * (*factor_)[c] : soil_mass_[c]) * sorbed[i];
                start.held[begin + i] += amount;
                start.loss[begin + i] += decay_rate_ * step.duration * amount;
            }
        }
    }
    [[nodiscard]] const CellField* linear_capacity() const override { return capacity_.empty() ? nullptr : &capacity_; }
    [[nodiscard]] double decay_rate() const override { return decay_rate_; }
    [[nodiscard]] std::size_t bytes() const override { return sizeof(double) * static_cast<std::size_t>(capacity_.size()); }

private:
    const Isotherm& law_;
    const Grid& grid_;
    const CellFactors* factor_ = nullptr;
    const CellField& soil_mass_;
    double decay_rate_;
    CellField capacity_;  ///< of a linear law [m³]
};

}  // namespace

std::unique_ptr<CellStore> Isotherm::make_store(const Grid& grid, const CellField& soil_mass, double decay_rate) const {
    return std::make_unique<EquilibriumStore>(*this, grid, soil_mass, decay_rate);
}

namespace {

template <class Values>
std::string text_of_range(std::string_view name, const Values& values, std::string_view unit_text, const Grid& grid) {
    double low = infinite, high = -infinite;
    for (Index c = 0; c < grid.cell_count(); ++c)
        if (grid.active(c)) {
            low = std::min<double>(low, values[c]);
            high = std::max<double>(high, values[c]);
        }
    const auto& shown = unit(unit_text);
    if (low == high) return fmt::format("{} {}", name, quantity_text(low, shown));
    return fmt::format("{} {} to {}", name, quantity_text(low, shown), quantity_text(high, shown));
}

}  // namespace

std::string range_text(std::string_view name, const CellField& field, std::string_view unit_text, const Grid& grid) {
    return text_of_range(name, field, unit_text, grid);
}

std::string range_text(std::string_view name, const CellCoefficient& coefficient, std::string_view unit_text, const Grid& grid) {
    return text_of_range(name, coefficient, unit_text, grid);
}

}  // namespace galena
