// In-situ chemical reduction: an injected reagent that stays where it is meets the dissolved metal, dC/dt = −k2 C R and
// dR/dt = −ν k2 C R (second order; Palmer & Wittbrodt 1991 for Cr(VI) and Fe(II)). Part of what was reduced comes back: re-oxidation of
// first order in the mass that was reduced.

#include <algorithm>

#include <fmt/format.h>

#include "remediation/measure.hpp"
#include "transport/substance.hpp"

namespace galena {

struct InSituReduction final : Measure {
    static constexpr std::string_view name = "in_situ_reduction",
                                      meaning = "an injected reagent reduces a dissolved metal, second order, until it is used up";

    Name zone, substance;
    double reagent = 0, rate_constant = 0, ratio = 3, interval = seconds_per_year, reoxidation = 0;
    int injections = 1;

    static auto parameters() {
        using T = InSituReduction;
        return std::tuple_cat(
            measure_parameters(),
            std::tuple{
                parameter("zone", &T::zone, "cells that the reagent reaches"),
                parameter("substance", &T::substance, "what is reduced"),
                parameter("reagent", &T::reagent, "mol/m3", positive, "per water, with each injection (mmol/L)"),
                parameter("rate_constant", &T::rate_constant, "m3/mol/d", positive, "k2 (L/mmol/d)"),
                parameter("ratio", &T::ratio, "", positive, "mol of reagent per mol reduced").with_default().source("3 Fe(II) per Cr(VI)"),
                parameter("injections", &T::injections, between(1, 1000), "how often").with_default(),
                parameter("interval", &T::interval, "d", positive, "between injections").with_default(),
                parameter("reoxidation", &T::reoxidation, "1/a", not_negative, "of what was reduced, comes back dissolved").with_default(),
            });
    }
    [[nodiscard]] std::string_view type() const override { return name; }

    void resolve(const Site& site, Domain& domain, Diagnostics& diagnostics) override {
        cells_ = domain.zones.cells(zone, diagnostics);
        volume_ = volume_of(domain, cells_);
        reagent_.assign(cells_.size(), 0.0);
        reduced_.assign(cells_.size(), 0.0);
        given_ = 0;
        longest_ = infinite;
        injected_ = 0;
        require_substance(substance.text, substance.place, site, diagnostics);
        const auto known = known_substances().find(substance.text);
        molar_mass_ = known == known_substances().end() ? 0.0 : known->second.molar_mass;
        if (molar_mass_ == 0)
            diagnostics.error(substance.place, fmt::format("measure '{}': the molar mass of {} is not known", label.text, substance.text),
                              "use a substance of data/substances.toml");
    }
    bool changes_something(EditSession&) override { return true; }

    std::vector<Reaction> reactions(std::size_t first) override {
        reaction_ = first;
        const std::vector<double> zero(cells_.size(), 0.0);
        return {{std::string(name), label.text, substance.text, cells_, zero, zero, zero}};
    }

    void begin(EditSession&) override {}
    void work(EditSession& session) override {
        const auto& water = session.state().mobile_water;
        if (given_ < injections && session.time() >= begun_at() + given_ * interval * (1 - 1e-12)) {
            ++given_;
            for (std::size_t n = 0; n < cells_.size(); ++n) {
                reagent_[n] += reagent;
                injected_ += reagent * water[cells_[n]];
            }
            longest_ = infinite;
        }
        std::vector<double> rates, release;
        for (std::size_t n = 0; n < cells_.size(); ++n) {
            rates.push_back(rate_constant * reagent_[n]);
            release.push_back(reoxidation * reduced_[n]);
        }
        session.set_reaction(reaction_, rates);
        session.set_release(reaction_, release);
    }
    void finish(EditSession& session) override {
        const std::vector<double> zero(cells_.size(), 0.0);
        session.set_reaction(reaction_, zero);
        session.set_release(reaction_, zero);
    }
    /// The reagent is counted between steps: a step may use a tenth of it, where it is used fastest. Half of it where little is left.
    [[nodiscard]] double longest_step(const State& state) const override {
        const double next = given_ < injections ? begun_at() + given_ * interval - state.time : infinite;
        return std::max(1.0, std::min(longest_, next > 0 ? next : infinite));
    }
    void accept(const State& state, const Step& step) override {
        if (!begun()) return;
        const auto& reaction = state.reactions[reaction_];
        double fastest = 0;
        for (std::size_t n = 0; n < cells_.size(); ++n) {
            const double water = state.mobile_water[cells_[n]];
            const double used = ratio * reaction.reacted[n] / molar_mass_ / water;
            if (reagent_[n] > 1e-3 * reagent) fastest = std::max(fastest, used / (reagent_[n] * step.duration));
            reagent_[n] = std::max(0.0, reagent_[n] - used);
            reduced_[n] = std::max(0.0, reduced_[n] + reaction.reacted[n] - reaction.release[n] * step.duration);
        }
        longest_ = fastest > 0 ? std::max(seconds_per_day, 0.1 / fastest) : infinite;
    }

    [[nodiscard]] std::vector<CostItem> costs(double) const override {
        if (!begun()) return {};
        std::vector<CostItem> items;
        for (int n = 0; n < given_; ++n)
            items.push_back(
                {"in_situ_reduction", "injection", volume_, "m3", CostKind::capital, begun_at() + n * interval, begun_at() + n * interval});
        return items;
    }
    [[nodiscard]] std::vector<Effect> effects(const UnitCosts&) const override {
        double held = 0;
        for (const double kg : reduced_) held += kg;
        return {{"reagent injected", "", injected_ / 1e3, "kmol"}, {"reduced and left in the ground", substance.text, held, "kg"}};
    }
    void save(CheckpointWriter& out) const override {
        const auto key = "measure/" + label.text;
        write_list(out, key + "/reagent", reagent_);
        write_list(out, key + "/reduced", reduced_);
        write_list(out, key + "/numbers", std::vector<double>{static_cast<double>(given_), longest_, injected_});
    }
    void load(CheckpointReader& in) override {
        const auto key = "measure/" + label.text;
        reagent_ = read_list(in, key + "/reagent");
        reduced_ = read_list(in, key + "/reduced");
        const auto numbers = read_list(in, key + "/numbers");
        given_ = static_cast<int>(numbers[0]), longest_ = numbers[1], injected_ = numbers[2];
    }

private:
    std::vector<Index> cells_;
    std::vector<double> reagent_, reduced_;  ///< [mol/m³ of water], [kg]
    double volume_ = 0, molar_mass_ = 0, longest_ = infinite, injected_ = 0;
    int given_ = 0;
    std::size_t reaction_ = 0;
};

REGISTER(Measure, InSituReduction)

}  // namespace galena
