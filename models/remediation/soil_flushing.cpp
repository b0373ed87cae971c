// Soil flushing: wells put a flushing solution in, others take it out with what it brought along. Either the solution lowers the
// distribution coefficients by given factors while it works, or a chelant, a substance of the site, binds the dissolved metal:
// Kd_eff = Kd / (1 + K' L), with L the free chelant and L_total = L + sum of C K' L / (1 + K' L) over the metals (1:1 complexes). What stays
// mobilised when the wells stop is a result.

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "remediation/plant_wells.hpp"
#include "transport/substance.hpp"

namespace galena {

struct SoilFlushing final : Measure {
    static constexpr std::string_view name = "soil_flushing",
                                      meaning = "a solution is flushed through the ground and brings metals to wells";

    Name zone, agent;
    std::vector<PlantWell> wells, injection_wells;
    std::optional<double> agent_concentration, agent_molar_mass;
    double side_reactions = 0;
    std::map<std::string, double> log_stability, factor;

    static auto parameters() {
        using T = SoilFlushing;
        return std::tuple_cat(
            measure_parameters(),
            std::tuple{
                parameter("zone", &T::zone, "ground that is flushed"),
                parameter("well", &T::wells, "wells that take the solution out"),
                parameter("injection_well", &T::injection_wells, "wells that put it in"),
                parameter("factor", &T::factor, "", positive, "on the distribution coefficient while it works, by substance"),
                parameter("agent", &T::agent, "the chelant: a substance of the site (instead of factor)").with_default(),
                parameter("agent_concentration", &T::agent_concentration, "mg/L", positive, "of the water that is put in"),
                parameter("agent_molar_mass", &T::agent_molar_mass, "g/mol", positive,
                          "of the chelant, where the list of substances has none"),
                parameter("log_stability", &T::log_stability, "", between(-5, 50), "log10 K of the 1:1 complex [L/mol], by substance")
                    .source("EDTA: Pb 18.0, Cu 18.8, Cd 16.5, Zn 16.5, Ni 18.6"),
                parameter("log_side_reactions", &T::side_reactions, "", between(0, 40),
                          "log10 of what calcium, iron and protons leave of these constants: log K' = log K − this")
                    .with_default()
                    .source("calcium alone: log K 10.7 at 2 mmol/L gives 8.0"),
            });
    }
    [[nodiscard]] std::string_view type() const override { return name; }
    bool changes_something(EditSession&) override {
        return plant_.capacity() > 0 || std::any_of(factor.begin(), factor.end(), [](const auto& f) { return f.second != 1; });
    }
    /// Without water moved by its wells it works where there is chelant already.
    [[nodiscard]] bool waits_to_see() const override { return !agent.empty() && plant_.capacity() == 0; }
    bool would_change(EditSession& session) override {
        const auto chelant = session.state().concentration[index_of(session.state(), agent.text)];
        return std::any_of(cells_.begin(), cells_.end(), [&](Index c) { return chelant[static_cast<std::size_t>(c)] > 0; });
    }

    [[nodiscard]] std::vector<Node> boundaries() const override {
        std::map<std::string, double> injected;
        if (!agent.empty() && agent_concentration) injected[agent.text] = *agent_concentration;
        return PlantWells{wells, injection_wells, {}}.boundaries(injected);
    }

    void resolve(const Site& site, Domain& domain, Diagnostics& diagnostics) override {
        cells_ = domain.zones.cells(zone, diagnostics);
        volume_ = volume_of(domain, cells_);
        plant_ = {wells, injection_wells, {}};
        plant_.resolve(*this, domain, diagnostics);
        require_substances(log_stability, "log_stability", site, diagnostics);
        require_substances(factor, "factor", site, diagnostics);
        const auto title = fmt::format("measure '{}'", label.text);
        if (agent.empty() == factor.empty())
            diagnostics.error(place, fmt::format("{} gives {} factor and agent", title, agent.empty() ? "neither" : "both"),
                              "give the effect as factor = { Pb = 0.1 }, or an agent with log_stability");
        if (agent.empty() && (agent_concentration || !log_stability.empty()))
            diagnostics.error(places.of(agent_concentration ? "agent_concentration" : "log_stability"),
                              fmt::format("{} has no agent that this could be of", title), "name the agent, or leave this out");
        if (!agent.empty()) check_agent(title, site, diagnostics);
        current_.clear();
        mobilised_.assign(metals().size(), 0.0);
        carried_off_.assign(metals().size(), 0.0);
        caught_.assign(metals().size(), 0.0);
        find_edge(domain.grid);
    }
    [[nodiscard]] std::vector<Claim> claims() const override { return {{Claim::Kind::treats, cells_}}; }

