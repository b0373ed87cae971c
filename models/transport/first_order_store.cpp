// One immobile zone of a cell, eliminated implicitly: its concentration at the end of the step follows from that of the mobile water.

#include <algorithm>
#include <array>

#include "transport/immobile_zone.hpp"
#include "transport/solute_storage.hpp"

namespace galena {

namespace {

class FirstOrderStore final : public CellStore {
public:
    FirstOrderStore(const Domain& domain, const ImmobileZone& zone, const ImmobileSolute& solute, double rate, ExchangePer per,
                    double share)
        : grid_(domain.grid), zone_(zone), rate_(rate), share_(share), per_(per), inside_(solute.decay_rate),
          decay_rate_(std::max(solute.decay_rate, solute.sorbed_decay_rate)), water_(grid_), exchange_(grid_) {
        if (solute.law && zone.sorbent_fraction > 0) {
            soil_mass_ = CellField(grid_);
            inside_.add(grid_, solute.law->equilibrium().Isotherm::make_store(grid_, soil_mass_, solute.sorbed_decay_rate));
        }
        update(nullptr);
    }

    void update(const CellFactors* factor) override {
        for_each_cell(grid_, [&](Index c) {
            water_[c] = share_ * zone_.water()[c];
            exchange_[c] = rate_ * (per_ == ExchangePer::immobile_water ? water_[c] : zone_.extent()[c] * grid_.volume(c));
            if (!soil_mass_.empty()) soil_mass_[c] = share_ * zone_.soil_mass()[c];
        });
        inside_.update(grid_, factor);
    }

    void add(const StoreStep& step, const StoreBlock& block) const override {
        in_chunks(block.first, block.concentration.size(), [&](Index c, std::size_t begin, std::size_t n) {
            Chunk chunk;
            solve(step, c, block.concentration.subspan(begin, n), chunk);
            // Decay by the amounts at the beginning is told in add_start.
            for (std::size_t i = 0; i < n; ++i) {
                block.held[begin + i] += chunk.inside.held[i];
                block.decayed[begin + i] += chunk.inside.decayed[i];
                block.slope[begin + i] += chunk.slope[i];
            }
        });
    }
    void add_start(const StoreStep& step, const StoreStart& start) const override {
        in_chunks(start.first, start.concentration.size(), [&](Index c, std::size_t begin, std::size_t n) {
            Chunk chunk;
            begin_decay(step, c, n, chunk);
            for (std::size_t i = 0; i < n; ++i) start.early[begin + i] += chunk.early[i];
        });
    }
    [[nodiscard]] double decay_rate() const override { return decay_rate_; }

    void initialise(std::span<const double> concentration) override {
        amount_ = CellField(grid_);
        immobile_ = CellField(grid_);
        move({0, true}, concentration);
        accept();
    }
    void advance(const StoreStep& step, std::span<const double> concentration) override { move(step, concentration); }
    void part_anew(std::span<const Index> cells, std::span<const double> concentration) override {
        for (const Index c : cells) {
            Chunk chunk;
            solve({0, true}, c, concentration.subspan(static_cast<std::size_t>(c), 1), chunk);
            amount_[c] = chunk.inside.held[0];
            immobile_[c] = chunk.immobile[0];
        }
        accept();
    }
    [[nodiscard]] bool apart() const override { return true; }
    void add_apart(Index first, std::span<double> now, std::span<double> accepted) const override {
        for (std::size_t i = 0; i < now.size(); ++i) {
            now[i] += amount_[first + static_cast<Index>(i)];
            accepted[i] += amount_accepted_[first + static_cast<Index>(i)];
        }
    }
    void accept() override { amount_accepted_ = amount_, immobile_accepted_ = immobile_; }
    void reject() override { amount_ = amount_accepted_, immobile_ = immobile_accepted_; }
    void save(CheckpointWriter& out, const std::string& prefix) const override {
        out.write(prefix + "/amount", amount_.span());
        out.write(prefix + "/concentration", immobile_.span());
    }
    void load(CheckpointReader& in, const std::string& prefix) override {
        amount_ = CellField(grid_);
        immobile_ = CellField(grid_);
        in.read(prefix + "/amount", amount_.span());
        in.read(prefix + "/concentration", immobile_.span());
        accept();
    }
    [[nodiscard]] std::size_t bytes() const override {
        return inside_.bytes() + sizeof(double) * static_cast<std::size_t>(6 * water_.size() + soil_mass_.size());
    }

private:
    struct Chunk {
        StoreChunk inside;
        std::array<double, store_chunk> immobile, slope, late, early;
    };

