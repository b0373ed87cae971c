#include "grid/polygon.hpp"

#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

namespace galena {

namespace {

/// The ring without vertices that repeat the one before, the closing one included.
Ring without_repetitions(const Ring& ring) {
    Ring result;
    for (std::size_t v = 0; v < ring.size(); ++v)
        if (result.x.empty() || ring.x[v] != result.x.back() || ring.y[v] != result.y.back()) result.add(ring.x[v], ring.y[v]);
    while (result.size() > 1 && result.x.front() == result.x.back() && result.y.front() == result.y.back()) {
        result.x.pop_back();
        result.y.pop_back();
    }
    return result;
}

BoundingBox bounds_of(const Ring& ring) {
    BoundingBox box;
    for (std::size_t v = 0; v < ring.size(); ++v) box.include(ring.x[v], ring.y[v]);
    return box;
}

}  // namespace

double Ring::area() const {
    // Coordinates relative to the first vertex: those of a national grid are large against the area.
    double twice = 0;
    for (std::size_t v = 1; v + 1 < size(); ++v) twice += (x[v] - x[0]) * (y[v + 1] - y[0]) - (x[v + 1] - x[0]) * (y[v] - y[0]);
    return 0.5 * twice;
}

std::string Polygon::fault_of(const Ring& ring) {
    const auto vertices = without_repetitions(ring);
    if (vertices.size() < 3) return fmt::format("has only {} different vert{}", vertices.size(), vertices.size() == 1 ? "ex" : "ices");
    const auto box = bounds_of(vertices);
    const double width = box.x_max - box.x_min, height = box.y_max - box.y_min;
    if (!std::isfinite(width * width + height * height)) return "has vertices too far apart to compute with";
    // Rounding of the vertices leaves an area of some 1e-16 of the squared extent to a ring that runs back on itself.
    if (std::abs(vertices.area()) <= 1e-12 * (width * width + height * height)) return "encloses no area";
    return {};
}

Polygon::Polygon(std::vector<Ring> rings) {
    if (rings.empty()) throw std::invalid_argument("a polygon needs at least one ring");
    std::vector<Edge> edges;
    for (const auto& given : rings) {
        if (const auto fault = fault_of(given); !fault.empty()) throw std::invalid_argument("a ring of the polygon " + fault);
        auto ring = without_repetitions(given);
        for (std::size_t v = 0; v < ring.size(); ++v) {
            const auto next = (v + 1) % ring.size();
            const auto low = ring.y[v] < ring.y[next] ? v : next, high = low == v ? next : v;
            bounds_.include(ring.x[v], ring.y[v]);
            if (ring.y[low] < ring.y[high]) edges.push_back({ring.x[low], ring.y[low], ring.x[high], ring.y[high]});
        }
        rings_.push_back(std::move(ring));
    }
    sort_edges_into_bands(edges);
}

void Polygon::sort_edges_into_bands(const std::vector<Edge>& edges) {
    const double height = bounds_.y_max - bounds_.y_min;
    double sum_of_heights = 0;
    for (const auto& edge : edges) sum_of_heights += edge.y_high - edge.y_low;
    // So many bands that edges stand in four of them on average.
    const auto bands = std::max<std::size_t>(1, static_cast<std::size_t>(3 * static_cast<double>(edges.size()) * height / sum_of_heights));
    bands_per_metre_ = static_cast<double>(bands) / height;
    band_begin_.assign(bands + 1, 0);
    for (const auto& edge : edges)
        for (auto b = band(edge.y_low); b <= band(edge.y_high); ++b) ++band_begin_[b + 1];
    for (std::size_t b = 0; b < bands; ++b) band_begin_[b + 1] += band_begin_[b];
    band_edges_.resize(band_begin_.back());
    auto next = band_begin_;
    for (const auto& edge : edges)
        for (auto b = band(edge.y_low); b <= band(edge.y_high); ++b) band_edges_[next[b]++] = edge;
}

std::size_t Polygon::band(double y) const {
    return std::min(static_cast<std::size_t>((y - bounds_.y_min) * bands_per_metre_), band_begin_.size() - 2);
}

bool Polygon::contains(double x, double y) const {
    if (!bounds_.contains(x, y)) return false;
    const auto b = band(y);
    bool inside = false;
    for (auto e = band_begin_[b]; e < band_begin_[b + 1]; ++e) {
        const auto& edge = band_edges_[e];
        if (y < edge.y_low || y >= edge.y_high) continue;
        // Both neighbours of an edge compute the same product from the same two ends, so that rounding cannot give a point to both.
        inside ^= (x - edge.x_low) * (edge.y_high - edge.y_low) < (edge.x_high - edge.x_low) * (y - edge.y_low);
    }
    return inside;
}

Area::Area(std::vector<Polygon> polygons) : polygons_(std::move(polygons)) {
    for (const auto& polygon : polygons_) {
        bounds_.include(polygon.bounds().x_min, polygon.bounds().y_min);
        bounds_.include(polygon.bounds().x_max, polygon.bounds().y_max);
    }
}

bool Area::contains(double x, double y) const {
    return bounds_.contains(x, y) && std::any_of(polygons_.begin(), polygons_.end(), [=](const Polygon& p) { return p.contains(x, y); });
}

std::vector<std::uint8_t> Area::contains(std::span<const Point> points) const {
    std::vector<std::uint8_t> inside(points.size());
    parallel_for(static_cast<Index>(points.size()), [&](Index p) {
        const auto& point = points[static_cast<std::size_t>(p)];
        inside[static_cast<std::size_t>(p)] = contains(point.x, point.y);
    });
    return inside;
}

}  // namespace galena
