// Polygons out of files: vertices in CSV, or GeoJSON.

#include <filesystem>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/csv.hpp"
#include "core/text_file.hpp"
#include "grid/polygon.hpp"

namespace galena {

namespace {

using nlohmann::json;

constexpr auto ring_hint = "an area needs at least three vertices that do not lie on one line";

/// Cuts a table of vertices into rings.
class RingReader {
public:
    RingReader(const CsvTable& table, std::size_t x, std::size_t y, Diagnostics& diagnostics)
        : table_(table), x_(x), y_(y), diagnostics_(diagnostics) {}

    std::vector<Ring> read() {
        for (std::size_t row = 0; row < table_.row_count(); ++row) {
            const bool separator = table_.text(row, x_).empty() && table_.text(row, y_).empty();
            if (separator || table_.follows_blank_line(row)) end_ring();
            if (!separator) add_vertex(row);
        }
        end_ring();
        return std::move(rings_);
    }

private:
    void add_vertex(std::size_t row) {
        const auto x = table_.required_number(row, x_, diagnostics_), y = table_.required_number(row, y_, diagnostics_);
        if (!x || !y) return;
        if (ring_.x.empty()) first_row_ = row;
        const bool closes = ring_.size() >= 3 && *x == ring_.x.front() && *y == ring_.y.front();
        ring_.add(*x, *y);
        if (closes) end_ring();
    }

    void end_ring() {
        if (ring_.x.empty()) return;
        if (const auto fault = Polygon::fault_of(ring_); !fault.empty())
            diagnostics_.error(table_.place(first_row_, x_), fmt::format("the ring that begins here {}", fault), ring_hint);
        rings_.push_back(std::move(ring_));
        ring_ = {};
    }

    const CsvTable& table_;
    std::size_t x_, y_;
    Diagnostics& diagnostics_;
    Ring ring_;
    std::size_t first_row_ = 0;
    std::vector<Ring> rings_;
};

/// Collects the polygons of a GeoJSON document. `where` names the element in messages: "features[3].geometry".
class GeoJsonReader {
public:
    GeoJsonReader(std::string path, Diagnostics& diagnostics) : path_(std::move(path)), diagnostics_(diagnostics) {}

    void read(const json& element, const std::string& where) {
        if (!element.is_object() || !element.contains("type") || !element["type"].is_string()) return complain(where, "has no \"type\"");
        const auto type = element["type"].get<std::string>();
        if (type == "FeatureCollection") return read_each(element, "features", where);
        if (type == "GeometryCollection") return read_each(element, "geometries", where);
        if (type == "Feature") return read_feature(element, where);
        if (type != "Polygon" && type != "MultiPolygon") return complain(where, fmt::format("is a {}", type));
        const auto coordinates = element.find("coordinates");
        if (coordinates == element.end() || !coordinates->is_array()) return complain(where, "has no \"coordinates\"");
        const auto inner = member(where, "coordinates");
        if (type == "Polygon") return read_polygon(*coordinates, inner);
        for (std::size_t p = 0; p < coordinates->size(); ++p) read_polygon((*coordinates)[p], fmt::format("{}[{}]", inner, p));
    }

    [[nodiscard]] std::vector<Polygon> take() { return std::move(polygons_); }

private:
    static std::string member(const std::string& where, const std::string& name) { return where.empty() ? name : where + "." + name; }

    void complain(const std::string& where, const std::string& what, const std::string& hint = "") {
        diagnostics_.error({path_}, fmt::format("{} {}", where.empty() ? "the document" : where, what),
                           hint.empty() ? "allowed: Polygon, MultiPolygon, and Features and FeatureCollections of these" : hint);
    }

    void read_each(const json& element, const char* name, const std::string& where) {
        const auto list = element.find(name);
        if (list == element.end() || !list->is_array()) return complain(where, fmt::format("has no list \"{}\"", name));
        for (std::size_t e = 0; e < list->size(); ++e) read((*list)[e], fmt::format("{}[{}]", member(where, name), e));
    }

    void read_feature(const json& feature, const std::string& where) {
        const auto geometry = feature.find("geometry");
        if (geometry == feature.end()) return complain(where, "has no \"geometry\"");
        if (!geometry->is_null()) read(*geometry, member(where, "geometry"));
    }

