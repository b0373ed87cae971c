// What each boundary of flow does, in cases small enough for pencil and paper.

#include "site_builder.hpp"
#include "temporary_folder.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

/// A row of ten cells of 10 m × 10 m × 10 m with K = 2 m/d, so that a metre of head over the row of 100 m drives 2 m³/d; steady.
std::string row_site(const std::string& boundaries) {
    return R"(
[site]
name = "row"
start = 2024-01-01
duration = "1 d"
[grid]
nx = 10
ny = 1
dx = "10 m"
dy = "10 m"
top = "0 m"
[[grid.layer]]
name = "aquifer"
thickness = "10 m"
[[medium]]
hydraulic_conductivity = "2 m/d"
porosity = 0.3
[[zone]]
name = "first"
x_max = "10 m"
[[zone]]
name = "last"
x_min = "90 m"
[flow]
regime = "steady"
initial_head = "1 m"
tolerance = 1e-13
)" + boundaries;
}

std::string side_head(const std::string& side, double head) {
    return fmt::format("[[boundary]]\ntype = \"fixed_head\"\nname = \"{0}\"\nside = \"{0}\"\nhead = \"{1:.17g} m\"\n", side, head);
}
std::string zone_head(const std::string& zone, double head) {
    return fmt::format("[[boundary]]\ntype = \"fixed_head\"\nname = \"{0}\"\nzone = \"{0}\"\nhead = \"{1:.17g} m\"\n", zone, head);
}

/// Every case: the solver leaves 1e-13 of the water that passes, so rates are good to some 1e-12 of each other.
doctest::Approx exactly(double value) { return doctest::Approx(value).epsilon(1e-11); }

SiteRun run_to_end(const std::string& text) {
    SiteRun run(text);
    run.finish();
    CHECK(run.closure() < 1e-9);
    return run;
}

}  // namespace

