// Measures that come to nothing leave a run as it was, bit by bit; what measures move is told as what it is.

#include <algorithm>
#include <fstream>

#include <nlohmann/json.hpp>

#include "program.hpp"
#include "remediation/measure.hpp"
#include "temporary_folder.hpp"
#include "verification/site_builder.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

/// 12 by 4 columns of 5 m in two layers of 2 m; water flows from west to east.
std::string field(const std::string& more) {
    return R"(
[site]
name = "field"
start = 2020-01-01
duration = "2 a"
[grid]
nx = 12
ny = 4
dx = "5 m"
dy = "5 m"
top = "4 m"
[[grid.layer]]
name = "upper"
thickness = "2 m"
[[grid.layer]]
name = "lower"
thickness = "2 m"
[[zone]]
name = "spot"
x_min = "20 m"
x_max = "40 m"
layers = ["upper"]
[[medium]]
hydraulic_conductivity = "5 m/d"
porosity = 0.3
bulk_density = "1700 kg/m3"
[flow]
initial_head = "4 m"
[[boundary]]
type = "fixed_head"
name = "west"
side = "west"
head = "4.2 m"
[[boundary]]
type = "fixed_head"
name = "east"
side = "east"
head = "3.8 m"
[transport]
courant = 5
maximum_step = "60 d"
[substance.CrVI]
initial_concentration = "1 mg/L"
sorption = { type = "linear", distribution_coefficient = "2 L/kg" }
)" + more;
}

void same_bits(const SiteRun& a, const SiteRun& b) {
    const auto x = a.state().concentration.all().span(), y = b.state().concentration.all().span();
    CHECK(a.state().step == b.state().step);
    CHECK(std::equal(x.begin(), x.end(), y.begin(), y.end()));
}

Table table_of(const SiteRun& run, const std::string& name) {
    for (const auto& observer : run.simulation().model_observers())
        for (auto& table : observer->tables())
            if (table.name == name) return table;
    FAIL("no table ", name);
    return {};
}

std::string dig(const std::string& start, const std::string& target) {
    return "[[measure]]\ntype = \"excavation\"\nname = \"pit\"\nzone = \"spot\"\nstart = " + start + "\ntarget.CrVI = \"" + target +
           "\"\nstockpile = { duration = \"30 d\", infiltration = \"300 mm/a\" }\n";
}

}  // namespace

TEST_CASE("an excavation that finds nothing above its target, and wells at rate 0, change no bit") {
    SiteRun base(field("")), pit(field(dig("2020-08-03", "100 mg/kg")));
    base.finish();
    pit.finish();
    same_bits(base, pit);
    SiteRun idle(
        field("[[measure]]\ntype = \"pump_and_treat\"\nname = \"plant\"\nstart = 2020-08-03\npulse_on = \"7 d\"\n"
              "pulse_off = \"3 d\"\nwell = [{ name = \"P\", x = \"42 m\", y = \"8 m\", rate = \"0 m3/d\" }]\n"));
    idle.finish();
    same_bits(base, idle);
}

