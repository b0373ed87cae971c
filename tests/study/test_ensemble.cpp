#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <set>

#include <boost/math/distributions/normal.hpp>
#include <fmt/format.h>

#include "output/results_file.hpp"
#include "study/ensemble.hpp"
#include "study/risk_plan.hpp"
#include "study/run.hpp"
#include "study/scenario_ranking.hpp"
#include "study/statistics.hpp"
#include "temporary_folder.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

constexpr double porosity = 0.35, bulk_density = 1600, darcy = 0.05, dispersivity = 0.05;  // -, kg/m³, m/d, m
constexpr double end_days = 30, receptor = 0.5;
constexpr int cells = 100;

/// The column of Ogata and Banks (1961): water flows through sand, and the concentration at its entry is held from the start on.
std::string column(const std::string& kd, const std::string& more) {
    return fmt::format(R"(
[site]
name = "column"
start = 2024-01-01
duration = "{} d"
[grid]
nx = {}
ny = 1
dx = "1 cm"
dy = "10 cm"
top = "0 m"
[[grid.layer]]
name = "sand"
thickness = "10 cm"
[[medium]]
hydraulic_conductivity = "1 m/d"
porosity = {}
bulk_density = "{} kg/m3"
[flow]
regime = "steady"
initial_head = "0 m"
[[boundary]]
type = "fixed_head"
name = "inlet"
side = "west"
head = "{} m"
concentration.Cd = "1 mg/L"
[[boundary]]
type = "fixed_head"
name = "outlet"
side = "east"
head = "0 m"
[transport]
longitudinal_dispersivity = "{} m"
courant = 1
maximum_step = "0.5 d"
[substance.Cd]
sorption = {{ type = "linear", distribution_coefficient = {} }}
[[zone]]
name = "entry"
x_max = "1 cm"
[[source]]
type = "fixed_concentration"
name = "held"
substance = "Cd"
zone = "entry"
concentration = "1 mg/L"
[output]
vtk = false
[[observation]]
name = "well"
x = "50.5 cm"
y = "5 cm"
{}
)",
                       end_days, cells, porosity, bulk_density, darcy, dispersivity, kd, more);
}

const std::string limit = R"([[risk.limit]]
substance = "Cd"
concentration = "0.2 mg/L"
)";
const std::string uncertain_kd = R"({ lognormal = { median = "2 L/kg", sigma_ln = 0.6 }, name = "Kd" })";

/// Runs `galena risk` in a folder of its own.
ExitCode run_risk(const TemporaryFolder& folder, const std::string& site, const std::string& name, RiskOptions options = {}) {
    options.site = write_file(folder / "site.toml", site);
    if (!options.resume) options.output = folder / name;
    options.quiet = true;
    return risk(options);
}

Table table(const std::filesystem::path& folder, const std::string& name) {
    return ResultsFile::open(folder / "ensemble.h5", false).table(name);
}
double number(const Table& table, const std::string& column, std::size_t row = 0) {
    for (const auto& c : table.columns)
        if (c.name == column) return c.numbers.at(row);
    FAIL("no column " << column);
    return 0;
}

/// Ogata and Banks (1961) for a retarded front.
double ogata_banks(double x, double days, double kd_L_per_kg) {
    const double retardation = 1 + bulk_density * kd_L_per_kg * 1e-3 / porosity, v = darcy / porosity / retardation, d = dispersivity * v;
    const double root = 2 * std::sqrt(d * days);
    return 0.5 * (std::erfc((x - v * days) / root) + std::exp(v * x / d) * std::erfc((x + v * days) / root));
}

}  // namespace

TEST_CASE("the probability of exceedance is that of the closed form for a lognormal distribution coefficient") {
    const TemporaryFolder folder;
    REQUIRE(run_risk(folder, column(uncertain_kd, "[risk]\nsamples = 200\n" + limit), "out") == done);
    // The limit is passed at the end of the run where Kd lies below a number that bisection finds.
    double low = 0.1, high = 20;
    for (int i = 0; i < 60; ++i) {
        const double middle = 0.5 * (low + high);
        (ogata_banks(receptor, end_days, middle) > 0.2 ? low : high) = middle;
    }
    const double exact = boost::math::cdf(boost::math::normal(), std::log(low / 2) / 0.6);
    const auto arrival = table(folder / "out", "exceedance");
    const auto last = arrival.columns[0].texts.size() - 1;
    const double found = number(arrival, "probability", last);
    // With one uncertain value a Latin hypercube counts to 1/n = 0.005. Upwind differences and implicit steps add v dx/2 and v² dt/2 to the
    // dispersion, a tenth of it, which moves the front's foot at C = 0.2 by about 1 %, and ln Kd by 0.01 to 0.02, so P by 0.01.
    report_difference("exceedance/ogata_banks", "probability:abs", exact, found, 0.02, "Ogata & Banks 1961 with lognormal Kd");
    CHECK(number(arrival, "low", last) <= exact);
    CHECK(number(arrival, "high", last) >= exact);
}

