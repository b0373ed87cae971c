// Well: a given rate, shared among the cells its screen crosses in proportion to conductivity times screened length as far as that is wet
// (Neville & Tonkin 2004; the default of MODFLOW's multi-layer practice), or as one water level in the well asks for: then water also
// passes through the well from one aquifer to another. What a drying cell no longer gives the others do. Where a limit of the level in the
// well is given, no cell gives or takes more than flows between it and a well at that level (Thiem 1906, with the equivalent radius of
// Peaceman 1983).

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "core/suggestion.hpp"
#include "flow/flow_table.hpp"
#include "flow/water_boundary.hpp"

namespace galena {

/// length: in proportion to conductivity times screened length. level: as one level in the well asks for.
enum class Sharing { length, level };
template <>
inline const Words words<Sharing> = {"length", "level"};

struct Well final : WaterBoundary {
    static constexpr std::string_view name = "well", meaning = "a rate shared over the cells that its screen crosses";

    double x = 0, y = 0;
    std::optional<double> screen_top, screen_bottom;
    Series rate;
    double radius = 0.1;
    Sharing sharing = Sharing::length;
    std::optional<Series> lowest_level, highest_level;

    static auto parameters() {
        return std::tuple_cat(
            boundary_parameters(),
            std::tuple{
                parameter("x", &Well::x, "m", anything, "coordinate"),
                parameter("y", &Well::y, "m", anything, "coordinate"),
                parameter("screen_top", &Well::screen_top, "m", anything,
                          "elevation of the screen's upper end; the whole column when absent"),
                parameter("screen_bottom", &Well::screen_bottom, "m", anything, "elevation of the screen's lower end"),
                parameter("rate", &Well::rate, "m3/d", anything, "positive: injection, negative: pumping"),
                parameter("radius", &Well::radius, "m", positive, "of the well; for its levels").with_default(),
                parameter("sharing", &Well::sharing,
                          "length: the rate is shared in proportion to conductivity times wet length of screen, all of it while "
                          "a twentieth of that is wet; level: all cells "
                          "see one water level in the well, which also passes water between aquifers (rate 0: it only does "
                          "that); what it passes is the mixture of what it takes, concentration that of what is added from outside")
                    .with_default(),
                parameter("lowest_level", &Well::lowest_level, "m", anything,
                          "pumping: water level in the well that is not gone below; the rate gives way"),
                parameter("highest_level", &Well::highest_level, "m", anything,
                          "injection: water level in the well that is not exceeded; the rate gives way"),
            });
    }

    [[nodiscard]] std::string_view type() const override { return name; }