TEST_SUITE("verification") {
    TEST_CASE("a head fixed at a side is held at the side, one fixed in cells at their centres") {
        const auto sides = run_to_end(row_site(side_head("west", 3) + side_head("east", 1)));
        CHECK(sides.inflow("west") == exactly(2 * 100 * 2.0 / 100));  // K · area · 2 m / 100 m
        CHECK(sides.head(sides.cell(5, 5, -5)) == exactly(3 - 2 * 0.05));
        const auto cells = run_to_end(row_site(zone_head("first", 3) + zone_head("last", 1)));
        CHECK(cells.inflow("first") == exactly(2 * 100 * 2.0 / 90));  // centre to centre: half a cell less at each end
        CHECK(cells.head(cells.cell(5, 5, -5)) == 3.0);
    }

    TEST_CASE("layers in series pass the flux of their effective conductivity") {
        const auto run = run_to_end(R"(
[site]
name = "two layers"
start = 2024-01-01
duration = "1 d"
[grid]
nx = 1
ny = 1
dx = "1 m"
dy = "1 m"
top = "0 m"
[[grid.layer]]
name = "sand"
thickness = "2 m"
cells = 3
[[grid.layer]]
name = "clay"
thickness = "0.5 m"
cells = 2
[[medium]]
hydraulic_conductivity = "10 m/d"
porosity = 0.3
[[medium]]
zone = "clay"
hydraulic_conductivity = "1e-4 m/d"
[[zone]]
name = "clay"
layers = ["clay"]
[flow]
regime = "steady"
initial_head = "0 m"
tolerance = 1e-13
)" + side_head("top", 5) + side_head("bottom", 1));
        const double effective = 2.5 / (2 / 10.0 + 0.5 / 1e-4);  // harmonic mean (Bear 1972, eq. 5.8.4)
        CHECK(run.inflow("top") == exactly(effective * 4 / 2.5));
        CHECK(run.inflow("bottom") == exactly(-effective * 4 / 2.5));
    }

    TEST_CASE("a well takes from each layer by conductivity times length of screen") {
        const auto run = run_to_end(R"(
[site]
name = "screen"
start = 2024-01-01
duration = "1 d"
[grid]
nx = 5
ny = 5
dx = "10 m"
dy = "10 m"
top = "0 m"
[[grid.layer]]
name = "upper"
thickness = "4 m"
[[grid.layer]]
name = "middle"
thickness = "3 m"
[[grid.layer]]
name = "lower"
thickness = "5 m"
[[medium]]
hydraulic_conductivity = "1 m/d"
porosity = 0.3
[[medium]]
zone = "middle"
hydraulic_conductivity = "20 m/d"
[[medium]]
zone = "lower"
hydraulic_conductivity = "4 m/d"
[[zone]]
name = "middle"
layers = ["middle"]
[[zone]]
name = "lower"
layers = ["lower"]
[flow]
regime = "steady"
initial_head = "0 m"
[[boundary]]
type = "well"
name = "well"
x = "25 m"
y = "25 m"
screen_top = "-2 m"
screen_bottom = "-8 m"
rate = "-130 m3/d"
)" + side_head("west", 0));
        const auto& exchange = run.state().water_exchanges.at(0);
        REQUIRE(exchange.name == "well");
        REQUIRE(exchange.cells.size() == 3);
        // K · length: 1 · 2 m, 20 · 3 m, 4 · 1 m, of 66 in sum.
        const auto share = [&](double z) {
            for (std::size_t n = 0; n < 3; ++n)
                if (exchange.cells[n] == run.cell(25, 25, z)) return exchange.rate[n] * day / -130;
            return 0.0;
        };
        CHECK(share(-2) == doctest::Approx(2 / 66.0).epsilon(1e-14));
        CHECK(share(-5) == doctest::Approx(60 / 66.0).epsilon(1e-14));
        CHECK(share(-9) == doctest::Approx(4 / 66.0).epsilon(1e-14));
        CHECK(run.inflow("west") == exactly(130));
    }

    TEST_CASE("a river leaks by its head difference, and independently of the head below its bed") {
        const auto river = [](double outer_head) {
            return row_site(side_head("east", outer_head) + R"(
[[boundary]]
type = "river"
name = "river"
zone = "first"
stage = "5 m"
bed_elevation = "4 m"
conductance = "0.3 m2/d"
)");
        };
        // Connected: bed 0.3 m²/d and ground 2 · 100 / 95 m²/d in series.
        const double ground = 200.0 / 95;
        const auto gaining = run_to_end(river(7));
        CHECK(gaining.inflow("river") == exactly(-(7 - 5) * 0.3 * ground / (0.3 + ground)));
        const auto losing = run_to_end(river(4.5));
        CHECK(losing.inflow("river") == exactly(0.5 * 0.3 * ground / (0.3 + ground)));
        // Disconnected: stage minus bed drives the leakage, however deep the head lies (McDonald & Harbaugh 1988, eq. 65).
        for (const double deep : {0.0, -3.0}) {
            const auto below = run_to_end(river(deep));
            CHECK(below.head(below.cell(5, 5, -5)) < 4);
            CHECK(below.inflow("river") == exactly(0.3));
            CHECK(below.head(below.cell(5, 5, -5)) == exactly(deep + 0.3 / ground));
        }
    }

    TEST_CASE("a drain takes water above its elevation and gives none below it") {
        const auto drain = [](double outer_head) {
            return row_site(side_head("east", outer_head) + R"(
[[boundary]]
type = "drain"
name = "drain"
zone = "first"
elevation = "2 m"
conductance = "5 m2/d"
)");
        };
        const double ground = 200.0 / 95;
        const auto flowing = run_to_end(drain(6));
        CHECK(flowing.inflow("drain") == exactly(-(6 - 2) * 5 * ground / (5 + ground)));
        const auto dry = run_to_end(drain(1.5));
        CHECK(dry.inflow("drain") == 0.0);
        CHECK(dry.head(dry.cell(5, 5, -5)) == exactly(1.5));
    }

    TEST_CASE("a general head exchanges in both directions through its conductance") {
        for (const double outside : {8.0, -8.0}) {
            const auto run = run_to_end(row_site(side_head("east", 1) + fmt::format(R"(
[[boundary]]
type = "general_head"
name = "lake"
side = "west"
head = "{} m"
leakance = "0.02 1/d"
)",
                                                                                    outside)));
            const double bed = 0.02 * 100, ground = 200.0 / 95;  // leakance times the face's area
            CHECK(run.inflow("lake") == exactly((outside - 1) * bed * ground / (bed + ground)));
        }
    }

    TEST_CASE("the conductance of a general head may be a series in time: each steady state takes the value of its time") {
        auto text = row_site(side_head("east", 1) + R"(
[[boundary]]
type = "general_head"
name = "lake"
zone = "first"
head = "8 m"
conductance = [{ from = 2024-01-01, value = "2 m2/d" }, { from = 2024-01-03, value = "0.5 m2/d" }]
)");
        text.replace(text.find("duration = \"1 d\""), 16, "duration = \"4 d\"");
        SiteRun run(text);
        const double ground = 200.0 / 95;
        int seen = 0;
        run.finish([&](const SiteRun& r) {
            const double bed = r.days() <= 2 ? 2 : 0.5;
            CHECK(r.head(r.cell(5, 5, -5)) == exactly(1 + 7 * bed / (bed + ground)));
            seen |= r.days() <= 2 ? 1 : 2;
        });
        CHECK(seen == 3);
        CHECK(run.closure() < 1e-9);
    }

    TEST_CASE("a general head at a side passes the area of the faces, however many layers cut it") {
        // 20 m wide and 5 m thick: 0.01 · 100 m²/d in series with the ground, 10 · 100 / 25 m²/d from the first cell's centre to the side.
        const double bed = 0.01 * 100, ground = 10 * 100 / 25.0;
        for (const int cells : {1, 5, 20}) {
            const auto run = run_to_end(fmt::format(R"(
[site]
name = "cut"
start = 2024-01-01
duration = "1 d"
[grid]
dx = ["3 x 10 m"]
dy = ["1 x 20 m"]
top = "0 m"
[[grid.layer]]
name = "aquifer"
thickness = "5 m"
cells = {}
[[medium]]
hydraulic_conductivity = "10 m/d"
porosity = 0.3
[flow]
initial_head = "0 m"
tolerance = 1e-13
[[boundary]]
type = "general_head"
name = "lake"
side = "west"
head = "1 m"
leakance = "0.01 1/d"
[[boundary]]
type = "fixed_head"
name = "east"
side = "east"
head = "0 m"
)",
                                                    cells));
            CHECK(run.inflow("lake") == exactly(bed * ground / (bed + ground)));
        }
    }

    TEST_CASE("a river whose stage falls below its bed is dry: it gives nothing, and ground above the bed drains into it") {
        const auto river = [](double outer_head) {
            return row_site(side_head("east", outer_head) + R"(
[[boundary]]
type = "river"
name = "river"
zone = "first"
stage = [{ from = 2020-01-01, value = "5 m" }, { from = 2023-01-01, value = "3 m" }]
bed_elevation = "4 m"
conductance = "0.3 m2/d"
)");
        };
        const double ground = 200.0 / 95;
        CHECK(run_to_end(river(1.5)).inflow("river") == 0.0);
        CHECK(run_to_end(river(7)).inflow("river") == exactly(-(7 - 4) * 0.3 * ground / (0.3 + ground)));
    }

    TEST_CASE("a steady state is found from heads at which nothing that follows the head is in reach") {
        // Recharge of 1 mm/d on 1000 m² leaves through a drain in the first cell; heads start far below it, so that Newton has a matrix that
        // nothing fixes.
        const auto drained = [](double initial, const std::string& other) {
            auto text = row_site(other + R"(
[[boundary]]
type = "drain"
name = "drain"
zone = "first"
elevation = "2 m"
conductance = "5 m2/d"
)");
            const std::string given = "initial_head = \"1 m\"";
            return text.replace(text.find(given), given.size(), fmt::format("initial_head = \"{} m\"", initial));
        };
        const std::string rain = "[[boundary]]\ntype = \"recharge\"\nname = \"rain\"\nrate = \"1 mm/d\"\n";
        for (const double initial : {5.0, 1.0, -30.0}) {
            const auto run = run_to_end(drained(initial, rain));
            CHECK(run.inflow("drain") == exactly(-1.0));
            CHECK(run.head(run.cell(5, 5, -5)) == exactly(2 + 1.0 / 5));
        }
        // A pump and nothing that gives: no head balances it.
        SiteRun none(drained(0, "[[boundary]]\ntype = \"well\"\nname = \"pump\"\nx = \"55 m\"\ny = \"5 m\"\nrate = \"-1 m3/d\"\n"));
        std::string said;
        try {
            none.start();
        } catch (const std::exception& fault) {
            said = fault.what();
        }
        CHECK(said.find("there is no steady state: 1 m3/d more is taken than enters") != std::string::npos);
    }

    TEST_CASE("recharge enters every column once") {
        const auto run = run_to_end(row_site(side_head("east", 0) + R"(
[[boundary]]
type = "recharge"
name = "rain"
rate = "2 mm/d"
)"));
        CHECK(run.inflow("rain") == exactly(0.002 * 1000));
        CHECK(run.inflow("east") == exactly(-2));
    }

    TEST_CASE("recharge varies in space, in time, and in both") {
        const TemporaryFolder folder;
        std::string share = "share\n", rain = "x,y,rain\n";
        for (int i = 0; i < 10; ++i) {
            share += fmt::format("{}\n", 0.1 * i);
            rain += fmt::format("{},5,{}\n", 10 * i + 5, 2 + i);
        }
        write_file(folder / "share.csv", share);
        write_file(folder / "rain.csv", rain);
        const auto recharge = [](const std::string& keys) { return "[[boundary]]\ntype = \"recharge\"\nname = \"rain\"\n" + keys; };
        const auto of_columns = [&](const std::string& keys, auto&& check) {
            SiteRun run(row_site(side_head("east", 0) + recharge(keys)), folder.path);
            run.finish();
            CHECK(run.closure() < 1e-9);
            for (int i = 0; i < 10; ++i) CHECK(run.state().water_exchanges[1].rate[static_cast<std::size_t>(i)] * day == exactly(check(i)));
        };
        of_columns("rate_field = { points = \"rain.csv\", column = \"rain\", unit = \"mm/d\", method = \"nearest\" }\n",
                   [](int i) { return 0.1 * (2 + i); });
        of_columns(
            "rate = [{ from = 2019-01-01, value = \"7 mm/d\" }]\nfactor = { cells = \"share.csv\", column = \"share\", unit = \"1\" }\n",
            [](int i) { return 0.7 * 0.1 * i; });
    }

    TEST_CASE("what passes one side of a cell through several boundaries adds up") {
        const auto run = run_to_end(row_site(side_head("east", 0) + R"(
[[boundary]]
type = "recharge"
name = "rain"
rate = "2 mm/d"
[[boundary]]
type = "recharge"
name = "grass"
rate = "-0.5 mm/d"
)"));
        for (Index cell = 0; cell < 10; ++cell)
            CHECK(run.state().water_flux.z[outer_face(run.grid(), cell, Side::top)] * day == doctest::Approx(-0.15).epsilon(1e-14));
        CHECK(run.state().water_exchanges[1].side == Side::top);
    }

    TEST_CASE("a layer of no thickness changes nothing") {
        // Three layers of which the clay between the others is there in the east only; the east is cut off. Against two layers alone.
        const auto site = [](bool clay) {
            return fmt::format(R"(
[site]
name = "pinched out"
start = 2024-01-01
duration = "1 d"
[grid]
nx = 20
ny = 3
dx = "10 m"
dy = "10 m"
top = "0 m"
active = {{ polygon = "west.csv" }}
[[grid.layer]]
name = "upper"
thickness = "4 m"
cells = 2
{}
[[grid.layer]]
name = "lower"
thickness = "6 m"
cells = 2
[[medium]]
hydraulic_conductivity = "3 m/d"
anisotropy_vertical = 0.1
porosity = 0.3
[[zone]]
name = "lower"
layers = ["lower"]
[[medium]]
zone = "lower"
hydraulic_conductivity = "30 m/d"
anisotropy_vertical = 0.1
[[zone]]
name = "source"
layers = ["lower"]
x_max = "10 m"
[[zone]]
name = "sink"
layers = ["upper"]
x_min = "140 m"
x_max = "150 m"
[flow]
regime = "steady"
initial_head = "0 m"
tolerance = 1e-13
[[boundary]]
type = "recharge"
name = "rain"
rate = "2 mm/d"
)",
                               clay ? "[[grid.layer]]\nname = \"clay\"\ncells = 2\n"
                                      "thickness = { points = \"clay.csv\", column = \"thickness\", unit = \"m\", method = \"nearest\" }"
                                    : "") +
                   zone_head("source", 2) + zone_head("sink", 0);
        };
        const TemporaryFile west("x,y\n-1,-1\n150,-1\n150,31\n-1,31\n", "west.csv"),
            clay("x,y,thickness\n100,15,0\n200,15,5\n", "clay.csv");
        SiteRun with(site(true), west.folder), without(site(false), west.folder);
        with.finish();
        without.finish();
        REQUIRE(with.grid().cell_count() == without.grid().cell_count() / 2 * 3);
        REQUIRE(with.grid().active_count() == without.grid().active_count());
        double worst = 0;
        for (Index c = 0; c < without.grid().cell_count(); ++c) {
            if (!without.grid().active(c)) continue;
            const auto p = without.grid().centre_crs(c);
            worst = std::max(worst, std::abs(without.head(c) - with.head(with.cell(p.x, p.y, p.z))));
        }
        CHECK(worst < 1e-10);  // heads up to 2 m, solved to 1e-13 of the water that passes
        CHECK(with.inflow("source") == doctest::Approx(without.inflow("source")).epsilon(1e-10));
        CHECK(std::max(with.closure(), without.closure()) < 1e-9);
    }
}
