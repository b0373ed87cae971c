// Wells with one level in them: what each aquifer gives, and what happens when one dries.

#include <cmath>
#include <numbers>

#include "site_builder.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

constexpr int n = 41;
constexpr double cell_size = 10, half = 200;  // the outermost cells hold their head at their centres, 200 m from the well
constexpr double lower_head = 2, upper_head = 5, lower_transmissivity = 100, upper_transmissivity = 50;

std::string frame(const std::string& name, double head, double z_min, double z_max) {
    struct Strip {
        const char* side;
        double x_min, x_max, y_min, y_max;
    };
    const double end = n * cell_size;
    const Strip strips[] = {
        {"west", 0, 10, 0, end}, {"east", end - 10, end, 0, end}, {"south", 10, end - 10, 0, 10}, {"north", 10, end - 10, end - 10, end}};
    std::string text;
    for (const auto& s : strips)
        text += fmt::format(
            "[[zone]]\nname = \"{0} {1}\"\nx_min = \"{2} m\"\nx_max = \"{3} m\"\ny_min = \"{4} m\"\ny_max = \"{5} m\"\n"
            "z_min = \"{6} m\"\nz_max = \"{7} m\"\n[[boundary]]\ntype = \"fixed_head\"\nname = \"{0} {1}\"\nzone = \"{0} {1}\"\n"
            "head = \"{8} m\"\n",
            name, s.side, s.x_min, s.x_max, s.y_min, s.y_max, z_min, z_max, head);
    return text;
}

/// Two aquifers of 10 m with a tight layer of 10 m between them; a well through all three in the middle.
std::string two_aquifers(double rate) {
    return fmt::format(R"(
[site]
name = "two aquifers"
start = 2024-01-01
duration = "1 d"
[grid]
nx = {0}
ny = {0}
dx = "{1} m"
dy = "{1} m"
top = "0 m"
[[grid.layer]]
name = "upper"
thickness = "10 m"
[[grid.layer]]
name = "clay"
thickness = "10 m"
[[grid.layer]]
name = "lower"
thickness = "10 m"
[[zone]]
name = "upper"
z_min = "-10 m"
[[zone]]
name = "lower"
z_max = "-20 m"
[[medium]]
hydraulic_conductivity = "1e-9 m/d"
porosity = 0.2
[[medium]]
zone = "upper"
hydraulic_conductivity = "{2} m/d"
[[medium]]
zone = "lower"
hydraulic_conductivity = "{3} m/d"
[flow]
initial_head = "0 m"
[[boundary]]
type = "well"
name = "well"
x = "{4} m"
y = "{4} m"
rate = "{5} m3/d"
sharing = "level"
)",
                       n, cell_size, upper_transmissivity / 10, lower_transmissivity / 10, 0.5 * n * cell_size, rate) +
           frame("upper head", upper_head, -10, 0) + frame("lower head", lower_head, -30, -20);
}

const WaterExchange& well_of(const SiteRun& run) {
    for (const auto& exchange : run.state().water_exchanges)
        if (exchange.name == "well") return exchange;
    FAIL("no well");
    return run.state().water_exchanges.front();
}

}  // namespace

TEST_CASE("a well through two aquifers takes from each what one level in it asks for") {
    // Thiem in each: Q_i = T_i (h_w − H_i) / F, F = ln(R / r_w) / 2π, R the conformal radius of the square, 1.0787 times its half width.
    // With Σ Q_i = Q: Q_i = T_i / ΣT (Q + Σ_j T_j (H_j − H_i) / F). The grid's own resistance between the square and the cell agrees
    // with Peaceman's radius to ln(0.1403 / 0.14) and O(1 / n²): 1e-3 of F = 1.22.
    const double f = std::log(1.0787 * half / 0.1) / (2 * std::numbers::pi), sum = lower_transmissivity + upper_transmissivity;
    for (const double rate : {0.0, -400.0, 250.0}) {
        const auto run = std::move(SiteRun(two_aquifers(rate)).start());
        const auto& rates = well_of(run).rate;
        REQUIRE(rates.size() == 3);
        const double lower = lower_transmissivity / sum * (rate + upper_transmissivity * (upper_head - lower_head) / f);
        const double upper = upper_transmissivity / sum * (rate + lower_transmissivity * (lower_head - upper_head) / f);
        const double scale = std::max(std::abs(lower), std::abs(upper));
        const double error = std::max(std::abs(rates[0] * day - lower), std::abs(rates[2] * day - upper)) / scale;
        report(fmt::format("well_level/{}", rate), "rate:max_relative", 0, error, error, 3e-3, "Sokol 1963; Papadopulos 1966; Thiem 1906");
        CHECK((rates[0] + rates[1] + rates[2]) * day == doctest::Approx(rate).epsilon(1e-9).scale(scale));
    }
}

