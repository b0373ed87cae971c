// In-situ stabilisation: distribution coefficients are multiplied, m(t) = 1 + (m − 1) 2^(−t/h) for an agent that ages with half-life h, and
// lowered again as the soil acidifies: · 10^(−s r t) with s the slope of log Kd with pH and r the fall of pH in time.

#include <fmt/format.h>

#include "remediation/measure.hpp"
#include "transport/substance.hpp"

namespace galena {

enum class StabilisationDepth { shallow, deep };
template <>
inline const Words words<StabilisationDepth> = {"shallow", "deep"};

struct Stabilisation final : Measure {
    static constexpr std::string_view name = "stabilisation", meaning = "an agent mixed in binds metals more strongly, and ages";

    StabilisationDepth depth = StabilisationDepth::shallow;
    Name zone;
    std::map<std::string, double> factor, ph_slope;
    std::optional<double> half_life;
    double acidification = 0;
    double ageing_interval = seconds_per_year;
    double agent = 0;
    std::string agent_item = "cement";

    static auto parameters() {
        using T = Stabilisation;
        return std::tuple_cat(
            measure_parameters(),
            std::tuple{
                parameter("depth", &T::depth, "how it is mixed in: the item of its cost").with_default(),
                parameter("zone", &T::zone, "cells that are treated"),
                parameter("factor", &T::factor, "", positive, "on the distribution coefficient, by substance")
                    .source("phosphate on Pb 10 to 100; biochar on Cd 1.3 to 2.5; iron on As 3 to 10"),
                parameter("half_life", &T::half_life, "a", positive, "of the agent's effect; it lasts when absent"),
                parameter("acidification", &T::acidification, "1/a", not_negative, "fall of pH in time").with_default(),
                parameter("ph_slope", &T::ph_slope, "", between(-3, 3), "of log10 Kd with pH, by substance; none when absent")
                    .source("Cd 0.49, Cu 0.27, Ni 0.72, Pb 0.49, Zn 0.62: Sauve et al. 2000"),
                parameter("ageing_interval", &T::ageing_interval, "d", positive, "the factor changes in steps this long").with_default(),
                parameter("agent", &T::agent, "kg/m3", not_negative, "of agent per volume of ground").with_default(),
                parameter("agent_item", &T::agent_item, "its emission factor: an item of `co2` in the unit costs").with_default(),
            });
    }

    [[nodiscard]] std::string_view type() const override { return name; }

    void resolve(const Site& site, Domain& domain, Diagnostics& diagnostics) override {
        cells_ = domain.zones.cells(zone, diagnostics);
        volume_ = volume_of(domain, cells_);
        steps_done_ = -1;
        if (factor.empty())
            diagnostics.error(place, fmt::format("measure '{}' binds nothing", label.text), "give factor = { Cd = 3 }, by substance");
        require_substances(factor, "factor", site, diagnostics);
        require_substances(ph_slope, "ph_slope", site, diagnostics);
        for (const auto& [id, f] : factor) {
            const auto& known = site.section<SubstanceTables>().list;
            if (const auto at = known.find(id); at != known.end() && !at->second.sorption)
                diagnostics.error(places.of("factor"),
                                  fmt::format("measure '{}': {} does not sorb, so that no factor can bind it", label.text, id),
                                  fmt::format("give [substance.{}] a sorption, or leave it out", id));
        }
    }

    [[nodiscard]] std::vector<Claim> claims() const override { return {{Claim::Kind::treats, cells_}}; }
    [[nodiscard]] std::vector<Index> contained_cells() const override { return cells_; }
    void begin(EditSession& session) override { apply(session, 0); }
    /// Binding that changes nothing at first may do so as it ages.
    bool changes_something(EditSession& trial) override {
        begin(trial);
        const auto later = [&](const auto& f) { return factor_after(f.first, ageing_interval) != 1; };
        return trial.changed() || (ages() && std::any_of(factor.begin(), factor.end(), later));
    }
    void work(EditSession& session) override {
        if (!ages()) return;
        const double step = std::floor((session.time() - begun_at()) / ageing_interval + 1e-9);
        if (step == steps_done_) return;
        steps_done_ = step;
        apply(session, step * ageing_interval);
    }
    [[nodiscard]] double longest_step(const State& state) const override {
        if (!ages()) return infinite;
        const double next = begun_at() + (std::floor((state.time - begun_at()) / ageing_interval + 1e-9) + 1) * ageing_interval;
        return std::max(next - state.time, 1.0);
    }

    /// The factor on Kd after `age` [s].
    [[nodiscard]] double factor_after(const std::string& id, double age) const {
        const double m = factor.at(id);
        const double bound = half_life ? 1 + (m - 1) * std::exp2(-age / *half_life) : m;
        const auto slope = ph_slope.find(id);
        return slope == ph_slope.end() ? bound : bound * std::pow(10.0, -slope->second * acidification * age);
    }

    [[nodiscard]] std::vector<std::string> priced_items() const override {
        return {words<StabilisationDepth>[static_cast<std::size_t>(depth)]};
    }
    [[nodiscard]] std::vector<CostItem> costs(double) const override {
        if (!begun()) return {};
        return {{"stabilisation", words<StabilisationDepth>[static_cast<std::size_t>(depth)], volume_, "m3", CostKind::capital, begun_at(),
                 begun_at()}};
    }
    [[nodiscard]] std::vector<Effect> effects(const UnitCosts& factors) const override {
        if (!begun()) return {};
        std::vector<Effect> all{{"soil mixed", "", volume_, "m3"}};
        if (agent > 0) all.push_back({"agent", "", agent * volume_ / 1e3, "t"});
        if (const auto* made = factors.find("co2", agent_item); made && agent > 0)
            all.push_back({"carbon dioxide of the agent", "", agent * volume_ * made->price.mid / 1e3, "t"});
        return all;
    }
    void save(CheckpointWriter& out) const override { out.write("measure/" + label.text + "/steps", steps_done_); }
    void load(CheckpointReader& in) override { steps_done_ = in.read("measure/" + label.text + "/steps"); }

private:
    [[nodiscard]] bool ages() const { return half_life.has_value() || acidification > 0; }
    void apply(EditSession& session, double age) {
        for (const auto& [id, f] : factor)
            session.scale_distribution(layer(), id, cells_, std::vector<double>(cells_.size(), factor_after(id, age)));
    }

    std::vector<Index> cells_;
    double volume_ = 0, steps_done_ = -1;
};

REGISTER(Measure, Stabilisation)

}  // namespace galena
