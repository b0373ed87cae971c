// What [[particles]] may say, and what is wrong with it before there is a grid.

#include <fmt/format.h>

#include "flow/particles.hpp"

namespace galena {

auto ParticleTable::parameters() {
    using T = ParticleTable;
    return std::tuple{
        parameter("name", &T::name, "name of the group, used in tables and file names"),
        parameter("direction", &T::direction, "forward: with the water; backward: against it, to where it came from").with_default(),
        parameter("zone", &T::zone, "start in every cell of this zone (or give points, file or well)").with_default(),
        parameter("per_cell", &T::per_cell, between(1, 1000),
                  "zone: starts per cell along x, y and z, evenly spread; [1, 1, 1] when absent"),
        parameter("on_top", &T::on_top, "zone: start on the top of its cells, where recharge enters, instead of within them")
            .with_default(),
        parameter("points", &T::points, "start at these points: { x, y, z } each"),
        parameter("file", &T::file, "start at the points of this CSV file, coordinates in metres, one a row"),
        parameter("x", &T::x, "file: column of the coordinate").with_default(),
        parameter("y", &T::y, "file: column of the coordinate").with_default(),
        parameter("z", &T::z, "file: column of the elevation").with_default(),
        parameter("well", &T::well, "start on rings around this well, in every cell of its screen").with_default(),
        parameter("radius", &T::radius, "m", positive, "well: of the rings; half the diagonal of the well's cell when absent"),
        parameter("count", &T::count, between(1, 1e6), "well: starts per ring").with_default(),
        parameter("rings", &T::rings, between(1, 1000), "well: rings per cell of its screen, one above the other").with_default(),
        parameter("release_time", &T::release_time, "d", not_negative, "after the start of the run; for flow that changes").with_default(),
        parameter("retardation_factor", &T::retardation_factor, "", Bounds{1, infinite, true, true}, "times slower than the water")
            .with_default(),
        parameter("distribution_coefficient", &T::distribution_coefficient, "L/kg", not_negative,
                  "instead: retardation 1 + bulk density · Kd / water content, cell by cell")
            .source("Freeze & Cherry (1979), eq. 9.14"),
        parameter("weak_sink", &T::weak_sink,
                  "cells that take a part of the water that enters, up to 99 %: particles stop or pass; cells that take more capture them")
            .with_default(),
        parameter("weak_sink_fraction", &T::weak_sink_fraction, "", fraction,
                  "stop: in cells that take at least this part; where they take less, particles pass")
            .with_default(),
        parameter("maximum_time", &T::maximum_time, "d", positive, "longest travel; to its end when absent"),
        parameter("moment", &T::moment, "d", not_negative,
                  "follow the flow of this moment after the start as if it lasted; when absent, forward particles move with the steps of "
                  "flow that changes, and backward ones follow the flow of the end"),
        parameter("stagnant_after", &T::stagnant_after, "a", positive,
                  "a particle that would stay longer than this in one cell is stagnant")
            .with_default(),
        parameter("maximum_crossings", &T::maximum_crossings, between(1, 1e9), "most cells that one particle may cross").with_default(),
        parameter("pathlines", &T::pathlines, "keep and write the pathlines, not only where they end").with_default(),
    };
}

namespace {

void check_source(const ParticleTable& t, ReadContext& context) {
    const auto title = fmt::format("particles '{}'", t.name.text);
    int sources = 0;
    for (const auto* key : {"zone", "points", "file", "well"}) {
        if (!t.places.has(key)) continue;
        if (++sources == 2)
            context.diagnostics.error(t.places.of(key), fmt::format("{}: there is more than one place to start from", title),
                                      "give one of zone, points, file and well");
    }
    if (sources == 0)
        context.diagnostics.error(t.place, fmt::format("{}: there is no place to start from", title),
                                  "give one of zone, points, file and well");
    const auto unused = [&](std::initializer_list<std::string_view> keys, const char* why) {
        reading::report_unused(t.places, title, keys, why, context);
    };
    if (!t.places.has("zone")) unused({"per_cell", "on_top"}, "it is about the cells of a zone");
    if (!t.places.has("file")) unused({"x", "y", "z"}, "only a file has columns");
    if (!t.places.has("well")) unused({"radius", "count", "rings"}, "only around a well there are rings");
}

}  // namespace

void ParticleTable::check(ReadContext& context) {
    check_source(*this, context);
    const auto title = fmt::format("particles '{}'", name.text);
    if (!per_cell.empty() && per_cell.size() != 3)
        context.diagnostics.error(places.of("per_cell"), fmt::format("{}: per_cell has {} numbers", title, per_cell.size()),
                                  "give three: along x, y and z, such as [2, 2, 1]");
    if (on_top && per_cell.size() == 3 && per_cell[2] != 1)
        context.diagnostics.error(places.of("per_cell"), fmt::format("{}: per_cell asks for {} starts along z", title, per_cell[2]),
                                  "on_top = true has one height only: give 1");
    if (places.has("points") && points.empty())
        context.diagnostics.error(places.of("points"), fmt::format("{}: points is an empty list", title),
                                  "give at least one { x = \"...\", y = \"...\", z = \"...\" }");
    if (weak_sink == WeakSink::pass)
        reading::report_unused(places, title, {"weak_sink_fraction"}, "weak_sink = \"pass\" stops none", context);
    if (distribution_coefficient)
        reading::report_unused(places, title, {"retardation_factor"}, "distribution_coefficient gives the retardation", context);
    if (moment)
        reading::report_unused(places, title, {"release_time"}, "the flow of one moment lasts for ever, whenever they start", context);
    else if (direction == TrackDirection::backward)
        reading::report_unused(places, title, {"release_time"}, "backward particles follow the flow of one moment", context);
}

REGISTER_SECTION(ParticleTables)

}  // namespace galena
