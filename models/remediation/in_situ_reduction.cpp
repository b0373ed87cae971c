// In-situ chemical reduction: an injected reagent meets the dissolved metal, dC/dt = −k2 C R and dR/dt = −ν k2 C R (second order; Palmer &
// Wittbrodt 1991 for Cr(VI) and Fe(II)). The reagent stays where it was put, or is a substance of the site that water carries on, and that
// decays and sorbs like any other. Part of what was reduced comes back: re-oxidation of first order in the mass that was reduced.

#include <algorithm>

#include <fmt/format.h>

#include "remediation/measure.hpp"
#include "transport/substance.hpp"

namespace galena {

struct InSituReduction final : Measure {
    static constexpr std::string_view name = "in_situ_reduction",
                                      meaning = "an injected reagent reduces a dissolved metal, second order, until it is used up";

    Name zone, substance, species, reach;
    double injection_time = seconds_per_day;
    std::optional<double> reagent_molar_mass;
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
                parameter("species", &T::species,
                          "the substance of the site that the reagent is, and that water moves; it stays when absent")
                    .with_default(),
                parameter("reagent_molar_mass", &T::reagent_molar_mass, "g/mol", positive,
                          "of the species, where the list of substances has none"),
                parameter("injection_time", &T::injection_time, "d", positive, "how long an injection of a species takes").with_default(),
                parameter("reach", &T::reach, "cells in which a species meets the metal; those of `zone` when absent").with_default(),
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
        const auto mass_of = [](const std::string& id) {
            const auto known = known_substances().find(id);
            return known == known_substances().end() ? 0.0 : known->second.molar_mass;
        };
        molar_mass_ = mass_of(substance.text);
        injected_into_ = cells_;
        last_step_ = 0;
        if (!species.empty()) {
            require_substance(species.text, species.place, site, diagnostics);
            reagent_mass_ = reagent_molar_mass.value_or(mass_of(species.text));
            if (reagent_mass_ == 0)
                diagnostics.error(species.place, fmt::format("measure '{}': the molar mass of {} is not known", label.text, species.text),
                                  "give reagent_molar_mass");
            if (!reach.empty()) cells_ = domain.zones.cells(reach, diagnostics);
            reduced_.assign(cells_.size(), 0.0);
            owed_.assign(cells_.size(), 0.0);
        } else if (!reach.empty() || reagent_molar_mass) {
            diagnostics.error(places.of(reach.empty() ? "reagent_molar_mass" : "reach"),
                              fmt::format("measure '{}' has no species that this could be of", label.text), "name the species");
        }
        if (molar_mass_ == 0)
            diagnostics.error(substance.place, fmt::format("measure '{}': the molar mass of {} is not known", label.text, substance.text),
                              "use a substance of data/substances.toml");
    }
    bool changes_something(EditSession&) override { return true; }
    [[nodiscard]] std::string_view fate() const override { return "transformed"; }

    std::vector<Reaction> reactions(std::size_t first) override {
        reaction_ = first;
        const std::vector<double> zero(cells_.size(), 0.0);
        std::vector<Reaction> all{{std::string(name), label.text, substance.text, cells_, zero, zero, zero}};
        if (species.empty()) return all;
        const std::vector<double> none(injected_into_.size(), 0.0);
        all.push_back({std::string(name), label.text, species.text, cells_, zero, zero, zero});
        all.push_back({"injection", label.text, species.text, injected_into_, none, none, none});
        return all;
    }

