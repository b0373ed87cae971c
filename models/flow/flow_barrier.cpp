#include "flow/flow_barrier.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "simulation/edit.hpp"

namespace galena {

auto FlowBarrierTable::parameters() {
    using T = FlowBarrierTable;
    return std::tuple{
        parameter("name", &T::name, "name of the barrier, used in messages"),
        parameter("from", &T::from, "one end, on a line between cells: { x, y }"),
        parameter("to", &T::to, "the other end, on the same line between cells"),
        parameter("top", &T::top, "m", anything, "elevation of its upper edge; the whole depth when absent"),
        parameter("bottom", &T::bottom, "m", anything, "elevation of its lower edge"),
        parameter("leakance", &T::leakance, "1/d", not_negative, "conductivity over thickness (or give these two); 0: tight"),
        parameter("hydraulic_conductivity", &T::hydraulic_conductivity, "m/d", not_negative, "of the barrier"),
        parameter("thickness", &T::thickness, "m", positive, "of the barrier"),
    };
}

void FlowBarrierTable::check(ReadContext& context) {
    const auto title = fmt::format("flow_barrier '{}'", name.text);
    reading::exactly_one(places, title, "leakance", "hydraulic_conductivity", context.diagnostics);
    if (hydraulic_conductivity.has_value() != thickness.has_value())
        context.diagnostics.error(places.of(thickness ? "thickness" : "hydraulic_conductivity"),
                                  fmt::format("{} gives {} without {}", title, thickness ? "thickness" : "hydraulic_conductivity",
                                              thickness ? "hydraulic_conductivity" : "thickness"),
                                  "give both, or leakance");
    if (top && bottom && *top <= *bottom)
        context.diagnostics.error(places.of("top"), fmt::format("{}: its top does not lie above its bottom", title));
}

REGISTER_SECTION(FlowBarrierTables)

namespace {

/// The edge nearest to a coordinate.
double nearest_edge(const std::vector<double>& edges, double value) {
    return *std::min_element(edges.begin(), edges.end(), [&](double a, double b) { return std::abs(a - value) < std::abs(b - value); });
}

/// Faces are numbered by the cell on their far side: its west or south face.
class BarrierBuilder {
public:
    BarrierBuilder(const FlowBarrierTable& table, const Domain& domain, Diagnostics& diagnostics)
        : table_(table), grid_(domain.grid), diagnostics_(diagnostics), from_(local(table.from)), to_(local(table.to)) {}

    std::vector<FaceBarrier> build() {
        const auto& g = grid_;
        const double tolerance = 1e-6 * std::max(g.x_edges().back(), g.y_edges().back());
        const bool along_y = std::abs(from_.x - to_.x) <= tolerance, along_x = std::abs(from_.y - to_.y) <= tolerance;
        if (along_x == along_y) {
            diagnostics_.error(table_.place,
                               along_x ? fmt::format("flow_barrier '{}' has no length", table_.name.text)
                                       : fmt::format("flow_barrier '{}' runs across cells, not along their faces", table_.name.text),
                               "let both ends lie on the same line between two rows or two columns of cells");
            return {};
        }
        const auto& edges = along_y ? g.x_edges() : g.y_edges();
        const double at = along_y ? from_.x : from_.y, edge = nearest_edge(edges, at);
        const bool outside = edge == edges.front() || edge == edges.back();
        if (std::abs(edge - at) > tolerance || outside) return refuse(along_y, at, edge, outside), std::vector<FaceBarrier>{};
        auto faces = faces_along(along_y ? Axis::x : Axis::y, edge);
        if (faces.empty())
            diagnostics_.error(table_.place, fmt::format("flow_barrier '{}' lies between no active cells", table_.name.text), reach_of(g));
        return faces;
    }

private:
    [[nodiscard]] Point local(const BarrierEnd& end) const { return grid_.georeference().to_local({end.x, end.y, 0}); }

    void refuse(bool along_y, double at, double edge, bool outside) {
        const auto crs = grid_.georeference().to_crs(along_y ? Point{edge, from_.y, 0} : Point{from_.x, edge, 0});
        diagnostics_.error(
            table_.place,
            outside ? fmt::format("flow_barrier '{}' lies on the side of the grid, where no water passes between cells", table_.name.text)
                    : fmt::format("flow_barrier '{}' does not lie on faces between cells but {:.4g} m beside them", table_.name.text,
                                  std::abs(edge - at)),
            outside ? "leave it out, or put it inside"
                    : fmt::format("the nearest line between cells passes x = {:.10g} m, y = {:.10g} m", crs.x, crs.y));
    }