TEST_CASE("receptors of every kind are judged by their own limits and by those of a standard") {
    const TemporaryFolder folder;
    const std::string receptors = R"(
[[receptor]]
name = "point"
x = "50.5 cm"
y = "5 cm"
limit.Cd = "0.2 mg/L"
[[receptor]]
name = "screened well"
x = "50.5 cm"
y = "5 cm"
screen_top = "0 m"
screen_bottom = "-10 cm"
limit.Cd = "0.2 mg/L"
[[receptor]]
name = "river"
boundary = "outlet"
limit.Cd = "0.2 mg/L"
[[receptor]]
name = "plane"
line = [["0.5 m", "0 m"], ["0.5 m", "0.1 m"]]
limit.Cd = "0.2 mg/L"
[[receptor]]
name = "canal"
along = [["0.504 m", "0.05 m"], ["0.506 m", "0.05 m"]]
limit.Cd = "0.2 mg/L"
[[receptor]]
name = "ground at the entry"
zone = "entry"
limit.Cd = "0.2 mg/L"
[[receptor]]
name = "drinking water"
x = "50.5 cm"
y = "5 cm"
standard = "GB/T 14848-2017"
class = "III"
)";
    const std::string asked = "[risk]\nsamples = 8\ntimes = [\"10 d\", \"20 d\", \"30 d\"]\n";
    REQUIRE(run_risk(folder, column(uncertain_kd, receptors + asked), "all") == done);
    const auto found = table(folder / "all", "exceedance");
    const std::vector<std::string> names{"point", "screened well", "river", "plane", "canal", "ground at the entry", "drinking water"};
    REQUIRE(found.columns[0].texts.size() == 3 * names.size());
    for (std::size_t n = 0; n < names.size(); ++n)
        for (std::size_t at = 0; at < 3; ++at) CHECK(found.columns[0].texts[3 * n + at] == names[n]);
    CHECK(number(found, "limit", 18) == doctest::Approx(0.005).epsilon(1e-12));  // cadmium, class III
    const auto curves = table(folder / "all", "breakthrough");
    for (std::size_t at = 0; at < 3; ++at) {
        CHECK(number(found, "probability", 15 + at) == 1);  // held above its limit
        for (const char* percentile : {"p05", "p50", "p95"}) {
            // One cell, seen as a point, as a screen in one layer and as a canal; the river is farther away.
            CHECK(number(curves, percentile, at) == number(curves, percentile, 3 + at));
            CHECK(number(curves, percentile, at) == number(curves, percentile, 12 + at));
            CHECK(number(curves, percentile, 6 + at) < number(curves, percentile, at));
            // The plane lies between the cell and the one before it, which gives its water.
            CHECK(number(curves, percentile, 9 + at) > number(curves, percentile, at));
        }
        CHECK(number(found, "probability", 18 + at) >= number(found, "probability", at));
    }
    // One of them by name, with its own limit; and a point of observation in the same cell with the same limit given.
    const auto named = asked + "[[risk.limit]]\nsubstance = \"Cd\"\nreceptors = [\"point\"]\n" +
                       "[[risk.limit]]\nsubstance = \"Cd\"\nconcentration = \"0.2 mg/L\"\nreceptors = [\"well\"]\n";
    REQUIRE(run_risk(folder, column(uncertain_kd, receptors + named), "named") == done);
    const auto both = table(folder / "named", "exceedance");
    REQUIRE(both.columns[0].texts.size() == 6);
    for (std::size_t at = 0; at < 3; ++at) {
        CHECK(number(both, "exceeding", at) == number(found, "exceeding", at));
        CHECK(number(both, "exceeding", 3 + at) == number(found, "exceeding", at));
    }
    CHECK(table(folder / "named", "plume").columns[0].texts.size() == 3);  // the same limit twice is one plume
    // Nothing gives a limit of what is asked.
    const auto lacking = asked + "[[risk.limit]]\nsubstance = \"Cd\"\nreceptors = [\"well\"]\n";
    CHECK(run_risk(folder, column(uncertain_kd, receptors + lacking), "lacking") == wrong_input);
}

