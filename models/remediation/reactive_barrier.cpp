// Permeable reactive barrier of zero-valent iron. In each of its cells water passes a wall of thickness w (at most the cell's width) like a
// plug: C_out = C_in exp(−k t_res), t_res = w n / q (Gavaskar et al. 2000, ch. 3). Iron wears out, k = k0 (1 − used/capacity)^m; pores clog,
// n = n0 (1 − loss t), and the conductivity follows n³/(1 − n)² (Kozeny 1927, Carman 1937).

#include <algorithm>

#include <fmt/format.h>

#include "numerics/face_conductance.hpp"
#include "remediation/measure.hpp"

namespace galena {

struct ReactiveBarrier final : Measure {
    static constexpr std::string_view name = "reactive_barrier",
                                      meaning = "a permeable wall of iron that takes metals out of the water that passes, and wears out";

    Name zone;
    double thickness = 0;
    std::map<std::string, double> rate, capacity;
    double iron = 2500, porosity = 0.5, passivation_exponent = 1, porosity_loss = 0, minimum_life = 2 * seconds_per_year;
    std::optional<double> conductivity, replace_at_used;
    std::optional<TriggerTable> replace_when;

    static auto parameters() {
        using T = ReactiveBarrier;
        return std::tuple_cat(
            measure_parameters(),
            std::tuple{
                parameter("zone", &T::zone, "cells that hold the wall"),
                parameter("thickness", &T::thickness, "m", positive, "of the wall along the flow, in all the cells the flow passes"),
                parameter("rate", &T::rate, "1/h", positive, "k0 in the water of the wall, by substance")
                    .source("Cr(VI) on iron 0.2 to 5, As 0.1 to 1 per hour"),
                parameter("capacity", &T::capacity, "mg/g", positive, "of the iron, by substance; without end when absent")
                    .source("1 to 4 mg Cr per g, 1 to 7 mg As per g of iron"),
                parameter("iron", &T::iron, "kg/m3", positive, "per volume of the wall").with_default(),
                parameter("porosity", &T::porosity, "", open_fraction, "of the wall").with_default(),
                parameter("conductivity", &T::conductivity, "m/d", positive, "of the wall; that of the ground when absent"),
                parameter("passivation_exponent", &T::passivation_exponent, "", not_negative, "m").with_default(),
                parameter("porosity_loss", &T::porosity_loss, "1/a", between(0, 1e-7), "part of the pores that clogs per time")
                    .with_default(),
                parameter("replace_when", &T::replace_when, "the iron is replaced whenever this holds"),
                parameter("minimum_life", &T::minimum_life, "a", not_negative,
                          "replace_when is looked at this long after the iron is new: the water behind the wall has to be washed out first")
                    .with_default(),
                parameter("replace_at_used", &T::replace_at_used, "", Bounds{0, 1, false, true},
                          "the iron is replaced when this part of its capacity is used, in the cell where most is"),
            });
    }
    [[nodiscard]] std::string_view type() const override { return name; }

    void resolve(const Site& site, Domain& domain, Diagnostics& diagnostics) override {
        cells_ = domain.zones.cells(zone, diagnostics);
        if (rate.empty())
            diagnostics.error(place, fmt::format("measure '{}' reacts with nothing", label.text),
                              "give rate.CrVI = \"1 1/h\", by substance");
        require_substances(rate, "rate", site, diagnostics);
        require_substances(capacity, "capacity", site, diagnostics);
        const auto& grid = domain.grid;
        find_shares(grid);
        original_conductivity_.clear();
        original_porosity_.clear();
        iron_mass_.clear();
        face_area_ = 0;
        for (std::size_t n = 0; n < cells_.size(); ++n) {
            const Index c = cells_[n];
            iron_mass_.push_back(iron * share_[n] * grid.volume(c));
            if (!domain.medium.hydraulic_conductivity.empty()) original_conductivity_.push_back(domain.medium.hydraulic_conductivity[c]);
            if (!domain.medium.porosity.empty()) original_porosity_.push_back(domain.medium.mobile_porosity()[c]);
            face_area_ += share_[n] * grid.volume(c) / thickness;
        }
        used_.assign(cells_.size(), 0.0);
        worst_step_ = infinite;
        replaced_ = {};
        trigger_.reset();
        if (replace_when) trigger_.emplace().resolve(*replace_when, site, domain, diagnostics);
        renewed_at_ = -1;
        clogged_steps_ = -1;
    }
    bool changes_something(EditSession&) override { return true; }
    [[nodiscard]] std::vector<Claim> claims() const override { return {{Claim::Kind::occupies, cells_}}; }

