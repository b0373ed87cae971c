// Wells and banks against closed forms of the literature.

#include <cmath>
#include <numbers>
#include <utility>

#include "side_heads.hpp"
#include "site_builder.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

using std::numbers::pi;

struct Square {
    double half = 0, cell = 0;  ///< the grid reaches from -half to half in plan; the origin lies in the middle of a cell
    double thickness = 10;
    int layers = 1;
    double conductivity = 10, anisotropy = 1;  ///< [m/d]
};

std::string square_site(const Square& s, const std::string& more) {
    return fmt::format(R"(
[site]
name = "square"
start = 2024-01-01
duration = "1 d"
origin = ["{0:.17g} m", "{0:.17g} m"]
[grid]
nx = {1}
ny = {1}
dx = "{2:.17g} m"
dy = "{2:.17g} m"
top = "0 m"
[[grid.layer]]
name = "aquifer"
thickness = "{3:.17g} m"
cells = {4}
[[medium]]
hydraulic_conductivity = "{5:.17g} m/d"
anisotropy_vertical = {6:.17g}
porosity = 0.2
[flow]
regime = "steady"
initial_head = "0 m"
tolerance = 1e-11
)",
                       -s.half, std::lround(2 * s.half / s.cell), s.cell, s.thickness, s.layers, s.conductivity, s.anisotropy) +
           more;
}

std::string well_at(double x, const std::string& more) {
    return fmt::format("[[boundary]]\ntype = \"well\"\nname = \"well\"\nx = \"{} m\"\ny = \"0 m\"\n", x) + more;
}

}  // namespace

