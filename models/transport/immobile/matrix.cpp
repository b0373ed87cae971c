// Diffusion into a porous matrix beside the mobile water: fractures in rock, sand between clay layers. Across slabs of half thickness B,
//     R' ∂C'/∂t = D' ∂²C'/∂z² − decay,  C'(0) = C,  ∂C'/∂z(B) = 0      (Sudicky & Frind 1982, eq. 2; Tang et al. 1981 for B → ∞)
// in layers that grow away from the water, eliminated cell by cell.

#include <array>
#include <cmath>

#include <fmt/format.h>

#include "numerics/fitted_decay.hpp"
#include "transport/immobile_zone.hpp"

namespace galena {

namespace {
constexpr int most_layers = 64;
}

struct MatrixImmobile final : ImmobileZone {
    static constexpr std::string_view name = "matrix", meaning = "a porous matrix beside the mobile water, into which solute diffuses";

    double half_thickness = 0, pore_diffusion = 0, growth = 1.3;
    int layers = 20;

    static auto parameters() {
        using T = MatrixImmobile;
        return std::tuple_cat(
            immobile_parameters(),
            std::tuple{
                parameter("half_thickness", &T::half_thickness, "m", positive, "of the slabs of matrix: depth that solute may reach"),
                parameter("pore_diffusion", &T::pore_diffusion, "m2/s", positive, "diffusion coefficient in the pores of the matrix")
                    .source("Sudicky & Frind 1982, eq. 2"),
                parameter("layers", &T::layers, between(2, most_layers), "that the half thickness is divided into").with_default(),
                parameter("growth", &T::growth, "", between(1, 3), "thickness of a layer over that of the one before").with_default(),
            });
    }
    void check(const ImmobileSolute& solute, std::string_view substance, Diagnostics& diagnostics) const override {
        if (solute.law && sorbent_fraction > 0 && !solute.law->equilibrium().distribution_coefficient())
            diagnostics.error(place, fmt::format("in a matrix sorption has to be linear, which that of {} is not", substance),
                              "give immobile_sorption = { type = \"linear\", ... } in the substance");
    }
    [[nodiscard]] std::vector<std::unique_ptr<CellStore>> make_stores(const Domain& domain, const ImmobileSolute& solute) const override;
    [[nodiscard]] std::string text(const Grid& grid) const override {
        return fmt::format("{}, a matrix of half thickness {} in {} layers", range_text("immobile porosity", porosity(), "1", grid),
                           quantity_text(half_thickness, unit("m")), layers);
    }
};

namespace {

class MatrixStore final : public CellStore {
public:
    MatrixStore(const Domain& domain, const MatrixImmobile& zone, const ImmobileSolute& solute)
        : grid_(domain.grid), zone_(zone), kd_(solute.law ? solute.law->equilibrium().distribution_coefficient() : nullptr),
          decay_rate_(solute.decay_rate), sorbed_decay_rate_(solute.sorbed_decay_rate), count_(zone.layers) {
        double sum = 0, width = 1;
        for (int j = 0; j < count_; ++j, width *= zone.growth) sum += share_[static_cast<std::size_t>(j)] = width;
        for (int j = 0; j < count_; ++j) share_[static_cast<std::size_t>(j)] /= sum;
        const double per_time = zone.pore_diffusion / (zone.half_thickness * zone.half_thickness);
        for (int j = 0; j < count_; ++j) {
            const auto at = static_cast<std::size_t>(j);
            exchange_[at] = per_time / (0.5 * share_[at] + (j > 0 ? 0.5 * share_[at - 1] : 0.0));
        }
    }

    void update(const CellFactors* factor) override { factor_ = factor; }
    [[nodiscard]] double decay_rate() const override { return std::max(decay_rate_, sorbed_decay_rate_); }

    void add(const StoreStep& step, const StoreBlock& block) const override {
        for (std::size_t i = 0; i < block.concentration.size(); ++i) {
            const Index c = block.first + static_cast<Index>(i);
            const double water = zone_.water()[c], solid = solid_of(c);
            if (!(water > 0)) continue;
            std::array<double, most_layers> now;
            const double passed = solve(step, c, block.concentration[i], now);
            double mean = 0;
            for (int j = 0; j < count_; ++j) mean += share_[static_cast<std::size_t>(j)] * now[static_cast<std::size_t>(j)];
            block.held[i] += (water + solid) * mean;
            if (!step.equilibrium) block.decayed[i] += decay_of(water, solid, step.duration).late * (water + solid) * mean;
            block.slope[i] += passed;
        }
    }

    void add_start(const StoreStep& step, const StoreStart& start) const override {
        for (std::size_t i = 0; i < start.concentration.size(); ++i) {
            const Index c = start.first + static_cast<Index>(i);
            const double water = zone_.water()[c], solid = solid_of(c);
            if (!(water > 0)) continue;
            double mean = 0;
            for (int j = 0; j < count_; ++j) mean += share_[static_cast<std::size_t>(j)] * layers_[c * count_ + j];
            start.early[i] += decay_of(water, solid, step.duration).early * (water + solid) * mean;
        }
    }