    void begin(EditSession& session) override {
        plant_.run(session, layer(), true);
        for (const auto& [id, f] : factor) session.scale_distribution(layer(), id, cells_, std::vector<double>(cells_.size(), f));
    }
    void work(EditSession& session) override { bind(session); }
    void finish(EditSession& session) override {
        plant_.run(session, layer(), false);
        for (const auto& [id, f] : factor) session.scale_distribution(layer(), id, cells_, std::vector<double>(cells_.size(), 1.0));
    }
    /// The chelant that stays goes on binding.
    void remain(EditSession& session) override { bind(session); }
    /// The chelant moves by transport and binds between steps: it may cross a good part of the zone in one, not all of it.
    [[nodiscard]] double longest_step(const State&) const override {
        const double rate = plant_.capacity();
        return agent.empty() || rate == 0 ? infinite : std::max(3600.0, 0.02 * 0.3 * volume_ / rate);
    }

    void accept(const State& state, const Step& step) override {
        plant_.accept(state, step);
        const auto ids = metals();
        for (std::size_t m = 0; m < ids.size() && begun(); ++m) {
            const auto concentration = state.concentration[index_of(state, ids[m])];
            mobilised_[m] = 0;
            for (const Index c : cells_) mobilised_[m] += state.mobile_water[c] * concentration[static_cast<std::size_t>(c)];
            carried_off_[m] += leaving(state, concentration) * step.duration;
            caught_[m] += caught_outside(state, concentration) * step.duration;
        }
    }
    [[nodiscard]] std::vector<std::string> extracting_boundaries() const override { return plant_.names(); }

    [[nodiscard]] std::vector<std::string> priced_items() const override { return {"soil"}; }
    [[nodiscard]] std::vector<CostItem> costs(double) const override {
        if (!begun()) return {};
        return {{"soil_flushing", "soil", volume_, "m3", CostKind::capital, begun_at(), begun_at()}};
    }
    [[nodiscard]] std::vector<Effect> effects(const UnitCosts&) const override {
        if (!begun()) return {};
        std::vector<Effect> all{{"solution taken out and treated", "", plant_.pumped_water, "m3"},
                                {"solution put in", "", plant_.injected_water, "m3"}};
        if (agent_concentration) all.push_back({"chelant put in", agent.text, plant_.injected_water * *agent_concentration, "kg"});
        const auto ids = metals();
        for (std::size_t m = 0; m < ids.size(); ++m) {
            all.push_back({"dissolved in the flushed ground", ids[m], mobilised_[m], "kg"});
            all.push_back({"carried out of the flushed ground by water", ids[m], carried_off_[m], "kg"});
            all.push_back({"carried out and not taken out by the wells", ids[m], std::max(0.0, carried_off_[m] - caught_[m]), "kg"});
        }
        return all;
    }
    void save(CheckpointWriter& out) const override {
        const auto key = "measure/" + label.text;
        write_list(out, key + "/water", std::vector<double>{plant_.pumped_water, plant_.injected_water});
        write_list(out, key + "/mobilised", mobilised_);
        write_list(out, key + "/carried_off", carried_off_);
        write_list(out, key + "/caught", caught_);
        write_list(out, key + "/factors", current_);
    }
    void load(CheckpointReader& in) override {
        const auto key = "measure/" + label.text;
        const auto water = read_list(in, key + "/water");
        plant_.pumped_water = water[0], plant_.injected_water = water[1];
        mobilised_ = read_list(in, key + "/mobilised");
        carried_off_ = read_list(in, key + "/carried_off");
        caught_ = read_list(in, key + "/caught");
        current_ = read_list(in, key + "/factors");
    }

    /// The free chelant among `total`, with metals of dissolved concentrations and conditional constants: monotone, so bisection finds it.
    /// All in mol/m³ and m³/mol.
    static double free_chelant(double total, std::span<const double> metal, std::span<const double> stability) {
        double low = 0, high = total;
        for (int n = 0; n < 60 && high - low > 1e-12 * total; ++n) {
            const double middle = 0.5 * (low + high);
            double bound = middle;
            for (std::size_t m = 0; m < metal.size(); ++m) bound += metal[m] * stability[m] * middle / (1 + stability[m] * middle);
            (bound > total ? high : low) = middle;
        }
        return 0.5 * (low + high);
    }

private:
    [[nodiscard]] std::vector<std::string> metals() const {
        std::vector<std::string> ids;
        for (const auto& [id, value] : agent.empty() ? factor : log_stability) ids.push_back(id);
        return ids;
    }

    /// A face between the flushed ground and the rest.
    struct EdgeFace {
        Axis axis;
        Index face, inside, outside;
        double outwards;  ///< +1 where water that flows along the axis leaves the flushed ground, else −1
    };

