// Sorption that takes time: a share of the sites is in equilibrium, the rest approaches it at a first-order rate,
//     dS_k/dt = rate · ((1 − f) S_eq(C) − S_k) − λ S_k      (Selim et al. 1976; van Genuchten & Wagenet 1989, eq. 2)
// One-site kinetic sorption is f = 0. The exchange coefficient β of Zheng & Wang (1999, eq. 2-27), ρb dS/dt = β (C − S/Kd), is
// rate · ρb · Kd.

#include <array>

#include <fmt/format.h>

#include "numerics/fitted_decay.hpp"
#include "sorption/isotherm.hpp"

namespace galena {

struct KineticSorption final : Isotherm {
    static constexpr std::string_view name = "kinetic", meaning = "sorption that takes time, in all sites or in a share of them";

    std::shared_ptr<Isotherm> law;
    double rate = 0;
    double equilibrium_fraction = 0;

    static auto parameters() {
        using T = KineticSorption;
        return std::tuple{
            parameter("law", &T::law, "what sorption tends to; a table with its own type"),
            parameter("rate", &T::rate, "1/d", not_negative,
                      "first-order rate at which the kinetic sites approach equilibrium; 0: they never sorb")
                .source("van Genuchten & Wagenet 1989, eq. 2"),
            parameter("equilibrium_fraction", &T::equilibrium_fraction, "", fraction, "share of the sites that is always in equilibrium")
                .with_default(),
        };
    }
    void resolve(const Site& site, Domain& domain, Diagnostics& diagnostics) override {
        if (!law) return;
        if (&law->equilibrium() != law.get())
            diagnostics.error(place, "the law of kinetic sorption is kinetic itself", "give a law of equilibrium, such as linear");
        law->resolve(site, domain, diagnostics);
    }
    void adopt_medium(const Domain& domain) override { law->adopt_medium(domain); }
    [[nodiscard]] bool competes() const override { return law->competes(); }
    void announce(std::span<const double> concentration) override { law->announce(concentration); }
    [[nodiscard]] const Isotherm& equilibrium() const override { return *law; }
    void evaluate(Index first, std::span<const double> concentration, std::span<double> sorbed, std::span<double> slope) const override {
        law->evaluate(first, concentration, sorbed, slope);
    }
    [[nodiscard]] std::unique_ptr<CellStore> make_store(const Grid& grid, const CellField& soil_mass, double decay_rate) const override;
    [[nodiscard]] std::string text(const Grid& grid) const override {
        return fmt::format("{}, {:g} of the sites at rate {}", law->text(grid), 1 - equilibrium_fraction, quantity_text(rate, unit("1/d")));
    }
};

namespace {

/// Sites in equilibrium and kinetic sites. The step is implicit, decay fitted (fitted_decay.hpp):
///     S' = ((1 − early) S + rate Δt (1 − f) S_eq(C')) / (1 + rate Δt + late).
class KineticStore final : public CellStore {
public:
    KineticStore(const KineticSorption& law, const Grid& grid, const CellField& soil_mass, double decay_rate)
        : law_(law), grid_(grid), soil_mass_(soil_mass), decay_rate_(decay_rate) {}

    void update(const CellFactors* factor) override { factor_ = factor; }

    void add(const StoreStep& step, const StoreBlock& block) const override {
        const double f = law_.equilibrium_fraction;
        const double all = step.equilibrium ? 0.0 : decay_rate_ * step.duration, late = fitted_decay(all).late;
        const auto [kept, gained] = weights(step);
        in_chunks(block.first, block.concentration, [&, kept = kept, gained = gained](Index c, std::size_t i, double sorbed, double slope) {
            const double old = step.equilibrium ? 0.0 : kinetic_[c];
            const double kinetic = kept * old + gained * sorbed, loss = block.late.empty() ? all : all * block.late[i];
            block.held[i] += soil_mass_[c] * (f * sorbed + kinetic);
            block.decayed[i] += soil_mass_[c] * (loss * f * sorbed + late * kinetic);
            block.slope[i] += soil_mass_[c] * ((1 + loss) * f + (1 + late) * gained) * slope;
        });
    }
    void add_start(const StoreStep& step, const StoreStart& start) const override {
        const double f = law_.equilibrium_fraction, all = decay_rate_ * step.duration, early = fitted_decay(all).early;
        in_chunks(start.first, start.concentration, [&](Index c, std::size_t i, double sorbed, double) {
            start.held[i] += soil_mass_[c] * f * sorbed;
            start.loss[i] += all * soil_mass_[c] * f * sorbed;
            start.early[i] += early * soil_mass_[c] * kinetic_[c];
        });
    }
    [[nodiscard]] double decay_rate() const override { return decay_rate_; }