namespace {

/// An unconfined aquifer of two layers of 5 m, its water table at 7 m on the sides; a well in the middle.
std::string drying(double rate, const std::string& more) {
    const double end = n * cell_size;
    return fmt::format(R"(
[site]
name = "drying"
start = 2024-01-01
duration = "400 d"
[grid]
nx = {0}
ny = {0}
dx = "{1} m"
dy = "{1} m"
top = "10 m"
[[grid.layer]]
name = "sand"
thickness = "10 m"
cells = 2
[[medium]]
hydraulic_conductivity = "10 m/d"
specific_yield = 0.2
specific_storage = "1e-5 1/m"
porosity = 0.3
[flow]
formulation = "water_table"
regime = "transient"
initial_head = "7 m"
initial_step = "0.1 d"
growth = 2
[[boundary]]
type = "well"
name = "well"
x = "{2} m"
y = "{2} m"
rate = "{3} m3/d"
sharing = "level"
{4}
)",
                       n, cell_size, 0.5 * end, rate, more) +
           frame("sides", 7, 0, 10);
}

}  // namespace

TEST_CASE("when a cell of a well dries the others give its share, and the rate gives way when they cannot") {
    auto run = std::move(SiteRun(drying(-200, "")).finish());
    const auto& rates = well_of(run).rate;
    const Index upper = well_of(run).cells[1];
    REQUIRE(rates.size() == 2);
    CHECK(run.head(upper) < 5);  // dry: nothing comes from it
    CHECK(std::abs(rates[1] * day) < 0.01 * 200);
    CHECK((rates[0] + rates[1]) * day == doctest::Approx(-200).epsilon(1e-9));
    CHECK(run.closure() < 1e-9);

    // No more than the head above the base drives to the well. Dupuit between square and cell, K π (H² − h²) / ln(R / r_e), then Thiem
    // through the thickness wet in the cell, 2 π K h² / ln(r_e / r_w): Q = H² / (R_out + R_in). Upstream thickness is first order: a tenth.
    auto most = std::move(SiteRun(drying(-5000, "")).finish());
    const double equivalent = 0.14 * std::hypot(cell_size, cell_size), k = 10 * std::numbers::pi;
    const double greatest = 7 * 7 / (std::log(1.0787 * half / equivalent) / k + std::log(equivalent / 0.1) / (2 * k));
    const double taken = -(well_of(most).rate[0] + well_of(most).rate[1]) * day;
    CHECK(taken == doctest::Approx(greatest).epsilon(0.1));
    CHECK(most.closure() < 1e-9);

    // A level that is not gone below, and one that stands above the water table: the well stands still.
    auto limited = std::move(SiteRun(drying(-5000, "lowest_level = \"4 m\"")).finish());
    const double less = -(well_of(limited).rate[0] + well_of(limited).rate[1]) * day;
    CHECK(less < taken);
    CHECK(less > 0);
    auto still = std::move(SiteRun(drying(-5000, "lowest_level = \"8 m\"")).finish());
    CHECK(std::abs(well_of(still).rate[0] + well_of(still).rate[1]) * day < 1e-9);
}

// ---- what passes through a well -------------------------------------------------------------------------------------------------------

namespace {

/// Three aquifers of one cell each, held at 6, 4 and 0 m in their outer cells; a well through all of them. Only the uppermost two hold solute.
std::string stack(double rate, const std::string& concentration) {
    std::string text = R"(
[site]
name = "stack"
start = 2024-01-01
duration = "600 d"
[grid]
nx = 3
ny = 1
dx = "10 m"
dy = "10 m"
top = "0 m"
)";
    for (const char* name : {"a", "clay 1", "b", "clay 2", "c"})
        text += fmt::format("[[grid.layer]]\nname = \"{}\"\nthickness = \"2 m\"\n", name);
    text += fmt::format(R"(
[[medium]]
hydraulic_conductivity = "1e-12 m/d"
porosity = 0.25
[[zone]]
name = "aquifers"
layers = ["a", "b", "c"]
[[medium]]
zone = "aquifers"
hydraulic_conductivity = "4 m/d"
[flow]
initial_head = "0 m"
tolerance = 1e-13
[[boundary]]
type = "well"
name = "well"
x = "15 m"
y = "5 m"
rate = "{} m3/d"
sharing = "level"
concentration.Cl = "{}"
[transport]
stepping = "implicit"
initial_step = "1 d"
growth = 1.2
[substance.Cl]
initial_concentration = "0 mg/L"
)",
                        rate, concentration);
    const struct {
        const char* layer;
        double head, concentration;
    } aquifers[] = {{"a", 6, 30}, {"b", 4, 12}, {"c", 0, 0}};
    for (const auto& a : aquifers)
        for (const auto& [side, x] : {std::pair{"west", "x_max = \"10 m\""}, std::pair{"east", "x_min = \"20 m\""}})
            text += fmt::format(
                "[[zone]]\nname = \"{0} {1}\"\nlayers = [\"{0}\"]\n{2}\n[[boundary]]\ntype = \"fixed_head\"\nname = \"{0} {1}\"\nzone = "
                "\"{0} {1}\"\nhead = \"{3} m\"\nconcentration.Cl = \"{4} mg/L\"\n",
                a.layer, side, x, a.head, a.concentration);
    return text;
}

}  // namespace

