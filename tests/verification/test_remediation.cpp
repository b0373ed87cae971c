// Remediation measures against what can be said in closed form.

#include "remediation/cost.hpp"
#include "remediation/face_line.hpp"
#include "scenario/scenario.hpp"
#include "site_builder.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

constexpr double year = 365.25;

/// A column of 30 cells of 0.3 m along x, 1 m² wide; Darcy flux 0.072 m/d in at the west with 20 mg/L. `measure`: tables to add.
std::string column(double years, const std::string& measure) {
    return fmt::format(R"(
[site]
name = "column"
start = 2020-01-01
duration = "{} a"
[grid]
nx = 30
ny = 1
dx = "0.3 m"
dy = "1 m"
top = "1 m"
[[grid.layer]]
name = "sand"
thickness = "1 m"
[[zone]]
name = "inlet"
x_max = "0.3 m"
[[zone]]
name = "wall"
x_min = "3 m"
x_max = "3.9 m"
[[medium]]
hydraulic_conductivity = "12 m/d"
porosity = 0.3
bulk_density = "1700 kg/m3"
[flow]
initial_head = "2 m"
[[boundary]]
type = "well"
name = "inflow"
x = "0.1 m"
y = "0.5 m"
rate = "0.072 m3/d"
concentration.CrVI = "20 mg/L"
[[boundary]]
type = "fixed_head"
name = "east"
side = "east"
head = "1 m"
[transport]
courant = 3
initial_step = "5 d"
[substance.CrVI]
[[measure]]
{}
)",
                       years, measure);
}

std::string iron_wall(const std::string& extra) {
    return "type = \"reactive_barrier\"\nname = \"iron\"\nzone = \"wall\"\nthickness = \"0.9 m\"\n" + extra;
}

}  // namespace

TEST_CASE("reactive barrier: what leaves is exp(-k t_res) of what enters") {
    // No dispersion, no capacity: t_res = 0.9 m · 0.5 / 0.072 m/d = 6.25 d, k t_res = 3.
    SiteRun run(column(1.5, iron_wall("rate.CrVI = \"0.02 1/h\"\nporosity = 0.5\n")));
    run.finish();
    const double expected = std::exp(-0.02 * 24 * 0.9 * 0.5 / 0.072);
    const double found = run.concentration(run.cell(8.0, 0.5, 0.5)) / 0.02;
    // Every cell lets out what a plug would; what is left is the approach to the steady state and the solver's tolerance.
    report("reactive_barrier/exit", "concentration:relative", expected, found, std::abs(found / expected - 1), 1e-6,
           "first-order decay of a plug, C = C0 exp(-k t)");
    CHECK(run.closure() < 1e-10);
}

TEST_CASE("reactive barrier: the iron lasts 8.56 years at 20 mg/L and 0.072 m/d") {
    // 0.9 m · 2500 kg/m³ · 2 g/kg / (0.072 m/d · 20 g/m³) = 3125 d. Without passivation before its end (m = 0) the wall fails at once.
    SiteRun run(column(11, iron_wall("rate.CrVI = \"1 1/h\"\ncapacity.CrVI = \"2 mg/g\"\npassivation_exponent = 0\n")));
    const Index behind = run.cell(4.0, 0.5, 0.5);
    double failed = 0;
    run.finish([&](const SiteRun& r) {
        if (failed == 0 && r.concentration(behind) > 0.01) failed = r.days() / year;
    });
    const double expected = 0.9 * 2500 * 2e-3 / (0.072 * 0.02) / year;
    // The use of the iron is counted between steps, each of at most a fiftieth of it, in three cells one after the other.
    report("reactive_barrier/life", "time:relative", expected, failed, std::abs(failed / expected - 1), 0.02,
           "capacity over load: 2250 kg Fe/m2 at 2 mg/g and 526 g/m2/a");
    CHECK(run.closure() < 1e-10);
    CHECK(run.entry("CrVI", "iron").cumulative_out == doctest::Approx(0.9 * 2500 * 2e-3).epsilon(0.02));
}

