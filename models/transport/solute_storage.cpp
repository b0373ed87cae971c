#include "transport/solute_storage.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "numerics/fitted_decay.hpp"

namespace galena {

void SoluteStorage::add(const Grid& grid, std::unique_ptr<CellStore> store) {
    linear_ = linear_ && store->linear_capacity() && (stores_.empty() || store->decay_rate() == store_decay_rate_);
    store_decay_rate_ = std::max(store_decay_rate_, store->decay_rate());
    stores_.push_back(std::move(store));
    sum_capacities(grid);
}

void SoluteStorage::update(const Grid& grid, const CellFactors* factor) {
    for (const auto& store : stores_) store->update(factor);
    sum_capacities(grid);
}

void SoluteStorage::sum_capacities(const Grid& grid) {
    single_ = linear_ && stores_.size() == 1 ? stores_.front()->linear_capacity() : nullptr;
    sum_ = CellField();
    if (!linear_ || stores_.size() < 2) return;
    sum_ = CellField(grid);
    for (const auto& store : stores_) {
        const auto& more = *store->linear_capacity();
        parallel_for(grid.cell_count(), [&](Index c) { sum_[c] += more[c]; });
    }
}

void SoluteStorage::start(const StoreStep& step, std::span<const double> water, Index first, std::span<const double> concentration,
                          std::span<double> late, std::span<double> early) const {
    for (std::size_t begin = 0; begin < concentration.size(); begin += store_chunk) {
        const std::size_t n = std::min<std::size_t>(store_chunk, concentration.size() - begin);
        std::array<double, store_chunk> held, loss;
        for (std::size_t i = 0; i < n; ++i) {
            held[i] = water[begin + i] * concentration[begin + i];
            loss[i] = decay_rate_ * step.duration * held[i];
            early[begin + i] = 0;
        }
        const StoreStart start{first + static_cast<Index>(begin), concentration.subspan(begin, n), std::span(held).first(n),
                               std::span(loss).first(n), early.subspan(begin, n)};
        for (const auto& store : stores_) store->add_start(step, start);
        for (std::size_t i = 0; i < n; ++i) {
            // Where nothing is held yet, by the faster of the rates.
            const double x = held[i] > 0 ? loss[i] / held[i] : std::max(decay_rate_, store_decay_rate_) * step.duration;
            const auto fitted = fitted_decay(x);
            late[begin + i] = x > 0 ? fitted.late / x : 1.0;
            early[begin + i] += fitted.early * held[i];
        }
    }
}

void SoluteStorage::evaluate(const StoreStep& step, std::span<const double> water, const StoreBlock& block) const {
    const double all = step.equilibrium ? 0.0 : decay_rate_ * step.duration;
    for (std::size_t i = 0; i < block.concentration.size(); ++i) {
        const double loss = block.late.empty() ? all : all * block.late[i];
        block.held[i] = water[i] * block.concentration[i];
        block.decayed[i] = loss * block.held[i];
        block.slope[i] = (1 + loss) * water[i];
    }
    if (consumption_ > 0 && !step.equilibrium) consume(step.duration, water, block);
    for (const auto& store : stores_) store->add(step, block);
}

/// All that the rate takes, or all that there is: between the two, the amount at which nothing is left is met by a ramp over a millionth of
/// what a step consumes, so that held + consumed stays a function of the concentration.
void SoluteStorage::consume(double duration, std::span<const double> water, const StoreBlock& block) const {
    const double most = consumption_ * duration, ramp = 1e-6 * most;
    for (std::size_t i = 0; i < block.concentration.size(); ++i) {
        const double share = block.concentration[i] / ramp;
        block.decayed[i] += water[i] * most * std::min(1.0, share);
        if (share < 1) block.slope[i] += water[i] * most / ramp;
    }
}

std::string SoluteStorage::decay_name() const {
    const bool first_order = decay_rate_ > 0 || store_decay_rate_ > 0;
    return consumption_ == 0 ? "first_order" : first_order ? "first and zero order" : "zero_order";
}

void SoluteStorage::invert(const StoreStep& step, std::span<const double> water, Index first, std::span<const double> amount,
                           std::span<double> concentration, std::span<const double> late) const {
    for (std::size_t begin = 0; begin < amount.size(); begin += store_chunk) {
        const std::size_t n = std::min<std::size_t>(store_chunk, amount.size() - begin);
        invert_chunk(step, water.subspan(begin, n), first + static_cast<Index>(begin), amount.subspan(begin, n),
                     concentration.subspan(begin, n), late.empty() ? late : late.subspan(begin, n));
    }
}

// Newton's method from the start given. Amounts grow with the concentration, so every evaluation narrows the bracket; a step that leaves
// it is replaced by its middle, or, while nothing is known above, by a step of an order of magnitude.
void SoluteStorage::invert_chunk(const StoreStep& step, std::span<const double> water, Index first, std::span<const double> amount,
                                 std::span<double> c, std::span<const double> late) const {
    constexpr int most = 200;
    constexpr double close = 1e-14;  // of the amount; transport keeps the amount itself, so nothing is lost
    StoreChunk chunk;
    std::array<double, store_chunk> low{}, high;
    high.fill(INFINITY);
    for (std::size_t i = 0; i < c.size(); ++i) c[i] = amount[i] > 0 ? std::max(c[i], 0.0) : 0.0;
    for (int iteration = 0; iteration < most; ++iteration) {
        const auto block = chunk.block(first, c, late);
        evaluate(step, water, block);
        bool moved = false;
        for (std::size_t i = 0; i < c.size(); ++i) {
            const double excess = block.held[i] + block.decayed[i] - amount[i];
            if (!(amount[i] > 0) || !(block.slope[i] > 0) || std::abs(excess) <= close * amount[i]) continue;
            (excess > 0 ? high : low)[i] = c[i];
            double next = c[i] - excess / block.slope[i];
            if (!(next > low[i])) next = std::isinf(high[i]) ? 10 * c[i] : 0.5 * (low[i] + high[i]);
            if (!(next < high[i])) next = 0.5 * (low[i] + high[i]);
            if (next == c[i] || !std::isfinite(next)) continue;  // neighbouring numbers: nothing lies between
            c[i] = next;
            moved = true;
        }
        if (!moved) return;
    }
}

void SoluteStorage::initialise(std::span<const double> concentration) {
    for (const auto& store : stores_) store->initialise(concentration);
}
void SoluteStorage::advance(const StoreStep& step, std::span<const double> concentration) {
    for (const auto& store : stores_) store->advance(step, concentration);
}
void SoluteStorage::part_anew(std::span<const Index> cells, std::span<const double> concentration) {
    for (const auto& store : stores_) store->part_anew(cells, concentration);
}
bool SoluteStorage::keeps_apart() const {
    return std::any_of(stores_.begin(), stores_.end(), [](const auto& store) { return store->apart(); });
}
void SoluteStorage::amounts_apart(Index first, std::span<double> now, std::span<double> accepted) const {
    std::fill(now.begin(), now.end(), 0.0);
    std::fill(accepted.begin(), accepted.end(), 0.0);
    for (const auto& store : stores_) store->add_apart(first, now, accepted);
}
void SoluteStorage::accept() {
    for (const auto& store : stores_) store->accept();
}
void SoluteStorage::reject() {
    for (const auto& store : stores_) store->reject();
}
void SoluteStorage::save(CheckpointWriter& out, const std::string& prefix) const {
    for (std::size_t n = 0; n < stores_.size(); ++n) stores_[n]->save(out, fmt::format("{}/store{}", prefix, n));
}
void SoluteStorage::load(CheckpointReader& in, const std::string& prefix) {
    for (std::size_t n = 0; n < stores_.size(); ++n) stores_[n]->load(in, fmt::format("{}/store{}", prefix, n));
}

std::size_t SoluteStorage::bytes() const {
    std::size_t sum = sizeof(double) * static_cast<std::size_t>(sum_.size());
    for (const auto& store : stores_) sum += store->bytes();
    return sum;
}

}  // namespace galena