    [[nodiscard]] std::string_view fate() const override { return "held in the barrier"; }
    std::vector<Reaction> reactions(std::size_t first) override {
        first_reaction_ = first;
        std::vector<Reaction> all;
        const std::vector<double> none(cells_.size(), 0.0);
        for (const auto& [id, k] : rate) all.push_back({std::string(name), label.text, id, cells_, none, none, none});
        return all;
    }

    void begin(EditSession& session) override {
        renewed_at_ = session.time();
        set_pores(session, porosity);
    }
    void work(EditSession& session) override {
        replace_if_due(session);
        clog(session);
        set_rates(session);
    }
    void finish(EditSession& session) override {
        for (std::size_t r = 0; r < rate.size(); ++r) session.set_reaction(first_reaction_ + r, std::vector<double>(cells_.size(), 0.0));
    }
    /// The iron's use is counted between steps: a step may use a fiftieth of it.
    [[nodiscard]] double longest_step(const State&) const override { return worst_step_; }

    void accept(const State& state, const Step& step) override {
        if (!(step.duration > 0) || !begun()) return;
        double fastest = 0;
        for (std::size_t n = 0; n < cells_.size(); ++n) {
            double more = 0;
            std::size_t r = first_reaction_;
            for (const auto& [id, k] : rate) {
                if (const auto limit = capacity.find(id); limit != capacity.end())
                    more += state.reactions[r].reacted[n] / (limit->second * iron_mass_[n]);
                ++r;
            }
            used_[n] += more;
            fastest = std::max(fastest, more / step.duration);
        }
        worst_step_ = fastest > 0 ? 0.02 / fastest : infinite;
    }

    [[nodiscard]] std::vector<std::string> priced_items() const override { return {"trench", "granular_iron"}; }
    [[nodiscard]] std::vector<CostItem> costs(double) const override {
        if (!begun()) return {};
        double mass = 0;
        for (const double m : iron_mass_) mass += m;
        std::vector<CostItem> items{{"reactive_barrier", "trench", face_area_, "m2", CostKind::capital, begun_at(), begun_at()},
                                    {"reactive_barrier", "granular_iron", mass / 1e3, "t", CostKind::capital, begun_at(), begun_at()}};
        for (const double time : replaced_) {
            items.push_back({"reactive_barrier", "trench", face_area_, "m2", CostKind::operation, time, time});
            items.push_back({"reactive_barrier", "granular_iron", mass / 1e3, "t", CostKind::operation, time, time});
        }
        return items;
    }
    [[nodiscard]] std::vector<Effect> effects(const UnitCosts& factors) const override {
        if (!begun()) return {};
        double mass = 0, most = 0;
        for (const double m : iron_mass_) mass += m;
        for (const double u : used_) most = std::max(most, u);
        const double fills = 1 + static_cast<double>(replaced_.size());
        std::vector<Effect> all{
            {"iron", "", fills * mass / 1e3, "t"}, {"replacements", "", fills - 1, "1"}, {"capacity used, where most is", "", most, "1"}};
        if (const auto* made = factors.find("co2", "iron"))
            all.push_back({"carbon dioxide of the iron", "", fills * mass * made->price.mid / 1e3, "t"});
        return all;
    }
    void save(CheckpointWriter& out) const override {
        const auto key = "measure/" + label.text;
        write_list(out, key + "/used", used_);
        write_list(out, key + "/replaced", replaced_);
        out.write(key + "/renewed_at", renewed_at_);
        out.write(key + "/clogged", clogged_steps_);
        out.write(key + "/worst_step", worst_step_);
    }
    void load(CheckpointReader& in) override {
        const auto key = "measure/" + label.text;
        used_ = read_list(in, key + "/used");
        replaced_ = read_list(in, key + "/replaced");
        renewed_at_ = in.read(key + "/renewed_at");
        clogged_steps_ = in.read(key + "/clogged");
        worst_step_ = in.read(key + "/worst_step");
    }

private:
    /// The part of each cell that is wall: along the horizontal axis in which the zone is thinner.
    void find_shares(const Grid& grid) {
        share_.clear();
        if (cells_.empty()) return;
        double x_low = infinite, x_high = -infinite, y_low = infinite, y_high = -infinite;
        for (const Index c : cells_) {
            const auto p = grid.centre(c);
            x_low = std::min(x_low, p.x - 0.5 * grid.width_x(c)), x_high = std::max(x_high, p.x + 0.5 * grid.width_x(c));
            y_low = std::min(y_low, p.y - 0.5 * grid.width_y(c)), y_high = std::max(y_high, p.y + 0.5 * grid.width_y(c));
        }
        const double width = std::min(x_high - x_low, y_high - y_low);
        share_.assign(cells_.size(), std::min(1.0, thickness / width));
    }

