// Waste piles: their water, and what it takes along.

#include <cmath>
#include <map>
#include <set>

#include "core/csv.hpp"
#include "facility/waste_pile.hpp"
#include "facility_releases.hpp"
#include "site_builder.hpp"
#include "output/checkpoint_file.hpp"
#include "site_warnings.hpp"
#include "temporary_folder.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

constexpr double year = 365.25 * day;

std::string site(const std::string& duration, const std::string& pile) {
    return R"([site]
name = "pile"
start = 2020-01-01
duration = ")" +
           duration + R"("
[grid]
nx = 2
ny = 1
dx = "50 m"
dy = "100 m"
top = "10 m"
[[grid.layer]]
name = "sand"
thickness = "10 m"
cells = 2
[[medium]]
hydraulic_conductivity = "10 m/d"
porosity = 0.3
bulk_density = "1700 kg/m3"
[flow]
initial_head = "2 m"
[[boundary]]
type = "fixed_head"
name = "deep"
side = "bottom"
head = "2 m"
[transport]
maximum_step = "60 d"
courant = 1000
[substance.CrVI]
[substance.SO4]
[[boundary]]
type = "waste_pile"
name = "heap"
zone = "all"
height = "8 m"
rain = "2 mm/d"
runoff = 0.25
evaporating = 0.6
passage_time = "3 a"
)" + pile;
}

std::string told_at_the_end(const SiteRun& run) {
    const auto heap = std::dynamic_pointer_cast<WastePile>(run.site().section<WaterBoundaries>().list.back());
    REQUIRE(heap);
    return fmt::format("{}", fmt::join(heap->closing_lines(), "\n"));
}

double pile_closure(const SiteRun& run) {
    double in = 0, out = 0;
    for (const auto& e : run.ledger().entries())
        if (e.term.component == "water of heap") in += e.cumulative_in, out += e.cumulative_out;
    return std::abs(in - out) / in;
}

}  // namespace

