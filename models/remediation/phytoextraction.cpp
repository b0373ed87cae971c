// Phytoextraction: plants gather metals in their shoots, which are harvested: per area Y · Cshoot a harvest, Cshoot = min(B · C^b, Cmax) with
// C the content of the rooted soil in mg/kg (McGrath & Zhao 2003 for b = 1). Between harvests the plants take it up evenly.

#include <cmath>

#include <fmt/format.h>

#include "remediation/plant_uptake.hpp"
#include "transport/substance.hpp"

namespace galena {

struct Phytoextraction final : Measure {
    static constexpr std::string_view name = "phytoextraction", meaning = "plants take metals up and are harvested";

    Name zone;
    double root_depth = 0.2, yield = 0, interval = seconds_per_year;
    std::map<std::string, double> bioaccumulation, exponent, most;

    static auto parameters() {
        using T = Phytoextraction;
        return std::tuple_cat(
            measure_parameters(),
            std::tuple{
                parameter("zone", &T::zone, "the land: columns above any of these cells"),
                parameter("root_depth", &T::root_depth, "m", positive, "of the plants").with_default(),
                parameter("yield", &T::yield, "t/ha", positive, "dry shoots per harvest")
                    .source("2 to 10 t/ha/a of Pteris vittata, 3 to 12 of Sedum plumbizincicola"),
                parameter("interval", &T::interval, "d", positive, "between harvests").with_default(),
                parameter("bioaccumulation", &T::bioaccumulation, "", positive,
                          "B: content of the shoots at 1 mg/kg in the soil, in mg/kg"),
                parameter("exponent", &T::exponent, "", Bounds{0, 2, false, true}, "b, by substance; 1 when absent"),
                parameter("maximum_content", &T::most, "mg/kg", positive, "Cmax of the shoots, by substance; without end when absent")
                    .source("As in Pteris vittata 66 to 6151 mg/kg: Gonzaga et al. 2008"),
            });
    }
    [[nodiscard]] std::string_view type() const override { return name; }
    bool changes_something(EditSession&) override { return true; }

    void resolve(const Site& site, Domain& domain, Diagnostics& diagnostics) override {
        land_.resolve(*this, zone, root_depth, domain, diagnostics);
        for (const auto& [map, key] : {std::pair{&bioaccumulation, "bioaccumulation"}, {&exponent, "exponent"}, {&most, "maximum_content"}})
            require_substances(*map, key, site, diagnostics);
        if (bioaccumulation.empty())
            diagnostics.error(place, fmt::format("measure '{}' takes up nothing", label.text), "give bioaccumulation = { Cd = 50 }");
        taken_.assign(bioaccumulation.size(), 0.0);
        harvests_ = {interval, 0};
        biomass_ = 0;
    }
    [[nodiscard]] std::vector<Claim> claims() const override { return {{Claim::Kind::occupies, land_.cells()}}; }

    [[nodiscard]] std::string_view fate() const override { return "harvested"; }
    std::vector<Reaction> reactions(std::size_t first) override {
        first_reaction_ = first;
        const std::vector<double> none(land_.cells().size(), 0.0);
        std::vector<Reaction> all;
        for (const auto& [id, b] : bioaccumulation) all.push_back({std::string(name), label.text, id, land_.cells(), none, none, none});
        return all;
    }

    void begin(EditSession&) override {}
    void work(EditSession& session) override {
        const auto& contents = session.contents();
        std::size_t r = first_reaction_;
        for (const auto& [id, b] : bioaccumulation) {
            const auto s = index_of(session.state(), id);
            const auto uptake = [&](std::size_t column) {
                return yield / interval * shoot_content(id, land_.content(column, contents[s], session.domain()));
            };
            session.set_reaction(r++, land_.rates(session.state(), s, contents[s], session.domain(), uptake));
        }
    }
    void finish(EditSession& session) override {
        for (std::size_t r = 0; r < bioaccumulation.size(); ++r)
            session.set_reaction(first_reaction_ + r, std::vector<double>(land_.cells().size(), 0.0));
    }
    /// Harvests are moments, and contents are looked at a dozen times between two.
    [[nodiscard]] double longest_step(const State& state) const override {
        return std::max(1.0, std::min(interval / 12, harvests_.next(begun_at()) - state.time));
    }
    void accept(const State& state, const Step& step) override {
        if (!working()) return;
        if (harvests_.due(begun_at(), step.end())) biomass_ += yield * land_.area();
        for (std::size_t r = 0; r < taken_.size(); ++r)
            for (const double kg : state.reactions[first_reaction_ + r].reacted) taken_[r] += kg;
    }

    /// Content of the shoots over soil of a content, both [kg/kg].
    [[nodiscard]] double shoot_content(const std::string& id, double soil) const {
        constexpr double milligrams = 1e6;  // per kg
        const auto b = exponent.find(id);
        const auto limit = most.find(id);
        const double content = bioaccumulation.at(id) * std::pow(soil * milligrams, b == exponent.end() ? 1.0 : b->second) / milligrams;
        return limit == most.end() ? content : std::min(content, limit->second);
    }

    /// Nothing to eat grows there meanwhile.
    [[nodiscard]] std::optional<FarmedLand> farmed_land(const State&, const Domain& domain) const override {
        if (!working()) return {};
        return FarmedLand{FarmedLand::Use::control, land_.grid_columns(domain.grid),
                          std::vector<double>(land_.columns(), std::numeric_limits<double>::quiet_NaN())};
    }
    [[nodiscard]] std::vector<std::string> priced_items() const override { return {"field"}; }
    [[nodiscard]] std::vector<CostItem> costs(double now) const override {
        if (!begun()) return {};
        const double until = worked_until(now);
        return {{"phytoextraction", "field", land_.area() * (until - begun_at()) / seconds_per_year, "m2 a", CostKind::operation,
                 begun_at(), until}};
    }
    [[nodiscard]] std::vector<Effect> effects(const UnitCosts&) const override {
        if (!begun()) return {};
        std::vector<Effect> all{{"harvests", "", harvests_.gathered, "1"}, {"plants to dispose of", "", biomass_ / 1e3, "t"}};
        std::size_t r = 0;
        for (const auto& [id, b] : bioaccumulation) all.push_back({"taken up by plants", id, taken_[r++], "kg"});
        return all;
    }
    void save(CheckpointWriter& out) const override {
        write_list(out, "measure/" + label.text + "/taken", taken_);
        out.write("measure/" + label.text + "/harvests", harvests_.gathered);
        out.write("measure/" + label.text + "/biomass", biomass_);
    }
    void load(CheckpointReader& in) override {
        taken_ = read_list(in, "measure/" + label.text + "/taken");
        harvests_.gathered = in.read("measure/" + label.text + "/harvests");
        biomass_ = in.read("measure/" + label.text + "/biomass");
    }

private:
    PlantUptake land_;
    Harvests harvests_;
    std::vector<double> taken_;  ///< by substance [kg]
    double biomass_ = 0;         ///< harvested, dry [kg]
    std::size_t first_reaction_ = 0;
};

REGISTER(Measure, Phytoextraction)

}  // namespace galena