TEST_CASE("reactive barrier: passivation lets through what k0 (1 - used)^m no longer holds, and replacement renews it") {
    const std::string iron = "rate.CrVI = \"0.1 1/h\"\ncapacity.CrVI = \"0.5 mg/g\"\n";
    SiteRun worn(column(3, iron_wall(iron))), renewed(column(3, iron_wall(iron + "replace_at_used = 0.6\n")));
    worn.finish();
    renewed.finish();
    const Index behind = worn.cell(4.0, 0.5, 0.5);
    CHECK(worn.concentration(behind) > 0.5 * 0.02);  // its life is 2.14 a
    CHECK(renewed.concentration(behind) < 0.01 * 0.02);
}

TEST_CASE("a cut-off wall lets through K i, and windows their share") {
    for (const double windows : {0.0, 0.01}) {
        SiteRun run(column(
            1, fmt::format("type = \"cutoff_wall\"\nname = \"wall\"\nline = [[\"4.6 m\", \"-1 m\"], [\"4.6 m\", \"2 m\"]]\n"
                           "thickness = \"0.8 m\"\nconductivity = \"1e-8 m/s\"\nwindow_fraction = {}\nwindow_conductivity = \"1e-6 m/s\"\n",
                           windows)));
        run.finish();
        const double lost = run.head(run.cell(4.4, 0.5, 0.5)) - run.head(run.cell(4.7, 0.5, 0.5)) - 0.072 / 12 * 0.3;
        const double conductivity = ((1 - windows) * 1e-8 + windows * 1e-6) * day;
        const double expected = 0.072 / conductivity * 0.8;  // q = K i: the head that the wall costs
        // The heads differ by up to 67 m and are balanced to 1e-10 of the flow.
        report("cutoff_wall", fmt::format("head_loss_{}_windows:relative", windows > 0 ? "with" : "without"), expected, lost,
               std::abs(lost / expected - 1), 1e-7, "Darcy: q = K i");
    }
}

TEST_CASE("pump and treat: the dividing streamline beside the well, after Javandel and Tsang") {
    // A well of 60 m³/d in a uniform flow of 0.05 m/d, 10 m thick: far upstream it captures Q/(BU) = 120 m, beside the well half of it.
    SiteRun run(R"(
[site]
name = "capture"
start = 2020-01-01
duration = "10 d"
[grid]
dx = ["20 x 40 m", "10 x 20 m", "41 x 5 m", "10 x 20 m", "20 x 40 m"]
dy = ["20 x 40 m", "10 x 20 m", "41 x 5 m", "10 x 20 m", "20 x 40 m"]
nx = 101
ny = 101
top = "10 m"
[[grid.layer]]
name = "sand"
thickness = "10 m"
[[medium]]
hydraulic_conductivity = "10 m/d"
porosity = 0.3
[flow]
initial_head = "20 m"
[[boundary]]
type = "fixed_head"
name = "west"
side = "west"
head = "31.025 m"
[[boundary]]
type = "fixed_head"
name = "east"
side = "east"
head = "20 m"
[[measure]]
type = "pump_and_treat"
name = "plant"
well = [{ name = "P", x = "1102.5 m", y = "1102.5 m", rate = "60 m3/d" }]
)");
    run.finish();
    CHECK(run.inflow("P") == doctest::Approx(-60));
    // Through the faces just downstream of the well's column, from its row on: water flows back, then past; the sum is zero at the dividing line.
    const auto& grid = run.grid();
    double sum = 0, found = 0, y = 0;
    for (Index c = run.cell(1102.5, 1102.5, 5); found == 0;) {
        const double half = y == 0 ? 0.5 : 1.0;  // the well's own row counts to half
        const double more = half * run.state().water_flux.x[outer_face(grid, c, Side::east)] * day;
        const double width = half * grid.width_y(c);
        if (sum + more > 0 && sum < 0) found = y - sum / more * width;
        sum += more;
        y += width;
        c = neighbour(grid, c, Side::north);
    }
    // U B y = (Q/2π) atan(y/d) with d = 2.5 m from the well to the faces.
    double expected = 30;
    for (int n = 0; n < 50; ++n) expected = 60 / (2 * 3.14159265358979 * 0.5) * std::atan(expected / 2.5);
    // The fixed heads and closed sides 1100 m away change the flow at the well by Q/(2πB·1100 m)/U = 1.7 %, of either sign.
    report("capture_width", "half_width:relative", expected, found, std::abs(found / expected - 1), 0.03,
           "Javandel & Tsang 1986, eq. 4, at the faces beside the well");
}

