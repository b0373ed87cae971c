// Ground that is hard on Newton's method: fine clay near saturation, columns that are dry to their base, heads held in dry cells.

#include "temporary_folder.hpp"
#include "verification/soil_column.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

// ---- clay -----------------------------------------------------------------------------------------------------------------------------

namespace {

/// 2 m of clay with the water table of the start 1.5 m below ground; rain of 40 mm/d, nearly what it conducts when full.
std::string clay(double n, const std::string& regime, const std::string& entry = "") {
    return column(2, 40, "30 d",
                  fmt::format(R"(
[[medium]]
hydraulic_conductivity = "4.8 cm/d"
specific_storage = "1e-5 1/m"
porosity = 0.38
[[retention]]
type = "van_genuchten"
alpha = "0.8 1/m"
n = {}
residual_water_content = 0.068
{}
[flow]
formulation = "variably_saturated"
regime = "{}"
initial_head = "-1.5 m"
[[boundary]]
type = "fixed_head"
name = "drain"
side = "bottom"
head = "-3 m"
[[boundary]]
type = "atmosphere"
name = "weather"
rain = "40 mm/d"
)",
                              n, entry, regime));
}

}  // namespace

TEST_CASE("clay without an air entry takes heavy rain in few steps") {
    for (const double n : {1.09, 1.2}) {  // Carsel & Parrish 1988: clay has 1.09
        CAPTURE(n);
        SiteRun wet(clay(n, "transient"));
        wet.finish();
        // A month in steps that grow to a week; without smoothing it took thousands or ended without a solution.
        CHECK(wet.state().step < 40);
        CHECK(wet.closure() < 1e-9);
        SiteRun steady(clay(n, "steady"));
        steady.start();
        CHECK(std::abs(steady.inflow("weather") + steady.inflow("drain")) < 1e-5 * steady.inflow("weather"));
    }
}

// ---- layers that are pinched out ------------------------------------------------------------------------------------------------------

namespace {

/// Two columns that nothing joins: in the first, layers are pinched out at the top and in the middle, in the second they are there. `layers`:
/// only those of the first.
std::string columns(bool pinched, const std::string& soil, const std::string& flow, const std::string& weather) {
    std::string text = R"(
[site]
name = "pinched"
start = 2020-01-01
duration = "20 d"
[grid]
ny = 1
dy = "1 m"
top = "0 m"
)";
    text += pinched ? "nx = 2\ndx = \"1 m\"\n" : "nx = 1\ndx = \"1 m\"\n";
    if (pinched)
        text +=
            "[[grid.layer]]\nname = \"cover\"\nbottom = { points = \"cover.csv\", column = \"z\", unit = \"m\", method = \"nearest\" }\n";
    text += "[[grid.layer]]\nname = \"top\"\nbottom = \"-0.4 m\"\ncells = 4\n";
    if (pinched)
        text +=
            "[[grid.layer]]\nname = \"clay\"\nbottom = { points = \"clay.csv\", column = \"z\", unit = \"m\", method = \"nearest\" "
            "}\ncells = 3\n";
    return text + "[[grid.layer]]\nname = \"base\"\nbottom = \"-3 m\"\ncells = 13\n" + soil + R"(
[flow]
formulation = "variably_saturated"
weighting = "upstream"
initial_head = "-2 m"
)" + flow + R"(
[[boundary]]
type = "fixed_head"
name = "groundwater"
side = "bottom"
head = "-2 m"
[[boundary]]
type = "atmosphere"
name = "weather"
)" + weather;
}

}  // namespace

TEST_CASE("layers that are pinched out, at the top and in unsaturated ground, change nothing under any weather") {
    // With upstream weighting, which faces beside pinched-out cells always have.
    const TemporaryFolder folder;
    write_file(folder / "cover.csv", "x,y,z\n0.5,0.5,0\n1.5,0.5,-0.1\n");
    write_file(folder / "clay.csv", "x,y,z\n0.5,0.5,-0.4\n1.5,0.5,-0.5\n");
    const SoilLaw sand{0.05, 0.43, 14.5, 2.68, 7.0}, loam{0.078, 0.43, 3.6, 1.56, 0.25};  // Carsel & Parrish 1988
    const std::string transient = "regime = \"transient\"\ninitial_step = \"0.1 d\"\nmaximum_step = \"0.5 d\"\n";
    const std::string wall =
        "[[flow_barrier]]\nname = \"wall\"\nfrom = { x = \"1 m\", y = \"0 m\" }\nto = { x = \"1 m\", y = \"1 m\" }\nleakance = \"0 1/d\"\n";
    for (const auto& soil : {sand, loam})
        for (const std::string& regime : {std::string("regime = \"steady\"\n"), transient})
            for (const std::string weather : {"evaporation = \"8 mm/d\"\n", "rain = \"100 mm/d\"\n"}) {
                CAPTURE(soil.n);
                CAPTURE(regime);
                CAPTURE(weather);
                SiteRun plain(columns(false, soil.tables(), regime, weather)),
                    pinched(columns(true, soil.tables(), regime + "sloping_layers = \"two_point\"\n", weather + wall), folder.path);
                plain.finish();
                pinched.finish();
                // A step makes up for what the last one left open, a steady state keeps it: 1e-7 of what passes, or the rounding of heads in ground
                // as dry as the air makes it.
                CHECK(pinched.closure() < (regime == transient ? 1e-9 : 1e-5));
                // Layers from the bottom: 13 of the base, 3 of clay, 4 of the top, the cover.
                for (Index k = 0; k < 17; ++k) {
                    const Index other = 2 * (k < 13 ? k : k + 3);
                    // Both are solved to 1e-6 or 1e-7 of what passes.
                    CHECK(pinched.head(other) == doctest::Approx(plain.head(k)).epsilon(1e-4));
                }
            }
}

