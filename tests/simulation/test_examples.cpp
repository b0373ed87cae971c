// Every example runs, and shows what its page of prose says.

#include <cmath>
#include <map>

#include <doctest/doctest.h>

#include "core/csv.hpp"
#include "program.hpp"

using namespace galena;

namespace {

/// The number in the last row of a table whose named fields match.
double last_value(const std::filesystem::path& file, const std::vector<std::pair<std::string, std::string>>& match,
                  const std::string& wanted) {
    Diagnostics diagnostics;
    const auto table = read_csv(file.string(), {}, diagnostics);
    REQUIRE_FALSE(diagnostics.has_errors());
    const auto column = table.find_column(wanted);
    REQUIRE(column.has_value());
    double found = std::nan("");
    for (std::size_t row = 0; row < table.row_count(); ++row) {
        bool all = true;
        for (const auto& [name, text] : match) all = all && table.text(row, *table.find_column(name)) == text;
        if (all) found = *parse_number(table.text(row, *column));
    }
    return found;
}

}  // namespace

TEST_CASE("example column: cadmium breaks through where retardation says") {
    const TemporaryFolder folder;
    const auto out = folder / "out";
    const auto result = galena_program("run --quiet " + source_folder() + "/examples/column/site.toml --output " + out.string());
    INFO(result.output);
    REQUIRE(result.code == 0);
    // R = 1 + 1.6 · 2 / 0.35 = 10.14, v = 0.05 / 0.35 m/d: half the inlet concentration passes 0.5 m after about 0.5 R / v = 35.5 d, a
    // little earlier for the first-type inlet. After 200 d = 2.8 column lengths the whole column is at the inlet's concentration.
    CHECK(last_value(out / "observations.csv", {{"name", "near the end"}, {"quantity", "concentration/Cd"}}, "value") ==
          doctest::Approx(1.0).epsilon(1e-3));
    const double at_40_days =
        last_value(out / "observations.csv", {{"name", "half way"}, {"quantity", "concentration/Cd"}, {"time", "40"}}, "value");
    CHECK(at_40_days > 0.5);
    CHECK(at_40_days < 0.9);
    CHECK(last_value(out / "budget.csv", {{"component", "Cd"}, {"term", "closure"}}, "cumulative_in") < 1e-9);
}

TEST_CASE("example well_capture: the well draws on the ground whose rain it pumps, and on the pile") {
    const TemporaryFolder folder;
    const auto out = folder / "out";
    const auto result = galena_program("run --quiet " + source_folder() + "/examples/well_capture/site.toml --output " + out.string());
    INFO(result.output);
    REQUIRE(result.code == 0);
    const auto zones = out / "tables/capture_zones.csv";
    // 800 m³/d over 0.6 mm/d. The edge, 3.5 km long, is known to a start's 13 m: of random sign, √260 starts of 178 m²; tripled.
    CHECK(last_value(zones, {{"group", "rain"}}, "area [ha]") == doctest::Approx(800 / 0.6e-3 / 1e4).epsilon(0.006));
    CHECK(last_value(zones, {{"group", "ten years"}}, "area [ha]") == doctest::Approx(55.2).epsilon(0.02));
    const auto ends = out / "tables/particle_ends.csv";
    const std::vector<std::pair<std::string, std::string>> at_well{{"reason", "captured by boundary"}, {"boundary", "waterworks"}};
    const auto median = [&](const std::string& group) {
        auto match = at_well;
        match.emplace_back("group", group);
        CHECK(last_value(ends, match, "share") == (group == "rain" ? doctest::Approx(0.222).epsilon(0.006) : doctest::Approx(1.0)));
        return last_value(ends, match, "median [d]");
    };
    CHECK(median("rain") / 365.25 == doctest::Approx(20.9).epsilon(0.01));
    const double water = median("water of the pile"), cadmium = median("cadmium of the pile");
    CHECK(water / 365.25 == doctest::Approx(14.3).epsilon(0.01));
    CHECK(cadmium / water == doctest::Approx(1 + 1.7 * 0.5 / 0.25).epsilon(1e-6));
    CHECK(std::filesystem::exists(out / "pathlines/ten_years.vtp"));
    CHECK_FALSE(std::filesystem::exists(out / "pathlines/rain.vtp"));  // pathlines = false
}

TEST_CASE("example desert_profile: water leaves into the air, cadmium stays") {
    const TemporaryFolder folder;
    const auto out = folder / "out";
    const auto result = galena_program("run --quiet " + source_folder() + "/examples/desert_profile/site.toml --output " + out.string());
    INFO(result.output);
    REQUIRE(result.code == 0);
    const auto booked = [&](const std::string& component, const std::string& name, const std::string& column) {
        return last_value(out / "budget.csv", {{"component", component}, {"name", name}}, column);
    };
    // What enters is the groundwater's water times its 0.1 mg/L; the air takes none of it.
    const double water = booked("water", "groundwater", "cumulative_in");
    CHECK(water > 0.05);
    CHECK(booked("Cd", "groundwater", "cumulative_in") == doctest::Approx(1e-4 * water).epsilon(1e-9));
    CHECK(booked("Cd", "desert", "cumulative_out") == 0.0);
    // The air could take 6 mm/d on 730.5 days; the ground gives it a small part of that, but more than the rain brought.
    CHECK(booked("water", "desert", "cumulative_out") < 0.1 * 0.006 * 730.5);
    CHECK(booked("water", "desert", "cumulative_out") > booked("water", "desert", "cumulative_in"));
    CHECK(last_value(out / "observations.csv", {{"name", "surface"}, {"quantity", "concentration/Cd"}}, "value") > 0.3);
}