TEST_CASE("every measure that comes to nothing changes no bit") {
    // What each kind needs; `nothing` makes it come to nothing while it works. Where it is missing the kind always does something once it
    // works: then it waits for a concentration that never comes.
    struct Kind {
        std::string type, needs, nothing;
    };
    const std::string well = "[{ name = \"P\", x = \"42 m\", y = \"8 m\", rate = \"0 m3/d\" }]\n";
    const std::vector<Kind> kinds{
        {"excavation", "zone = \"spot\"\n", "target.CrVI = \"100 mg/kg\"\n"},
        {"cover", "zone = \"spot\"\ninfiltration = 1\nof = [\"rain\"]\n", "aged_infiltration = 1\nageing_time = \"1 a\"\n"},
        {"stabilisation", "zone = \"spot\"\nfactor.CrVI = 1\n", "half_life = \"1 a\"\nageing_interval = \"50 d\"\n"},
        {"soil_flushing", "zone = \"spot\"\nwell = " + well, "factor.CrVI = 1\n"},
        {"pump_and_treat", "well = " + well, "pulse_on = \"7 d\"\npulse_off = \"3 d\"\n"},
        {"electrokinetics", "zone = \"spot\"\nfield = \"50 V/m\"\ndirection = \"90 degree\"\n", "charge.CrVI = 0\n"},
        {"agronomic_control", "zone = \"spot\"\ncrop = \"rice\"\n", "produce.CrVI = { constant = -1, limit = \"1 mg/kg\" }\n"},
        {"natural_attenuation", "", "wells = 3\n"},
        {"cutoff_wall", "line = [[\"45 m\", \"0 m\"], [\"45 m\", \"20 m\"]]\n", ""},
        {"reactive_barrier", "zone = \"spot\"\nthickness = \"1 m\"\nrate.CrVI = \"1 1/h\"\n", ""},
        {"interception_drain", "zone = \"spot\"\nelevation = \"3 m\"\nconductance = \"1 m2/d\"\n", ""},
        {"in_situ_reduction", "zone = \"spot\"\nsubstance = \"CrVI\"\nreagent = \"2 mol/m3\"\nrate_constant = \"0.05 m3/mol/d\"\n", ""},
        {"phytoextraction", "zone = \"spot\"\nyield = \"5 t/ha\"\nbioaccumulation.CrVI = 2\n", ""},
    };
    std::vector<std::string> tried, known;
    for (const auto& entry : Catalogue<Measure>::instance().entries()) known.emplace_back(entry.name);
    for (const auto& kind : kinds) tried.push_back(kind.type);
    std::sort(tried.begin(), tried.end());
    std::sort(known.begin(), known.end());
    REQUIRE(tried == known);  // a new kind of measure belongs here too

    const std::string rain = "[[boundary]]\ntype = \"recharge\"\nname = \"rain\"\nrate = \"300 mm/a\"\n";
    for (const std::string scheme : {"", "stepping = \"explicit\"\nadvection = \"tvd\"\n"}) {
        const auto with = [&](const std::string& measure) {
            auto text = field(rain + measure);
            return scheme.empty() ? text : text.replace(text.find("maximum_step"), 0, scheme);
        };
        SiteRun base(with(""));
        base.finish();
        for (const auto& kind : kinds) {
            CAPTURE(kind.type);
            const auto measure = "[[measure]]\ntype = \"" + kind.type + "\"\nname = \"it\"\n" + kind.needs;
            if (!kind.nothing.empty()) {
                SiteRun idle(with(measure + "start = 2020-08-03\nend = 2021-03-09\n" + kind.nothing));
                idle.finish();
                same_bits(base, idle);
            }
            const std::string needed = kind.type == "electrokinetics" ? "charge.CrVI = -1\ndiffusion.CrVI = \"1e-9 m2/s\"\n"
                                       : kind.type == "soil_flushing" ? "factor.CrVI = 0.1\n"
                                                                      : "";
            SiteRun waiting(
                with(measure + needed + "start_when = { observation = \"spot\", substance = \"CrVI\", above = \"1000 mg/L\" }\n"));
            waiting.finish();
            same_bits(base, waiting);
        }
    }
}

TEST_CASE("binding that weakens from the first day on, electrodes that take what water brings, are events") {
    SiteRun weak(
        field("[[measure]]\ntype = \"stabilisation\"\nname = \"acid\"\nzone = \"spot\"\nstart = 2020-08-03\n"
              "factor.CrVI = 1\nacidification = \"0.1 1/a\"\nph_slope.CrVI = 0.5\nageing_interval = \"30 d\"\n"));
    std::vector<double> ends;
    weak.finish([&](const SiteRun& r) { ends.push_back(r.days()); });
    const double begin = Date::parse("2020-08-03")->since(weak.domain().start) / day;
    const auto ends_at = [&](double time) {
        return std::any_of(ends.begin(), ends.end(), [&](double t) { return std::abs(t - time) < 1e-6; });
    };
    CHECK(ends_at(begin));
    CHECK(ends_at(begin + 30));
    CHECK(ends_at(begin + 60));
    SiteRun taken(
        field("[[measure]]\ntype = \"electrokinetics\"\nname = \"field\"\nzone = \"spot\"\nstart = 2020-08-03\n"
              "field = \"50 V/m\"\ndirection = \"90 degree\"\ncharge.CrVI = 0\nelectrodes = \"spot\"\nrecovery = \"0.1 1/d\"\n"));
    ends.clear();
    taken.finish([&](const SiteRun& r) { ends.push_back(r.days()); });
    CHECK(ends_at(begin));
    CHECK(taken.entry("CrVI", "field").cumulative_out > 0);
}

