#pragma once
// Receptors: where people or waters are reached, and by what. Points, monitoring wells, zones, lines on the map, what leaves through a
// boundary (a pumping well, a river), and control planes.

#include "remediation/face_line.hpp"
#include "remediation/measure.hpp"

namespace galena {

/// [[receptor]]
struct ReceptorTable {
    Name name;
    std::optional<double> x, y, z, depth, screen_top, screen_bottom, top, bottom;
    Name zone, boundary;
    std::vector<std::vector<double>> line, along;
    std::map<std::string, double> limit;
    std::string standard, use;
    bool counts = true;
    Place place;
    Places places;

    static auto parameters() {
        using T = ReceptorTable;
        return std::tuple{
            parameter("name", &T::name, "name of the receptor"),
            parameter("x", &T::x, "m", anything, "a point: its coordinates"),
            parameter("y", &T::y, "m", anything, "likewise"),
            parameter("z", &T::z, "m", anything, "its elevation (or give depth; the highest active cell when both are absent)"),
            parameter("depth", &T::depth, "m", not_negative, "its depth below the top of the grid"),
            parameter("screen_top", &T::screen_top, "m", anything,
                      "with x and y, a monitoring well: elevation of the upper end of its screen; its cells are mixed by conductivity"),
            parameter("screen_bottom", &T::screen_bottom, "m", anything, "elevation of the lower end of its screen"),
            parameter("zone", &T::zone, "a zone: its highest concentration counts").with_default(),
            parameter("boundary", &T::boundary, "what leaves through a boundary: a well, a river, a side").with_default(),
            parameter("line", &T::line, "m", anything, "a control plane above this line: what flows through it, mixed"),
            parameter("top", &T::top, "m", anything, "elevation of the upper edge of the control plane; the whole column when absent"),
            parameter("bottom", &T::bottom, "m", anything, "elevation of its lower edge"),
            parameter("along", &T::along, "m", anything,
                      "a line on the map, such as a canal: the highest concentration in the highest active cells below it counts"),
            parameter("limit", &T::limit, "mg/L", positive, "of the dissolved concentration, by substance"),
            parameter("standard", &T::standard,
                      "a standard of water, e.g. \"GB/T 14848-2017\": limits of substances that `limit` leaves open")
                .with_default(),
            parameter("class", &T::use, "class or use of that standard").with_default(),
            parameter(
                "counts", &T::counts,
                "false: it is reported, but plans are not judged by it (a point in the source itself, say): not in the worst receptor, the "
                "longest exceedance and the Pareto flag of a comparison")
                .with_default(),
        };
    }
    void check(ReadContext& context);
};
struct ReceptorTables {
    static constexpr std::string_view section = "receptor",
                                      meaning = "where people or waters are reached: limits, times and peaks are reported for it";
    static constexpr std::string_view needs = "transport";
    std::vector<ReceptorTable> list;
};

/// Concentration [kg/m³], and the mass that passes [kg/s].
struct Reached {
    double concentration = 0, rate = 0;
};

/// Where a receptor lies in the grid.
class ReceptorPlace {
public:
    /// Mistakes (outside the grid, an unknown boundary) go to `diagnostics`.
    ReceptorPlace(const ReceptorTable& table, const Site& site, const Domain& domain, Diagnostics& diagnostics);
    /// What it sees of a substance now.
    [[nodiscard]] Reached look(const State& state, Index substance) const;
    /// False where nothing passes that could be counted: points, monitoring wells, zones, lines on the map.
    [[nodiscard]] bool has_flux() const { return !boundary_.empty() || !faces_.empty(); }

private:
    void find_point(const ReceptorTable& table, const std::string& title, const Domain& domain, Diagnostics& diagnostics);
    void find_well(const ReceptorTable& table, const std::string& title, const Domain& domain, Diagnostics& diagnostics);
    void find_along(const ReceptorTable& table, const std::string& title, const Domain& domain, Diagnostics& diagnostics);

    std::vector<Index> cells_;
    std::vector<double> weights_;  ///< of the cells, when they are mixed; empty: the highest counts
    std::vector<CrossedFace> faces_;
    std::string boundary_;
};

/// Limits of a receptor by substance [kg/m³]: its own, and for the others those of its standard. Substances that the standard does not
/// limit, or only in another form, are told in the remarks.
std::map<std::string, double> receptor_limits(const ReceptorTable& table, const Site& site, std::vector<std::string>& remarks,
                                              Diagnostics& diagnostics);

}  // namespace galena
