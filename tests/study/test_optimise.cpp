// galena optimise: the cheapest plan that keeps its limits.

#include <cmath>
#include <fstream>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "numerics/optimisation.hpp"
#include "output/hdf5.hpp"
#include "program.hpp"
#include "study/plan_variables.hpp"

using namespace galena;

namespace {

/// A column of sand with water of 20 mg/L in at the west and a wall of iron from 3 m on; a receptor behind it.
std::string column(const std::string& optimise, const std::string& thickness = "0.4 m") {
    return fmt::format(R"([site]
name = "column"
start = 2020-01-01
duration = "1.5 a"
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
[flow]
initial_head = "2 m"
[[boundary]]
type = "well"
name = "inflow"
x = "0.1 m"
y = "0.5 m"
rate = {{ file = "inflow.csv", column = "rate", unit = "m3/d" }}
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
[[receptor]]
name = "behind"
x = "8 m"
y = "0.5 m"
limit.CrVI = "1 mg/L"
[[measure]]
type = "reactive_barrier"
name = "iron"
zone = "wall"
thickness = "{}"
rate.CrVI = "0.02 1/h"
porosity = 0.5
[[measure]]
type = "natural_attenuation"
name = "watching"
[[scenario]]
name = "treated"
measures = ["iron", "watching"]
{})",
                       thickness, optimise);
}

struct Case {
    TemporaryFolder folder;
    std::filesystem::path site, out;
    explicit Case(const std::string& text) : site(folder / "site.toml"), out(folder / "out") {
        std::ofstream(site) << text;
        std::ofstream(folder / "inflow.csv") << "date,rate\n2020-01-01,0.072\n";
    }
    [[nodiscard]] auto run() const { return galena_program("optimise " + site.string() + " --format json --output " + out.string()); }
};

const std::string thickness = "[[optimise.variable]]\nkey = \"measure.iron.thickness\"\nlow = \"10 cm\"\nhigh = \"0.9 m\"\n";

}  // namespace

TEST_CASE("optimise: the thinnest wall of iron that keeps a limit is that of exp(-k t)") {
    // C = 20 mg/L exp(-k b n / q) with k 0.02/h, n 0.5, q 0.072 m/d: 20 exp(-2) = 2.7067 mg/L behind 0.6 m. Cost grows with the iron.
    const Case plan(
        column("[optimise]\nscenario = \"treated\"\nglobal_trials = 12\nlocal_trials = 25\ntolerance = 1e-5\n" + thickness +
               "[[optimise.limit]]\nreceptor = \"behind\"\nsubstance = \"CrVI\"\nbelow = \"2.70670566 mg/L\"\nfrom = 2021-01-01\n"));
    const auto result = plan.run();
    INFO(result.output);
    REQUIRE(result.code == 0);
    const auto found = nlohmann::json::parse(result.output);
    CHECK(found["feasible"] == true);
    const auto best = found["trials"][found["best"].get<std::size_t>()];
    const auto text = best["values"]["measure.iron.thickness"].get<std::string>();  // in cm, as `low`
    // The search ends when its steps are 1e-5 of the range of 0.8 m; the limit is kept to 1e-6 of itself.
    CHECK(std::stod(text.substr(1)) == doctest::Approx(60).epsilon(1e-3));
    CHECK(best["over_limit"].begin()->get<double>() <= 1 + 1e-6);
    CHECK(found["trials"].size() <= 38);
    CHECK(file_text(plan.out / "optimisation.csv").starts_with("trial,measure.iron.thickness,net_present_cost,"));
    // The best plan is a site file that can be run, and gives what was found; the file it reads is found from there.
    const auto again = galena_program("run --quiet --scenario optimised " + (plan.out / "best.toml").string() + " --output " +
                                      (plan.folder / "again").string());
    INFO(again.output);
    REQUIRE(again.code == 0);
    CHECK(file_text(plan.folder / "again" / "tables" / "receptors.csv").find("behind,CrVI") != std::string::npos);
    const Hdf5File kept(plan.out / "results.h5", Hdf5File::Mode::read);
    CHECK(kept.read("/optimisation/cost").size() == found["trials"].size());
    CHECK(kept.number_attribute("/", "best") == found["best"].get<double>());
    CHECK(kept.read("/optimisation/cost")[found["best"].get<std::size_t>()] == best["cost"].get<double>());
}