TEST_CASE("an excavation with a target digs on its day when there is something to dig") {
    // A well brings metal from the first year on: at the start no cell is above the target.
    const std::string well =
        "[[boundary]]\ntype = \"well\"\nname = \"spill\"\nx = \"22 m\"\ny = \"8 m\"\nrate = \"2 m3/d\"\n"
        "concentration.CrVI = \"50 mg/L\"\n";
    SiteRun run(field(well + dig("2021-03-07", "10 mg/kg")));
    run.finish();
    CHECK(run.entry("CrVI", "pit (sorbed)").cumulative_out > 0);
    const auto measures = table_of(run, "measures");
    CHECK(measures.columns[2].numbers[0] == doctest::Approx(Date::parse("2021-03-07")->since(run.domain().start) / day).epsilon(1e-12));
    CHECK(run.closure() < 1e-10);
}

TEST_CASE("what over_dig and margin cannot add on a coarse grid is told when the site is checked") {
    const auto warnings = [](const std::string& keys) {
        Diagnostics diagnostics;
        const auto site = Site::from_tree(
            parse_toml(field("[[measure]]\ntype = \"excavation\"\nname = \"pit\"\nzone = \"spot\"\ntarget.CrVI = \"1 mg/kg\"\n" + keys),
                       "s.toml"),
            std::filesystem::temp_directory_path(), diagnostics);
        REQUIRE(Simulation::build(site, diagnostics));
        std::vector<std::string> texts;
        for (const auto& d : diagnostics.all()) texts.push_back(d.what);
        return texts;
    };
    CHECK(warnings("over_dig = \"1.1 m\"\nmargin = \"2.5 m\"\n").empty());
    const auto both = warnings("over_dig = \"1 m\"\nmargin = \"2 m\"\n");
    REQUIRE(both.size() == 2);
    CHECK(both[0] ==
          "measure 'pit': over_dig = 1 m adds no cell: the cells below are at least 2 m thick, and a cell is dug when its centre is");
    CHECK(both[1] == "measure 'pit': margin = 2 m adds no cell: the cells are at least 5 m wide, and a cell is dug when its centre is");
}

TEST_CASE("digging goes on below the zone") {
    const auto amounts = [](const std::string& keys) {
        SiteRun run(field("[[measure]]\ntype = \"excavation\"\nname = \"pit\"\nzone = \"spot\"\nstart = 2020-03-01\n" + keys));
        run.finish();
        const auto effects = table_of(run, "effects");
        for (const auto& column : effects.columns)
            if (!column.numbers.empty()) return column.numbers.front();
        return 0.0;
    };
    // 4 by 4 columns of 25 m2: 2 m of the zone, and the 2 m below it.
    CHECK(amounts("") == doctest::Approx(800).epsilon(1e-12));
    CHECK(amounts("over_dig = \"1.5 m\"\n") == doctest::Approx(1600).epsilon(1e-12));
}

TEST_CASE("flushing tells what water carried off past its wells") {
    // The metal lies in the flushed ground alone when flushing begins, with the run: what left that ground is what the ground around it has got, the wells took or went out.
    auto text = field(R"([[measure]]
type = "soil_flushing"
name = "flush"
zone = "spot"
duration = "150 d"
factor.CrVI = 0.05
well = [{ name = "P", x = "52 m", y = "8 m", rate = "1 m3/d" }]
)");
    const std::string uniform = "initial_concentration = \"1 mg/L\"";
    text.replace(text.find(uniform), uniform.size(),
                 "initial_concentration = { cells = \"spot.csv\", column = \"value\", unit = \"mg/L\" }");
    // What is counted by the concentrations at the ends of steps is exact where steps are implicit and upwind.
    text.replace(text.find("[transport]\n"), 12, "[transport]\nstepping = \"implicit\"\n");
    const TemporaryFolder folder;
    {
        std::ofstream cells(folder / "spot.csv");
        cells << "value\n";
        for (int n = 0; n < 2 * 4 * 12; ++n) cells << (n >= 4 * 12 && n % 12 >= 4 && n % 12 < 8 ? "1\n" : "0\n");
    }
    SiteRun run(text, folder.path);
    run.finish();
    double around = 0;
    const auto& spot = *run.domain().zones.find("spot");
    for (const Index c : *run.domain().zones.find("all"))
        if (!std::binary_search(spot.begin(), spot.end(), c))
            around += run.concentration(c) * (run.state().mobile_water[c] + 2e-3 * 1700 * run.domain().grid.volume(c));
    const auto out = [&](const std::string& who) { return run.entry("CrVI", who).cumulative_out; };
    const auto effects = table_of(run, "effects");
    const auto amount = [&](const std::string& what) {
        std::size_t name = 0;
        for (std::size_t c = 0; c < effects.columns.size(); ++c)
            if (effects.columns[c].name == "effect") name = c;
        for (const auto& column : effects.columns)
            if (column.name == "amount")
                for (std::size_t row = 0; row < column.numbers.size(); ++row)
                    if (effects.columns[name].texts[row] == what) return column.numbers[row];
        return -1.0;
    };
    const double left = amount("carried out of the flushed ground by water");
    REQUIRE(left > 0);
    CHECK(out("P") > 0);
    // Transport is implicit and upwind, as the count is; the rest is the linear solver's.
    CHECK(left == doctest::Approx(around + out("P") + out("east") + out("west")).epsilon(1e-6));
    CHECK(amount("carried out and not taken out by the wells") == doctest::Approx(left - out("P")).epsilon(1e-6));
}

