// Cut-off wall: a thin barrier in the faces that a line crosses, of conductance K/b per area (Hsieh & Freckleton 1993), with windows.

#include <fmt/format.h>

#include "core/random.hpp"
#include "grid/polygon.hpp"
#include "remediation/face_line.hpp"
#include "remediation/measure.hpp"

namespace galena {

/// A gap in a wall.
struct WallWindow {
    std::vector<double> at;
    double width = 0;
    static auto parameters() {
        using T = WallWindow;
        return std::tuple{
            parameter("at", &T::at, "m", anything, "[x, y] of its middle; as deep as the wall"),
            parameter("width", &T::width, "m", positive, "faces with their middle within half of this are left open"),
        };
    }
};

enum class WallKind { soil_bentonite, cement_bentonite, grout_curtain };
template <>
inline const Words words<WallKind> = {"soil_bentonite", "cement_bentonite", "grout_curtain"};

/// How the badly made part lies in the wall.
enum class WindowPlacement { spread, random };
template <>
inline const Words words<WindowPlacement> = {"spread", "random"};

struct CutoffWall final : Measure {
    static constexpr std::string_view name = "cutoff_wall", meaning = "a thin wall of low conductivity along a line";

    WallKind kind = WallKind::soil_bentonite;
    std::vector<std::vector<double>> line;
    std::optional<double> top, bottom;
    double thickness = 0.8, conductivity = 1e-9, window_fraction = 0;
    double window_conductivity = 1e-6;
    std::vector<WallWindow> windows;
    WindowPlacement placement = WindowPlacement::spread;
    int seed = 1;

    static auto parameters() {
        using T = CutoffWall;
        return std::tuple_cat(
            measure_parameters(),
            std::tuple{
                parameter("kind", &T::kind, "what it is made of: the item of its cost").with_default(),
                parameter("line", &T::line, "m", anything, "its corners: [[\"100 m\", \"20 m\"], [\"100 m\", \"80 m\"]]"),
                parameter("top", &T::top, "m", anything, "elevation of its upper edge; the ground when absent"),
                parameter("bottom", &T::bottom, "m", anything, "elevation of its lower edge; the bottom of the grid when absent"),
                parameter("thickness", &T::thickness, "m", positive, "of the wall").with_default(),
                parameter("conductivity", &T::conductivity, "m/s", positive, "hydraulic conductivity of the wall").with_default(),
                parameter("window_fraction", &T::window_fraction, "", fraction, "part of its area that is badly made").with_default(),
                parameter("window_conductivity", &T::window_conductivity, "m/s", positive, "of the badly made part").with_default(),
                parameter(
                    "window_placement", &T::placement,
                    "spread: every part of the wall has its share of it; random: whole faces of cells are badly made, drawn at random")
                    .with_default(),
                parameter("seed", &T::seed, between(0, 2e9), "of the draw of window_placement = \"random\"").with_default(),
                parameter("window", &T::windows, "gaps in the wall"),
            });
    }

    [[nodiscard]] std::string_view type() const override { return name; }

    void resolve(const Site&, Domain& domain, Diagnostics& diagnostics) override {
        barriers_.clear();
        area_ = 0;
        if (!check_line(line, fmt::format("measure '{}'", label.text), places.of("line"), diagnostics)) return;
        const auto& grid = domain.grid;
        const double mean = (1 - window_fraction) * conductivity + window_fraction * window_conductivity;
        const RandomStream draw(static_cast<std::uint64_t>(seed), "windows of " + label.text);
        bad_area_ = 0;
        inside_ = enclosed_cells(domain);
        for (const auto& face : crossed_faces(grid, {line, top, bottom})) {
            const auto a = grid.centre_crs(face.left), b = grid.centre_crs(face.right);
            if (in_window(0.5 * (a.x + b.x), 0.5 * (a.y + b.y))) continue;
            // A draw belongs to its face, not to the order in which faces are found: a longer wall keeps the windows of the shorter one.
            const bool bad = placement == WindowPlacement::random && draw.uniform(3 * static_cast<std::uint64_t>(face.face) +
                                                                                  static_cast<std::uint64_t>(face.axis)) < window_fraction;
            const double k = placement == WindowPlacement::spread ? mean : bad ? window_conductivity : conductivity;
            barriers_.push_back({face.axis, face.face, k / thickness * face.area});
            area_ += face.area;
            bad_area_ += bad ? face.area : placement == WindowPlacement::spread ? window_fraction * face.area : 0.0;
        }
        if (!barriers_.empty()) warn_of_reach(line, grid, fmt::format("measure '{}'", label.text), places.of("line"), diagnostics);
        if (barriers_.empty())
            diagnostics.error(places.of("line"), fmt::format("measure '{}': the wall passes between no two cells", label.text),
                              reach_of(grid));
    }

    void begin(EditSession& session) override { session.set_barriers(layer(), barriers_); }
    void finish(EditSession& session) override { session.set_barriers(layer(), {}); }

    [[nodiscard]] std::vector<std::string> priced_items() const override { return {words<WallKind>[static_cast<std::size_t>(kind)]}; }
    [[nodiscard]] std::vector<CostItem> costs(double) const override {
        if (!begun()) return {};
        return {{"cutoff_wall", words<WallKind>[static_cast<std::size_t>(kind)], area_, "m2", CostKind::capital, begun_at(), begun_at()}};
    }
    [[nodiscard]] std::vector<Effect> effects(const UnitCosts&) const override {
        if (!begun()) return {};
        return {{"area of wall", "", area_, "m2"},
                {"area of wall badly made", "", bad_area_, "m2"},
                {"soil moved", "", area_ * thickness, "m3"}};
    }
    [[nodiscard]] std::vector<Index> contained_cells() const override { return inside_; }

private:
    [[nodiscard]] bool in_window(double x, double y) const {
        for (const auto& window : windows)
            if (window.at.size() == 2 && std::hypot(x - window.at[0], y - window.at[1]) <= 0.5 * window.width) return true;
        return false;
    }

    /// The cells within a closed wall, from its upper to its lower edge.
    [[nodiscard]] std::vector<Index> enclosed_cells(const Domain& domain) const {
        if (line.size() < 4 || line.front() != line.back()) return {};
        Ring ring;
        for (const auto& corner : line) ring.add(corner[0], corner[1]);
        if (!Polygon::fault_of(ring).empty()) return {};
        const Polygon within({ring});
        std::vector<Index> all;
        for (const Index c : *domain.zones.find("all")) {
            const auto p = domain.grid.centre_crs(c);
            if ((top && p.z > *top) || (bottom && p.z < *bottom)) continue;
            if (within.contains(p.x, p.y)) all.push_back(c);
        }
        return all;
    }

    std::vector<FaceBarrier> barriers_;
    std::vector<Index> inside_;
    double area_ = 0, bad_area_ = 0;
};

REGISTER(Measure, CutoffWall)

}  // namespace galena