TEST_CASE("example meuse: the survey becomes fields, the metals stay or leach as their sorption says") {
    const TemporaryFolder folder;
    const auto out = folder / "out";
    const auto result = galena_program("run " + source_folder() + "/examples/meuse/site.toml --output " + out.string());
    INFO(result.output);
    REQUIRE(result.code == 0);
    // The figures of the survey that its literature gives (DATA.md).
    CHECK(result.output.find("zinc: spherical variogram fitted: nugget 0.05066, partial sill 0.5906, range 897 m") != std::string::npos);
    CHECK(result.output.find("zinc: leave-one-out RMSE 0.3918") != std::string::npos);
    CHECK(result.output.find("median exp(Z*)") != std::string::npos);
    // Topsoil of 0.2 m loses what percolates: 0.8 mm/d · 100 a / (0.2 m · ρb Kd) of its cadmium, 16 % if nothing came from elsewhere,
    // and next to nothing of its lead.
    const auto zones = out / "zones.csv";
    const auto kept = [&](const std::string& metal) {
        const double start = last_value(zones, {{"zone", "topsoil"}, {"quantity", "total/" + metal}, {"time", "0"}}, "value");
        return last_value(zones, {{"zone", "topsoil"}, {"quantity", "total/" + metal}}, "value") / start;
    };
    CHECK(kept("Cd") > 0.78);
    CHECK(kept("Cd") < 0.90);
    CHECK(kept("Pb") > 0.99);
    CHECK(kept("Pb") < 1.0);
    // The topsoil lies above the water table: it holds what lets 0.8 mm/d pass, 71 % of its 3103 cells' pores, as the page tells.
    const double water = last_value(zones, {{"zone", "topsoil"}, {"quantity", "mobile_water"}, {"time", "0"}}, "value");
    CHECK(water / (3103 * 1600 * 0.2 * 0.42) == doctest::Approx(0.71).epsilon(0.01));
    for (const auto* component : {"water", "Cd", "Cu", "Pb", "Zn"})
        CHECK(last_value(out / "budget.csv", {{"component", component}, {"term", "closure"}}, "cumulative_in") < 1e-8);
    // Areas per class add up to the study area: 3103 cells of 40 m.
    double area = 0;
    for (const auto* name : {"priority protection", "safe use", "strict control"})
        area += last_value(out / "tables/farmland_area.csv", {{"substance", "all"}, {"class", name}}, "area [ha]");
    CHECK(area == doctest::Approx(3103 * 0.16));
}

TEST_CASE("example mt3dms: every problem runs to its end and balances") {
    // In the reduced form those that take less than a second.
    const std::vector<std::string> all{"column",    "kinetic_sorption", "point_source_3d",         "radial_flow",
                                       "two_wells", "vertical_section", "injection_and_extraction"};
    std::size_t sites = 0;
    for (const auto& entry : std::filesystem::directory_iterator(source_folder() + "/examples/mt3dms"))
        sites += entry.path().extension() == ".toml" ? 1 : 0;
    CHECK(sites == all.size());
    for (const auto& name : all) {
        const TemporaryFolder folder;
        const auto out = folder / "out";
        const auto result =
            galena_program("run --quiet " + source_folder() + "/examples/mt3dms/" + name + ".toml --output " + out.string());
        INFO(name, ": ", result.output);
        REQUIRE(result.code == 0);
        Diagnostics diagnostics;
        const auto table = read_csv((out / "budget.csv").string(), {}, diagnostics);
        REQUIRE_FALSE(diagnostics.has_errors());
        const auto term = *table.find_column("term"), closure = *table.find_column("cumulative_in");
        std::size_t closures = 0;
        for (std::size_t row = 0; row < table.row_count(); ++row)
            if (table.text(row, term) == "closure") {
                ++closures;
                CHECK(std::stod(std::string(table.text(row, closure))) < 1e-8);
            }
        CHECK(closures > 1);
    }
}

TEST_CASE("example mt3dms: four rates of sorption, four breakthroughs") {
    const TemporaryFolder folder;
    const auto out = folder / "out";
    const auto result =
        galena_program("run --quiet " + source_folder() + "/examples/mt3dms/kinetic_sorption.toml --output " + out.string());
    INFO(result.output);
    REQUIRE(result.code == 0);
    Diagnostics diagnostics;
    const auto table = read_csv((out / "observations.csv").string(), {}, diagnostics);
    REQUIRE_FALSE(diagnostics.has_errors());
    const auto time = *table.find_column("time"), quantity = *table.find_column("quantity"), value = *table.find_column("value");
    // Peaks and their times in seconds, as the page tells them: to the digits it gives.
    struct Peak {
        double value = 0, seconds = 0;
    };
    std::map<std::string, Peak> peaks;
    for (std::size_t row = 0; row < table.row_count(); ++row) {
        auto& peak = peaks[std::string(table.text(row, quantity))];
        const double v = *parse_number(table.text(row, value));
        if (v > peak.value) peak = {v, 86400 * *parse_number(table.text(row, time))};
    }
    const std::map<std::string, Peak> page{{"concentration/never", {47.3, 182}},
                                           {"concentration/slow", {31.7, 181}},
                                           {"concentration/faster", {14.2, 188}},
                                           {"concentration/fast", {16.3, 428}}};
    for (const auto& [name, told] : page) {
        CAPTURE(name);
        CHECK(std::abs(peaks[name].value - told.value) <= 0.05);
        CHECK(std::abs(peaks[name].seconds - told.seconds) < 0.5);
    }
}
