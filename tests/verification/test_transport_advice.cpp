// What transport says of a grid and of steps that cannot show what was asked for, and what follows from the ground: tortuosity, and dispersivities
// cell by cell.

#include "site_builder.hpp"
#include "transport/dispersion.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

/// A hundred cells of 1 m, v = 1 m/d.
std::string row(const std::string& transport) {
    return R"(
[site]
name = "row"
start = 2024-01-01
duration = "40 d"
[grid]
nx = 100
ny = 1
dx = "1 m"
dy = "1 m"
top = "0 m"
[[grid.layer]]
name = "sand"
thickness = "1 m"
[[zone]]
name = "western half"
x_max = "50 m"
[[medium]]
hydraulic_conductivity = "25 m/d"
porosity = 0.25
[flow]
regime = "steady"
initial_head = "0 m"
[[boundary]]
type = "fixed_head"
name = "west"
side = "west"
head = "1 m"
concentration.Cd = "1 mg/L"
[[boundary]]
type = "fixed_head"
name = "east"
side = "east"
head = "0 m"
[substance.Cd]
[transport]
)" + transport;
}

SolverStatistics statistics_of(const std::string& transport) {
    SiteRun run(row(transport));
    run.finish();
    for (const auto& equation : run.simulation().equations())
        if (equation->name() == "transport") return equation->statistics();
    FAIL("no statistics of transport");
    return {};
}
std::vector<std::string> remarks(const std::string& transport) { return statistics_of(transport).remarks; }
std::vector<std::string> notes(const std::string& transport) { return statistics_of(transport).notes; }

bool says(const std::vector<std::string>& all, const std::string& words) {
    return std::any_of(all.begin(), all.end(), [&](const std::string& r) { return r.find(words) != std::string::npos; });
}

}  // namespace

TEST_SUITE("verification") {
    TEST_CASE("a grid too coarse for the dispersivity is told, with what would do") {
        const auto upwind = remarks("longitudinal_dispersivity = \"0.2 m\"\nadvection = \"upwind\"\n");
        // Cells of 1 m over 0.2 m; upwind adds v Δx / 2, which is 2.5 times the dispersion given (Lantz 1971).
        CHECK(says(upwind, "grid Peclet number 5 "));
        CHECK(says(upwind, "upwind adds 2.5 times of it"));
        CHECK(says(upwind, "advection = \"tvd\", or cells 2.5 times finer"));
        const auto sharp = remarks("longitudinal_dispersivity = \"0.2 m\"\nadvection = \"tvd\"\n");
        CHECK(says(sharp, "grid Peclet number 5 "));
        CHECK(says(sharp, "fronts are a few cells wide"));
        CHECK_FALSE(says(sharp, "upwind adds"));
        CHECK_FALSE(says(remarks("longitudinal_dispersivity = \"0.6 m\"\n"), "Peclet"));  // 1.7: fine enough, and noted
        CHECK(says(notes("longitudinal_dispersivity = \"0.6 m\"\n"), "grid Peclet number 1.67 "));
    }

    TEST_CASE("steps that renew cells many times are told") {
        const auto long_steps = remarks(
            "stepping = \"implicit\"\ncourant = 1e9\ninitial_step = \"20 d\"\nmaximum_step = \"20 d\"\nlongitudinal_dispersivity = \"1 "
            "m\"\n");
        CHECK(says(long_steps, "Courant number up to 20:"));
        CHECK(says(long_steps, "a smaller maximum_step sharpens"));
        CHECK_FALSE(says(remarks("stepping = \"implicit\"\nlongitudinal_dispersivity = \"1 m\"\n"), "Courant"));
        CHECK(says(notes("stepping = \"implicit\"\nlongitudinal_dispersivity = \"1 m\"\n"), "Courant number up to 1"));
        CHECK(says(notes("advection = \"tvd\"\n"), "no dispersivity"));
    }

    TEST_CASE("tortuosity after Millington and Quirk, of full pores and of drained ones") {
        SiteRun run(row("longitudinal_dispersivity = \"1 m\"\n"));
        const auto& grid = run.grid();
        CellField porosity(grid, 0.4), saturation(grid, 0.5);
        for (Index c = 0; c < 50; ++c) porosity[c] = 0.3;
        FaceField full(grid), drained(grid);
        diffusion_conductance(grid, porosity, {}, full);
        for (Index c = 70; c < 80; ++c) saturation[c] = 0;  // dry: nothing passes
        diffusion_conductance(grid, porosity, saturation, drained);
        // θ τ = θ^(10/3) / n², in series where it changes; faces of 1 m² between centres 1 m apart.
        const auto effective = [](double content, double n) { return std::pow(content, 10.0 / 3) / (n * n); };
        const auto series = [](double a, double b) { return 2 / (1 / a + 1 / b); };
        for_each_face(grid, [&](const Face& f) {
            if (f.axis != Axis::x) return;
            const double a = porosity[f.left], b = porosity[f.right];
            CHECK(full[f] == doctest::Approx(series(effective(a, a), effective(b, b))).epsilon(1e-12));
            if (saturation[f.left] > 0 && saturation[f.right] > 0)
                CHECK(drained[f] == doctest::Approx(series(effective(0.5 * a, a), effective(0.5 * b, b))).epsilon(1e-12));
            else CHECK(std::abs(drained[f]) < 1e-90);
        });
    }

    TEST_CASE("dispersivities cell by cell are those of zones, and may come from a file beside a zone") {
        std::vector<double> values(100, 2.0);
        std::fill_n(values.begin(), 50, 0.5);
        const TemporaryFile file(one_column(values), "dispersivity.csv");
        const auto field = std::string("longitudinal_dispersivity = { cells = \"dispersivity.csv\", column = \"value\", unit = \"m\" }\n");
        const auto profile = [&](const std::string& keys) {
            SiteRun run(row("advection = \"tvd\"\nstepping = \"explicit\"\n" + keys), file.folder);
            run.finish();
            CHECK(run.closure() < 1e-10);
            std::vector<double> all;
            for (Index c = 0; c < run.grid().cell_count(); ++c) all.push_back(run.concentration(c));
            return all;
        };
        const auto by_zone = profile(
            "longitudinal_dispersivity = \"2 m\"\nin_zone = [{ zone = \"western half\", longitudinal_dispersivity = \"0.5 m\" }]\n");
        CHECK(profile(field) == by_zone);
        CHECK(profile(field + "in_zone = [{ zone = \"western half\", longitudinal_dispersivity = \"0.5 m\" }]\n") == by_zone);
        CHECK(profile("longitudinal_dispersivity = \"2 m\"\n") != by_zone);
    }
}
