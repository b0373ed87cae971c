// Tailings ponds against closed forms: liners, water balance, coupling to the ground, drain-down, leaching.

#include <cmath>

#include "facility/cover.hpp"
#include "facility/leach_model.hpp"
#include "facility/liner.hpp"
#include "facility/liner_defects.hpp"
#include "facility/liner_diffusion.hpp"
#include "facility/storage_curve.hpp"
#include "output/checkpoint_file.hpp"
#include "facility_releases.hpp"
#include "site_builder.hpp"
#include "site_warnings.hpp"
#include "temporary_folder.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

constexpr double year = 365.25 * day, hectare = 1e4;

/// A law as the site file gives it: "type = ..., key = ..." within braces.
template <class Interface>
std::shared_ptr<Interface> law(const std::string& inline_table) {
    Diagnostics diagnostics;
    ReadContext context{diagnostics, {}};
    const auto tree = parse_toml("it = { " + inline_table + " }", "law.toml");
    std::shared_ptr<Interface> out;
    reading::read_value(tree.find("it")->value, {"it", "", anything}, context, out);
    diagnostics.throw_if_errors();
    REQUIRE(out);
    return out;
}

/// Litres per hectare and day that pass a liner under a head of water.
double litres(const Liner& liner, double drop, const Overburden& over = {}) { return liner.flux(drop, over, {}) * hectare * day * 1e3; }

void compare(const char* quantity, double expected, double found, double relative, const char* source) {
    report("tailings_pond", std::string(quantity) + ":relative", expected, found, std::abs(found / expected - 1), relative, source);
}

/// One column of ground 100 m x 100 m, 10 m thick, whose water table lies deep: the floor is the top at 10 m.
std::string column(const std::string& run, const std::string& pond, const std::string& more = {}, const std::string& head = "2 m",
                   const std::string& conductivity = "10 m/d") {
    return R"([site]
name = "pond"
start = 2020-01-01
duration = ")" +
           run + R"("
[grid]
nx = 1
ny = 1
dx = "100 m"
dy = "100 m"
top = "10 m"
[[grid.layer]]
name = "sand"
thickness = "10 m"
cells = 5
[[medium]]
hydraulic_conductivity = ")" +
           conductivity + R"("
porosity = 0.3
bulk_density = "1700 kg/m3"
[flow]
initial_head = ")" +
           head + R"("
[[boundary]]
type = "fixed_head"
name = "deep"
side = "bottom"
head = ")" +
           head + R"("
[[boundary]]
type = "tailings_pond"
name = "pond"
zone = "all"
)" + pond + more;
}

/// Water of the pond in one of its stores at the end of the run [m³].
double held(const SiteRun& run, const std::string& store) { return run.entry("water of pond", store).term.stored; }

/// The worst cumulative imbalance of the pond's own water, over what was moved.
double pond_closure(const SiteRun& run) {
    double in = 0, out = 0;
    for (const auto& e : run.ledger().entries())
        if (e.term.component == "water of pond") in += e.cumulative_in, out += e.cumulative_out;
    return std::abs(in - out) / std::max({in, out, 1e-30});
}

/// The number that a leach model's waste of 1000 t with 300 m³ of pore water gives, after steps that pass `water` m³ in all.
double leached(const LeachModel& model, double water, double years, int steps) {
    LeachState state;
    model.bring(state, {1e6, 0, true});
    state.pore_water = 300;
    for (int n = 0; n < steps; ++n) {
        const double from = years * year * n / steps, to = years * year * (n + 1) / steps;
        model.advance(state, {{}, from, to, water / steps, from});
    }
    return state.leached;
}

}  // namespace

