// A source zone that dissolves until it is used up: d(amount)/dt = k W (C_s (M/M0)^Γ − C), W the mobile water of the cell.
// Γ = 0 is a source at its solubility (fast k) or limited by the rate of dissolution; Γ > 0 weakens as mass is depleted
// (Falta, Rao & Basu 2005, eq. 5; Zhu & Sykes 2004), Γ = 1 exponentially.

#include <algorithm>
#include <cmath>

#include "transport/solute_source.hpp"

namespace galena {

struct DissolvingSource final : SoluteSource {
    static constexpr std::string_view name = "dissolving", meaning = "a mass in the cells of a zone that dissolves until it is used up";

    double mass = 0, solubility = 0, dissolution_rate = 0, exponent = 0;

    static auto parameters() {
        using T = DissolvingSource;
        return std::tuple_cat(
            source_parameters(),
            std::tuple{
                parameter("mass", &T::mass, "kg", positive, "in the whole zone at the start, shared by volume"),
                parameter("solubility", &T::solubility, "mg/L", positive,
                          "concentration of the water in equilibrium with the fresh source"),
                parameter("dissolution_rate", &T::dissolution_rate, "1/d", positive,
                          "k: how fast water approaches that concentration; many times the renewal of its water makes it reach it"),
                parameter("exponent", &T::exponent, "", between(0, 10),
                          "Γ: the concentration falls with the power Γ of the share of mass left; 0: it does not")
                    .with_default()
                    .source("Falta, Rao & Basu 2005, eq. 5"),
            });
    }
    [[nodiscard]] std::string_view type() const override { return name; }
    [[nodiscard]] std::vector<const Series*> series() const override { return {}; }
    [[nodiscard]] bool exchanges() const override { return true; }

    void resolve(const Site& site, Domain& domain, Diagnostics& diagnostics) override {
        SoluteSource::resolve(site, domain, diagnostics);
        double volume = 0;
        for (const Index c : cells_) volume += domain.grid.volume(c);
        initial_.clear();
        for (const Index c : cells_) initial_.push_back(mass * domain.grid.volume(c) / volume);
        left_ = accepted_ = initial_;
    }

    /// By the mass at the beginning of the step, and never more than it: water that holds nothing takes at most coefficient · equilibrium.
    void exchange(double duration, std::span<const double> water, std::span<double> coefficient,
                  std::span<double> equilibrium) const override {
        for (std::size_t n = 0; n < left_.size(); ++n) {
            const double share = left_[n] / initial_[n];
            equilibrium[n] = !(share > 0) ? 0.0 : exponent == 0 ? solubility : solubility * std::pow(share, exponent);
            coefficient[n] = dissolution_rate * water[static_cast<std::size_t>(cells_[n])];
            const double most = coefficient[n] * equilibrium[n] * duration;
            if (most > left_[n]) coefficient[n] *= left_[n] / most;
            if (!(equilibrium[n] > 0)) coefficient[n] = 0;
        }
    }
    void take(std::span<const double> dissolved) override {
        for (std::size_t n = 0; n < left_.size(); ++n) left_[n] = std::max(0.0, left_[n] - dissolved[n]);
    }
    void accept() override { accepted_ = left_; }
    void reject() override { left_ = accepted_; }
    void save(CheckpointWriter& out, const std::string& prefix) const override { out.write(prefix + "/left", left_); }
    void load(CheckpointReader& in, const std::string& prefix) override {
        in.read(prefix + "/left", left_);
        accepted_ = left_;
    }

private:
    std::vector<double> initial_, left_, accepted_;  ///< per cell [kg]
};

REGISTER(SoluteSource, DissolvingSource)

}  // namespace galena