TEST_SUITE("verification") {
    TEST_CASE("Hantush: drawdown in a leaky aquifer") {
        // T = 100 m²/d, leakance 1e-3 1/d: leakage factor B = 316 m; the sides lie at 3.8 B, where K0 is 1 % of that at r = 0.3 B.
        const Square square{20 * 121 / 2.0, 20};
        SiteRun run(square_site(square, well_at(0, "rate = \"-200 m3/d\"\n") + R"(
[[boundary]]
type = "general_head"
name = "aquifer above"
zone = "all"
head = "0 m"
leakance = "1e-3 1/d"
)"));
        run.finish();
        const double factor = std::sqrt(100 / 1e-3);
        for (const double r : {100.0, 200.0, 400.0}) {
            const double exact = 200 / (2 * pi * 100) * std::cyl_bessel_k(0, r / factor), found = -run.head(run.cell(r, 0, -5));
            // Second order, (20/100)²/12 of the slope; and what the closed sides reflect, 4 K0(6.4)/K0(1.26) = 0.8 % at the farthest.
            report("hantush_leaky", fmt::format("drawdown at {} m [m]:relative", r), exact, found, std::abs(found / exact - 1), 0.01,
                   "Hantush & Jacob (1955), Trans. AGU 36(1), steady state");
        }
        CHECK(run.inflow("aquifer above") == doctest::Approx(200).epsilon(1e-9));  // no other water
    }

    TEST_CASE("image wells: beside a river and beside a barrier") {
        const Square square{10 * 81 / 2.0, 10};
        const double well = 100, rate = 300, transmissivity = 100;
        // Beside the plane x = 5 m, on a line between cells: the image lies as far beyond it.
        const double plane = 5, image = 2 * plane - well;
        const auto drawdown = [&](double x, double y, double sign) {
            return rate / (2 * pi * transmissivity) *
                   (std::log(1000 / std::hypot(x - well, y)) + sign * std::log(1000 / std::hypot(x - image, y)));
        };
        const auto worst = [&](const std::string& plane_table, double sign) {
            const SideHeads heads(square.half, square.cell, [&](double x, double y) { return x > plane ? -drawdown(x, y, sign) : 0.0; });
            SiteRun run(square_site(square, heads.boundaries + well_at(well, fmt::format("rate = \"{} m3/d\"\n", -rate)) + plane_table),
                        heads.folder.path);
            run.finish();
            double error = 0;
            for (Index c = 0; c < run.grid().cell_count(); ++c) {
                const auto p = run.grid().centre_crs(c);
                if (p.x < plane + 10 || std::hypot(p.x - well, p.y) < 40) continue;
                error = std::max(error, std::abs(-run.head(c) - drawdown(p.x, p.y, sign)));
            }
            return std::pair{error, -run.head(run.cell(60, 0, -5))};
        };
        // Second order near the well: h²/(12 r²) of Q/(2πT) = 0.48 m at r = 40 m is 2.5 mm.
        const auto [by_rock, at_60] = worst(
            "[[flow_barrier]]\nname = \"rock\"\nfrom = { x = \"5 m\", y = \"-405 m\" }\nto = { x = \"5 m\", y = \"405 m\" }\n"
            "leakance = \"0 1/d\"\n",
            1);
        report("image_wells", "drawdown beside a barrier [m]:max_abs", drawdown(60, 0, 1), at_60, by_rock, 5e-3,
               "Ferris et al. (1962), USGS WSP 1536-E");
        // The river: cells left of the plane are held at 0, whose centres lie at x = 0; the plane of zero drawdown is theirs.
        const double held = 0, river_image = 2 * held - well;
        const auto by_river = [&](double x, double y) {
            return rate / (2 * pi * transmissivity) * std::log(std::hypot(x - river_image, y) / std::hypot(x - well, y));
        };
        const SideHeads heads(square.half, square.cell, [&](double x, double y) { return x > held ? -by_river(x, y) : 0.0; });
        SiteRun run(square_site(square, heads.boundaries + well_at(well, fmt::format("rate = \"{} m3/d\"\n", -rate)) +
                                            "[[zone]]\nname = \"water\"\nx_min = \"-5 m\"\nx_max = \"5 m\"\n[[boundary]]\ntype = "
                                            "\"fixed_head\"\nname = \"river\"\nzone = \"water\"\nhead = \"0 m\"\n"),
                    heads.folder.path);
        run.finish();
        double error = 0;
        for (Index c = 0; c < run.grid().cell_count(); ++c) {
            const auto p = run.grid().centre_crs(c);
            if (p.x > 5 && std::hypot(p.x - well, p.y) > 40) error = std::max(error, std::abs(-run.head(c) - by_river(p.x, p.y)));
        }
        report("image_wells", "drawdown beside a river [m]:max_abs", by_river(60, 0), -run.head(run.cell(60, 0, -5)), error, 5e-3,
               "Ferris et al. (1962), USGS WSP 1536-E");
    }

    TEST_CASE("Hantush: a well that penetrates a part of the aquifer") {
        // 20 m thick, Kz/Kr = 0.25, screened in the upper 6 m with uniform inflow; layers of 1 m.
        const Square square{4 * 41 / 2.0, 4, 20, 20, 10, 0.25};
        const double rate = 200, b = 20, screen = 6, transmissivity = 200;
        const SideHeads heads(square.half, square.cell,
                              [&](double x, double y) { return rate / (2 * pi * transmissivity) * std::log(std::hypot(x, y) / 100); });
        SiteRun run(square_site(square, heads.boundaries + well_at(0, fmt::format("rate = \"{} m3/d\"\nscreen_top = \"0 m\"\nscreen_bottom "
                                                                                  "= \"{} m\"\n",
                                                                                  -rate, -screen))),
                    heads.folder.path);
        run.finish();
        const auto drawdown = [&](double r, double depth) {
            double series = 0;
            for (int n = 1; n < 60; ++n)
                series += std::sin(n * pi * screen / b) / n * std::cos(n * pi * depth / b) * std::cyl_bessel_k(0, n * pi * r / b * 0.5);
            return rate / (2 * pi * transmissivity) * (std::log(100 / r) + 2 * b / (pi * screen) * series);
        };
        for (const double r : {16.0, 32.0})
            for (const double depth : {0.5, 9.5, 19.5}) {
                const double exact = drawdown(r, depth), found = -run.head(run.cell(r, 0, -depth));
                // Second order: (4/16)²/12 = 0.5 % of Q/(2πT) times some units; the layers add as much.
                report("hantush_partial", fmt::format("drawdown at {} m, depth {} m [m]:relative", r, depth), exact, found,
                       std::abs(found / exact - 1), 0.015, "Hantush (1964), Advances in Hydroscience 1, steady state");
            }
    }

    TEST_CASE("Dupuit and Forchheimer: what seeps from a bank") {
        // A vertical section 40 m long and 10 m high between water at 8 m and a bank open to the air down to its foot: Charny (1951) showed
        // that the outflow is Dupuit's, K (h1² − h2²) / 2 L, however high the face of seepage reaches.
        SiteRun run(R"(
[site]
name = "bank"
start = 2024-01-01
duration = "1 d"
[grid]
nx = 80
ny = 1
dx = "50 cm"
dy = "1 m"
top = "10 m"
[[grid.layer]]
name = "sand"
thickness = "10 m"
cells = 40
[[medium]]
hydraulic_conductivity = "5 m/d"
porosity = 0.3
[flow]
formulation = "water_table"
regime = "steady"
initial_head = "8 m"
tolerance = 1e-9
maximum_newton_iterations = 200
[[boundary]]
type = "fixed_head"
name = "lake"
side = "west"
head = "8 m"
[[boundary]]
type = "seepage_face"
name = "bank"
side = "east"
)");
        run.finish();
        const double exact = 5.0 * 64 / 80, found = -run.inflow("bank");
        report("seepage_face", "outflow [m2/d]:relative", exact, found, std::abs(found / exact - 1), 0.03,
               "Charny (1951), Bear (1972) section 8.1; Dupuit (1863)");
        // Only a part of the face seeps, from its foot up.
        Index seeping = 0;
        for (const double out : run.state().water_exchanges[1].rate) seeping += out < 0 ? 1 : 0;
        CHECK(seeping > 2);
        CHECK(seeping < 28);
    }
}