TEST_CASE("optimise: choices are enumerated, and a measure is done or not") {
    const Case plan(
        column("[optimise]\nscenario = \"treated\"\n[[optimise.variable]]\nkey = \"measure.iron.thickness\"\n"
               "values = [\"0.3 m\", \"0.6 m\", \"0.9 m\"]\n[[optimise.variable]]\nkey = \"measure.watching\"\n"
               "[[optimise.variable]]\nkey = \"measure.watching.wells\"\nlow = 3\nhigh = 4\nwhole = true\n"
               "[[optimise.limit]]\nreceptor = \"behind\"\nsubstance = \"CrVI\"\nbelow = \"3 mg/L\"\nfrom = 2021-01-01\n"));
    const auto result = plan.run();
    INFO(result.output);
    REQUIRE(result.code == 0);
    const auto found = nlohmann::json::parse(result.output);
    CHECK(found["trials"].size() == 12);
    const auto best = found["trials"][found["best"].get<std::size_t>()];
    CHECK(best["values"]["measure.iron.thickness"] == "\"0.6 m\"");
    CHECK(best["values"]["measure.watching"] == "false");
    const auto text = file_text(plan.out / "best.toml");
    CHECK(text.find("measures = [\"iron\"]") != std::string::npos);
}

TEST_CASE("optimise: a search that was stopped goes on from what is known, and any number of workers gives the same") {
    const std::string two = thickness + "[[optimise.variable]]\nkey = \"measure.iron.porosity\"\nvalues = [0.4, 0.5]\n" +
                            "[[optimise.limit]]\nreceptor = \"behind\"\nsubstance = \"CrVI\"\nbelow = \"3 mg/L\"\nfrom = 2021-01-01\n";
    const std::string asked = "[optimise]\nscenario = \"treated\"\nglobal_trials = 5\nlocal_trials = 4\n";
    const Case plan(column(asked + two));
    const auto out = [&](const char* name) { return (plan.folder / name).string(); };
    const auto go = [&](const std::string& how) { return galena_program("optimise " + plan.site.string() + " --format json " + how); };
    const auto one = go("--workers 1 --output " + out("one")), three = go("--workers 3 --output " + out("three"));
    REQUIRE(one.code == 0);
    CHECK(three.output == one.output);
    const auto history = file_text(plan.folder / "one" / "optimisation.csv");
    CHECK(file_text(plan.folder / "three" / "optimisation.csv") == history);
    // Stopped among the plans that run side by side, and again among those that follow from them.
    REQUIRE(go("--stop-after 4 --output " + out("part")).code == 130);
    REQUIRE(go("--stop-after 6 --resume " + out("part")).code == 130);
    const auto rest = go("--resume " + out("part"));
    CHECK(rest.code == 0);
    CHECK(rest.output == one.output);
    CHECK(file_text(plan.folder / "part" / "optimisation.csv") == history);
    // All is known now: it is read. A longer search runs only what is new; another site does not go on here.
    const auto again = galena_program("optimise " + plan.site.string() + " --stop-after 1 --resume " + out("part"));
    CHECK(again.code == 0);
    CHECK(again.output.find(" plans are known already") != std::string::npos);
    std::ofstream(plan.site) << column("[optimise]\nscenario = \"treated\"\nglobal_trials = 5\nlocal_trials = 5\n" + two);
    CHECK(go("--stop-after 2 --resume " + out("part")).code == 0);
    std::ofstream(plan.site) << column(asked + two, "0.5 m");
    const auto other = go("--resume " + out("part"));
    CHECK(other.code == 2);
    CHECK(other.output.find("is of another site file") != std::string::npos);
}