TEST_SUITE("verification") {
    TEST_CASE("liners let through what Giroud, Rowe and Darcy say") {
        const auto good = law<Liner>(R"(type = "composite", clay_thickness = "0.75 m", clay_conductivity = "1e-9 m/s", holes = "5 1/ha")");
        const auto poor = law<Liner>(
            R"(type = "composite", clay_thickness = "0.75 m", clay_conductivity = "1e-9 m/s", holes = "5 1/ha", contact = "poor")");
        // The published figures have two digits.
        compare("composite, good, 0.3 m [L/ha/d]", 2.8, litres(*good, 0.3 + 0.75), 0.03, "Giroud 1997");
        compare("composite, poor, 0.3 m [L/ha/d]", 15, litres(*poor, 0.3 + 0.75), 0.04, "Giroud 1997");
        compare("composite, good, 1 m [L/ha/d]", 8.9, litres(*good, 1.75), 0.03, "Giroud 1997");
        compare("composite, poor, 1 m [L/ha/d]", 49, litres(*poor, 1.75), 0.03, "Giroud 1997");
        compare("composite, poor, 5 m [L/ha/d]", 296, litres(*poor, 5.75), 0.03, "Giroud 1997");
        const auto wrinkled =
            law<Liner>(R"(type = "composite", clay_thickness = "0.75 m", clay_conductivity = "1e-9 m/s", wrinkle_length = "100 m/ha")");
        compare("wrinkle of 100 m, 1 m [L/d]", 140, litres(*wrinkled, 1.75), 0.06, "Rowe 1998");
        const auto clay = law<Liner>(R"(type = "clay", thickness = "0.75 m", conductivity = "1e-9 m/s")");
        compare("clay 0.75 m, 1 m [mm/a]", 74, clay->flux(1.75, {}, {}) * year * 1e3, 0.01, "Darcy");
        const auto thick = law<Liner>(R"(type = "clay", thickness = "1.5 m", conductivity = "1e-9 m/s")");
        compare("clay 1.5 m, 5 m [mm/a]", 137, thick->flux(6.5, {}, {}) * year * 1e3, 0.01, "Darcy");
    }

    TEST_CASE("tailings on a hole hold back what an orifice would pass") {
        const auto membrane = law<Liner>(R"(type = "geomembrane", holes = "1 1/ha")");
        const Overburden tailings{1e-7, 18};
        const auto hole = [&](double head, const Overburden& over) { return membrane->flux(head, over, {}) * hectare; };
        compare("open hole, 1 m [m3/s]", 2.7e-4, hole(1, {}), 0.02, "Giroud 1997, eq. 1");
        compare("hole under tailings, 5 m [m3/s]", 1.1e-8, hole(5, tailings), 0.03, "4 r k h");
        // Rounded to one digit in the source: 5e4 and 1e5.
        compare("without over with tailings, 5 m", 5e4, hole(5, {}) / hole(5, tailings), 0.1, "Giroud 1997; 4 r k h");
        compare("without over with tailings, 1 m", 1e5, hole(1, {}) / hole(1, tailings), 0.25, "Giroud 1997; 4 r k h");
    }

    TEST_CASE("a lower liner passes no more than the upper, and far less than one alone") {
        const std::string one = R"({ clay_thickness = "0.75 m", clay_conductivity = "1e-9 m/s", holes = "5 1/ha" })";
        const auto two = law<Liner>("type = \"double_composite\", upper = " + one + ", lower = " + one);
        const auto single = law<Liner>("type = \"composite\", " + one.substr(1, one.size() - 2));
        const double lower = 5 / hectare * through_hole_on_clay(0.05, 1e-4, {0.75, 1e-9}, Contact::good);
        CHECK(two->flux(5 + 1.5, {}, {}) == doctest::Approx(lower).epsilon(1e-12));
        CHECK(two->flux(5 + 1.5, {}, {}) < 0.02 * single->flux(5.75, {}, {}));
        CHECK(two->flux(1.5 + 1e-6, {}, {}) <= single->flux(0.75 + 1e-6, {}, {}));
    }

    TEST_CASE("steady diffusion through clay adds to the flow") {
        // A tenth of a metre of water a year through 1 m of clay with D n/L = 5e-10 · 0.4: Pe = q/(D n/L).
        const double d = 5e-10 * 0.4, q = 1e-3 / year;
        // Into clean water flow and exchange together are q/(1 − exp(−q/d)); without flow the whole of diffusion is left, upwards as downwards.
        CHECK(q + diffusive_exchange(q, d) == doctest::Approx(q / (1 - std::exp(-q / d))).epsilon(1e-12));
        CHECK(diffusive_exchange(0, d) == d);
        CHECK(diffusive_exchange(1e-6 * d, d) == doctest::Approx(d).epsilon(1e-6));
        CHECK(diffusive_exchange(100 * d, d) < 1e-40);
        CHECK(diffusive_exchange(-q, d) == diffusive_exchange(q, d));
    }

    TEST_CASE("diffusion through clay ends as the ground below fills up, and its books close") {
        // A sealed column whose water stands as high as the pond's: no flow, and one cell of 10 m below 0.5 m of clay.
        const auto sealed = [](const std::string& pond, const std::string& cells) {
            return R"([site]
name = "diffusion"
start = 2020-01-01
duration = "4000 a"
[grid]
nx = 1
ny = 1
dx = "100 m"
dy = "100 m"
top = "10 m"
[[grid.layer]]
name = "sand"
thickness = "10 m"
cells = )" + cells +
                   R"(
[[medium]]
hydraulic_conductivity = "1 m/d"
porosity = 0.3
specific_storage = "1e-5 1/m"
[flow]
initial_head = "12 m"
[transport]
initial_step = "4 a"
maximum_step = "4 a"
[substance.Cl]
[[boundary]]
type = "fixed_head"
name = "side"
side = "east"
head = "12 m"
[[boundary]]
type = "tailings_pond"
name = "pond"
zone = "all"
base_elevation = "10 m"
storage = [ { stage = "10 m", area = "1 ha" }, { stage = "14 m", area = "1 ha" } ]
initial_stage = "12 m"
liner = { type = "clay", thickness = "0.5 m", conductivity = "1e-9 m/s", effective_diffusion = "5e-10 m2/s", porosity = 0.4 }
)" + pond;
        };
        SiteRun run(sealed("concentration.Cl = \"1000 mg/L\"\n", "1"));
        const double d = 5e-10 * 0.4 / 0.5, water = 0.3 * 10, rate = d / water;
        double worst = 0, clean = 0;
        run.finish([&](const SiteRun& r) {
            const double exact = 1 - std::exp(-rate * r.days() * day);
            worst = std::max(worst, std::abs(r.concentration(0) - exact));
            clean = rate * r.days() * day;  // what clean water below would have let through
        });
        // Implicit Euler: at most rate·dt/(2e) of the final concentration; 4 a over 1/rate = 238 a.
        report("tailings_pond", "concentration under a clay liner [g/L]:max_abs", 1, run.concentration(0), worst,
               1.05 * rate * 4 * year / (2 * std::exp(1.0)), "exp(-n De t/(L theta H))");
        CHECK(clean > 16);  // clean water below was wrong by that factor at the end
        CHECK(run.concentration(0) < 1);
        CHECK(run.closure() < 1e-9);
        CHECK(released(run, "pond", "diffusion through the liner", "Cl") ==
              doctest::Approx(run.concentration(0) * water * 1e4).epsilon(1e-9));
        // Of waste that holds little, no more comes than there is; a sink of it below leaves all the rest in the ground.
        SiteRun little(sealed(R"(tailings = { conductivity = "1e-7 m/s", porosity = 0.45, initial_mass = "14850 t" }
pore_water.Cl = { type = "distribution", content = "2 mg/kg", distribution_coefficient = "0 L/kg" }
)",
                              "5"));
        little.finish();
        const double there = 2e-6 * 14850e3, came = released(little, "pond", "diffusion through the liner", "Cl");
        CHECK(came > 0.2 * there);
        CHECK(came < there);
        CHECK(little.closure() < 1e-9);
    }

    TEST_CASE("covers stop water or oxygen, each by its own measure") {
        const Weather arid{0.11 / year, 1.79 / year, {}, 0, year};
        const auto store = law<FacilityCover>(R"(type = "store_and_release", thickness = "1.5 m")");
        const auto membrane = law<FacilityCover>(R"(type = "membrane", leakage = "1 mm/a")");
        const auto capillary =
            law<FacilityCover>(R"(type = "soil", thickness = "0.8 m", porosity = 0.44, saturation = 0.85, percolation = 0.3)");
        CHECK(store->percolation(arid) == doctest::Approx(0.02 * arid.rain));  // 55 mm of winter rain against 180 mm of room
        CHECK(store->percolation({0.8 / year, 1 / year, {}, 0, year}) == doctest::Approx((0.4 - 0.18) / year));
        CHECK(membrane->percolation(arid) == doctest::Approx(1e-3 / year));
        const auto clay = law<FacilityCover>(
            R"(type = "clay", thickness = "0.5 m", conductivity = "1e-9 m/s", aged_conductivity = "1e-7 m/s", ageing_time = "10 a")");
        CHECK(clay->percolation({1e-5, 0, {}, 0, 0}) == doctest::Approx(1e-9));
        CHECK(clay->percolation({1e-5, 0, {}, 1000 * year, 1000 * year}) == doctest::Approx(1e-7));
        // Which of two is better depends on what is asked.
        CHECK(store->percolation(arid) < capillary->percolation(arid));
        CHECK(store->oxygen_resistance(0, 1) < 0.1 * capillary->oxygen_resistance(0, 1));
    }

    TEST_CASE("a storage curve turns around, and its volume is the integral of its area") {
        Diagnostics none;
        const auto curve = StorageCurve::of_points({{100, 0, {}, {}, {}}, {102, 4000, {}, {}, {}}, {110, 20000, {}, {}, {}}}, none);
        CHECK(curve.volume(102) == doctest::Approx(4000).epsilon(1e-14));
        CHECK(curve.volume(110) == doctest::Approx(4000 + 8 * 12000).epsilon(1e-14));
        CHECK(curve.volume(115) == doctest::Approx(100000 + 5 * 20000).epsilon(1e-14));
        for (const double stage : {100.5, 102.0, 104.7, 110.0, 113.0})
            CHECK(curve.stage(curve.volume(stage)) == doctest::Approx(stage).epsilon(1e-14));
        const std::vector<double> floor{3, 1, 2}, area{30, 10, 20};
        const auto steps = StorageCurve::of_floor(floor, area);
        CHECK(steps.volume(4) == doctest::Approx(30 + 30 + 40).epsilon(1e-14));
        CHECK(steps.stage(20.0) == doctest::Approx(2 + 10.0 / 30).epsilon(1e-14));
    }

    TEST_CASE("a pond falls through clay as the falling head says") {
        // A dh/dt = −A k (h + L)/L over ground that carries everything off: h + L = (h0 + L) exp(−k t/L).
        const auto error = [](const char* step) {
            SiteRun run(column("2 a", std::string(R"(initial_stage = "13 m"
liner = { type = "clay", thickness = "1 m", conductivity = "1e-8 m/s" }
maximum_step = ")") + step + "\"\n"));
            run.finish();
            const double exact = 4 * std::exp(-1e-8 * 2 * year / 1) - 1, depth = held(run, "free water") / hectare;
            CHECK(pond_closure(run) < 1e-9);
            return std::pair(depth, depth - exact);
        };
        const auto [coarse, coarse_error] = error("20 d");
        const auto [fine, fine_error] = error("10 d");
        const double exact = 4 * std::exp(-1e-8 * 2 * year) - 1;
        // Implicit Euler: half of k dt/L times k t/L times the head, 0.5 · 0.0086 · 0.63 · 2.13 = 0.6 % of a metre.
        report("tailings_pond", "falling head, depth after 2 a [m]:abs", exact, fine, std::abs(fine_error), 6e-3, "Darcy; exponential");
        report("tailings_pond", "falling head:order", 1, observed_order(coarse_error, fine_error),
               std::max(0.0, 1 - observed_order(coarse_error, fine_error)), 0.05, "implicit Euler");
    }

    TEST_CASE("tailings, liner and ground lie in series when groundwater presses back") {
        // Inflow keeps the pond at its spillway; the ground is full up to the floor: one flux through four resistances.
        SiteRun run(column("10 d", R"(initial_stage = "16 m"
spillway = "16 m"
inflow = "1e5 m3/d"
tailings = { conductivity = "1e-7 m/s", porosity = 0.45, initial_mass = "59400 t" }
liner = { type = "clay", thickness = "1 m", conductivity = "1e-7 m/s" }
)",
                           "", "9.5 m", "0.01 m/d"));
        run.finish();
        const double thickness = 59400e3 / 2700 / 0.55 / hectare;  // 4 m of tailings
        const double k = 0.01 / day, resistance = thickness / 1e-7 + 1 / 1e-7 + 10 / k;
        const double expected = (16 - 9.5) / resistance;
        // The pond finds its level to rounding, flow to its tolerance of 1e-10.
        compare("seepage against groundwater [m/s]", expected, run.inflow("pond") / hectare / day, 1e-8, "Darcy");
        CHECK(run.closure() < 1e-9);
        CHECK(run.entry("water of pond", "overflow").cumulative_out > 0);
    }

    TEST_CASE("a leaky composite liner passes less where groundwater presses back") {
        // Wrinkles alone: their flow is linear in the drop, 2 (k b + sqrt(k D theta))/D per length, under tailings as a strip in their floor.
        SiteRun run(column("10 d", R"(initial_stage = "14.2 m"
spillway = "14.2 m"
inflow = "1e4 m3/d"
tailings = { conductivity = "1e-6 m/s", porosity = 0.45, initial_mass = "59400 t" }
liner = { type = "composite", clay_thickness = "0.5 m", clay_conductivity = "1e-7 m/s", wrinkle_length = "3000 m/ha", transmissivity = "1e-6 m2/s" }
)",
                           "", "9.9 m", "0.002 m/d"));
        run.finish();
        const double strip = tailings_towards_wrinkle(0.2, 4, 1e-6), k = 0.002 / day;
        const double wrinkle = 2 * (1e-7 * 0.1 + std::sqrt(1e-7 * 0.5 * 1e-6)) / 0.5;
        const double resistance = 4 / 1e-6 + 10 / k + (1 / wrinkle + 1 / strip) / 0.3;
        compare("wrinkles against groundwater [m/s]", (14.2 - 9.9) / resistance, run.inflow("pond") / hectare / day, 1e-8,
                "Rowe 1998; Darcy");
        CHECK(pond_closure(run) < 1e-9);
        CHECK(run.closure() < 1e-9);
    }

    TEST_CASE("a pond's water balances through deposition, overflow, drought and closure") {
        SiteRun run(column("12 a", R"(storage = [
  { stage = "10 m", area = "2000 m2" },
  { stage = "16 m", area = "8000 m2" },
  { stage = "22 m", area = "10000 m2" },
]
initial_stage = "10.5 m"
spillway = "21 m"
pond_share = 0.4
beach_runoff = 0.3
deposition = [ { from = 2020-01-01, value = "40 t/d" }, { from = 2023-01-01, value = "10 t/d" } ]
slurry_solids = 0.4
rain = [ { from = 2020-01-01, value = "1 mm/d" }, { from = 2021-01-01, value = "9 mm/d" }, { from = 2023-06-01, value = "0.2 mm/d" } ]
evaporation = "4 mm/d"
reclaim = [ { from = 2020-01-01, value = "25 m3/d" }, { from = 2022-06-01, value = "0 m3/d" }, { from = 2023-06-01, value = "60 m3/d" } ]
tailings = { conductivity = "2e-7 m/s", porosity = 0.45, initial_porosity = 0.6, consolidation_coefficient = "1e-7 m2/s" }
liner = { type = "composite", clay_thickness = "0.5 m", clay_conductivity = "1e-7 m/s", holes = "10 1/ha", wrinkle_length = "200 m/ha" }
closure = 2026-01-01
cover = { type = "soil", thickness = "1 m", percolation = 0.1 }
pore_water.As = { type = "distribution", content = "50 mg/kg", distribution_coefficient = "2 L/kg" }
pore_water.SO4 = { type = "constant", concentration = "2000 mg/L" }
free_water.SO4 = [ { from = 2020-01-01, value = "300 mg/L" }, { from = 2022-12-01, value = "500 mg/L" } ]
maximum_step = "10 d"
)",
                           R"([transport]
maximum_step = "10 d"
courant = 50
[substance.As]
[substance.SO4]
)"));
        double driest = infinite, sulfate_over = 0, arsenic_over = 0;
        bool overflowed = false;
        run.finish([&](const SiteRun& r) {
            driest = std::min(driest, held(r, "free water"));
            const double over = r.entry("water of pond", "overflow").term.out, down = r.entry("water of pond", "seepage").term.out;
            overflowed = overflowed || over > 0;
            sulfate_over += over * (r.days() <= 1065 ? 0.3 : 0.5);  // 2022-12-01, where a step ends
            if (over > 0) arsenic_over += over * r.entry("As", "pond").term.in / down;
            for (const auto* store : {"free water", "consolidation water", "drainable pore water", "retained pore water"})
                CHECK(held(r, store) >= 0);
        });
        CHECK(driest == 0);
        CHECK(overflowed);
        CHECK(run.entry("water of pond", "slurry").cumulative_in > 0);
        CHECK(held(run, "drainable pore water") > 0);
        // Free water comes from the depth, not from the balance: this is how well the depth was found.
        report("tailings_pond", "pond water closure:max_abs", 0, pond_closure(run), pond_closure(run), 1e-9, "balance");
        CHECK(run.closure() < 1e-9);
        // What the pond gives the ground receives, water and solute.
        const auto& seepage = run.entry("water of pond", "seepage");
        CHECK(run.entry("water", "pond").cumulative_in == doctest::Approx(seepage.cumulative_out).epsilon(1e-12));
        CHECK(run.entry("SO4", "pond").cumulative_in == doctest::Approx(2 * seepage.cumulative_out).epsilon(1e-9));
        // What goes over the spillway carries what the water above the tailings holds; where that is not told, what their pores hold.
        CHECK(released(run, "pond", "overflow", "SO4") == doctest::Approx(sulfate_over).epsilon(1e-9));
        CHECK(released(run, "pond", "overflow", "As") == doctest::Approx(arsenic_over).epsilon(1e-9));
        CHECK(arsenic_over > 0);
        CHECK(released(run, "pond", "seepage into the ground", "As") ==
              doctest::Approx(run.entry("As", "pond").cumulative_in).epsilon(1e-9));
    }

    TEST_CASE("water above tailings holds no more than water can, and the file is told so") {
        const auto text = column("100 d", R"(storage = [ { stage = "10 m", area = "8000 m2" }, { stage = "16 m", area = "8000 m2" } ]
initial_stage = "15 m"
spillway = "15.5 m"
inflow = "200 m3/d"
liner = { type = "clay", thickness = "0.5 m", conductivity = "1e-9 m/s" }
free_water.SO4 = "500 g/L"
free_water.Cd = "5 mg/L"
)",
                                 "[transport]\n[substance.SO4]\n[substance.Cd]\n");
        SiteRun run(text);
        run.finish();
        const double over = run.entry("water of pond", "overflow").cumulative_out;
        CHECK(over > 1e4);
        CHECK(released(run, "pond", "overflow", "SO4") == doctest::Approx(285 * over).epsilon(1e-9));
        CHECK(released(run, "pond", "overflow", "Cd") == doctest::Approx(0.005 * over).epsilon(1e-9));
        const auto told = warnings(text, "free_water gives");
        REQUIRE(told.size() == 1);
        CHECK(told[0].what.find("5e+05 mg/L of SO4, but water holds no more than 2.85e+05 mg/L (MgSO4)") != std::string::npos);
        CHECK(told[0].place.line > 0);
        CHECK(told[0].hint.find("gypsum") != std::string::npos);
    }

    TEST_CASE("a storage curve that does not begin at the floor is told") {
        const auto pond = [](const std::string& lowest, const std::string& more) {
            return column("1 d", "storage = [ { stage = \"" + lowest +
                                     "\", area = \"1000 m2\" }, { stage = \"40 m\", area = \"8000 m2\" } ]\n" +
                                     "liner = { type = \"none\" }\n" + more);
        };
        const auto told = [&](const std::string& lowest, const std::string& more = {}) {
            return warnings(pond(lowest, more), "storage of");
        };
        const auto high = told("30 m");
        REQUIRE(high.size() == 1);
        CHECK(high[0].what.find("begins at 30 m, but the lowest point of its floor lies at 10 m (the top of the ground)") !=
              std::string::npos);
        CHECK(high[0].hint.find("20 m of water stood below") != std::string::npos);
        CHECK(high[0].hint.find("base_elevation = \"30 m\"") != std::string::npos);
        CHECK(high[0].place.line > 0);
        const auto deep = told("10 m", "base_elevation = \"12 m\"\n");
        REQUIRE(deep.size() == 1);
        CHECK(deep[0].what.find("lies at 12 m (base_elevation)") != std::string::npos);
        CHECK(told("10.4 m").empty());
        CHECK(told("30 m", "base_elevation = \"30 m\"\n").empty());
    }

    TEST_CASE("drain-down after closure is an exponential above the percolation") {
        // 4 m of tailings over ground that takes all: q = P + (q0 − P) exp(−t/τ), exact however long the steps.
        SiteRun run(column("20 a", R"(rain = "1 mm/d"
tailings = { conductivity = "1e-7 m/s", porosity = 0.45, initial_mass = "59400 t", specific_yield = 0.1 }
liner = { type = "none" }
closure = 2020-01-01
drain_down_time = "8 a"
cover = { type = "soil", thickness = "1 m", percolation = 0.2 }
maximum_step = "1 a"
)"));
        run.finish();
        const double p = 0.2e-3 / day * hectare, tau = 8 * year, w0 = 0.1 * 4 * hectare, t = 20 * year;
        const double left = p * tau + (w0 - p * tau) * std::exp(-t / tau);
        compare("drainable water after 20 a [m3]", left, held(run, "drainable pore water"), 1e-10, "linear reservoir");
        CHECK(pond_closure(run) < 1e-9);
    }

    TEST_CASE("a tight liner holds up what the tailings would drain") {
        const auto left = [](const char* liner) {
            SiteRun run(column("20 a", std::string(R"(tailings = { conductivity = "1e-7 m/s", porosity = 0.45, initial_mass = "59400 t" }
closure = 2020-01-01
drain_down_time = "2 a"
maximum_step = "60 d"
liner = )") + liner + "\n"));
            run.finish();
            CHECK(pond_closure(run) < 1e-9);
            return held(run, "drainable pore water");
        };
        CHECK(left(R"({ type = "none" })") < 1e-4 * 4000);
        CHECK(left(R"({ type = "composite", clay_thickness = "0.75 m", clay_conductivity = "1e-9 m/s", holes = "5 1/ha" })") > 0.9 * 4000);
    }

    TEST_CASE("tailings that are taken away take their water with them") {
        SiteRun run(column("4 a", R"(initial_stage = "15 m"
tailings = { conductivity = "1e-7 m/s", porosity = 0.45, initial_mass = "59400 t" }
liner = { type = "clay", thickness = "1 m", conductivity = "1e-9 m/s" }
closure = 2021-01-01
removal = 2023-01-01
maximum_step = "60 d"
)"));
        double before = 0;
        run.finish([&](const SiteRun& r) {
            if (r.state().time < Date::from_civil(2023, 1, 1).since(Date::from_civil(2020, 1, 1)) + 1)
                before = held(r, "free water") + held(r, "drainable pore water") + held(r, "retained pore water");
        });
        CHECK(run.entry("water of pond", "removal").cumulative_out == doctest::Approx(before).epsilon(1e-12));
        CHECK(held(run, "retained pore water") == 0);
        CHECK(run.inflow("pond") == 0);
        CHECK(pond_closure(run) < 1e-9);
    }

    TEST_CASE("leach models against their closed forms") {
        const double water = 2000, years = 30, kg = 1e6;
        const auto constant = law<LeachModel>(R"(type = "constant", concentration = "5 mg/L")");
        CHECK(leached(*constant, water, years, 7) == doctest::Approx(5e-3 * water).epsilon(1e-12));
        const auto falling = law<LeachModel>(R"(type = "exponential", concentration = "5 mg/L", half_life = "10 a")");
        const double k = std::log(2.0) / 10;
        compare("exponential leaching [kg]", 5e-3 * water / years * (1 - std::exp(-k * years)) / k, leached(*falling, water, years, 7),
                1e-12, "integral of the exponential");
        const auto sorbed = law<LeachModel>(R"(type = "distribution", content = "20 mg/kg", distribution_coefficient = "4 L/kg")");
        compare("leaching by Kd [kg]", 20 * (1 - std::exp(-water / (300 + kg * 4e-3))), leached(*sorbed, water, years, 7), 1e-12,
                "mixed volume");
        const auto ratio = law<LeachModel>(R"(type = "liquid_solid_ratio", concentration = "5 mg/L", kappa = "0.4 kg/L")");
        compare("leaching by L/S [kg]", 5e-3 / 400 * kg * (1 - std::exp(-400 * water / kg)), leached(*ratio, water, years, 7), 1e-12,
                "Hjelmar 1990");
        const auto mineral = law<LeachModel>(R"(type = "solubility", solubility = "15 mg/L", content = "20 mg/kg")");
        CHECK(leached(*mineral, 1000, years, 7) == doctest::Approx(15.0).epsilon(1e-12));
        CHECK(leached(*mineral, 5000, years, 7) == doctest::Approx(20.0).epsilon(1e-12));  // used up
        const auto grains = law<LeachModel>(R"(type = "shrinking_core", content = "20 mg/kg", complete_after = "100 a")");
        const double f = leached(*grains, water, years, 7) / 20;
        compare("shrinking core, time over complete time", 0.3, 1 - 3 * std::pow(1 - f, 2.0 / 3) + 2 * (1 - f), 1e-9,
                "Levenspiel 1999, eq. 25.18");
    }

    TEST_CASE("a run with a pond resumes bit by bit") {
        const auto site = column("6 a", R"(initial_stage = "12 m"
rain = "0.3 mm/d"
evaporation = "3 mm/d"
deposition = "20 t/d"
slurry_solids = 0.4
tailings = { conductivity = "2e-7 m/s", porosity = 0.45, initial_porosity = 0.6, consolidation_coefficient = "1e-7 m2/s" }
liner = { type = "clay", thickness = "1 m", conductivity = "1e-8 m/s", effective_diffusion = "3e-10 m2/s" }
closure = 2023-01-01
pore_water.As = { type = "liquid_solid_ratio", concentration = "5 mg/L", kappa = "0.4 kg/L" }
maximum_step = "30 d"
)",
                                 R"([transport]
maximum_step = "30 d"
courant = 50
[substance.As]
)");
        SiteRun whole(site);
        const TemporaryFolder folder;
        int steps = 0;
        whole.finish([&](const SiteRun& run) {
            if (++steps != 50) return;  // after closure
            CheckpointFileWriter out(folder / "checkpoint.h5");
            run.simulation().save(out);
            out.commit();
        });
        REQUIRE(steps > 60);
        SiteRun resumed(site);
        CheckpointFileReader in(folder / "checkpoint.h5");
        resumed.resume(in);
        resumed.finish();
        for (Index c = 0; c < whole.grid().cell_count(); ++c) CHECK(resumed.concentration(c) == whole.concentration(c));
        CHECK(held(resumed, "drainable pore water") == held(whole, "drainable pore water"));
        CHECK(resumed.entry("water of pond", "seepage").cumulative_out == whole.entry("water of pond", "seepage").cumulative_out);
    }
}