    void resolve(const Site& site, Domain& domain, Diagnostics& diagnostics) override {
        cells_.clear();
        length_.clear();
        base_.clear();
        dries_ = site.section<FlowTable>().formulation != Formulation::saturated;
        const auto& grid = domain.grid;
        if (screen_top.has_value() != screen_bottom.has_value() || (screen_top && *screen_top <= *screen_bottom)) {
            diagnostics.error(places.of(screen_top ? "screen_top" : "screen_bottom"),
                              fmt::format("the screen of well '{}' is no range", label.text),
                              "give screen_top above screen_bottom, or neither for the whole column");
            return;
        }
        const Index lowest = grid.find_column({x, y, 0});
        if (lowest < 0) {
            diagnostics.error(place, fmt::format("well '{}' at x = {:.10g} m, y = {:.10g} m lies outside the grid", label.text, x, y),
                              reach_of(grid));
            return;
        }
        const double top = screen_top.value_or(1e30), bottom = screen_bottom.value_or(-1e30);
        for (Index cell = lowest; cell < grid.cell_count(); cell += grid.column_count()) {
            const double length = std::min(top, grid.top(cell)) - std::max(bottom, grid.bottom(cell));
            if (length <= 0 || !grid.active(cell)) continue;
            cells_.push_back(cell);
            length_.push_back(length);
            base_.push_back(std::max(bottom, grid.bottom(cell)));
        }
        if (cells_.empty())
            diagnostics.error(places.of("screen_top"), fmt::format("the screen of well '{}' crosses no active cell", label.text),
                              fmt::format("its column reaches from {:.6g} m to {:.6g} m", grid.bottom(lowest),
                                          grid.top(lowest + (grid.cell_count() - grid.column_count()))));
        adopt_medium(domain);
    }
    void adopt_medium(const Domain& domain) override {
        share_.clear();
        conductance_.clear();
        double sum = 0;
        for (std::size_t n = 0; n < cells_.size(); ++n) {
            share_.push_back(length_[n] * domain.medium.hydraulic_conductivity[cells_[n]]);
            sum += share_.back();
            // The head of a cell is that at the equivalent radius around the well (Peaceman 1983).
            const double equivalent = 0.14 * std::hypot(domain.grid.width_x(cells_[n]), domain.grid.width_y(cells_[n]));
            conductance_.push_back(2 * std::numbers::pi * share_.back() / std::log(std::max(equivalent / radius, 1.01)));
        }
        for (auto& s : share_) s /= sum;
    }
    void evaluate(const FlowMoment& moment, const GroundAtBoundary& ground, std::span<double> out, std::span<double> slope) const override {
        const double mean = rate.mean(moment.origin, moment.from, moment.to);
        const auto& limit = mean < 0 ? lowest_level : highest_level;
        if (sharing == Sharing::level) return share_by_level(level_of(moment, ground), ground, out, slope);
        const auto yield = mean < 0 ? yield_of(ground) : Yield{1, 0};
        const bool jointly = answers_jointly(mean);
        for (std::size_t n = 0; n < cells_.size(); ++n) {
            const double wet = share_[n] * (mean < 0 ? ground.relative_conductivity[n] : 1.0);
            out[n] = mean * wet * yield.factor;
            slope[n] =
                mean < 0 ? -mean * share_[n] * ground.relative_conductivity_slope[n] * (yield.factor + (jointly ? 0.0 : wet * yield.slope))
                         : 0.0;
            if (limit) hold_level(limit->at_end(moment.origin, moment.from, moment.to), mean, ground, n, out[n], slope[n]);
        }
    }
    bool responds_jointly(const FlowMoment& moment, const GroundAtBoundary& ground, std::span<double> response) const override {
        if (sharing != Sharing::level) return shares_respond(rate.mean(moment.origin, moment.from, moment.to), ground, response);
        const auto level = level_of(moment, ground);
        if (level.held) return false;
        double sum = 0;
        for (std::size_t n = 0; n < cells_.size(); ++n) sum += response[n] = passage(level.value, ground, n).by_level;
        if (!(sum > 0)) return false;
        for (auto& r : response) r /= sum;
        return true;
    }
    [[nodiscard]] std::optional<double> wanted(const FlowMoment& moment) const override {
        return rate.mean(moment.origin, moment.from, moment.to);
    }
    [[nodiscard]] std::vector<const Series*> series() const override {
        std::vector<const Series*> all{&rate};
        if (lowest_level) all.push_back(&*lowest_level);
        if (highest_level) all.push_back(&*highest_level);
        return all;
    }

private:
    struct Level {
        double value;
        bool held;      ///< by a limit, or because the cells give no more
        double target;  ///< what the cells together are to take [m³/s]
    };
    /// From the well into the ground, and its derivatives by the level and (turned) by the head.
    struct Passage {
        double rate, by_level, slope;
    };

    /// Water that runs out of the screen above the level falls to it; a cell takes water over the wetted part of its screen. In saturated
    /// ground nothing dries.
    [[nodiscard]] Passage passage(double level, const GroundAtBoundary& ground, std::size_t n) const {
        const double c = conductance_[n], head = ground.head[n];
        if (!dries_) return {c * (level - head), c, c};
        const double inside = std::max(level, base_[n]), outside = std::max(head, base_[n]);
        if (inside <= outside) {
            const double k = ground.relative_conductivity[n];
            return {c * k * (inside - outside), level > base_[n] ? c * k : 0.0,
                    head > base_[n] ? c * (k + ground.relative_conductivity_slope[n] * (outside - inside)) : 0.0};
        }
        const double wet = std::min(1.0, (inside - base_[n]) / length_[n]), by_level = wet < 1 ? (inside - outside) / length_[n] : 0.0;
        return {c * wet * (inside - outside), c * (wet + by_level), head > base_[n] ? c * wet : 0.0};
    }
    [[nodiscard]] double total(double level, const GroundAtBoundary& ground) const {
        double sum = 0;
        for (std::size_t n = 0; n < cells_.size(); ++n) sum += passage(level, ground, n).rate;
        return sum;
    }

