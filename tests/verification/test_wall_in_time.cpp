// A wall that is built and taken away again while water flows.

#include <numbers>

#include "site_builder.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

constexpr double pi = std::numbers::pi, half = 100, conductivity = 10, storage = 1e-3, fall = 2;  // m, m/d, 1/m, m over the whole
constexpr double diffusivity = conductivity / storage;                                            // [m²/d]
constexpr double built = 2, gone = 6;                                                             // [d]

/// A row of 200 m between two heads, 2 m apart; a wall across its middle from day 2 to day 6.
std::string row(const std::string& flow, double wall, const std::string& more = "") {
    return fmt::format(R"(
[site]
name = "wall"
start = 2024-01-01
duration = "8 d"
[grid]
nx = 100
ny = 1
dx = "2 m"
dy = "5 m"
top = "-10 m"
[[grid.layer]]
name = "sand"
thickness = "4 m"
[[medium]]
hydraulic_conductivity = "{} m/d"
specific_storage = "{} 1/m"
porosity = 0.3
{}
[flow]
initial_head = {{ cells = "start.csv", column = "value", unit = "m" }}
{}
[[boundary]]
type = "fixed_head"
name = "high"
side = "west"
head = "{} m"
[[boundary]]
type = "fixed_head"
name = "low"
side = "east"
head = "0 m"
[[measure]]
type = "cutoff_wall"
name = "wall"
line = [["100 m", "0 m"], ["100 m", "5 m"]]
thickness = "0.5 m"
conductivity = "{} m/d"
start = 2024-01-03
duration = "4 d"
)",
                       conductivity, storage, more, flow, fall, wall);
}

/// How far the head stands above the straight line between the two ends, x m before the wall, t d after it was built tight: its sides no longer
/// pass what comes. Behind the wall it stands as far below (Carslaw & Jaeger 1959, section 3.8, a constant flux at one end).
double dammed(double x, double t) {
    const double gradient = fall / (2 * half), along = half - x;
    double sum = 0;
    for (int n = 1; n < 400; n += 2)
        sum += (n % 4 == 1 ? 1.0 : -1.0) / (n * n) * std::sin(n * pi * along / (2 * half)) *
               std::exp(-n * n * pi * pi * diffusivity * t / (4 * half * half));
    return gradient * (along - 8 * half / (pi * pi) * sum);
}

/// The same t d after it has gone: what was dammed runs off (the same, section 3.3, from a straight line).
double released(double x, double t) {
    const double gradient = fall / (2 * half), along = half - x;
    double sum = 0;
    for (int n = 1; n < 400; ++n)
        sum +=
            (n % 2 == 1 ? 1.0 : -1.0) / n * std::sin(n * pi * along / half) * std::exp(-n * n * pi * pi * diffusivity * t / (half * half));
    return gradient * 2 * half / pi * sum;
}

}  // namespace

TEST_CASE("a wall that is built dams the water up as heat before an insulator, and lets it go again") {
    std::vector<double> start;
    for (int i = 0; i < 100; ++i) start.push_back(fall * (1 - (i + 0.5) / 100));
    const TemporaryFile file(one_column(start), "start.csv");
    const std::string steps = "regime = \"transient\"\ninitial_step = \"0.001 d\"\ngrowth = 1.2\nmaximum_step = \"0.01 d\"\n";
    struct Kind {
        const char* name;
        std::string flow, retention;
    };
    // The row lies below both heads: full ground, whatever the formulation.
    const Kind kinds[] = {{"saturated", steps, ""},
                          {"water_table", "formulation = \"water_table\"\n" + steps, "specific_yield = 0.1\n"},
                          {"variably_saturated", "formulation = \"variably_saturated\"\n" + steps,
                           "[[retention]]\ntype = \"van_genuchten\"\nalpha = \"5 1/m\"\nn = 2\nresidual_water_content = 0.05\n"}};
    for (const auto& kind : kinds) {
        CAPTURE(kind.name);
        SiteRun run(row(kind.flow, 1e-12, kind.retention), file.folder);
        double worst = 0, highest = 0;
        run.finish([&](const SiteRun& r) {
            const double t = r.days();
            // A tenth of a day after each jump its first steps are forgotten: at 1 m from the wall the head falls by a metre at once.
            if (t <= built + 0.1 || (t > gone && t <= gone + 0.1)) return;
            for (const int cells : {0, 10, 30}) {  // from the wall
                const double x = 1 + 2 * cells;
                const double expected = t <= gone ? dammed(x, t - built) : released(x, t - gone);
                const double up = r.head(49 - cells) - start[static_cast<std::size_t>(49 - cells)],
                             down = start[static_cast<std::size_t>(50 + cells)] - r.head(50 + cells);
                worst = std::max({worst, std::abs(up - expected), std::abs(down - expected)});
                highest = std::max(highest, up);
            }
        });
        // Half of the fall is dammed up before the wall in the end. Implicit Euler's steps of 0.01 d, a fortieth of the slowest time 4 l² / (π² D),
        // err by half a step over that time, 1.2 %; the first steps, of 0.001 d, by as much where everything begins.
        CHECK(highest > 0.97);
        report("wall_in_time", fmt::format("{}_head:max_abs", kind.name), 0, worst, worst, 0.015,
               "Carslaw & Jaeger 1959, sections 3.3 and 3.8");
        CHECK(run.closure() < 1e-9);
    }
}