TEST_CASE("an ensemble without spread is the plain run to the last bit") {
    Diagnostics diagnostics;
    const auto none = R"({ lognormal = { median = "2 L/kg", sigma_ln = 0 }, name = "Kd" })";
    const auto site = Site::from_tree(parse_toml(column(none, limit), "site.toml"), {}, diagnostics);
    const auto plain = Site::from_tree(parse_toml(column("\"2 L/kg\"", limit), "site.toml"), {}, diagnostics);
    const auto simulation = Simulation::build(plain, diagnostics);
    REQUIRE_MESSAGE(simulation, diagnostics.text());
    const auto plan = RiskPlan::make(plain, simulation->domain(), diagnostics);
    simulation->start();
    while (!simulation->finished()) simulation->step();
    const double at_well = simulation->state().concentration[0][static_cast<std::size_t>(plan.targets.at(0).cell)];
    CHECK(at_well > 0);
    const auto base = simulate_member(plain, plan, {}, {}, true);
    for (const double u : {0.01, 0.4, 0.99}) {
        const auto member = simulate_member(site, plan, {u}, {1, 5}, true);
        REQUIRE(member.failure.empty());
        CHECK(member.concentration.back() == at_well);
        CHECK(member.bytes() == base.bytes());
    }
}

TEST_CASE("an ensemble is the same for any number of workers, and when it was interrupted") {
    const TemporaryFolder folder;
    const auto site = column(uncertain_kd, "[risk]\nsamples = 12\nsensitivity = [\"tornado\", \"morris\"]\ntrajectories = 2\n" + limit);
    RiskOptions one, three, part, rest;
    one.workers = 1;
    three.workers = 3;
    part.stop_after = 5;
    REQUIRE(run_risk(folder, site, "one", one) == done);
    REQUIRE(run_risk(folder, site, "three", three) == done);
    REQUIRE(run_risk(folder, site, "part", part) == interrupted);
    CHECK_FALSE(std::filesystem::exists(folder / "part" / "risk.csv"));
    rest.resume = folder / "part";
    rest.workers = 2;
    REQUIRE(run_risk(folder, site, "", rest) == done);
    CHECK_FALSE(std::filesystem::exists(folder / "part" / "ensemble.part"));
    const auto risk_csv = file_text(folder / "one" / "risk.csv");
    CHECK(risk_csv.size() > 500);
    const auto map = ResultsFile::open(folder / "one" / "ensemble.h5", false).field("exceedance_probability/Cd", 1);
    CHECK(map.front() == 1);
    CHECK(map.back() < 1);
    for (const auto* other : {"three", "part"}) {
        CHECK(file_text(folder / other / "risk.csv") == risk_csv);
        for (const auto* name : {"runs", "tornado", "morris", "rank_correlation"})
            CHECK(file_text(folder / other / "tables" / (std::string(name) + ".csv")) ==
                  file_text(folder / "one" / "tables" / (std::string(name) + ".csv")));
        CHECK(ResultsFile::open(folder / other / "ensemble.h5", false).field("exceedance_probability/Cd", 1) == map);
    }
    // Another seed is another ensemble, and no continuation of this one.
    REQUIRE(run_risk(folder, site, "part", part) == interrupted);
    CHECK(run_risk(folder, column(uncertain_kd, "[risk]\nsamples = 12\nseed = 2\n" + limit), "", rest) == wrong_input);
}