    void begin(EditSession&) override {}
    void work(EditSession& session) override {
        if (!species.empty()) {
            work_with_species(session);
            return;
        }
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
        if (species.empty()) return;
        session.set_reaction(reaction_ + 1, zero);
        session.set_release(reaction_ + 1, zero);
        session.set_release(reaction_ + 2, std::vector<double>(injected_into_.size(), 0.0));
    }
    /// The reagent is counted between steps: a step may use a tenth of it, where it is used fastest. Half of it where little is left.
    [[nodiscard]] double longest_step(const State& state) const override {
        double next = given_ < injections ? begun_at() + given_ * interval - state.time : infinite;
        const double rest = begun_at() + (given_ - 1) * interval + injection_time - state.time;  // of the present injection
        if (!species.empty() && given_ > 0 && rest > 0) next = std::min(next, rest);
        return std::max(1.0, std::min(longest_, next > 0 ? next : infinite));
    }
    void accept(const State& state, const Step& step) override {
        if (!begun()) return;
        if (!species.empty()) {  // nothing is counted here but what came in and what lies reduced
            accept_species(state, step);
            return;
        }
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

    [[nodiscard]] std::vector<std::string> priced_items() const override { return {"injection"}; }
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
        write_list(out, key + "/numbers", std::vector<double>{static_cast<double>(given_), longest_, injected_, last_step_});
        write_list(out, key + "/owed", owed_);
    }
    void load(CheckpointReader& in) override {
        const auto key = "measure/" + label.text;
        reagent_ = read_list(in, key + "/reagent");
        reduced_ = read_list(in, key + "/reduced");
        const auto numbers = read_list(in, key + "/numbers");
        given_ = static_cast<int>(numbers[0]), longest_ = numbers[1], injected_ = numbers[2], last_step_ = numbers[3];
        owed_ = read_list(in, key + "/owed");
    }

private:
    /// Each is a reaction of first order in itself, with the other as it was before the step.
    void work_with_species(EditSession& session) {
        const auto& state = session.state();
        if (given_ < injections && session.time() >= begun_at() + given_ * interval * (1 - 1e-12)) {
            ++given_;
            longest_ = 0.05 * injection_time;
        }
        const double since = session.time() - begun_at() - (given_ - 1) * interval;
        std::vector<double> put_in(injected_into_.size(), 0.0), of_metal, of_reagent, release, give_back;
        if (given_ > 0 && since < injection_time * (1 - 1e-12))
            for (std::size_t n = 0; n < injected_into_.size(); ++n)
                put_in[n] = reagent * reagent_mass_ * state.mobile_water[injected_into_[n]] / injection_time;
        const auto metal = state.concentration[index_of(state, substance.text)], agent = state.concentration[index_of(state, species.text)];
        for (std::size_t n = 0; n < cells_.size(); ++n) {
            const auto c = static_cast<std::size_t>(cells_[n]);
            of_metal.push_back(rate_constant * agent[c] / reagent_mass_);
            of_reagent.push_back(ratio * rate_constant * metal[c] / molar_mass_);
            // What the step before used too much or too little of the reagent is made good, half of it at a time.
            const double held = agent[c] / reagent_mass_ * state.mobile_water[cells_[n]];
            const double due = last_step_ > 0 ? 0.5 * owed_[n] / last_step_ : 0.0;
            if (due > 0 && held > 0) of_reagent.back() += due / held;
            give_back.push_back(due < 0 ? -due * reagent_mass_ : 0.0);
            release.push_back(reoxidation * reduced_[n]);
        }
        session.set_reaction(reaction_, of_metal);
        session.set_release(reaction_, release);
        session.set_reaction(reaction_ + 1, of_reagent);
        session.set_release(reaction_ + 1, give_back);
        session.set_release(reaction_ + 2, put_in);
    }
    /// Steps in which neither changes by more than a tenth where much of it is.
    void accept_species(const State& state, const Step& step) {
        double fastest = 0, highest[2] = {};
        for (const int k : {0, 1}) {
            const auto concentration = state.concentration[index_of(state, k == 0 ? substance.text : species.text)];
            for (const Index c : cells_) highest[k] = std::max(highest[k], concentration[static_cast<std::size_t>(c)]);
            for (std::size_t n = 0; n < cells_.size(); ++n)
                if (concentration[static_cast<std::size_t>(cells_[n])] > 0.01 * highest[k])
                    fastest = std::max(fastest, state.reactions[reaction_ + static_cast<std::size_t>(k)].rate[n]);
        }
        const auto &reaction = state.reactions[reaction_], &other = state.reactions[reaction_ + 1];
        for (std::size_t n = 0; n < cells_.size(); ++n) {
            reduced_[n] = std::max(0.0, reduced_[n] + reaction.reacted[n] - reaction.release[n] * step.duration);
            owed_[n] += ratio * reaction.reacted[n] / molar_mass_ - (other.reacted[n] - other.release[n] * step.duration) / reagent_mass_;
        }
        last_step_ = step.duration;
        for (const double kg_per_s : state.reactions[reaction_ + 2].release) injected_ += kg_per_s * step.duration / reagent_mass_;
        longest_ = fastest > 0 ? std::max(60.0, 0.1 / fastest) : infinite;
    }

    std::vector<Index> cells_, injected_into_;
    double reagent_mass_ = 0, last_step_ = 0;  ///< of a species [kg/mol]; [s]
    std::vector<double> owed_;                 ///< of the species, for what reacted of the metal and was not yet taken [mol]
    std::vector<double> reagent_, reduced_;    ///< [mol/m³ of water], [kg]
    double volume_ = 0, molar_mass_ = 0, longest_ = infinite, injected_ = 0;
    int given_ = 0;
    std::size_t reaction_ = 0;
};

REGISTER(Measure, InSituReduction)

}  // namespace galena