TEST_CASE("water that a well passes on is the mixture of what it takes, and of what is added") {
    // 0: passing alone; 2: what is added mixes with it; -2: a part is pumped away.
    for (const double rate : {0.0, 2.0, -2.0}) {
        CAPTURE(rate);
        SiteRun run(stack(rate, "100 mg/L"));
        double before = 0;
        run.finish([&](const SiteRun& r) {
            // At the end of every step, not only of the run: what enters is what is taken now.
            const auto& well = well_of(r);
            double taken = 0, mass = 0, given = 0;
            for (std::size_t k = 0; k < well.cells.size(); ++k) {
                if (well.rate[k] < 0) taken -= well.rate[k], mass -= well.rate[k] * r.concentration(well.cells[k]);
                else given += well.rate[k];
            }
            const double added = std::max(0.0, given - taken);
            const double mixture = (added * 0.1 + std::min(given, taken) * mass / taken) / given;
            const auto& books = r.entry("Cl", "well");
            CHECK(books.term.in == doctest::Approx(given * mixture * (r.state().time - before)).epsilon(1e-8).scale(1e-9));
            before = r.state().time;
        });
        // Steady in the end: the aquifers' own water in the wells of the upper two, and the mixture in the lowest.
        const auto& well = well_of(run);
        REQUIRE(well.cells.size() == 5);
        const double a = -well.rate[4], b = -well.rate[2], c = well.rate[0];
        CHECK(a > 0);
        CHECK(b > 0);
        CHECK(c > 0);
        const double added = std::max(0.0, c - a - b);
        const double expected = (added * 0.1 + (c - added) * (a * 0.030 + b * 0.012) / (a + b)) / c;
        // 600 d renew the cells, of 50 m³, more than a hundred times.
        report(fmt::format("well_mixture/{}", rate), "concentration:relative", expected, run.concentration(well.cells[0]),
               std::abs(run.concentration(well.cells[0]) / expected - 1), 1e-6, "balance of the well");
        CHECK(run.closure() < 1e-9);
    }
}

TEST_CASE("a well whose screen is half dry takes its whole rate out of the wet half, and says when it gets less") {
    const auto half_dry = [](double rate, const std::string& more) {
        return fmt::format(R"(
[site]
name = "half dry"
start = 2024-01-01
duration = "1 d"
[grid]
dx = ["3 x 10 m"]
dy = ["1 x 10 m"]
top = "0 m"
[[grid.layer]]
name = "sand"
thickness = "10 m"
cells = 10
[[medium]]
hydraulic_conductivity = "10 m/d"
porosity = 0.3
specific_yield = 0.2
specific_storage = "1e-5 1/m"
[flow]
formulation = "water_table"
initial_head = "-5 m"
[[boundary]]
type = "general_head"
name = "lake"
side = "west"
head = "-5 m"
leakance = "1 1/d"
[[boundary]]
type = "well"
name = "well"
x = "15 m"
y = "5 m"
rate = "{} m3/d"
)",
                           rate) +
               more;
    };
    const auto remarks_of = [](const SiteRun& run) {
        std::string all;
        for (const auto& remark : run.simulation().equations().front()->statistics().remarks) all += remark + "\n";
        return all;
    };
    SiteRun whole(half_dry(-10, ""));
    whole.finish();
    const auto& rates = well_of(whole).rate;
    double sum = 0;
    for (const double r : rates) sum += r * day;
    CHECK(sum == doctest::Approx(-10).epsilon(1e-12));
    // By wet transmissivity: full cells alike, dry ones nothing.
    CHECK(rates[1] == doctest::Approx(rates[0]).epsilon(1e-3));  // the wet part of a full cell is bent by up to 1e-3
    CHECK(std::abs(rates.back()) < 1e-3 * std::abs(rates[0]));
    CHECK(remarks_of(whole).find("well") == std::string::npos);
    SiteRun less(half_dry(-1000, "lowest_level = \"-6 m\"\n"));
    less.finish();
    double got = 0;
    for (const double r : well_of(less).rate) got -= r * day;
    CHECK(got > 0);
    CHECK(got < 900);
    CHECK(remarks_of(less).find(fmt::format("well 'well': {:.4g} m3 of the 1000 m3 asked for did not pass", 1000 - got)) !=
          std::string::npos);
}