TEST_CASE("the trials that are certain are those a search begins with, to the last bit") {
    OptimisationProblem problem;
    problem.low = {0.1, -3, 7};
    problem.high = {0.9, 4, 7.7};
    problem.start = {0.25, 1, 7.1};
    problem.evaluate = [](std::span<const double> x) { return Evaluation{(x[0] - 0.3) * (x[0] - 0.3) + x[1] * x[1] + x[2], {}}; };
    for (const int trials : {1, 4, 30}) {
        const OptimisationEffort effort{.global_trials = trials, .local_trials = 0};
        const auto certain = certain_trials(problem, effort);
        const auto found = minimise(problem, effort);
        CHECK(certain.size() == static_cast<std::size_t>(trials == 1 ? 1 : std::min(8, 1 + trials)));  // start, middle, three pairs
        REQUIRE(found.history.size() >= certain.size());
        for (std::size_t n = 0; n < certain.size(); ++n) CHECK(found.history[n].at == certain[n]);
    }
}

TEST_CASE("optimise: no plan keeps the limit, so the nearest is shown") {
    const Case plan(column("[optimise]\nscenario = \"treated\"\nglobal_trials = 8\nlocal_trials = 12\n" + thickness +
                           "[[optimise.limit]]\nreceptor = \"behind\"\nsubstance = \"CrVI\"\nbelow = \"0.1 mg/L\"\nfrom = 2021-01-01\n"));
    const auto result = plan.run();
    CHECK(result.code == 3);
    const auto found = nlohmann::json::parse(result.output);
    CHECK(found["feasible"] == false);
    const auto best = found["trials"][found["best"].get<std::size_t>()];
    const auto text = best["values"]["measure.iron.thickness"].get<std::string>();
    CHECK(std::stod(text.substr(1)) == doctest::Approx(90).epsilon(0.01));  // the thickest there may be
    const auto told = galena_program("optimise " + plan.site.string() + " --output " + plan.out.string());
    CHECK(told.code == 3);
    CHECK(told.output.find("keeps every limit; the nearest costs") != std::string::npos);
}

TEST_CASE("optimise: what cannot be chosen or kept is a mistake with its place") {
    const Case plan(
        column("[optimise]\nscenario = \"treated\"\n[[optimise.variable]]\nkey = \"measure.irn.thickness\"\nlow = \"1 m\"\nhigh = \"2 m\"\n"
               "[[optimise.variable]]\nkey = \"measure.iron.thickness\"\nlow = \"1 m\"\nhigh = \"2 d\"\n"
               "[[optimise.variable]]\nkey = \"measure.iron.porosity\"\n"
               "[[optimise.limit]]\nreceptor = \"bhind\"\nsubstance = \"CrIV\"\nfrom = 2021-01-01\nuntil = 2020-06-01\n"));
    const auto result = plan.run();
    CHECK(result.code == 2);
    for (const char* said : {":63:7: error: variable 'measure.irn.thickness': there is no 'irn'", "did you mean 'iron'?",
                             ":68:7: error: variable 'measure.iron.thickness': low and high are no range",
                             "error: variable 'measure.iron.porosity' has nothing to choose from", "error: there is no receptor 'bhind'",
                             "error: there is no substance 'CrIV'", "error: the limit of receptor 'bhind' ends before it begins"})
        CHECK_MESSAGE(result.output.find(said) != std::string::npos, said, "\n", result.output);
    CHECK(!std::filesystem::exists(plan.out));
    const Case none(column(""));
    CHECK(none.run().output.find("the site file has no [optimise]") != std::string::npos);
}

TEST_CASE("a value on one line of a site file reads back") {
    const auto tree = parse_toml("a = [\"x \\\"y\\\"\", 1, 2.0, 1e300, true, 2020-02-03, { \"b c\" = \"12 m/d\" }]\n", "t.toml");
    const auto text = toml_text(tree.find("a")->value);
    const auto again = parse_toml("a = " + text + "\n", "u.toml");
    CHECK(toml_text(again.find("a")->value) == text);
    CHECK(again.find("a")->value.items[0].text == "x \"y\"");
    CHECK(again.find("a")->value.items[2].kind == Node::Kind::number);
    CHECK(again.find("a")->value.items[6].entries[0].key == "b c");
}