TEST_CASE("receptors through which nothing flows tell no mass that passed") {
    SiteRun run(field("[[receptor]]\nname = \"point\"\nx = \"52 m\"\ny = \"8 m\"\n[[receptor]]\nname = \"side\"\nboundary = \"east\"\n"));
    run.finish();
    const auto receptors = table_of(run, "receptors"), courses = table_of(run, "receptor_courses");
    for (const auto& column : receptors.columns)
        if (column.name == "mass_passed" || column.name == "final_rate" || column.name == "peak_rate") {
            CHECK(std::isnan(column.numbers.at(0)));
            CHECK(column.numbers.at(1) > 0);
        }
    CHECK(std::isnan(courses.columns.back().numbers.at(0)));
    CHECK(courses.columns.back().numbers.back() > 0);
}

TEST_CASE("compare: what is reduced in the ground is transformed, not removed, and risk has a before only where something is done") {
    const TemporaryFolder folder;
    std::ofstream(folder / "site.toml") << field(R"([[receptor]]
name = "east"
boundary = "east"
limit.CrVI = "0.05 mg/L"
[[source]]
type = "mass_loading"
name = "slag"
zone = "spot"
substance = "CrVI"
rate_per_area = "300 kg/ha/a"
[[measure]]
type = "in_situ_reduction"
name = "iron"
zone = "spot"
substance = "CrVI"
reagent = "2 mol/m3"
rate_constant = "0.05 m3/mol/d"
start = 2021-02-01
[[health_risk.population]]
name = "residents"
land_use = "class1"
[[scenario]]
name = "nothing"
[[scenario]]
name = "reduce"
measures = ["iron"]
[output]
interval = "0.5 a"
vtk = false
)");
    const auto result =
        galena_program("compare " + (folder / "site.toml").string() + " --format json --output " + (folder / "out").string());
    INFO(result.output);
    REQUIRE(result.code == 0);
    const auto scenarios = nlohmann::json::parse(result.output)["scenarios"];
    const auto &nothing = scenarios[0]["figures"], &reduce = scenarios[1]["figures"];
    CHECK(reduce["transformed/CrVI [kg]"].get<double>() > 0);
    CHECK(!reduce.contains("removed_net/CrVI [kg]"));
    CHECK(!reduce.contains("cost_per_kg_removed"));
    const std::string before = "hazard_index_before/residents", after = "hazard_index_after/residents";
    CHECK(!nothing.contains(before));
    CHECK(nothing[after].get<double>() > 0);
    // The slag raises the risk until the reagent comes after the output of the first year, later than the start.
    std::ifstream rows(folder / "out" / "reduce" / "tables" / "health_risk.csv");
    std::string line, at_one_year;
    while (std::getline(rows, line))
        if (line.starts_with("365.25,") && line.find(",all,all,") != std::string::npos) at_one_year = line;
    REQUIRE(!at_one_year.empty());
    std::vector<std::string> fields;
    std::istringstream in(at_one_year);
    for (std::string cell; std::getline(in, cell, ',');) fields.push_back(cell);
    CHECK(reduce[before].get<double>() == doctest::Approx(std::stod(fields.at(8))).epsilon(1e-6));
}