    void replace_if_due(EditSession& session) {
        const double worst = used_.empty() ? 0 : *std::max_element(used_.begin(), used_.end());
        const bool worn = replace_at_used && worst >= *replace_at_used;
        // A fresh wall needs some time before the water behind it tells.
        const bool told = trigger_ && session.time() > renewed_at_ + minimum_life && trigger_->holds(session.state());
        if (!worn && !told) return;
        std::fill(used_.begin(), used_.end(), 0.0);
        renewed_at_ = session.time();
        replaced_.push_back(session.time());
        clogged_steps_ = -1;
        worst_step_ = infinite;
        set_pores(session, porosity);
    }

    void clog(EditSession& session) {
        if (porosity_loss == 0) return;
        const double years = std::floor((session.time() - renewed_at_) / seconds_per_year + 1e-9);
        if (years == clogged_steps_) return;
        clogged_steps_ = years;
        set_pores(session, std::max(0.05, porosity * (1 - porosity_loss * years * seconds_per_year)));
    }

    /// Porosity and conductivity of the cells: the wall beside what is left of the ground, in series.
    void set_pores(EditSession& session, double pores) {
        std::vector<double> k, n;
        const double open = pores * pores * pores / ((1 - pores) * (1 - pores));
        const double fresh = porosity * porosity * porosity / ((1 - porosity) * (1 - porosity));
        for (std::size_t c = 0; c < cells_.size(); ++c) {
            if (conductivity && !original_conductivity_.empty())
                k.push_back(1 / (share_[c] / (*conductivity * open / fresh) + (1 - share_[c]) / original_conductivity_[c]));
            if (!original_porosity_.empty()) n.push_back(share_[c] * pores + (1 - share_[c]) * original_porosity_[c]);
        }
        if (!k.empty()) session.set(Property::hydraulic_conductivity, cells_, k);
        if (!n.empty()) {
            // The mobile part may not exceed the whole: where both are given, both become that of the cell.
            session.set(Property::porosity, cells_, n);
            session.set(Property::effective_porosity, cells_, n);
        }
        pores_ = pores;
    }

    /// Rates with which a mixed cell lets out what a plug would: k V_water = Q (exp(k_wall t_res) − 1).
    void set_rates(EditSession& session) {
        const auto& domain = session.domain();
        const auto& state = session.state();
        std::vector<double> passing(cells_.size(), 0.0);
        for (std::size_t n = 0; n < cells_.size(); ++n)
            for (int s = 0; s < 6; ++s) {
                const Side side = static_cast<Side>(s);
                const double q = state.water_flux.along(axis_of(side))[outer_face(domain.grid, cells_[n], side)];
                const bool growing = side == Side::east || side == Side::north || side == Side::top;
                passing[n] += std::max(0.0, growing ? -q : q);
            }
        std::size_t r = first_reaction_;
        for (const auto& [id, k0] : rate) {
            std::vector<double> rates(cells_.size(), 0.0);
            for (std::size_t n = 0; n < cells_.size(); ++n) {
                const double left = std::max(0.0, 1 - used_[n]);
                const double k = capacity.empty() ? k0 : left > 0 ? k0 * std::pow(left, passivation_exponent) : 0.0;
                const double pore_water = share_[n] * pores_ * domain.grid.volume(cells_[n]);
                const double damkoehler = passing[n] > 0 ? std::min(40.0, k * pore_water / passing[n]) : 0.0;
                rates[n] = passing[n] > 0 ? passing[n] * std::expm1(damkoehler) / state.mobile_water[cells_[n]]
                                          : k * pore_water / state.mobile_water[cells_[n]];
            }
            session.set_reaction(r++, rates);
        }
    }

    std::vector<Index> cells_;
    std::vector<double> share_, iron_mass_, original_conductivity_, original_porosity_;
    std::vector<double> used_;  ///< part of the capacity, per cell
    std::vector<double> replaced_;
    std::optional<Trigger> trigger_;
    double face_area_ = 0, worst_step_ = infinite, renewed_at_ = -1, clogged_steps_ = -1, pores_ = 0.5;
    std::size_t first_reaction_ = 0;
};

REGISTER(Measure, ReactiveBarrier)

}  // namespace galena
