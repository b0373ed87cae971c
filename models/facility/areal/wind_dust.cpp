// Dust of a dry surface: gusts set it free (AP-42), the wind rose carries it (Gaussian plume), and it falls on the ground.

#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>

#include <fmt/format.h>

#include "facility/areal_source.hpp"
#include "facility/dust.hpp"

namespace galena {

/// Gusts of one speed.
struct GustTable {
    double speed = 0, number = 0;
    static auto parameters() {
        return std::tuple{parameter("speed", &GustTable::speed, "m/s", positive, "fastest mile at 10 m"),
                          parameter("number", &GustTable::number, "1/a", positive, "disturbed surfaces that meet such a gust, a year")};
    }
};

/// One direction of the wind rose.
struct WindTable {
    double from = 0, share = 0, speed = 0;
    static auto parameters() {
        using T = WindTable;
        return std::tuple{
            parameter("from", &T::from, "degree", between(0, 2 * std::numbers::pi), "where it comes from, clockwise from north"),
            parameter("share", &T::share, "", fraction, "of the time"),
            parameter("speed", &T::speed, "m/s", positive, "mean at 10 m while it blows")};
    }
};

struct WindDust final : ArealSource {
    static constexpr std::string_view name = "wind_dust", meaning = "dust that wind takes off waste and lets fall on the zone";

    Name emitter;
    std::vector<GustTable> gusts;
    std::vector<WindTable> wind;
    double threshold = 0.3, particle_share = 0.5, crust = 1, deposition_velocity = 0.01, content = 0;
    Series open_share{1.0};
    Stability stability = Stability::D;

    static auto parameters() {
        using T = WindDust;
        return std::tuple_cat(
            source_parameters(),
            std::tuple{
                parameter("emitter", &T::emitter, "zone whose columns give the dust; the zone itself receives it"),
                parameter("content", &T::content, "mg/kg", not_negative, "of the substance in the dust"),
                parameter("gust", &T::gusts, "gusts by speed"),
                parameter("wind", &T::wind, "the wind rose: directions at equal angles, whose shares sum to 1"),
                parameter("threshold", &T::threshold, "m/s", positive, "friction velocity at which the surface gives dust")
                    .with_default()
                    .source("0.3 m/s fresh fine tailings, 0.54 m/s with a crust"),
                parameter("particle_share", &T::particle_share, "", Bounds{0, 1, false, true}, "k: of the particles that count")
                    .with_default()
                    .source("AP-42: 0.5 for PM10, 1 for PM30"),
                parameter("crust", &T::crust, "", fraction, "factor of a salt crust").with_default().source("0.05 to 0.3"),
                parameter("open_share", &T::open_share, "", fraction, "of the emitter that lies open; falls as it is covered")
                    .with_default(),
                parameter("deposition_velocity", &T::deposition_velocity, "m/s", positive, "of the particles")
                    .with_default()
                    .source("0.01 m/s PM10, 0.05 to 0.2 m/s all dust"),
                parameter("stability", &T::stability, "of the air, after Pasquill").with_default(),
            });
    }
    void check(ReadContext& context) {
        double sum = 0;
        for (const auto& w : wind) sum += w.share;
        if (std::abs(sum - 1) > 1e-3)
            context.diagnostics.error(places.of("wind"), fmt::format("the wind rose of '{}' sums to {:.4g}", label.text, sum),
                                      "the shares of its directions have to sum to 1");
        std::vector<double> from;
        for (const auto& w : wind) from.push_back(w.from);
        std::sort(from.begin(), from.end());
        const double turn = 2 * std::numbers::pi, sector = turn / static_cast<double>(std::max<std::size_t>(1, from.size()));
        constexpr double rounding = 0.02;  // of a rose whose directions are given in whole degrees
        for (std::size_t n = 0; n < from.size(); ++n) {
            const double gap = (n + 1 < from.size() ? from[n + 1] : from[0] + turn) - from[n];
            if (std::abs(gap - sector) <= rounding) continue;
            context.diagnostics.error(
                places.of("wind"), fmt::format("the directions of the wind rose of '{}' are not at equal angles", label.text),
                fmt::format("{} directions stand {:g} degrees apart, each once", from.size(), 360.0 / static_cast<double>(from.size())));
            break;
        }
        if (gusts.empty())
            context.diagnostics.error(place, fmt::format("source '{}' has no gust", label.text),
                                      "give gust = [{ speed = \"17 m/s\", number = \"6 1/a\" }]");
    }
    [[nodiscard]] std::string_view type() const override { return name; }
    [[nodiscard]] std::vector<const Series*> series() const override { return {&open_share}; }

    /// Dust set free per area of the emitter [kg/m²/s].
    [[nodiscard]] double emission() const {
        double sum = 0;
        for (const auto& gust : gusts) sum += gust.number * erosion_potential(friction_velocity(gust.speed), threshold);
        return sum * particle_share * crust;
    }

    void resolve(const Site& site, Domain& domain, Diagnostics& diagnostics) override {
        ArealSource::resolve(site, domain, diagnostics);
        const auto& grid = domain.grid;
        std::set<Index> emitting;
        for (const Index c : domain.zones.cells(emitter, diagnostics)) emitting.insert(grid.top_active_cell(c));
        // The emitter receives none of its own dust: it falls on what it came from.
        std::vector<Index> cells;
        std::vector<double> areas;
        for (std::size_t n = 0; n < cells_.size(); ++n)
            if (!emitting.contains(cells_[n])) {
                cells.push_back(cells_[n]);
                areas.push_back(area_[n]);
            }
        cells_ = std::move(cells);
        area_ = std::move(areas);
        deposition_.assign(cells_.size(), 0.0);
        for (const Index source : emitting) {
            const auto from = grid.centre_crs(source);
            const double strength = emission() * grid.area(source), near = 0.5 * std::sqrt(grid.area(source));
            for (std::size_t n = 0; n < cells_.size(); ++n) {
                const auto to = grid.centre_crs(cells_[n]);
                deposition_[n] += strength * per_emission(to.x - from.x, to.y - from.y, near);
            }
        }
    }
    void rate(Date origin, double from, double to, std::span<double> out) const override {
        const double open = open_share.mean(origin, from, to);
        for (std::size_t n = 0; n < out.size(); ++n) out[n] = open * deposition_[n] * content * area_[n];
    }

private:
    /// Deposition per emission [1/m²] at a place east and north of the source, over the wind rose.
    [[nodiscard]] double per_emission(double east, double north, double near) const {
        const double angle = 2 * std::numbers::pi / static_cast<double>(wind.size());
        const double bearing = std::atan2(east, north), distance = std::hypot(east, north);
        double sum = 0;
        for (const auto& w : wind) {
            const double off = std::remainder(bearing - (w.from + std::numbers::pi), 2 * std::numbers::pi);
            if (off < -0.5 * angle || off >= 0.5 * angle) continue;
            sum += w.share * sector_deposition(distance, near, angle, w.speed, deposition_velocity, stability);
        }
        return sum;
    }

    std::vector<double> deposition_;  ///< dust per cell [kg/m²/s], from an emitter that lies open
};

REGISTER(SoluteSource, WindDust)

}  // namespace galena
