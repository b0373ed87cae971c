// Well: a given rate, shared among the cells its screen crosses in proportion to conductivity times screened length
// (Neville & Tonkin 2004; the default of MODFLOW's multi-layer practice). Where a limit of the level in the well is given, no cell gives or
// takes more than flows between it and a well at that level (Thiem 1906, with the equivalent radius of Peaceman 1983).

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "core/suggestion.hpp"
#include "flow/water_boundary.hpp"

namespace galena {

struct Well final : WaterBoundary {
    static constexpr std::string_view name = "well", meaning = "a rate shared over the cells that its screen crosses";

    double x = 0, y = 0;
    std::optional<double> screen_top, screen_bottom;
    Series rate;
    double radius = 0.1;
    std::optional<Series> lowest_level, highest_level;

    static auto parameters() {
        return std::tuple_cat(boundary_parameters(),
                              std::tuple{
                                  parameter("x", &Well::x, "m", anything, "coordinate"),
                                  parameter("y", &Well::y, "m", anything, "coordinate"),
                                  parameter("screen_top", &Well::screen_top, "m", anything,
                                            "elevation of the screen's upper end; the whole column when absent"),
                                  parameter("screen_bottom", &Well::screen_bottom, "m", anything, "elevation of the screen's lower end"),
                                  parameter("rate", &Well::rate, "m3/d", anything, "positive: injection, negative: pumping"),
                                  parameter("radius", &Well::radius, "m", positive, "of the well; for its levels").with_default(),
                                  parameter("lowest_level", &Well::lowest_level, "m", anything,
                                            "pumping: water level in the well that is not gone below; the rate gives way"),
                                  parameter("highest_level", &Well::highest_level, "m", anything,
                                            "injection: water level in the well that is not exceeded; the rate gives way"),
                              });
    }

    [[nodiscard]] std::string_view type() const override { return name; }

    void resolve(const Site&, Domain& domain, Diagnostics& diagnostics) override {
        cells_.clear();
        length_.clear();
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
        for (std::size_t n = 0; n < cells_.size(); ++n) {
            const auto yield = mean < 0 ? yield_of(ground, n) : Yield{1, 0};
            out[n] = mean * share_[n] * yield.part;
            slope[n] = -mean * share_[n] * yield.slope;
            if (limit) hold_level(limit->at_end(moment.origin, moment.from, moment.to), mean, ground, n, out[n], slope[n]);
        }
    }
    [[nodiscard]] std::vector<const Series*> series() const override {
        std::vector<const Series*> all{&rate};
        if (lowest_level) all.push_back(&*lowest_level);
        if (highest_level) all.push_back(&*highest_level);
        return all;
    }

private:
    /// The most that flows between cell and well while the level in the well stands at its limit; a cell beyond the limit gives nothing.
    void hold_level(double level, double mean, const GroundAtBoundary& ground, std::size_t n, double& out, double& slope) const {
        const double k = mean < 0 ? ground.relative_conductivity[n] : 1.0,
                     excess = mean < 0 ? ground.head[n] - level : level - ground.head[n];
        const double most = conductance_[n] * k * std::max(excess, 0.0);
        if (std::abs(out) <= most) return;
        out = mean < 0 ? -most : most;
        slope = excess > 0 ? conductance_[n] * (k + (mean < 0 ? ground.relative_conductivity_slope[n] * excess : 0.0)) : 0.0;
    }
    struct Yield {
        double part, slope;
    };
    /// Pumping fades smoothly where less than a twentieth of the cell conducts (Niswonger et al. 2011, eq. 12).
    [[nodiscard]] static Yield yield_of(const GroundAtBoundary& ground, std::size_t n) {
        constexpr double full = 0.05;
        const double t = ground.relative_conductivity[n] / full;
        if (t >= 1) return {1, 0};
        return {t * t * (3 - 2 * t), 6 * t * (1 - t) / full * ground.relative_conductivity_slope[n]};
    }

    std::vector<double> length_, share_;  ///< of the screen in each cell [m]; of the rate
    std::vector<double> conductance_;     ///< between cell and well [m²/s]
};

REGISTER(WaterBoundary, Well)

}  // namespace galena