TEST_CASE("a wall that leaks passes what the resistances in series let through, while it stands") {
    std::vector<double> start(100, 0.0);
    const TemporaryFile file(one_column(start), "start.csv");
    for (const std::string formulation : {"saturated", "variably_saturated"}) {
        CAPTURE(formulation);
        const std::string retention = formulation == "saturated" ? "" : R"(
[[retention]]
type = "van_genuchten"
alpha = "5 1/m"
n = 2
residual_water_content = 0.05
)";
        const double wall = 0.02;  // m/d, over 0.5 m: 25 d beside 20 d of the ground
        std::string text = row("regime = \"steady\"\nformulation = \"" + formulation + "\"\ntolerance = 1e-12\n", wall, retention);
        // A change of the edits' dates is a step's end: what passes is looked at within each span.
        SiteRun run(text + "[output]\ninterval = \"1 d\"\n", file.folder);
        const double area = 20, open = area * fall / (2 * half / conductivity),
                     closed = area * fall / (2 * half / conductivity + 0.5 / wall);
        int before = 0, while_it_stands = 0, after = 0;
        run.finish([&](const SiteRun& r) {
            const double t = r.days();
            const double expected = t <= built ? open : t <= gone ? closed : open;
            ++(t <= built ? before : t <= gone ? while_it_stands : after);
            CHECK(r.inflow("high") == doctest::Approx(expected).epsilon(1e-9));
        });
        CHECK(before > 0);
        CHECK(while_it_stands > 0);
        CHECK(after > 0);
    }
}

TEST_CASE("a flow barrier whose leakance is a series does what a wall does that is built and taken away") {
    std::vector<double> start;
    for (int i = 0; i < 100; ++i) start.push_back(fall * (1 - (i + 0.5) / 100));
    const TemporaryFile file(one_column(start), "start.csv");
    const auto with_wall = row("regime = \"transient\"\ninitial_step = \"0.01 d\"\nmaximum_step = \"0.1 d\"\n", 0.02);
    auto with_barrier = with_wall.substr(0, with_wall.find("[[measure]]"));
    with_barrier += R"(
[[flow_barrier]]
name = "wall"
from = { x = "100 m", y = "0 m" }
to = { x = "100 m", y = "5 m" }
leakance = [{ from = 2024-01-01, value = "1e12 1/d" }, { from = 2024-01-03, value = "0.04 1/d" }, { from = 2024-01-07, value = "1e12 1/d" }]
)";
    const auto heads = [&](const std::string& text) {
        std::vector<double> all;
        SiteRun run(text, file.folder);
        double last = 0;
        run.finish([&](const SiteRun& r) {
            for (const double day : {1.0, 5.0, 8.0})
                if (last < day && r.days() >= day)
                    for (Index c = 0; c < r.grid().cell_count(); ++c) all.push_back(r.head(c));
            last = r.days();
        });
        CHECK(run.closure() < 1e-9);
        return all;
    };
    const auto by_measure = heads(with_wall), by_series = heads(with_barrier);
    REQUIRE(by_measure.size() == 300);
    REQUIRE(by_series.size() == 300);
    double worst = 0;
    for (std::size_t n = 0; n < by_measure.size(); ++n) worst = std::max(worst, std::abs(by_measure[n] - by_series[n]));
    CHECK(by_measure[149] - by_measure[150] > 0.5);  // the wall stands on day 5
    CHECK(worst < 1e-9);                             // a barrier of 1e12 1/d is none, to rounding
}