// ---- a head held in dry cells ---------------------------------------------------------------------------------------------------------

namespace {

/// An aquifer of 10 m in ten layers between a canal of 8 m and one of `low` m, 100 m apart. The lower canal: cells whose heads are held,
/// those above its water dry; or a head at the side, where the cells are unknowns.
double dupuit_inflow(double low, bool cells) {
    SiteRun run(fmt::format(R"(
[site]
name = "canals"
start = 2024-01-01
duration = "1 d"
[grid]
nx = 50
ny = 1
dx = "2 m"
dy = "1 m"
top = "10 m"
[[grid.layer]]
name = "sand"
thickness = "10 m"
cells = 10
[[medium]]
hydraulic_conductivity = "5 m/d"
porosity = 0.3
[[zone]]
name = "low"
x_min = "98 m"
[flow]
formulation = "water_table"
initial_head = "8 m"
[[boundary]]
type = "fixed_head"
name = "high"
side = "west"
head = "8 m"
[[boundary]]
type = "fixed_head"
name = "low"
{}
head = "{} m"
)",
                            cells ? "zone = \"low\"" : "side = \"east\"", low));
    run.start();
    CHECK(run.inflow("high") == doctest::Approx(-run.inflow("low")).epsilon(1e-6));
    return run.inflow("high");
}

}  // namespace

TEST_CASE("heads held in dry cells take what Dupuit's law brings, as heads held at a side do") {
    for (const double low : {5.5, 2.5}) {
        CAPTURE(low);
        // Dupuit: K (H² − h²) / 2L holds for the flux between vertical sides exactly (Charny 1951), seepage face or not. The held
        // cells are held at their centres, 99 m away.
        const double to_cells = 5 * (64 - low * low) / (2 * 99), to_side = 5 * (64 - low * low) / (2 * 100);
        const double in_cells = dupuit_inflow(low, true), at_side = dupuit_inflow(low, false);
        // Upstream thickness: first order in the fall of the water table from column to column, largest at the low end: half of one such fall,
        // 2 m · (Q / K h), over the mean thickness.
        const double tolerance = 2 * (to_cells / 5 / low) / (0.5 * (8 + low));
        report("held_in_dry_cells", fmt::format("inflow_{}:relative", low), to_cells, in_cells, std::abs(in_cells / to_cells - 1),
               tolerance, "Dupuit 1863; Charny 1951");
        CHECK(at_side == doctest::Approx(to_side).epsilon(tolerance));
    }
}

// ---- a column that is dry to its base -------------------------------------------------------------------------------------------------

TEST_CASE("rain fills columns that were dry to their base") {
    const TemporaryFolder folder;
    std::string base = "x,y,z\n";
    for (int i = 0; i < 20; ++i) base += fmt::format("{},0.5,{}\n", 5 * i + 2.5, 4 - 0.2 * i);  // from 4 m down to 0.2 m
    write_file(folder / "base.csv", base);
    SiteRun run(R"(
[site]
name = "hill"
start = 2024-01-01
duration = "400 d"
[grid]
nx = 20
ny = 1
dx = "5 m"
dy = "1 m"
top = "10 m"
[[grid.layer]]
name = "sand"
bottom = { points = "base.csv", column = "z", unit = "m", method = "nearest" }
cells = 4
[[medium]]
hydraulic_conductivity = "2 m/d"
porosity = 0.3
specific_yield = 0.2
specific_storage = "1e-5 1/m"
[flow]
formulation = "water_table"
regime = "transient"
initial_head = "1 m"
initial_step = "1 h"
[[boundary]]
type = "recharge"
name = "rain"
rate = "2 mm/d"
[[boundary]]
type = "fixed_head"
name = "river"
side = "east"
head = "1 m"
)",
                folder.path);
    run.finish();
    CHECK(run.closure() < 1e-10);
    // All that falls arrives: 2 mm/d on 100 m, after 400 d of a response time Sy L² / (K h) of a few hundred.
    CHECK(run.inflow("river") == doctest::Approx(-0.2).epsilon(0.05));
    CHECK(run.head(0) > 4);  // the highest column is wet above its base
}