    void initialise(std::span<const double> concentration) override {
        kinetic_ = CellField(grid_);
        move({0, true}, concentration);
        accept();
    }
    void advance(const StoreStep& step, std::span<const double> concentration) override { move(step, concentration); }
    void part_anew(std::span<const Index> cells, std::span<const double> concentration) override {
        const double share = 1 - law_.equilibrium_fraction;
        for (const Index c : cells)
            in_chunks(c, concentration.subspan(static_cast<std::size_t>(c), 1),
                      [&](Index cell, std::size_t, double sorbed, double) { kinetic_[cell] = share * sorbed; });
        accept();
    }
    void accept() override { accepted_ = kinetic_; }
    void reject() override { kinetic_ = accepted_; }
    void save(CheckpointWriter& out, const std::string& prefix) const override { out.write(prefix + "/kinetic", kinetic_.span()); }
    void load(CheckpointReader& in, const std::string& prefix) override {
        kinetic_ = CellField(grid_);
        in.read(prefix + "/kinetic", kinetic_.span());
        accept();
    }
    [[nodiscard]] std::size_t bytes() const override { return 2 * sizeof(double) * static_cast<std::size_t>(kinetic_.size()); }

private:
    struct Weights {
        double kept, gained;  ///< of what the kinetic sites held, and of what the law gives
    };
    [[nodiscard]] Weights weights(const StoreStep& step) const {
        const double share = 1 - law_.equilibrium_fraction;
        if (step.equilibrium) return {0, share};
        const auto [early, late] = fitted_decay(decay_rate_ * step.duration);
        const double below = 1 + law_.rate * step.duration + late;
        return {(1 - early) / below, share * law_.rate * step.duration / below};
    }

    void move(const StoreStep& step, std::span<const double> concentration) {
        const auto [kept, gained] = weights(step);
        parallel_blocks(grid_.cell_count(), chunk, [&, kept = kept, gained = gained](Index begin, Index end) {
            in_chunks(begin, concentration.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)),
                      [&](Index c, std::size_t, double sorbed, double) { kinetic_[c] = kept * kinetic_[c] + gained * sorbed; });
        });
    }

    /// take(cell, number in the block, sorbed in equilibrium, its slope), by the law and what edits made of it.
    template <class Take>
    void in_chunks(Index first, std::span<const double> concentration, Take&& take) const {
        std::array<double, chunk> sorbed, slope;
        for (std::size_t begin = 0; begin < concentration.size(); begin += chunk) {
            const std::size_t n = std::min<std::size_t>(chunk, concentration.size() - begin);
            const Index at = first + static_cast<Index>(begin);
            law_.law->evaluate(at, concentration.subspan(begin, n), std::span(sorbed).first(n), std::span(slope).first(n));
            for (std::size_t i = 0; i < n; ++i) {
                const Index c = at + static_cast<Index>(i);
                const double factor = factor_ ? (*factor_)[c] : 1.0;
                take(c, begin + i, factor * sorbed[i], factor * slope[i]);
            }
        }
    }

    static constexpr Index chunk = 256;
    const KineticSorption& law_;
    const Grid& grid_;
    const CellFactors* factor_ = nullptr;
    const CellField& soil_mass_;
    double decay_rate_;
    CellField kinetic_, accepted_;  ///< sorbed on kinetic sites [kg/kg]
};

}  // namespace

std::unique_ptr<CellStore> KineticSorption::make_store(const Grid& grid, const CellField& soil_mass, double decay_rate) const {
    return std::make_unique<KineticStore>(*this, grid, soil_mass, decay_rate);
}

REGISTER(Isotherm, KineticSorption)

}  // namespace galena