    void initialise(std::span<const double> concentration) override {
        layers_ = DoubleArray(grid_.cell_count() * count_);
        move({0, true}, concentration);
        accept();
    }
    void advance(const StoreStep& step, std::span<const double> concentration) override { move(step, concentration); }
    void part_anew(std::span<const Index> cells, std::span<const double> concentration) override {
        for (const Index c : cells)
            for (int j = 0; j < count_; ++j) layers_[c * count_ + j] = concentration[static_cast<std::size_t>(c)];
        accept();
    }
    [[nodiscard]] bool apart() const override { return true; }
    void add_apart(Index first, std::span<double> now, std::span<double> accepted) const override {
        for (std::size_t i = 0; i < now.size(); ++i) {
            const Index c = first + static_cast<Index>(i);
            const double all = zone_.water()[c] + solid_of(c);
            for (int j = 0; j < count_; ++j) {
                now[i] += share_[static_cast<std::size_t>(j)] * all * layers_[c * count_ + j];
                accepted[i] += share_[static_cast<std::size_t>(j)] * all * accepted_[c * count_ + j];
            }
        }
    }
    void accept() override { accepted_ = layers_; }
    void reject() override { layers_ = accepted_; }
    void save(CheckpointWriter& out, const std::string& prefix) const override { out.write(prefix + "/layers", layers_.span()); }
    void load(CheckpointReader& in, const std::string& prefix) override {
        layers_ = DoubleArray(grid_.cell_count() * count_);
        in.read(prefix + "/layers", layers_.span());
        accept();
    }
    [[nodiscard]] std::size_t bytes() const override { return 2 * sizeof(double) * static_cast<std::size_t>(layers_.size()); }

private:
    [[nodiscard]] double solid_of(Index c) const {
        if (!kd_ || zone_.soil_mass().empty()) return 0.0;
        return zone_.soil_mass()[c] * (*kd_)[c] * (factor_ ? (*factor_)[c] : 1.0);
    }

    /// Water and solid of a layer are in equilibrium: what they hold decays at the mean of their rates.
    [[nodiscard]] FittedDecay decay_of(double water, double solid, double duration) const {
        const double all = water + solid;
        return all > 0 ? fitted_decay((decay_rate_ * water + sorbed_decay_rate_ * solid) / all * duration) : FittedDecay{};
    }

    /// Concentrations of the layers at the end of the step, and by how much held + decayed grows with that of the mobile water [m³].
    /// From the innermost layer outward each is eliminated, C_j = constant + weight · C_{j-1}; then they follow from the water inward.
    double solve(const StoreStep& step, Index c, double mobile, std::array<double, most_layers>& now) const {
        const double water = zone_.water()[c], solid = solid_of(c), dt = step.duration;
        if (step.equilibrium) {
            now.fill(mobile);
            return water + solid;
        }
        const auto [early, late] = decay_of(water, solid, dt);
        const double kept = (1 - early) * (water + solid), lossy = (1 + late) * (water + solid);
        std::array<double, most_layers> weight{};
        double inner = 0, inner_weight = 0, inner_constant = 0;  // of the layer below
        for (int j = count_ - 1; j >= 0; --j) {
            const auto at = static_cast<std::size_t>(j);
            const double outward = dt * water * exchange_[at];
            const double all = share_[at] * lossy + outward + inner * (1 - inner_weight);
            now[at] = inner_constant = (share_[at] * kept * layers_[c * count_ + j] + inner * inner_constant) / all;
            weight[at] = inner_weight = outward / all;
            inner = outward;
        }
        double before = mobile;
        for (int j = 0; j < count_; ++j) {
            const auto at = static_cast<std::size_t>(j);
            before = now[at] += weight[at] * before;
        }
        return inner * (1 - weight[0]);
    }

    void move(const StoreStep& step, std::span<const double> concentration) {
        parallel_blocks(grid_.cell_count(), sum_block, [&](Index begin, Index end) {
            std::array<double, most_layers> now;
            for (Index c = begin; c < end; ++c) {
                if (!(zone_.water()[c] > 0)) continue;
                solve(step, c, concentration[static_cast<std::size_t>(c)], now);
                for (int j = 0; j < count_; ++j) layers_[c * count_ + j] = now[static_cast<std::size_t>(j)];
            }
        });
    }

    const Grid& grid_;
    const MatrixImmobile& zone_;
    const CellCoefficient* kd_;
    const CellFactors* factor_ = nullptr;
    double decay_rate_, sorbed_decay_rate_;
    int count_;
    std::array<double, most_layers> share_{}, exchange_{};  ///< of the half thickness; towards the water, per water of the matrix [1/s]
    DoubleArray layers_, accepted_;                         ///< concentrations, the layers of a cell together [kg/m³]
};

}  // namespace

std::vector<std::unique_ptr<CellStore>> MatrixImmobile::make_stores(const Domain& domain, const ImmobileSolute& solute) const {
    std::vector<std::unique_ptr<CellStore>> stores;
    stores.push_back(std::make_unique<MatrixStore>(domain, *this, solute));
    return stores;
}

REGISTER(ImmobileZone, MatrixImmobile)

}  // namespace galena
