// Dust of a dry surface: gusts set it free (AP-42), the wind rose carries it (Gaussian plume), and it falls on the ground.

#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>

#include <fmt/format.h>

#include "facility/areal_source.hpp"
#include "facility/dust.hpp"
#include "facility/facility.hpp"

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

struct WindDust final : ArealSource, Facility {
    static constexpr std::string_view name = "wind_dust", meaning = "dust that wind takes off waste and lets fall on the zone";

    Name emitter;
    std::vector<GustTable> gusts;
    std::vector<WindTable> wind;
    bool every_step = false;
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
                parameter("every_step", &T::every_step,
                          "the tables facilities and facility_releases get rows after every step, not only at output times")
                    .with_default(),
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
        start_ = domain.start;
        set_free_ = leaving_ = 0;
        for (const Index source : emitting) {
            const auto from = grid.centre_crs(source);
            const double strength = emission() * grid.area(source), near = 0.5 * std::sqrt(grid.area(source));
            set_free_ += strength;
            leaving_ += strength * share_beyond(grid, grid.centre(source), near);
            for (std::size_t n = 0; n < cells_.size(); ++n) {
                const auto to = grid.centre_crs(cells_[n]);
                deposition_[n] += strength * per_emission(to.x - from.x, to.y - from.y, near);
            }
        }
        settle_rounding();
    }
    [[nodiscard]] bool told_every_step() const override { return every_step; }
    [[nodiscard]] std::vector<FacilityFigure> figures(const Moment& moment) const override {
        const double open = open_share.mean(start_, moment.step.start, moment.step.end());
        return {{"dust set free", "t/a", open * set_free_, true},
                {"share of the dust that falls on the zone", "1", set_free_ > 0 ? on_zone_ / set_free_ : 0.0},
                {"share of the dust that leaves the grid", "1", set_free_ > 0 ? leaving_ / set_free_ : 0.0}};
    }
    [[nodiscard]] std::vector<Release> releases(const Moment& moment) const override {
        const double now = content * open_share.mean(start_, moment.step.start, moment.step.end());
        const double until = content * open_share.mean(start_, 0, moment.state.time) * moment.state.time;
        const auto release = [&](const char* path, double dust) { return Release{path, substance.text, dust * now, dust * until}; };
        return {release("dust on the zone", on_zone_), release("dust on the rest of the grid", set_free_ - on_zone_ - leaving_),
                release("dust beyond the grid", leaving_)};
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

    /// Of the dust of a column, what is still in the air where it passes the edge of the grid, over the wind rose; a sector by nine rays.
    [[nodiscard]] double share_beyond(const Grid& grid, Point from, double near) const {
        constexpr int rays = 9;
        const double sector = 2 * std::numbers::pi / static_cast<double>(wind.size()), turned = grid.georeference().rotation;
        const auto reach = [](double at, double along, double end) {
            return along > 0 ? (end - at) / along : along < 0 ? -at / along : infinite;
        };
        double sum = 0;
        for (const auto& w : wind)
            for (int ray = 0; ray < rays; ++ray) {
                const double towards = w.from + std::numbers::pi + sector * ((ray + 0.5) / rays - 0.5);
                const double x = std::sin(towards + turned), y = std::cos(towards + turned);  // the grid's own axes
                const double edge = std::min(reach(from.x, x, grid.x_edges().back()), reach(from.y, y, grid.y_edges().back()));
                sum += w.share / rays * airborne_share(edge, near, w.speed, deposition_velocity, stability);
            }
        return sum;
    }

    /// A plume that is looked at in the middles of coarse cells may let fall a little more than there is: no more falls than that.
    void settle_rounding() {
        on_zone_ = 0;
        for (std::size_t n = 0; n < cells_.size(); ++n) on_zone_ += deposition_[n] * area_[n];
        const double most = set_free_ - leaving_;
        if (on_zone_ <= most) return;
        for (double& d : deposition_) d *= most / on_zone_;
        on_zone_ = most;
    }

    std::vector<double> deposition_;                   ///< dust per cell [kg/m²/s], from an emitter that lies open
    double set_free_ = 0, on_zone_ = 0, leaving_ = 0;  ///< of it [kg/s]: in all, onto the zone, beyond the grid
    Date start_;
};

REGISTER(SoluteSource, WindDust)

}  // namespace galena