    /// Faces across an axis at an edge, between the ends and within the elevations, with their areas for conductances.
    std::vector<FaceBarrier> faces_along(Axis axis, double edge) const {
        const auto& g = grid_;
        const auto [low, high] = axis == Axis::x ? std::minmax(from_.y, to_.y) : std::minmax(from_.x, to_.x);
        const Side side = axis == Axis::x ? Side::west : Side::south;
        std::vector<FaceBarrier> faces;
        for (Index c = 0; c < g.cell_count(); ++c) {
            const auto p = g.centre(c);
            const double begin = axis == Axis::x ? p.x - 0.5 * g.width_x(c) : p.y - 0.5 * g.width_y(c),
                         across = axis == Axis::x ? p.y : p.x;
            if (std::abs(begin - edge) > 1e-9 * std::max(1.0, edge) || across < low || across > high) continue;
            const Index before = neighbour(g, c, side);
            if (before < 0 || !g.active(c) || !g.active(before)) continue;
            // A face has one conductance: the barrier closes those that it covers by half or more.
            const double upper = 0.5 * (g.top(c) + g.top(before)), lower = 0.5 * (g.bottom(c) + g.bottom(before));
            const double covered = std::min(upper, table_.top.value_or(infinite)) - std::max(lower, table_.bottom.value_or(-infinite));
            if (covered < 0.5 * (upper - lower)) continue;
            const double width = axis == Axis::x ? g.width_y(c) : g.width_x(c);
            faces.push_back({axis, outer_face(g, c, side), width * (upper - lower)});
        }
        return faces;
    }

    const FlowBarrierTable& table_;
    const Grid& grid_;
    Diagnostics& diagnostics_;
    Point from_, to_;
};

std::string layer_of(const FlowBarrierTable& table) { return "flow_barrier/" + table.name.text; }

std::vector<FaceBarrier> with_leakance(std::vector<FaceBarrier> faces, double leakance) {
    for (auto& face : faces) face.conductance *= leakance;
    return faces;
}

/// A barrier that lets through more or less in time: a wall that is built, ages, or is opened.
class ChangingBarrier final : public Intervention {
public:
    ChangingBarrier(const FlowBarrierTable& table, Date start, std::vector<FaceBarrier> areas)
        : table_(table), start_(start), areas_(std::move(areas)) {}

    [[nodiscard]] std::string type() const override { return "flow_barrier"; }
    [[nodiscard]] std::string name() const override { return table_.name.text; }
    void add_events(std::set<double>& times) const override {
        for (const Date date : table_.given().dates) times.insert(date.since(start_));
    }
    void act(EditSession& session) override {
        session.set_barriers(layer_of(table_), with_leakance(areas_, table_.leakance_at(start_, session.time())));
    }

private:
    FlowBarrierTable table_;
    Date start_;
    std::vector<FaceBarrier> areas_;  ///< with areas for conductances [m²]
};

const bool registered = InterventionIndex::instance().add(
    {"flow_barrier", [](const Site& site, Domain& domain, Diagnostics&) {
         std::vector<std::unique_ptr<Intervention>> all;
         if (!site.sound("flow_barrier")) return all;
         for (const auto& table : site.section<FlowBarrierTables>().list) {
             if (table.given().constant()) continue;
             Diagnostics said_by_flow;
             all.push_back(std::make_unique<ChangingBarrier>(table, domain.start, BarrierBuilder(table, domain, said_by_flow).build()));
         }
         return all;
     }});

}  // namespace

void place_flow_barriers(const Site& site, Domain& domain, Diagnostics& diagnostics) {
    for (const auto& table : site.section<FlowBarrierTables>().list) {
        auto faces = BarrierBuilder(table, domain, diagnostics).build();
        if (faces.empty()) continue;
        require_value_at_start(table.given(), domain.start, diagnostics);
        const auto layer = layer_of(table);
        if (domain.alterations.barriers.contains(layer))
            diagnostics.error(table.name.place, fmt::format("a second flow_barrier is named '{}'", table.name.text), "names must differ");
        domain.remarks.push_back(fmt::format("flow_barrier '{}': {} faces", table.name.text, faces.size()));
        domain.alterations.barriers[layer] = with_leakance(std::move(faces), table.leakance_at(domain.start, 0));
    }
}

}  // namespace galena