    /// The rule of the step for what decays inside (SoluteStorage::start), never more than there is.
    void begin_decay(const StoreStep& step, Index first, std::size_t n, Chunk& out) const {
        const auto at = static_cast<std::size_t>(first);
        inside_.start(step, water_.span().subspan(at, n), first, immobile_.span().subspan(at, n), std::span(out.late).first(n),
                      std::span(out.early).first(n));
        for (std::size_t i = 0; i < n; ++i)
            out.early[i] = std::clamp(out.early[i], 0.0, std::max(0.0, amount_[first + static_cast<Index>(i)]));
    }

    /// The state of the zone for the concentrations of the mobile water of the cells first, first + 1, ...
    /// held(C_im) + decayed(C_im) + Δt ω C_im = amount before + Δt ω C, by Newton's method where sorption is not linear.
    void solve(const StoreStep& step, Index first, std::span<const double> mobile, Chunk& out) const {
        const std::size_t n = mobile.size(), at = static_cast<std::size_t>(first);
        const auto immobile = std::span(out.immobile).first(n);
        if (step.equilibrium) {
            std::copy(mobile.begin(), mobile.end(), immobile.begin());
        } else {
            // What is exchanged counts as so much more water, which does not decay.
            begin_decay(step, first, n, out);
            std::array<double, store_chunk> water, amount;
            for (std::size_t i = 0; i < n; ++i) {
                const Index c = first + static_cast<Index>(i);
                const double passing = step.duration * exchange_[c];
                const double loss = 1 + inside_.decay_rate() * step.duration * out.late[i];
                const double store_loss = 1 + inside_.store_decay_rate() * step.duration * out.late[i];
                water[i] = water_[c] + passing / loss;
                amount[i] = amount_[c] - out.early[i] + passing * mobile[i];
                const double all = inside_.linear() ? loss * water[i] + store_loss * inside_.capacity(c) : 0.0;
                immobile[i] = !inside_.linear() ? immobile_[c] : all > 0 ? amount[i] / all : 0.0;
            }
            if (!inside_.linear())
                inside_.invert(step, std::span(water).first(n), first, std::span(amount).first(n), immobile, std::span(out.late).first(n));
        }
        const auto late = step.equilibrium ? std::span<const double>() : std::span<const double>(out.late).first(n);
        inside_.evaluate(step, water_.span().subspan(at, n), out.inside.block(first, immobile, late));
        for (std::size_t i = 0; i < n; ++i) {
            const double own = out.inside.slope[i], passing = step.duration * exchange_[first + static_cast<Index>(i)];
            out.slope[i] = step.equilibrium ? own : own + passing > 0 ? passing * own / (own + passing) : 0.0;
        }
    }

    void move(const StoreStep& step, std::span<const double> concentration) {
        parallel_blocks(grid_.cell_count(), store_chunk, [&](Index begin, Index end) {
            Chunk chunk;
            const auto n = static_cast<std::size_t>(end - begin);
            solve(step, begin, concentration.subspan(static_cast<std::size_t>(begin), n), chunk);
            for (std::size_t i = 0; i < n; ++i) {
                amount_[begin + static_cast<Index>(i)] = chunk.inside.held[i];
                immobile_[begin + static_cast<Index>(i)] = chunk.immobile[i];
            }
        });
    }

    template <class Body>
    static void in_chunks(Index first, std::size_t size, Body&& body) {
        for (std::size_t begin = 0; begin < size; begin += store_chunk)
            body(first + static_cast<Index>(begin), begin, std::min<std::size_t>(store_chunk, size - begin));
    }

    const Grid& grid_;
    const ImmobileZone& zone_;
    double rate_, share_;
    ExchangePer per_;
    SoluteStorage inside_;  ///< of the immobile water and its solid
    double decay_rate_;
    CellField water_, exchange_, soil_mass_;                             ///< [m³], [m³/s], [kg]
    CellField amount_, immobile_, amount_accepted_, immobile_accepted_;  ///< held [kg], its concentration [kg/m³]
};

}  // namespace

std::unique_ptr<CellStore> make_first_order_store(const Domain& domain, const ImmobileZone& zone, const ImmobileSolute& solute, double rate,
                                                  ExchangePer per, double share) {
    return std::make_unique<FirstOrderStore>(domain, zone, solute, rate, per, share);
}

}  // namespace galena