TEST_SUITE("verification") {
    TEST_CASE("rain passes a pile as a linear reservoir and leaches it") {
        SiteRun run(site("12 a", R"(liner = { type = "none" }
leaching.CrVI = { type = "liquid_solid_ratio", concentration = "60 mg/L", kappa = "2 kg/L" }
leaching.SO4 = { type = "constant", concentration = "1500 mg/L" }
)"));
        run.finish();
        const double area = 1e4, t = 12 * year, tau = 3 * year, fed = 2e-3 / day * 0.75 * 0.4 * area;
        const double seeped = fed * (t - tau * (1 - std::exp(-t / tau)));
        const double found = run.entry("water of heap", "seepage").cumulative_out;
        report("waste_pile", "seepage in 12 a [m3]:relative", seeped, found, std::abs(found / seeped - 1), 1e-10, "linear reservoir");
        const double solids = 1500 * 8 * area, leached = 60e-3 / 2000 * solids * (1 - std::exp(-2000 * seeped / solids));
        const double chromium = run.entry("CrVI", "heap").cumulative_in;
        report("waste_pile", "Cr(VI) leached in 12 a [kg]:relative", leached, chromium, std::abs(chromium / leached - 1), 1e-9,
               "C0 exp(-kappa L/S)");
        CHECK(run.entry("SO4", "heap").cumulative_in == doctest::Approx(1.5 * seeped).epsilon(1e-9));
        CHECK(pile_closure(run) < 1e-12);
        CHECK(run.closure() < 1e-9);
        CHECK(run.entry("water", "heap").cumulative_in == doctest::Approx(found).epsilon(1e-12));
    }

    TEST_CASE("a liner turns seepage into water at the toe, a cover keeps it out, removal ends it") {
        const auto seepage = [](const std::string& more) {
            SiteRun run(site("40 a", more));
            run.finish();
            CHECK(pile_closure(run) < 1e-12);
            return run.entry("water of heap", "seepage").cumulative_out;
        };
        const double open = seepage("liner = { type = \"none\" }\n");
        SiteRun lined(
            site("40 a", R"(liner = { type = "composite", clay_thickness = "0.75 m", clay_conductivity = "1e-9 m/s", holes = "5 1/ha" }
)"));
        lined.finish();
        CHECK(pile_closure(lined) < 1e-12);
        CHECK(lined.entry("water of heap", "seepage").cumulative_out < 0.02 * open);
        CHECK(lined.entry("water of heap", "toe").cumulative_out > 0.4 * open);
        // What comes out at the toe has passed the waste: it leaches as what seeps does, and both come out of the same solids.
        SiteRun both(
            site("40 a", R"(liner = { type = "composite", clay_thickness = "0.75 m", clay_conductivity = "1e-9 m/s", holes = "5 1/ha" }
leaching.CrVI = { type = "liquid_solid_ratio", concentration = "60 mg/L", kappa = "2 kg/L" }
leaching.SO4 = { type = "constant", concentration = "1500 mg/L" }
runoff_concentration.SO4 = "100 mg/L"
)"));
        both.finish();
        const double down = both.entry("water of heap", "seepage").cumulative_out, toe = both.entry("water of heap", "toe").cumulative_out;
        const double solids = 1500 * 8 * 1e4, leached = 60e-3 / 2000 * solids * (1 - std::exp(-2000 * (down + toe) / solids));
        const double into_ground = released(both, "heap", "seepage into the ground", "CrVI");
        CHECK(into_ground == doctest::Approx(both.entry("CrVI", "heap").cumulative_in).epsilon(1e-9));
        report("waste_pile", "Cr(VI) leached to the ground and out at the toe in 40 a [kg]:relative", leached,
               into_ground + released(both, "heap", "water at the toe", "CrVI"),
               std::abs((into_ground + released(both, "heap", "water at the toe", "CrVI")) / leached - 1), 1e-9, "C0 exp(-kappa L/S)");
        CHECK(released(both, "heap", "water at the toe", "SO4") == doctest::Approx(1.5 * toe).epsilon(1e-9));
        CHECK(released(both, "heap", "runoff", "SO4") ==
              doctest::Approx(0.1 * both.entry("water of heap", "runoff").cumulative_out).epsilon(1e-9));
        CHECK(seepage("liner = { type = \"none\" }\ncover = { type = \"membrane\", leakage = \"2 mm/a\" }\n") ==
              doctest::Approx(2e-3 * 1e4 * (40 - 3 * (1 - std::exp(-40 / 3.0)))).epsilon(1e-9));
        CHECK(seepage("liner = { type = \"none\" }\nremoval = 2030-01-01\n") < 0.25 * open);
    }

    TEST_CASE("water holds no more than its solubility, and the rest stays in the waste") {
        // C0 of 600 g/L, above the 285 g/L of data/leaching/solubility.csv; content C0/kappa = 300 g/kg.
        const auto model = [](const std::string& more) {
            return R"(liner = { type = "none" }
leaching.SO4 = { type = "liquid_solid_ratio", concentration = "600000 mg/L", kappa = "2 kg/L")" +
                   more + " }\n";
        };
        SiteRun impossible(site("12 a", model("")));
        impossible.finish();
        const double seeped = impossible.entry("water of heap", "seepage").cumulative_out;
        // L/S stays below 0.2, where the model asks for more than 285 g/L all the time: what is left falls more slowly than it says.
        report("waste_pile", "sulfate held at the salt's solubility [kg]:relative", 285 * seeped,
               impossible.entry("SO4", "heap").cumulative_in, std::abs(impossible.entry("SO4", "heap").cumulative_in / (285 * seeped) - 1),
               1e-9, "concentration times water");
        SiteRun gypsum(site("12 a", model(", solubility = \"1500 mg/L\"")));
        gypsum.finish();
        CHECK(gypsum.entry("SO4", "heap").cumulative_in == doctest::Approx(1.5 * seeped).epsilon(1e-9));
        CHECK(gypsum.closure() < 1e-9);
        // What was held back comes later: with little in it, all of it leaves in the end, over more water than without a limit.
        const std::string little = R"(leaching.SO4 = { type = "distribution", content = "10 mg/kg", distribution_coefficient = "0 L/kg", )";
        SiteRun slowly(site("60 a", "liner = { type = \"none\" }\n" + little + "solubility = \"40 mg/L\" }\n"));
        std::vector<double> concentration;
        slowly.finish([&](const SiteRun& run) {
            concentration.push_back(run.entry("SO4", "heap").term.in / run.entry("water of heap", "seepage").term.out);
        });
        CHECK(concentration.front() == doctest::Approx(0.04).epsilon(1e-9));
        CHECK(concentration.back() < 0.04 * 0.5);
        // 10 mg/kg of 1.2e8 kg; what is still there follows the pore water: C = M/(Vw) of at least 0.15 of 80 000 m³.
        CHECK(slowly.entry("SO4", "heap").cumulative_in < 1200.0);
        CHECK(slowly.entry("SO4", "heap").cumulative_in > 1200.0 - concentration.back() * (0.15 * 8e4 + 0.1 * 8e4));
    }

    TEST_CASE("a kind of waste fills in what its pile does not say, and no more") {
        Diagnostics diagnostics;
        const auto rows = read_csv(std::string(source_folder()) + "/data/leaching/waste_kinds.csv", {}, diagnostics);
        REQUIRE_MESSAGE(!diagnostics.has_errors(), diagnostics.text());
        const auto text = [&](std::size_t row, const char* column) { return std::string(rows.text(row, *rows.find_column(column))); };
        std::map<std::string, std::map<std::string, double>> mid;
        for (std::size_t row = 0; row < rows.row_count(); ++row) {
            mid[text(row, "kind")][text(row, "key")] = *parse_number(text(row, "mid"));
            CHECK_FALSE(text(row, "source").empty());
            const std::set<std::string> words{"verified", "reproduced", "memory_high", "memory_medium", "assumed"};
            CHECK(words.contains(text(row, "confidence")));
        }
        std::set<std::string> kinds;
        for (const auto& [kind, keys] : mid) {
            kinds.insert(kind);
            INFO(kind);
            // The first drops hold C0 of the table, or its solubility; density is the table's where the site gives none.
            SiteRun run(site("30 d", "kind = \"" + kind + "\"\nliner = { type = \"none\" }\n"));
            run.finish();
            const double water = run.entry("water of heap", "seepage").cumulative_out;
            const auto c0 = keys.contains("leaching.SO4.solubility.solubility") ? keys.at("leaching.SO4.solubility.solubility")
                                                                                : keys.at("leaching.SO4.liquid_solid_ratio.concentration");
            CHECK(run.entry("SO4", "heap").cumulative_in == doctest::Approx(1e-3 * c0 * water).epsilon(1e-3));
            // What the site says itself stands.
            SiteRun own(site("30 d", "kind = \"" + kind + R"("
liner = { type = "none" }
leaching.SO4 = { type = "constant", concentration = "7 mg/L" }
)"));
            own.finish();
            CHECK(own.entry("SO4", "heap").cumulative_in == doctest::Approx(7e-3 * water).epsilon(1e-9));
            const bool chromium = keys.contains("leaching.CrVI.liquid_solid_ratio.concentration");
            CHECK((own.entry("CrVI", "heap").cumulative_in > 0) == chromium);
        }
        CHECK(kinds == std::set<std::string>{"gangue", "gypsum", "fly_ash", "red_mud", "smelting_slag", "carbide_slag", "chromium_slag",
                                             "arsenic_slag"});
    }

    TEST_CASE("water that runs off holds no more than water can, and the file is told so") {
        const auto text = site("2 a", R"(liner = { type = "none" }
runoff_concentration.SO4 = "600000 mg/L"
runoff_concentration.CrVI = [ { from = 2020-01-01, value = "900 mg/L" }, { from = 2021-01-01, value = "900 g/L" } ]
)");
        SiteRun run(text);
        double chromium = 0, water = 0;
        run.finish([&](const SiteRun& r) {
            const double off = r.entry("water of heap", "runoff").term.out;
            water += off;
            chromium += off * (r.days() <= 366 ? 0.9 : 281.0);  // 2021-01-01, where a step ends; Na2CrO4
        });
        CHECK(water > 0);
        CHECK(released(run, "heap", "runoff", "SO4") == doctest::Approx(285 * water).epsilon(1e-9));
        CHECK(released(run, "heap", "runoff", "CrVI") == doctest::Approx(chromium).epsilon(1e-9));
        const auto lines = told_at_the_end(run);
        CHECK(lines.find(", " + quantity_text(water, unit("m3")) + " ran off") != std::string::npos);
        CHECK(lines.find("heap gave " + quantity_text(285 * water, unit("kg")) + " of SO4 away above ground: runoff") != std::string::npos);
        std::set<std::string> told;
        for (const auto& d : warnings(text, "runoff_concentration gives")) {
            told.insert(d.what.substr(d.what.find("gives")));
            CHECK(d.place.line > 0);
            CHECK(d.hint.find("it is held there") != std::string::npos);
        }
        CHECK(told == std::set<std::string>{"gives 6e+05 mg/L of SO4, but water holds no more than 2.85e+05 mg/L (MgSO4)",
                                            "gives 9e+05 mg/L of CrVI, but water holds no more than 2.81e+05 mg/L (Na2CrO4)"});
    }

    TEST_CASE("a run with a pile resumes with all that it tells at the end") {
        const auto text = site("2 a", R"(liner = { type = "clay", thickness = "1 m", conductivity = "1e-10 m/s" }
drainable_porosity = 0.001
leaching.CrVI = { type = "constant", concentration = "10 mg/L" }
runoff_concentration.SO4 = "1500 mg/L"
)");
        const TemporaryFolder folder;
        SiteRun whole(text), resumed(text);
        int steps = 0;
        whole.finish([&](const SiteRun& run) {
            if (++steps != 8) return;
            CheckpointFileWriter out(folder / "checkpoint.h5");
            run.simulation().save(out);
            out.commit();
        });
        REQUIRE(steps > 10);
        CheckpointFileReader in(folder / "checkpoint.h5");
        resumed.resume(in);
        resumed.finish();
        const auto lines = told_at_the_end(whole);
        CHECK(lines.find(" ran off, ") != std::string::npos);
        CHECK(lines.find(" came out at the toe") != std::string::npos);
        CHECK(lines.find("of CrVI away above ground: water at the toe") != std::string::npos);
        CHECK(told_at_the_end(resumed) == lines);
    }

    TEST_CASE("a first water that cannot be is told before the run") {
        Diagnostics diagnostics;
        const auto tree = parse_toml(site("1 a", R"(liner = { type = "none" }
leaching.SO4 = { type = "liquid_solid_ratio", concentration = "6.5e6 mg/L", kappa = "20 kg/L" }
leaching.CrVI = { type = "exponential", concentration = "900 mg/L", half_life = "10 a" }
)"),
                                     "pile.toml");
        const auto read = Site::from_tree(tree, {}, diagnostics);
        (void)Simulation::build(read, diagnostics);
        int told = 0;
        for (const auto& d : diagnostics.all())
            if (d.what.find("6.5e+06 mg/L of SO4, but water holds no more than 2.85e+05 mg/L (MgSO4)") != std::string::npos) {
                ++told;
                CHECK(d.severity == Diagnostic::Severity::warning);
                CHECK(d.place.line > 0);
                CHECK(d.hint.find("gypsum") != std::string::npos);
            } else {
                CHECK(d.what.find("CrVI") == std::string::npos);
            }
        CHECK(told == 1);
    }

    TEST_CASE("sulfide in a pile gives the sulfate that oxygen makes") {
        SiteRun run(site("20 a", R"(liner = { type = "none" }
sulfide = { sulfur = "20000 mg/kg", depth = "8 m", bulk_density = "1500 kg/m3", porosity = 0.4, saturation = 0.5, rate = "20 1/a", carbonate = "500 mg/kg" }
leaching.SO4 = { type = "oxidation", per_sulfur = 2.996, solubility = "1e9 mg/L" }
leaching.CrVI = { type = "oxidation", per_sulfur = 0.001, mobile_when_buffered = 0.1 }
)"));  // the first drops would be solid salt: here nothing may hold back what comes free
        std::vector<double> chromium;
        run.finish([&](const SiteRun& r) { chromium.push_back(r.entry("CrVI", "heap").term.in / r.entry("SO4", "heap").term.in); });
        // Everything that came free has left with the water; in the column nothing is lost.
        const double sulfate = run.entry("SO4", "heap").cumulative_in, metal = run.entry("CrVI", "heap").cumulative_in;
        CHECK(sulfate > 0);
        CHECK(metal == doctest::Approx(0.001 / 2.996 * sulfate).epsilon(1e-9));  // once acid, also what had waited
        CHECK(chromium.front() == doctest::Approx(0.1 * 0.001 / 2.996).epsilon(1e-9));
        CHECK(*std::max_element(chromium.begin(), chromium.end()) > 0.001 / 2.996);
        CHECK(chromium.back() == doctest::Approx(0.001 / 2.996).epsilon(1e-9));
    }
}
