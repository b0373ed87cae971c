#include "facility/storage_curve.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

namespace galena {

void StorageCurve::add(double stage, double area_below, double area_above) {
    const double volume =
        pieces_.empty() ? 0.0 : pieces_.back().volume + 0.5 * (stage - pieces_.back().stage) * (pieces_.back().area_above + area_below);
    pieces_.push_back({stage, area_below, area_above, volume});
}

StorageCurve StorageCurve::of_points(const std::vector<StoragePoint>& points, Diagnostics& diagnostics) {
    StorageCurve curve;
    const auto mistakes = diagnostics.error_count();
    if (points.size() < 2) {
        if (!points.empty()) diagnostics.error(points.front().place, "a storage curve needs at least two points");
        return curve;
    }
    const auto falls = [&](const StoragePoint& p, const char* key, double before, double now, const char* shown) {
        diagnostics.error(p.places.of(key),
                          fmt::format("the storage curve is not monotone: {} {} follows {}", key, quantity_text(now, unit(shown)),
                                      quantity_text(before, unit(shown))),
                          "list points from the bottom up; areas and volumes grow with the stage");
    };
    for (std::size_t n = 1; n < points.size(); ++n) {
        const auto &low = points[n - 1], &high = points[n];
        if (high.stage <= low.stage) falls(high, "stage", low.stage, high.stage, "m");
        if (high.area < low.area) falls(high, "area", low.area, high.area, "m2");
        if (high.volume && low.volume && *high.volume <= *low.volume) falls(high, "volume", *low.volume, *high.volume, "m3");
    }
    if (diagnostics.error_count() != mistakes) return curve;
    curve.add(points.front().stage, 0, points.front().area);
    for (std::size_t n = 1; n < points.size(); ++n) {
        curve.add(points[n].stage, points[n].area, points[n].area);
        if (!points[n].volume) continue;
        const double by_area = curve.pieces_.back().volume + points.front().volume.value_or(0.0);
        if (std::abs(*points[n].volume - by_area) > 0.1 * by_area)
            diagnostics.error(points[n].places.of("volume"),
                              fmt::format("the storage curve contradicts itself: below {:.6g} m its areas hold {:.4g} m3, not {:.4g} m3",
                                          points[n].stage, by_area, *points[n].volume),
                              "give more points, or leave the volumes out");
    }
    return curve;
}

StorageCurve StorageCurve::of_floor(std::span<const double> elevations, std::span<const double> areas) {
    std::vector<std::size_t> order(elevations.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return elevations[a] < elevations[b]; });
    StorageCurve curve;
    double area = 0;
    for (const auto n : order) {
        if (curve.pieces_.empty() || elevations[n] > curve.pieces_.back().stage) curve.add(elevations[n], area, area);
        area += areas[n];
        curve.pieces_.back().area_above = area;
    }
    return curve;
}

namespace {

/// The last piece that begins at or below a value, by the member given.
template <class Pieces, class Value>
auto piece_at(const Pieces& pieces, double value, Value&& of) {
    auto above = std::upper_bound(pieces.begin(), pieces.end(), value, [&](double v, const auto& p) { return v < of(p); });
    return above == pieces.begin() ? above : above - 1;
}

}  // namespace

double StorageCurve::area(double stage) const {
    if (stage < lowest()) return 0;
    const auto at = piece_at(pieces_, stage, [](const Piece& p) { return p.stage; });
    if (at + 1 == pieces_.end()) return at->area_above;
    const double part = (stage - at->stage) / ((at + 1)->stage - at->stage);
    return at->area_above + part * ((at + 1)->area_below - at->area_above);
}

double StorageCurve::volume(double stage) const {
    if (stage <= lowest()) return 0;
    const auto at = piece_at(pieces_, stage, [](const Piece& p) { return p.stage; });
    return at->volume + 0.5 * (stage - at->stage) * (at->area_above + area(stage));
}

double StorageCurve::stage(double volume) const {
    if (volume <= 0) return lowest();
    const auto at = piece_at(pieces_, volume, [](const Piece& p) { return p.volume; });
    const double more = volume - at->volume, a = at->area_above;
    if (more <= 0) return at->stage;
    if (at + 1 == pieces_.end()) return at->stage + more / a;
    // more = a h + ½ g h², in the form that stays exact where the area does not change.
    const double g = ((at + 1)->area_below - a) / ((at + 1)->stage - at->stage);
    return at->stage + 2 * more / (a + std::sqrt(std::max(0.0, a * a + 2 * g * more)));
}

}  // namespace galena