TEST_CASE("excavation: what is dug is what the cells held, and the manifest adds up") {
    const auto text = column(2, R"(type = "excavation"
name = "pit"
zone = "wall"
start = 2020-07-01
target = { CrVI = "1 mg/kg" }
over_dig = "0 m"
backfill_content = { CrVI = "0.2 mg/kg" }
truck_load = "1 t"
destination = [{ name = "safe", item = "hazardous_landfill", above = { CrVI = "2 mg/kg" } }, { name = "field", item = "landfill" }]
)");
    SiteRun run(text);
    double held = 0;
    const double moment = run.simulation().domain().start.plus(0).seconds ? Date::parse("2020-07-01")->since(run.domain().start) / day : 0;
    run.finish([&](const SiteRun& r) {
        if (std::abs(r.days() - moment) > 1e-9) return;
        for (const Index c : *r.domain().zones.find("wall"))
            if (r.concentration(c) * 0.3 / 1700 > 1e-6) held += r.concentration(c) * r.state().mobile_water[c];
    });
    REQUIRE(held > 0);
    const double removed = run.entry("CrVI", "pit (dissolved)").cumulative_out + run.entry("CrVI", "pit (sorbed)").cumulative_out;
    report("excavation", "mass:relative", held, removed, std::abs(removed / held - 1), 1e-12, "amount in the cells dug, summed");
    CHECK(run.closure() < 1e-10);
    for (const auto& observer : run.simulation().model_observers())
        for (const auto& table : observer->tables())
            if (table.name == "manifest_pit") {
                double sum = 0;
                for (const double kg : table.columns.back().numbers) sum += kg;
                CHECK(sum == doctest::Approx(held).epsilon(1e-12));
                CHECK(table.columns[3].numbers[0] + table.columns[3].numbers[1] == doctest::Approx(std::ceil(0.9 * 1.7)));
            }
}

TEST_CASE("stabilisation: amounts stay, the factor ages to 1, acid undoes it") {
    auto text = column(4, R"(type = "stabilisation"
name = "binder"
zone = "wall"
start = 2021-01-01
factor = { CrVI = 9 }
half_life = "1 a"
)");
    text.replace(text.find("[substance.CrVI]"), 16,
                 "[substance.CrVI]\nsorption = { type = \"linear\", distribution_coefficient = \"0.2 L/kg\" }\n");
    SiteRun run(text);
    run.finish();
    CHECK(run.closure() < 1e-10);
    const auto* factor = run.domain().alterations.distribution_of("CrVI");
    REQUIRE(factor);
    // Two whole years after 2021-01-01 the last step of ageing was made: 1 + 8/4; the third ends with the run.
    CHECK((*factor)[run.domain().zones.find("wall")->front()] == doctest::Approx(1 + 8 * std::exp2(-2.0)).epsilon(1e-9));
    // Storage alone took part: nothing is booked as removed.
    for (const auto& e : run.ledger().entries()) CHECK(e.term.term != "stabilisation");
}

TEST_CASE("present values by hand") {
    CHECK(discount_factor(0.05, 0) == 1.0);
    CHECK(discount_factor(0.05, 10 * seconds_per_year) == doctest::Approx(1 / 1.62889462677744).epsilon(1e-12));
    // 100 a year over three years, paid at the end of each at 10 %: 90.909 + 82.645 + 75.131 = 248.685.
    CHECK(300 * spread_discount_factor(0.1, 0, 3 * seconds_per_year) == doctest::Approx(248.685199).epsilon(1e-8));
    // Two and a half years: the last half is paid after two and a half.
    const double hand = (1 / 1.1 + 1 / 1.21 + 0.5 / std::pow(1.1, 2.5)) / 2.5;
    CHECK(spread_discount_factor(0.1, 0, 2.5 * seconds_per_year) == doctest::Approx(hand).epsilon(1e-12));
}