    /// The level at which the cells together take the rate; what they take grows with it.
    [[nodiscard]] Level level_of(const FlowMoment& moment, const GroundAtBoundary& ground) const {
        const double mean = rate.mean(moment.origin, moment.from, moment.to);
        double low = infinite, high = -infinite, conductance = 0;
        for (std::size_t n = 0; n < cells_.size(); ++n) {
            low = std::min(low, dries_ ? std::min(base_[n], ground.head[n]) : ground.head[n]);
            high = std::max(high, std::max(ground.head[n], dries_ ? base_[n] + length_[n] : ground.head[n]));
            conductance += conductance_[n];
        }
        if (!dries_ && mean < 0) low += mean / conductance;
        if (mean > 0) high += mean / *std::min_element(conductance_.begin(), conductance_.end());
        double target = mean;
        if (const auto& limit = mean < 0 ? lowest_level : highest_level; limit && mean != 0) {
            const double at = limit->at_end(moment.origin, moment.from, moment.to), there = total(at, ground);
            if (there * mean <= 0) target = 0;  // beyond the limit without pumping: the well stands still
            else if (std::abs(there) <= std::abs(mean)) return {at, true, there};
        }
        if (const double least = total(low, ground); least >= target) return {low, least > target, target};
        if (const double greatest = total(high, ground); greatest <= target) return {high, greatest < target, target};
        for (int halving = 0; halving < 100; ++halving) {
            const double middle = low + 0.5 * (high - low);
            if (middle <= low || middle >= high) break;
            (total(middle, ground) < target ? low : high) = middle;
        }
        return {low + 0.5 * (high - low), false, target};
    }
    /// Rates at a level; what rounding of the level leaves of the total is given to the cell that passes most.
    void share_by_level(const Level& level, const GroundAtBoundary& ground, std::span<double> out, std::span<double> slope) const {
        double sum = 0;
        std::size_t most = 0;
        for (std::size_t n = 0; n < cells_.size(); ++n) {
            const auto p = passage(level.value, ground, n);
            out[n] = p.rate;
            slope[n] = p.slope;
            sum += p.rate;
            if (std::abs(out[n]) > std::abs(out[most])) most = n;
        }
        if (!level.held) out[most] += level.target - sum;
    }

    /// The most that flows between cell and well while the level in the well stands at its limit; a cell beyond the limit gives nothing.
    void hold_level(double level, double mean, const GroundAtBoundary& ground, std::size_t n, double& out, double& slope) const {
        const double k = mean < 0 ? ground.relative_conductivity[n] : 1.0,
                     excess = mean < 0 ? ground.head[n] - level : level - ground.head[n];
        const double most = conductance_[n] * k * std::max(excess, 0.0);
        if (std::abs(out) <= most) return;
        out = mean < 0 ? -most : most;
        slope = excess > 0 ? conductance_[n] * (k + (mean < 0 ? ground.relative_conductivity_slope[n] * excess : 0.0)) : 0.0;
    }
    /// What a cell pumps is its share of the conductance, as wet as it is, times this factor of the rate; and the factor's derivative by
    /// the wet conductance of the whole screen.
    struct Yield {
        double factor, slope;
    };
    /// The whole rate comes out of what is wet of the screen; it fades smoothly where that is less than a twentieth of its conductance
    /// (the fading of Niswonger et al. 2011, eq. 12, for the screen as a whole).
    [[nodiscard]] Yield yield_of(const GroundAtBoundary& ground) const {
        constexpr double full = 0.05;
        double wet = 0;
        for (std::size_t n = 0; n < cells_.size(); ++n) wet += share_[n] * ground.relative_conductivity[n];
        if (wet >= full) return {1 / wet, -1 / (wet * wet)};
        return {wet * (3 - 2 * wet / full) / (full * full), (3 - 4 * wet / full) / (full * full)};
    }
    /// Not one cell alone; and not at a limit, which each cell meets by itself.
    [[nodiscard]] bool answers_jointly(double mean) const { return dries_ && mean < 0 && !lowest_level && cells_.size() > 1; }
    /// Where a cell dries the others take over: d(rate_n)/d(head_m) has the terms Q share_n k_n d(factor)/d(wet) share_m dk_m/dh_m.
    [[nodiscard]] bool shares_respond(double mean, const GroundAtBoundary& ground, std::span<double> response) const {
        constexpr double faint = 1e-6;  // [1/m]: such slopes say nothing; a solve with the Jacobian is saved
        if (!answers_jointly(mean)) return false;
        double steepest = 0;
        for (const double slope : ground.relative_conductivity_slope) steepest = std::max(steepest, slope);
        const auto yield = yield_of(ground);
        if (steepest < faint || !(yield.factor > 0)) return false;
        for (std::size_t n = 0; n < cells_.size(); ++n)
            response[n] = -yield.slope / yield.factor * share_[n] * ground.relative_conductivity[n];
        return true;
    }

    std::vector<double> length_, share_;  ///< of the screen in each cell [m]; of the rate
    std::vector<double> base_;            ///< lower end of the screen in each cell [m]
    bool dries_ = false;
    std::vector<double> conductance_;  ///< between cell and well [m²/s]
};

REGISTER(WaterBoundary, Well)

}  // namespace galena