    void read_polygon(const json& list, const std::string& where) {
        if (!list.is_array() || list.empty())
            return complain(where, "is no list of rings", "a polygon is [[[x, y], [x, y], ...], hole, ...]");
        std::vector<Ring> rings;
        for (std::size_t r = 0; r < list.size(); ++r)
            if (auto ring = read_ring(list[r], fmt::format("{}[{}]", where, r))) rings.push_back(std::move(*ring));
        if (rings.size() == list.size()) polygons_.emplace_back(std::move(rings));
    }

    /// Nothing when the ring is at fault, which has then been told.
    std::optional<Ring> read_ring(const json& list, const std::string& where) {
        const auto refused = [&](const std::string& element, const std::string& what, const char* hint) {
            complain(element, what, hint);
            return std::nullopt;
        };
        if (!list.is_array()) return refused(where, "is no list of positions", "a ring is [[x, y], [x, y], ...]");
        Ring ring;
        for (std::size_t v = 0; v < list.size(); ++v) {
            const auto& p = list[v];
            if (!p.is_array() || p.size() < 2 || !p[0].is_number() || !p[1].is_number())
                return refused(fmt::format("{}[{}]", where, v), "is no position", "a position is [x, y] with two numbers");
            ring.add(p[0].get<double>(), p[1].get<double>());
        }
        if (const auto fault = Polygon::fault_of(ring); !fault.empty()) return refused(where, fault, ring_hint);
        return ring;
    }

    std::string path_;
    Diagnostics& diagnostics_;
    std::vector<Polygon> polygons_;
};

/// The part of nlohmann's message that tells what was expected; it begins after the place, which we tell ourselves.
std::string syntax_fault(const json::parse_error& fault) {
    const std::string text = fault.what();
    const auto at = text.find("syntax error");
    return at == std::string::npos ? text : text.substr(at);
}

}  // namespace

Area read_polygon_csv(const std::string& path, const Place& asked_at, Diagnostics& diagnostics, const VertexColumns& columns) {
    const auto errors_before = diagnostics.error_count();
    const auto table = read_csv(path, asked_at, diagnostics);
    const auto x = table.column_or_position(columns.x, 0, asked_at, diagnostics);
    const auto y = table.column_or_position(columns.y, 1, asked_at, diagnostics);
    if (!x || !y) return {};
    auto rings = RingReader(table, *x, *y, diagnostics).read();
    if (rings.empty() && diagnostics.error_count() == errors_before)
        diagnostics.error(asked_at, fmt::format("'{}' has no vertices", path), ring_hint);
    if (diagnostics.error_count() > errors_before) return {};
    std::vector<Polygon> polygons;
    polygons.emplace_back(std::move(rings));
    return Area(std::move(polygons));
}

Area read_polygon_geojson(const std::string& path, const Place& asked_at, Diagnostics& diagnostics) {
    const auto errors_before = diagnostics.error_count();
    const auto text = read_text_file(path, asked_at, diagnostics);
    if (!text) return {};
    GeoJsonReader reader(path, diagnostics);
    try {
        reader.read(json::parse(*text), "");
    } catch (const json::parse_error& fault) {
        diagnostics.error(place_of_byte(path, *text, fault.byte > 0 ? fault.byte - 1 : 0), "this is not valid JSON", syntax_fault(fault));
        return {};
    } catch (const json::out_of_range& fault) {
        diagnostics.error({path}, "a number of this file is too large", fault.what());
        return {};
    }
    auto polygons = reader.take();
    if (polygons.empty() && diagnostics.error_count() == errors_before)
        diagnostics.error(asked_at, fmt::format("'{}' has no polygon", path), ring_hint);
    if (diagnostics.error_count() > errors_before) return {};
    return Area(std::move(polygons));
}

Area read_polygon(const std::string& path, const Place& asked_at, Diagnostics& diagnostics, const VertexColumns& columns) {
    const auto extension = std::filesystem::path(path).extension();
    if (extension == ".geojson" || extension == ".json") return read_polygon_geojson(path, asked_at, diagnostics);
    return read_polygon_csv(path, asked_at, diagnostics, columns);
}

}  // namespace galena
