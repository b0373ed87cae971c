// Root uptake: potential transpiration shared over the rooted depth, reduced where the ground is too wet or too dry for roots
// (Feddes, Kowalik & Zaradny 1978).

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include <fmt/format.h>

#include "flow/flow_table.hpp"
#include "flow/water_boundary.hpp"

namespace galena {

enum class RootDistribution { uniform, linear, exponential };
template <>
inline const Words words<RootDistribution> = {"uniform", "linear", "exponential"};

struct RootUptake final : WaterBoundary {
    static constexpr std::string_view name = "root_uptake", meaning = "transpiration, taken from the rooted depth as far as roots can";

    Name zone{"all", {}};
    std::map<std::string, double> solute_uptake;
    Series transpiration, root_depth;
    RootDistribution distribution = RootDistribution::linear;
    double decay = 3;
    double anaerobiosis = -0.1, optimum_wet = -0.25, optimum_dry = -4, wilting = -80;

    static auto parameters() {
        using T = RootUptake;
        constexpr Bounds suction{-infinite, 0, true, true};
        return std::tuple_cat(
            boundary_parameters(), solute_uptake_parameter<T>(),
            std::tuple{
                parameter("zone", &T::zone, "the columns above any cell of this zone").with_default(),
                parameter("transpiration", &T::transpiration, "mm/d", not_negative, "potential transpiration"),
                parameter("root_depth", &T::root_depth, "m", positive,
                          "of the rooted ground, below its surface; grows and shrinks with the season as a series"),
                parameter("distribution", &T::distribution,
                          "of the roots with depth: uniform; linear: falls to nothing at root_depth; exponential: by decay")
                    .with_default(),
                parameter("decay", &T::decay, "", positive, "exponential: roots fall as exp(−decay · depth / root_depth)").with_default(),
                parameter("anaerobiosis", &T::anaerobiosis, "m", suction,
                          "pressure head above which roots take nothing for want of air (h1)")
                    .with_default(),
                parameter("optimum_wet", &T::optimum_wet, "m", suction, "pressure head below which roots take all they want (h2)")
                    .with_default(),
                parameter("optimum_dry", &T::optimum_dry, "m", suction, "pressure head down to which they do (h3)").with_default(),
                parameter("wilting", &T::wilting, "m", suction, "pressure head below which roots take nothing (h4)")
                    .with_default()
                    .source("Feddes, Kowalik & Zaradny (1978)"),
            });
    }

    [[nodiscard]] std::string_view type() const override { return name; }
    [[nodiscard]] bool takes_solute() const override { return false; }
    [[nodiscard]] const std::map<std::string, double>* plants_take() const override { return &solute_uptake; }

    void resolve(const Site& site, Domain& domain, Diagnostics& diagnostics) override {
        if (site.section<FlowTable>().formulation == Formulation::saturated)
            diagnostics.warning(place,
                                fmt::format("boundary '{}': in saturated flow roots take nothing below the level of the head", label.text),
                                "their stress goes by the suction that formulation = \"variably_saturated\" computes");
        if (!(anaerobiosis >= optimum_wet && optimum_wet >= optimum_dry && optimum_dry > wilting))
            diagnostics.error(place, fmt::format("the pressure heads of root uptake '{}' are out of order", label.text),
                              "anaerobiosis ≥ optimum_wet ≥ optimum_dry > wilting, from wet to dry");
        if (distribution != RootDistribution::exponential && places.has("decay"))
            diagnostics.error(places.of("decay"), fmt::format("boundary '{}': 'decay' is given and not used", label.text),
                              "only distribution = \"exponential\" has a decay; remove it");
        cells_.clear();
        columns_.clear();
        layers_.clear();
        const auto& grid = domain.grid;
        std::set<Index> tops;
        for (const Index cell : domain.zones.cells(zone, diagnostics)) tops.insert(grid.top_active_cell(cell));
        for (const Index top : tops) add_column(grid, top);
    }
    void evaluate(const FlowMoment& moment, const GroundAtBoundary& ground, std::span<double> rate,
                  std::span<double> slope) const override {
        const double wanted = transpiration.mean(moment.origin, moment.from, moment.to);
        const double rooted = root_depth.mean(moment.origin, moment.from, moment.to);
        for (const auto& [first, last, area] : columns_) {
            // Roots below the deepest active cell have no ground: those above take their part.
            double sum = 0;
            for (auto n = first; n < last; ++n) sum += rate[n] = roots_in(layers_[n], rooted);
            for (auto n = first; n < last; ++n) {
                const double potential = wanted * area * rate[n] / sum;
                const auto [part, by_head] = stress(ground.head[n] - ground.elevation[n]);
                rate[n] = -potential * part;
                slope[n] = std::max(0.0, potential * by_head);  // where wetter ground gives less, Newton takes it as constant
            }
        }
    }
    [[nodiscard]] std::vector<const Series*> series() const override { return {&transpiration, &root_depth}; }

private:
    /// Cells [first, last) of a column, with its plan area [m²].
    struct Column {
        std::size_t first, last;
        double area;
    };
    /// Depths of a cell below the ground's surface [m].
    struct Layer {
        double top, bottom;
    };
    [[nodiscard]] double roots_in(const Layer& layer, double rooted) const {
        return roots_above(layer.bottom, rooted) - roots_above(layer.top, rooted);
    }
    /// Share of the roots above a depth [m] where they reach down to `rooted` [m].
    [[nodiscard]] double roots_above(double depth, double rooted) const {
        const double x = std::clamp(depth / rooted, 0.0, 1.0);
        if (distribution == RootDistribution::uniform) return x;
        if (distribution == RootDistribution::linear) return x * (2 - x);
        return std::expm1(-decay * x) / std::expm1(-decay);
    }
    /// The cells that roots ever reach.
    void add_column(const Grid& grid, Index top) {
        const double surface = grid.top(top);
        const double deepest =
            std::accumulate(root_depth.values.begin(), root_depth.values.end(), 0.0, [](double a, double b) { return std::max(a, b); });
        const auto first = cells_.size();
        for (Index cell = top; cell >= 0 && surface - grid.top(cell) < deepest; cell -= grid.column_count()) {
            if (!grid.active(cell)) continue;
            cells_.push_back(cell);
            layers_.push_back({surface - grid.top(cell), surface - grid.bottom(cell)});
        }
        columns_.push_back({first, cells_.size(), grid.area(top)});
    }
    /// The part of what they want that roots get at a pressure head [m], and its derivative.
    [[nodiscard]] std::pair<double, double> stress(double pressure) const {
        if (pressure >= anaerobiosis) return {optimum_wet < anaerobiosis ? 0.0 : 1.0, 0};
        if (pressure > optimum_wet) return {(anaerobiosis - pressure) / (anaerobiosis - optimum_wet), -1 / (anaerobiosis - optimum_wet)};
        if (pressure >= optimum_dry) return {1, 0};
        if (pressure > wilting) return {(pressure - wilting) / (optimum_dry - wilting), 1 / (optimum_dry - wilting)};
        return {0, 0};
    }

    std::vector<Column> columns_;
    std::vector<Layer> layers_;  ///< per cell
};

REGISTER(WaterBoundary, RootUptake)

}  // namespace galena