TEST_CASE("failed runs are kept and counted, and too many of them are the end") {
    const TemporaryFolder folder;
    // The mobile part of the porosity may not exceed it: half of the members cannot be built.
    auto site = column(uncertain_kd, "[risk]\nsamples = 10\nmax_failed = 0.6\n" + limit);
    site.replace(site.find("bulk_density"), 0, "effective_porosity = { uniform = [0.3, 0.4] }\n");
    CHECK(run_risk(folder, site, "out") == done);
    const auto arrival = table(folder / "out", "arrival");
    CHECK(number(arrival, "runs") == 5);  // a Latin hypercube has five of ten below 0.35
    // Interrupted twice, a half-written record at the end of the journal besides: the same bytes, those of the runs that failed too.
    RiskOptions some, more, rest;
    some.stop_after = 4;
    more.stop_after = 7;
    more.resume = rest.resume = folder / "part";
    REQUIRE(run_risk(folder, site, "part", some) == interrupted);
    REQUIRE(run_risk(folder, site, "", more) == interrupted);
    const auto journal = folder / "part" / "ensemble.part";
    std::ofstream(journal, std::ios::binary | std::ios::app) << file_text(journal).substr(file_text(journal).size() - 20, 10);
    REQUIRE(run_risk(folder, site, "", rest) == done);
    const auto told = file_text(folder / "out" / "tables" / "runs.csv");
    CHECK(told.find("effective_porosity") != std::string::npos);
    CHECK(file_text(folder / "part" / "tables" / "runs.csv") == told);
    CHECK(file_text(folder / "part" / "risk.csv") == file_text(folder / "out" / "risk.csv"));
    site.replace(site.find("0.6\n[["), 3, "0.1");
    CHECK(run_risk(folder, site, "out") == could_not_go_on);
    const auto runs = file_text(folder / "out" / "tables" / "runs.csv");
    CHECK(runs.find("effective_porosity") != std::string::npos);
    CHECK(std::filesystem::exists(folder / "out" / "risk.csv"));
}

TEST_CASE("what did not come before the end is shown as censored") {
    const TemporaryFolder folder;
    const auto strong = R"({ lognormal = { median = "50 L/kg", sigma_ln = 0.1 }, name = "Kd" })";
    REQUIRE(run_risk(folder, column(strong, "[risk]\nsamples = 10\n" + limit), "out") == done);
    const auto arrival = table(folder / "out", "arrival");
    CHECK(number(arrival, "censored") == 10);
    CHECK(number(arrival, "no_arrival_probability") == 1);
    CHECK(std::isnan(number(arrival, "arrival_p50")));
    CHECK(number(arrival, "low") == doctest::Approx(std::pow(0.025, 0.1)));
    // In the list of runs too: no number that could be taken for an arrival.
    const auto runs = table(folder / "out", "runs");
    for (std::size_t run = 0; run < 11; ++run) {
        CHECK(std::isnan(number(runs, "arrival time, well: Cd above 0.2 mg per L", run)));
        CHECK(number(runs, "arrived, well: Cd above 0.2 mg per L", run) == 0);
    }
    const auto some = R"({ lognormal = { median = "2 L/kg", sigma_ln = 0.6 }, name = "Kd" })";
    REQUIRE(run_risk(folder, column(some, "[risk]\nsamples = 10\nsensitivity = [\"tornado\"]\n" + limit), "some") == done);
    const auto mixed = table(folder / "some", "runs");
    double arrived = 0;
    for (std::size_t run = 1; run < 11; ++run) {
        const bool came = number(mixed, "arrived, well: Cd above 0.2 mg per L", run) == 1;
        arrived += came;
        CHECK(std::isnan(number(mixed, "arrival time, well: Cd above 0.2 mg per L", run)) == !came);
    }
    CHECK(arrived == number(table(folder / "some", "arrival"), "arrived"));
    CHECK(arrived > 0);
    CHECK(arrived < 10);
    // At the tornado's high end of Kd nothing arrives within the run: its result is the end of the run, and said to be no arrival.
    const auto tornado = table(folder / "some", "tornado");
    const auto& results = tornado.columns[0].texts;
    for (std::size_t row = 0; row < results.size(); ++row)
        CHECK(number(tornado, "censored", row) == (results[row].starts_with("arrival time") ? 1 : 0));
}