TEST_CASE("costs are priced with their source, and a missing price is missing") {
    SiteRun run(column(3, R"(type = "natural_attenuation"
name = "watching"
wells = 5
[[measure]]
type = "interception_drain"
name = "ditch"
zone = "inlet"
elevation = "1 m"
conductance = "1e-6 m2/d"
[cost]
discount_rate = 0
)"));
    run.finish();
    bool seen = false;
    for (const auto& observer : run.simulation().model_observers())
        for (const auto& table : observer->tables()) {
            if (table.name == "cost_total") {
                seen = true;
                CHECK(table.columns[2].numbers[2] == doctest::Approx(5 * 3 * 3000).epsilon(1e-3));  // the drain treats next to nothing
                CHECK(table.columns[2].numbers[3] == 1);                                            // its construction has no price
            }
            if (table.name == "costs") CHECK(std::isnan(table.columns[5].numbers[1]));
        }
    CHECK(seen);
}

TEST_CASE("watching changes no bit, measures not in the scenario neither") {
    const auto text = column(2, "type = \"natural_attenuation\"\nname = \"watching\"\nstart = 2020-03-17\n");
    SiteRun watched(text), base(text.substr(0, text.find("[[measure]]")));
    watched.finish();
    base.finish();
    CHECK(watched.state().step == base.state().step);
    CHECK(std::equal(watched.state().concentration.all().begin(), watched.state().concentration.all().end(),
                     base.state().concentration.all().begin()));
    Diagnostics diagnostics;
    auto tree =
        parse_toml(text + "[[scenario]]\nname = \"nothing\"\n[[scenario]]\nname = \"watch\"\nmeasures = [\"watching\"]\n", "s.toml");
    auto nothing = tree, watch = tree;
    take_scenario(nothing, "nothing", "s.toml", diagnostics);
    take_scenario(watch, "watch", "s.toml", diagnostics);
    CHECK_FALSE(diagnostics.has_errors());
    CHECK_FALSE(nothing.find("measure"));
    CHECK(watch.find("measure"));
}

TEST_CASE("a scenario overrides keys, entries of lists by name, adds and leaves out") {
    Diagnostics diagnostics;
    auto tree = parse_toml(column(2, "type = \"natural_attenuation\"\nname = \"watching\"\n") + R"([[scenario]]
name = "other"
measures = ["watching"]
without = ["boundary.east"]
[scenario.set]
transport.courant = 9
boundary.inflow.rate = "1 m3/d"
[[scenario.set.zone]]
name = "more"
x_max = "1 m"
)",
                           "s.toml");
    take_scenario(tree, "other", "s.toml", diagnostics);
    CHECK_FALSE(diagnostics.has_errors());
    CHECK(tree.find("transport")->value.find("courant")->value.integer == 9);
    CHECK(tree.find("zone")->value.items.size() == 3);
    REQUIRE(tree.find("boundary")->value.items.size() == 1);
    CHECK(tree.find("boundary")->value.items[0].find("rate")->value.text == "1 m3/d");
    CHECK(tree.find("boundary")->value.items[0].find("rate")->value.place.line > 45);  // its place is that of the override
}

TEST_CASE("a line crosses the faces between cells on its two sides") {
    SiteRun run(column(1, "type = \"natural_attenuation\"\nname = \"watching\"\n"));
    const auto faces = crossed_faces(run.grid(), {{{4.6, 2}, {4.6, -1}}, {}, {}});  // southwards: east is on its left
    REQUIRE(faces.size() == 1);
    CHECK(faces[0].direction == 1);
    CHECK(run.grid().centre(faces[0].left).x == doctest::Approx(4.35));
    CHECK(crossed_faces(run.grid(), {{{4.6, 2}, {4.6, 0.6}}, {}, {}}).empty());  // ends before the centres of the cells
}
