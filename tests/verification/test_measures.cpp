// Measures in stages, windows of a wall, stockpiles, wells with a schedule, receptors of every kind: their books and bounds.

#include "remediation/receptor.hpp"
#include "site_builder.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

/// 12 by 6 columns of 5 m in three layers of 2 m; water flows from west to east. `more`: tables to add.
std::string field(const std::string& more, const std::string& substance = "") {
    return R"(
[site]
name = "field"
start = 2020-01-01
duration = "4 a"
[grid]
nx = 12
ny = 6
dx = "5 m"
dy = "5 m"
top = "6 m"
[[grid.layer]]
name = "upper"
thickness = "2 m"
[[grid.layer]]
name = "middle"
thickness = "2 m"
[[grid.layer]]
name = "lower"
thickness = "2 m"
[[zone]]
name = "west half"
x_max = "30 m"
layers = ["upper"]
[[zone]]
name = "east half"
x_min = "30 m"
layers = ["upper"]
[[zone]]
name = "top"
layers = ["upper"]
[[medium]]
hydraulic_conductivity = "5 m/d"
porosity = 0.3
bulk_density = "1700 kg/m3"
[[medium]]
zone = "top"
hydraulic_conductivity = "1 m/d"
porosity = 0.3
bulk_density = "1700 kg/m3"
[flow]
initial_head = "8 m"
[[boundary]]
type = "fixed_head"
name = "west"
side = "west"
head = "8.2 m"
[[boundary]]
type = "fixed_head"
name = "east"
side = "east"
head = "7.6 m"
[[boundary]]
type = "recharge"
name = "rain"
rate = "200 mm/a"
[transport]
courant = 5
maximum_step = "60 d"
[substance.Cd]
initial_concentration = "1 mg/L"
sorption = { type = "linear", distribution_coefficient = "2 L/kg" }
)" + substance +
           more;
}

const Table& table_of(const SiteRun& run, const std::string& name) {
    static std::vector<Table> kept;
    for (const auto& observer : run.simulation().model_observers())
        for (auto& table : observer->tables())
            if (table.name == name) {
                kept.push_back(table);
                return kept.back();
            }
    FAIL("no table ", name);
    return kept.front();
}

double number_in(const Table& table, const std::string& column, std::size_t row) {
    for (const auto& c : table.columns)
        if (c.name == column) return c.numbers.at(row);
    FAIL("no column ", column);
    return 0;
}

}  // namespace

TEST_CASE("a measure in stages is one measure per stage") {
    const std::string staged = R"([[measure]]
type = "excavation"
name = "pit"
zone = "west half"
backfill_content = { Cd = "0.1 mg/kg" }
[[measure.stage]]
start = 2021-01-01
[[measure.stage]]
start = 2022-01-01
zone = "east half"
)";
    const std::string apart = R"([[measure]]
type = "excavation"
name = "pit, stage 1"
zone = "west half"
start = 2021-01-01
backfill_content = { Cd = "0.1 mg/kg" }
[[measure]]
type = "excavation"
name = "pit, stage 2"
zone = "east half"
start = 2022-01-01
backfill_content = { Cd = "0.1 mg/kg" }
)";
    SiteRun a(field(staged)), b(field(apart));
    a.finish();
    b.finish();
    CHECK(a.state().step == b.state().step);
    CHECK(std::equal(a.state().concentration.all().begin(), a.state().concentration.all().end(), b.state().concentration.all().begin()));
    CHECK(a.entry("Cd", "pit, stage 2 (sorbed)").cumulative_out > 0);
    CHECK(a.closure() < 1e-10);
}