TEST_CASE("soil above a limit of its content is counted, mapped and measured") {
    const TemporaryFolder folder;
    // Beside water held at 1 mg/L the soil of the entry holds Kd + porosity/density in mg/kg: above the limit where Kd is in its upper
    // quarter, which is 5 of 20 draws of a Latin hypercube.
    const double upper_quarter = 2 * std::exp(0.6 * 0.6744897501960817);
    const auto asked = fmt::format(
        "[risk]\nsamples = 20\ntimes = [\"10 d\", \"30 d\"]\n[[risk.limit]]\nsubstance = \"Cd\"\ncontent = \"{} mg/kg\"\n"
        "zone = \"entry\"\n",
        upper_quarter + porosity / bulk_density * 1e3);
    REQUIRE(run_risk(folder, column(uncertain_kd, asked), "out") == done);
    const auto soil = table(folder / "out", "soil");
    for (std::size_t time = 0; time < 2; ++time) {
        CHECK(number(soil, "above", time) == 5);
        CHECK(number(soil, "probability", time) == 0.25);
        CHECK(number(soil, "low", time) == doctest::Approx(clopper_pearson(5, 20, 0.95).low));
        CHECK(number(soil, "volume_p50", time) == 0);
        CHECK(number(soil, "volume_p90", time) == doctest::Approx(0.01 * 0.1 * 0.1));
        CHECK(number(soil, "area_p90", time) == doctest::Approx(0.01 * 0.1));
    }
    const auto map = ResultsFile::open(folder / "out" / "ensemble.h5", false).field("soil_exceedance_probability/Cd", 1);
    CHECK(map.front() == 0.25);
    CHECK(std::isnan(map.back()));  // not in the zone
    const auto csv = file_text(folder / "out" / "risk.csv");
    CHECK(csv.find("entry,Cd") != std::string::npos);
    CHECK(csv.find("soil,mg/kg") != std::string::npos);
    CHECK(csv.find("water,") == std::string::npos);
}

TEST_CASE("a site without anything uncertain, or without a limit, is no ensemble") {
    const TemporaryFolder folder;
    CHECK(run_risk(folder, column("\"2 L/kg\"", limit), "out") == wrong_input);
    CHECK(run_risk(folder, column(uncertain_kd, ""), "out") == wrong_input);
    CHECK_FALSE(std::filesystem::exists(folder / "out"));
}

TEST_CASE("monitoring wells are ranked by what they would have seen, and how long before") {
    const TemporaryFolder folder;
    const std::string wells = R"([[observation]]
name = "near"
x = "20.5 cm"
y = "5 cm"
[[observation]]
name = "between"
x = "40.5 cm"
y = "5 cm"
[[observation]]
name = "beyond"
x = "80.5 cm"
y = "5 cm"
[risk]
samples = 40
)";
    const std::string monitoring = R"(receptors = ["well"]
[[risk.monitoring]]
receptor = "well"
substance = "Cd"
detection = "0.2 mg/L"
intervals = ["0 a", "1 d", "20 d"]
)";
    REQUIRE(run_risk(folder, column(uncertain_kd, wells + limit + monitoring), "out") == done);
    const auto found = table(folder / "out", "monitoring");
    const auto row = [&](const std::string& well, double days) {
        for (std::size_t r = 0; r < found.columns[0].texts.size(); ++r)
            if (found.columns[2].texts[r] == well && std::abs(found.columns[3].numbers[r] * 365.25 - days) < 1e-6) return r;
        FAIL("no row of " << well);
        return std::size_t{0};
    };
    // Every plume that reaches the well has passed the wells before it, the nearest first; the one beyond sees it too late.
    for (const auto* well : {"near", "between"}) CHECK(number(found, "probability", row(well, 0)) == 1);
    CHECK(number(found, "probability", row("beyond", 0)) == 0);
    CHECK(number(found, "rank", row("near", 0)) == 1);
    CHECK(number(found, "rank", row("between", 0)) == 2);
    CHECK(number(found, "lead_p50", row("near", 0)) > number(found, "lead_p50", row("between", 0)));
    // A day between samplings costs less than a day of lead; with twenty days the plume is mostly seen after it has passed.
    const double all_the_time = number(found, "lead_p50", row("near", 0)) * 365.25,
                 daily = number(found, "lead_p50", row("near", 1)) * 365.25;
    CHECK(daily <= all_the_time);
    CHECK(daily > all_the_time - 1);
    CHECK(number(found, "probability", row("near", 20)) < 0.8);
    // The fronts are those of Ogata and Banks: at one Kd the lead is the difference of both arrivals.
    const auto runs = table(folder / "out", "runs");
    const auto arrival = [&](const std::string& well, std::size_t r) {
        for (const auto& c : runs.columns)
            if (c.name == fmt::format("arrival time, {}: Cd above 0.2 mg per L", well)) return c.numbers[r] * 365.25;
        FAIL("no arrival at " << well);
        return 0.0;
    };
    std::vector<double> leads;
    for (std::size_t r = 1; r <= 40; ++r)
        if (arrival("well", r) < end_days - 1e-9) leads.push_back(arrival("well", r) - arrival("near", r));
    CHECK(sample_quantile(leads, 0.5) == doctest::Approx(all_the_time).epsilon(1e-9));
    // What a well finds is no limit, and no sensitivity speaks of it.
    const auto kinds = table(folder / "out", "arrival");
    const auto& kind = kinds.columns.back();
    REQUIRE(kind.name == "kind");
    for (std::size_t r = 0; r < kind.texts.size(); ++r)
        CHECK(kind.texts[r] == (kinds.columns[0].texts[r] == "well" ? "limit" : "detection"));
    CHECK(kind.texts.size() == 4);
    const auto ranks = table(folder / "out", "rank_correlation");
    for (const auto& result : ranks.columns[0].texts) CHECK(result.find("near") == std::string::npos);
    const auto network = table(folder / "out", "monitoring_network");
    CHECK(network.columns[4].texts.at(0) == "near");
}

