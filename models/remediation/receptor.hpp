#pragma once
// Receptors: where people or waters are reached, and by what. Points, zones, what leaves through a boundary (a well, a river), and control
// planes.

#include "remediation/face_line.hpp"
#include "remediation/measure.hpp"

namespace galena {

/// [[receptor]]
struct ReceptorTable {
    Name name;
    std::optional<double> x, y, z, depth;
    Name zone, boundary;
    std::vector<std::vector<double>> line;
    std::map<std::string, double> limit;
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
            parameter("zone", &T::zone, "a zone: its highest concentration counts").with_default(),
            parameter("boundary", &T::boundary, "what leaves through a boundary: a well, a river, a side").with_default(),
            parameter("line", &T::line, "m", anything, "a control plane above this line: what flows through it, mixed"),
            parameter("limit", &T::limit, "mg/L", positive, "of the dissolved concentration, by substance"),
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

}  // namespace galena