    void find_edge(const Grid& grid) {
        edge_.clear();
        within_.assign(static_cast<std::size_t>(grid.cell_count()), false);
        for (const Index c : cells_) within_[static_cast<std::size_t>(c)] = true;
        constexpr std::pair<Side, Axis> sides[] = {{Side::west, Axis::x},  {Side::east, Axis::x},   {Side::south, Axis::y},
                                                   {Side::north, Axis::y}, {Side::bottom, Axis::z}, {Side::top, Axis::z}};
        for (const Index c : cells_)
            for (const auto& [side, axis] : sides) {
                const Index beyond = neighbour(grid, c, side);
                if (beyond < 0 || !grid.active(beyond) || within_[static_cast<std::size_t>(beyond)]) continue;
                const bool forward = side == Side::east || side == Side::north || side == Side::top;
                edge_.push_back({axis, outer_face(grid, c, side), c, beyond, forward ? 1.0 : -1.0});
            }
    }
    /// What water carries out of the flushed ground, less what it carries in [kg/s].
    [[nodiscard]] double leaving(const State& state, std::span<const double> concentration) const {
        double sum = 0;
        for (const auto& face : edge_) {
            const double out = face.outwards * state.water_flux.along(face.axis)[face.face];
            sum += out * concentration[static_cast<std::size_t>(out > 0 ? face.inside : face.outside)];
        }
        return sum;
    }
    /// What the wells take out beyond the flushed ground [kg/s]: what they take out within it never crossed its edge.
    [[nodiscard]] double caught_outside(const State& state, std::span<const double> concentration) const {
        double sum = 0;
        for (const auto& exchange : state.water_exchanges) {
            if (std::none_of(wells.begin(), wells.end(), [&](const PlantWell& well) { return well.name.text == exchange.name; })) continue;
            for (std::size_t n = 0; n < exchange.cells.size(); ++n)
                if (const auto c = static_cast<std::size_t>(exchange.cells[n]); !within_[c])
                    sum += std::max(0.0, -exchange.rate[n]) * concentration[c];
        }
        return sum;
    }

    void check_agent(const std::string& title, const Site& site, Diagnostics& diagnostics) {
        if (!require_substance(agent.text, agent.place, site, diagnostics)) return;
        if (!agent_concentration)
            diagnostics.error(agent.place, fmt::format("{} puts no {} in", title, agent.text), "give agent_concentration");
        if (log_stability.empty())
            diagnostics.error(agent.place, fmt::format("{}: {} binds nothing", title, agent.text), "give log_stability = { Pb = 18.0 }");
        const auto mass_of = [](const std::string& id) {
            const auto known = known_substances().find(id);
            return known == known_substances().end() ? 0.0 : known->second.molar_mass;
        };
        agent_mass_ = agent_molar_mass.value_or(mass_of(agent.text));
        if (agent_mass_ == 0)
            diagnostics.error(agent.place, fmt::format("{}: the molar mass of {} is not known", title, agent.text),
                              "give agent_molar_mass");
        metal_mass_.clear(), stability_.clear();
        for (const auto& [id, log_k] : log_stability) {
            metal_mass_.push_back(mass_of(id));
            stability_.push_back(1e-3 * std::pow(10.0, log_k - side_reactions));  // L/mol to m³/mol
            if (metal_mass_.back() == 0)
                diagnostics.error(places.of("log_stability"), fmt::format("{}: the molar mass of {} is not known", title, id),
                                  "use a substance of data/substances.toml");
        }
    }

    /// Distribution coefficients after the chelant that is in each cell now. Small changes wait: every edit costs a parting of all amounts.
    void bind(EditSession& session) {
        if (agent.empty()) return;
        const auto& state = session.state();
        const auto ids = metals();
        const auto chelant = state.concentration[index_of(state, agent.text)];
        std::vector<double> factors(ids.size() * cells_.size(), 1.0), metal(ids.size());
        double change = 0;
        if (current_.empty()) current_.assign(factors.size(), 1.0);
        for (std::size_t n = 0; n < cells_.size(); ++n) {
            const auto c = static_cast<std::size_t>(cells_[n]);
            for (std::size_t m = 0; m < ids.size(); ++m) metal[m] = state.concentration[index_of(state, ids[m])][c] / metal_mass_[m];
            const double free = free_chelant(std::max(0.0, chelant[c]) / agent_mass_, metal, stability_);
            for (std::size_t m = 0; m < ids.size(); ++m) {
                auto& f = factors[m * cells_.size() + n];
                f = 1 / (1 + stability_[m] * free);
                change = std::max(change, std::abs(std::log(f / current_[m * cells_.size() + n])));
            }
        }
        if (change < 0.02) return;
        current_ = factors;
        for (std::size_t m = 0; m < ids.size(); ++m) {
            const auto first = factors.begin() + static_cast<std::ptrdiff_t>(m * cells_.size());
            session.scale_distribution(layer(), ids[m], cells_, std::vector<double>(first, first + std::ssize(cells_)));
        }
    }

    std::vector<Index> cells_;
    PlantWells plant_;
    double volume_ = 0, agent_mass_ = 0;
    std::vector<double> metal_mass_, stability_;  ///< [kg/mol], [m³/mol]
    std::vector<double> current_;                 ///< factors in force, by metal and cell
    std::vector<double> mobilised_;               ///< dissolved in the zone now, by metal [kg]
    std::vector<EdgeFace> edge_;
    std::vector<bool> within_;                  ///< by cell of the grid: in the flushed ground
    std::vector<double> carried_off_, caught_;  ///< over the edge, and by the wells beyond it, since it began, by metal [kg]
};

REGISTER(Measure, SoilFlushing)

}  // namespace galena