TEST_CASE("Sobol's indices may be asked for some of the values, the others stay central") {
    const TemporaryFolder folder;
    auto site = column(uncertain_kd, R"([risk]
samples = 8
sensitivity = ["sobol"]
base_samples = 64
sobol_values = ["Kd", "entry"]
[[risk.correlation]]
between = ["Kd", "alpha"]
rank = 0.5
)" + limit);
    const auto replace = [&](const std::string& from, const std::string& to) {
        const auto at = site.rfind(from);
        REQUIRE(at != std::string::npos);
        site.replace(at, from.size(), to);
    };
    replace("longitudinal_dispersivity = \"0.05 m\"",
            "longitudinal_dispersivity = { uniform = [\"0.02 m\", \"0.08 m\"], name = \"alpha\" }");
    replace("concentration = \"1 mg/L\"\n[output]",
            "concentration = { uniform = [\"0.9 mg/L\", \"1.1 mg/L\"], name = \"entry\" }\n[output]");
    REQUIRE(run_risk(folder, site, "out") == done);
    const auto runs = table(folder / "out", "runs");
    std::size_t decomposing = 0;
    for (std::size_t r = 0; r < runs.columns[1].texts.size(); ++r)
        if (runs.columns[1].texts[r] == "sobol") {
            ++decomposing;
            CHECK(number(runs, "alpha", r) == 0.05);
        }
    CHECK(decomposing == 64 * (2 + 2));
    const auto sobol = table(folder / "out", "sobol");
    const auto& names = sobol.columns[1].texts;
    CHECK(std::set<std::string>(names.begin(), names.end()) == std::set<std::string>{"Kd", "entry"});
    // A wide Kd beside an entry that varies by a tenth: nearly all of the peak's variance is Kd's.
    for (std::size_t r = 0; r < names.size(); ++r)
        if (sobol.columns[0].texts[r].starts_with("peak"))
            CHECK((names[r] == "Kd" ? number(sobol, "total", r) > 0.8 : number(sobol, "total", r) < 0.2));
    replace("sobol_values = [\"Kd\", \"entry\"]", "sobol_values = [\"Kd\", \"alpha\"]");
    CHECK(run_risk(folder, site, "correlated") == wrong_input);
    replace("sobol_values = [\"Kd\", \"alpha\"]", "sobol_values = [\"Kb\"]");
    CHECK(run_risk(folder, site, "unknown") == wrong_input);
}

TEST_CASE("scenarios are ranked on the same draws") {
    const TemporaryFolder folder;
    const std::string more = "[risk]\nsamples = 20\n" + limit + R"([[scenario]]
name = "nothing"
[[scenario]]
name = "half"
set.source.held.concentration = "0.5 mg/L"
[[scenario]]
name = "the same"
)";
    auto site = column(uncertain_kd, more);
    RiskOptions options;
    options.site = write_file(folder / "site.toml", site);
    options.output = folder / "out";
    options.quiet = true;
    options.scenarios = {"nothing", "half", "the same"};
    REQUIRE(rank_scenarios(options) == done);
    const auto text = file_text(folder / "out" / "scenario_ranking.csv");
    // Half the source is half of everywhere: best in every run, and the two that are the same share the second rank.
    CHECK(text.find("\nhalf,20,20,1,") != std::string::npos);
    CHECK(text.find("\nnothing,20,0,0,") != std::string::npos);
    const auto runs = [&](const char* scenario) { return file_text(folder / "out" / scenario / "tables" / "runs.csv"); };
    CHECK(runs("nothing") == runs("the same"));
    CHECK(runs("nothing") != runs("half"));
}