TEST_CASE("windows of a wall drawn at random have the share asked for, and stay where they are") {
    const auto wall = [](int seed, const std::string& south) {
        return fmt::format(
            "[[measure]]\ntype = \"cutoff_wall\"\nname = \"wall\"\nline = [[\"22.5 m\", \"40 m\"], [\"22.5 m\", \"{}\"]]\n"
            "window_fraction = 0.3\nwindow_placement = \"random\"\nseed = {}\n",
            south, seed);
    };
    double share = 0;
    std::set<double> kinds;
    for (int seed = 1; seed <= 40; ++seed) {
        SiteRun run(field(wall(seed, "-10 m")));
        run.start();
        auto& simulation = const_cast<Simulation&>(run.simulation());
        simulation.step();
        const auto& barriers = run.domain().alterations.barriers.at("wall");
        REQUIRE(barriers.size() == 18);
        for (const auto& b : barriers) {
            kinds.insert(b.conductance);
            share += (b.conductance > 1e-5 ? 1.0 : 0.0) / (40 * 18);
        }
    }
    CHECK(kinds.size() == 2);
    // 720 draws: the standard deviation of the share is 0.017; four of them.
    CHECK(share == doctest::Approx(0.3).epsilon(0.07 / 0.3));
}

TEST_CASE("a stockpile loses by leaching and wind what reaches the ground again, and the manifest has the rest") {
    SiteRun run(field(R"([[measure]]
type = "excavation"
name = "pit"
zone = "west half"
start = 2021-01-01
stockpile = { duration = "100 d", height = "2 m", infiltration = "300 mm/a", dust = "5 kg/m2/a", leaches_into = "east half", dusts_onto = "east half" }
)"));
    run.finish();
    const double dug = run.entry("Cd", "pit (dissolved)").cumulative_out + run.entry("Cd", "pit (sorbed)").cumulative_out;
    double leached = 0, blown = 0;
    for (const auto& e : run.ledger().entries()) {
        if (e.term.term == "stockpile") leached += e.cumulative_in;
        if (e.term.term == "dust") blown += e.cumulative_in;
    }
    // 30 columns of 25 m2 and 2 m: 1500 m3 in 2 m, 750 m2. Rain through the heap: 750 m2 * 0.3 m/a of water with the mean concentration.
    CHECK(leached > 0);
    CHECK(blown == doctest::Approx(5 * 750 * (100 / 365.25) * dug / (1500 * 1700)).epsilon(1e-9));
    const auto& manifest = table_of(run, "manifest_pit");
    CHECK(number_in(manifest, "Cd", 0) == doctest::Approx(dug - leached - blown).epsilon(1e-9));
    CHECK(run.closure() < 1e-10);
}

TEST_CASE("wells of a plant follow their schedule") {
    SiteRun run(field(R"([[measure]]
type = "pump_and_treat"
name = "plant"
start = 2021-01-01
electricity = "1.5 kWh/m3"
well = [{ name = "P", x = "32 m", y = "16 m", rate = [{ from = 2020-01-01, value = "4 m3/d" }, { from = 2022-01-01, value = "1 m3/d" }] }]
)"));
    std::map<int, double> rates;
    run.finish([&](const SiteRun& r) { rates[static_cast<int>(r.days() / 365.25 + 2019.999)] = r.inflow("P"); });
    CHECK(rates[2020] == 0);
    CHECK(rates[2021] == doctest::Approx(-4));
    CHECK(rates[2022] == doctest::Approx(-1));
    const auto& effects = table_of(run, "effects");
    const double water = number_in(effects, "amount", 0), carbon = number_in(effects, "amount", 1);
    CHECK(water == doctest::Approx(4 * 365 + 1 * (4 * 365.25 - 731)).epsilon(1e-6));
    CHECK(carbon == doctest::Approx(water * 1.5 * 0.56 / 1e3).epsilon(1e-9));
}

TEST_CASE("receptors: a point, a monitoring well, a line on the map, a plane and a zone see what is there") {
    SiteRun run(field(R"([[receptor]]
name = "point"
x = "32 m"
y = "16 m"
z = "1 m"
[[receptor]]
name = "well"
x = "32 m"
y = "16 m"
screen_top = "5 m"
screen_bottom = "1 m"
[[receptor]]
name = "canal"
along = [["31 m", "2 m"], ["31 m", "28 m"]]
[[receptor]]
name = "plane"
line = [["30 m", "-10 m"], ["30 m", "40 m"]]
top = "2 m"
[[receptor]]
name = "zone"
zone = "east half"
)"));
    run.start();
    Diagnostics diagnostics;
    const auto& tables = run.site().section<ReceptorTables>().list;
    const auto seen = [&](std::size_t n) { return ReceptorPlace(tables[n], run.site(), run.domain(), diagnostics).look(run.state(), 0); };
    run.finish();
    const auto at = [&](double x, double y, double z) { return run.concentration(run.cell(x, y, z)); };
    CHECK(seen(0).concentration == at(32, 16, 1));
    // 1 m of the upper layer at 1 m/d, 2 m and 1 m of the others at 5 m/d.
    const double mixed = (1 * at(32, 16, 5) + 10 * at(32, 16, 3) + 5 * at(32, 16, 1)) / 16;
    CHECK(seen(1).concentration == doctest::Approx(mixed).epsilon(1e-12));
    double highest = 0, zone = 0, rate = 0;
    for (int j = 0; j < 6; ++j) {
        highest = std::max(highest, at(32, 2 + 5 * j, 5));
        for (int i = 6; i < 12; ++i) zone = std::max(zone, at(2 + 5 * i, 2 + 5 * j, 5));
        const Index c = run.cell(27, 2 + 5 * j, 1);
        rate += run.state().water_flux.x[outer_face(run.grid(), c, Side::east)] * run.concentration(c);
    }
    CHECK(seen(2).concentration == highest);
    CHECK(seen(3).rate == doctest::Approx(rate).epsilon(1e-12));
    CHECK(seen(4).concentration == zone);
    CHECK(diagnostics.all().empty());
}

TEST_CASE("limits of a receptor come from a standard by its name, its own go before") {
    SiteRun run(field(R"([[receptor]]
name = "well"
x = "32 m"
y = "16 m"
standard = "gb/t 14848-2017"
class = "III"
limit.Cd = "0.02 mg/L"
)",
                      "[substance.CrVI]\n[substance.Cr]\n[substance.As]\n"));
    run.finish();
    const auto& table = table_of(run, "receptors");
    const std::map<std::string, double> expected{{"As", 0.01}, {"Cd", 0.02}, {"CrVI", 0.05}};
    for (std::size_t n = 0; n < 4; ++n) {
        const auto& id = table.columns[1].texts[n];
        const double limit = number_in(table, "limit", n);
        // Total chromium has no limit of its own there, and never that of chromium(VI).
        if (id == "Cr") CHECK(std::isnan(limit));
        else CHECK(limit == doctest::Approx(expected.at(id)));
    }
    bool told = false;
    for (const auto& remark : run.domain().remarks) told = told || remark.find("for Cr") != std::string::npos;
    CHECK(told);
}

TEST_CASE("what measures hold back is told apart from what nobody holds") {
    SiteRun run(field(R"([[measure]]
type = "stabilisation"
name = "binder"
zone = "west half"
factor = { Cd = 10 }
[[measure]]
type = "cutoff_wall"
name = "box"
line = [["40 m", "10 m"], ["50 m", "10 m"], ["50 m", "20 m"], ["40 m", "20 m"], ["40 m", "10 m"]]
)"));
    run.finish();
    const auto& table = table_of(run, "contained");
    double dissolved = 0, total = 0;
    for (const Index c : *run.domain().zones.find("all")) {
        const auto p = run.grid().centre(c);
        const bool bound = p.x < 30 && p.z > 4, boxed = p.x > 40 && p.x < 50 && p.y > 10 && p.y < 20;
        if (!bound && !boxed) continue;
        dissolved += run.concentration(c) * run.state().mobile_water[c];
        total += run.concentration(c) * (run.state().mobile_water[c] + (bound ? 10 : 1) * 2e-3 * 1700 * 50);
    }
    CHECK(number_in(table, "contained", 0) == doctest::Approx(dissolved).epsilon(1e-12));
    CHECK(number_in(table, "contained", 1) == doctest::Approx(total - dissolved).epsilon(1e-9));
    const double all = number_in(table, "contained", 0) + number_in(table, "contained", 1) + number_in(table, "uncontained", 0) +
                       number_in(table, "uncontained", 1);
    CHECK(all == doctest::Approx(run.stored("Cd")).epsilon(1e-9));
}