// ---- more rain than the ground lets down ----------------------------------------------------------------------------------------------

TEST_CASE("rain on dry ground that lets a twentieth of it down fills the ground from above") {
    // 2 mm/d on ground with Kz = 0.1 mm/d, its water table at 8 of 10 m: Newton throws the heads of the dry cells far up at first.
    SiteRun run(R"(
[site]
name = "tight"
start = 2024-01-01
duration = "100 d"
[grid]
nx = 5
ny = 1
dx = "10 m"
dy = "10 m"
top = "0 m"
[[grid.layer]]
name = "silt"
thickness = "10 m"
cells = 8
[[medium]]
hydraulic_conductivity = "0.01 m/d"
anisotropy_vertical = 0.01
porosity = 0.35
specific_yield = 0.2
specific_storage = "0 1/m"
[flow]
formulation = "water_table"
regime = "transient"
initial_head = "-8 m"
[[boundary]]
type = "general_head"
name = "ditch"
zone = "west"
head = "-8 m"
leakance = "1 1/d"
[[zone]]
name = "west"
x_max = "10 m"
layers = ["silt"]
z_max = "-8.75 m"
[[boundary]]
type = "recharge"
name = "rain"
rate = "2 mm/d"
)");
    run.finish();
    CHECK(run.closure() < 1e-9);
    CHECK(run.simulation().retries().empty());
    // 0.2 m of rain into pores that take a fifth: the uppermost metre is full, but for what seeps down and to the side.
    double held = 0;
    for (Index c = 0; c < run.grid().cell_count(); ++c) held += run.state().mobile_water[c];
    const double rain = run.entry("water", "rain").cumulative_in, left = run.entry("water", "ditch").cumulative_out;
    CHECK(rain == doctest::Approx(0.2 * 500).epsilon(1e-9));
    CHECK(left < 0.2 * rain);
    for (Index column = 1; column < 5; ++column) CHECK(run.state().saturation[column + 35] > 0.8);
    CHECK(held > 0);
}

// ---- water that stands still ----------------------------------------------------------------------------------------------------------

TEST_CASE("water stands still between heads of zero, wherever the iteration starts") {
    // The solution is 0 everywhere, with no flux at all to measure an imbalance by, and no head to measure rounding by.
    for (const std::string formulation : {"saturated", "water_table", "variably_saturated"})
        for (const double start : {5.0, -3.0, 1e-3}) {
            CAPTURE(formulation);
            CAPTURE(start);
            SiteRun run(fmt::format(
                R"(
[site]
name = "pool"
start = 2024-01-01
duration = "1 d"
[grid]
nx = 12
ny = 7
dx = "10 m"
dy = "10 m"
top = "10 m"
[[grid.layer]]
name = "sand"
bottom = "-20 m"
cells = 6
[[zone]]
name = "lake"
layers = ["sand"]
x_min = "100 m"
[[medium]]
hydraulic_conductivity = "10 m/d"
anisotropy_vertical = 0.1
porosity = 0.3
[flow]
formulation = "{}"
initial_head = "{} m"
[[boundary]]
type = "fixed_head"
name = "west"
side = "west"
head = "0 m"
[[boundary]]
type = "fixed_head"
name = "lake"
zone = "lake"
head = "0 m"
[[boundary]]
type = "drain"
name = "drain"
zone = "all"
elevation = "1 m"
conductance = "5 m2/d"
{}
)",
                formulation, start,
                formulation == "variably_saturated" ? "[[retention]]\ntype = \"van_genuchten\"\nalpha = \"3 1/m\"\nn = 2\n" : ""));
            run.start();
            double highest = 0;
            for (Index c = 0; c < run.grid().cell_count(); ++c) highest = std::max(highest, std::abs(run.head(c)));
            // Six digits below the tolerance (1e-10; 1e-7 where the ground is not linear) of the water that the start would have moved; a
            // head is off by some ten thousand times that where what ties it to the held ones is so much less than all conductances together.
            CHECK(highest < (formulation == "saturated" ? 1e-12 : 1e-8) * std::abs(start));
            CHECK(run.simulation().equations().front()->statistics().solves < 200);  // 500 steps in pseudo-time failed
        }
}
