#include "facility/sulfide_oxidation.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "facility/oxygen_diffusion.hpp"

namespace galena {

void SulfideTable::check(ReadContext& context) {
    if ((kinetics == OxidationKinetics::shrinking_core) != core_rate.has_value())
        context.diagnostics.error(places.of(core_rate ? "core_rate" : "kinetics"),
                                  core_rate ? "core_rate is given and not used" : "shrinking cores need a core_rate",
                                  core_rate ? "set kinetics = \"shrinking_core\", or remove it" : "give core_rate");
}

double SulfideTable::rate_at(double left) const {
    if (left <= 0) return 0;
    if (kinetics == OxidationKinetics::first_order) return rate * left;
    // Reaction at the surface of the core and diffusion through its rim lie in series; x: radius of the core over that of the grain.
    const double x = std::cbrt(left);
    return 1 / (1 / (rate * x * x) + (1 - x) / (x * *core_rate));
}

SulfideColumn::SulfideColumn(const SulfideTable& table) : table_(table) {
    const auto n = static_cast<std::size_t>(table.cells);
    height_ = table.depth / table.cells;
    diffusion_ = oxygen_diffusion(table.porosity, table.saturation);
    fresh_ = table.sulfur * table.bulk_density * height_;
    carbonate_ = table.carbonate * table.carbonate_share * table.bulk_density * table.depth;
    left_.assign(n, 1.0);
    oxygen_.assign(n, 0.0);
    rate_.assign(n, 0.0);
    factor_.assign(n, 0.0);
}

/// Oxygen in every cell, by Thomas's algorithm; returns what enters the column [kg/m²/s].
double SulfideColumn::solve_oxygen(double cover_resistance) {
    const double between = diffusion_ / height_, top = 1 / (cover_resistance + 0.5 * height_ / diffusion_);
    const auto n = left_.size();
    for (std::size_t i = 0; i < n; ++i) rate_[i] = table_.rate_at(left_[i]);
    for (std::size_t i = 0; i < n; ++i) {
        const double above = i == 0 ? top : between, below = i + 1 < n ? between : 0.0;
        const double before = i == 0 ? 0.0 : factor_[i - 1];
        const double diagonal = above * (i == 0 ? 1.0 : 1 - before) + below + rate_[i] * height_;
        factor_[i] = below / diagonal;
        oxygen_[i] = above * (i == 0 ? oxygen_in_air : oxygen_[i - 1]) / diagonal;
    }
    for (std::size_t i = n - 1; i-- > 0;) oxygen_[i] += factor_[i] * oxygen_[i + 1];
    return top * (oxygen_in_air - oxygen_[0]);
}

double SulfideColumn::oxygen_uptake(double cover_resistance) { return solve_oxygen(cover_resistance); }

/// Small steps of its own: none takes more than a fifth of what a cell has left, or all of a cell with next to nothing.
Oxidised SulfideColumn::advance(double duration, double cover_resistance) {
    constexpr double next_to_nothing = 1e-3;
    Oxidised out;
    const auto n = left_.size();
    for (double time = 0; time < duration;) {
        const double entering = solve_oxygen(cover_resistance);
        double step = duration - time;
        const double per_oxygen = height_ / (table_.oxygen_per_sulfur * fresh_);
        for (std::size_t i = 0; i < n; ++i)
            if (left_[i] > next_to_nothing && oxygen_[i] > 0) step = std::min(step, 0.2 * left_[i] / (rate_[i] * oxygen_[i] * per_oxygen));
        step = std::max(step, 1e-9 * duration);
        double used = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const double change = std::min(left_[i], rate_[i] * oxygen_[i] * per_oxygen * step);
            left_[i] -= change;
            used += change;
        }
        out.sulfur += used * fresh_;
        out.oxygen += entering * step;
        time += step;
        if (duration - time < 1e-9 * duration) break;
    }
    oxidised_ += out.sulfur;
    out.buffered = buffered();
    return out;
}

double SulfideColumn::front() const {
    for (std::size_t i = 0; i < left_.size(); ++i) {
        if (left_[i] <= 0.5) continue;
        if (i == 0) return 0;
        const double part = (0.5 - left_[i - 1]) / (left_[i] - left_[i - 1]);
        return (static_cast<double>(i) - 0.5 + part) * height_;
    }
    return table_.depth;
}

double SulfideColumn::sulfur_left() const { return fresh_ * std::accumulate(left_.begin(), left_.end(), 0.0); }

void SulfideColumn::save(CheckpointWriter& out, const std::string& prefix) const {
    out.write(prefix + "/left", left_);
    out.write(prefix + "/oxidised", oxidised_);
}

void SulfideColumn::load(CheckpointReader& in, const std::string& prefix) {
    in.read(prefix + "/left", left_);
    oxidised_ = in.read(prefix + "/oxidised");
}

}  // namespace galena
