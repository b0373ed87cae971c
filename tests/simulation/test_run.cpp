// Whole runs of the program: what it writes, how it ends, and that an interrupted run continues bit by bit.

#include <algorithm>
#include <csignal>
#include <cstring>
#include <thread>

#include <doctest/doctest.h>

#include "output/results_file.hpp"
#include "program.hpp"
#include "simulation/simulation.hpp"

using namespace galena;

namespace {

/// A small box with a transient well, a source and two metals: every kind of state a checkpoint has to carry.
std::string transient_site(const std::string& extra = {}) {
    return R"(
[site]
name = "box"
start = 2020-01-01
duration = "60 d"
[grid]
nx = 12
ny = 9
dx = "10 m"
dy = "10 m"
top = "0 m"
[[grid.layer]]
name = "sand"
thickness = "6 m"
cells = 3
[[medium]]
hydraulic_conductivity = "8 m/d"
anisotropy_vertical = 0.2
specific_storage = "1e-4 1/m"
porosity = 0.3
bulk_density = "1600 kg/m3"
pH = 7
[flow]
regime = "transient"
initial_head = "2 m"
[[boundary]]
type = "fixed_head"
name = "west"
side = "west"
head = "2 m"
concentration.Cd = "0.1 mg/L"
[[boundary]]
type = "well"
name = "pump"
x = "85 m"
y = "45 m"
rate = [{ from = 2020-01-01, value = "-20 m3/d" }, { from = 2020-02-01, value = "-5 m3/d" }]
[transport]
longitudinal_dispersivity = "1 m"
maximum_step = "2 d"
[substance.Cd]
sorption = { type = "linear", distribution_coefficient = "0.5 L/kg" }
half_life = "100 d"
[substance.Zn]
initial_content = "10 mg/kg"
sorption = { type = "linear", distribution_coefficient = "2 L/kg" }
[[zone]]
name = "spill"
x_max = "20 m"
layers = ["1"]
[[source]]
type = "mass_loading"
name = "leak"
substance = "Cd"
zone = "spill"
rate = "0.01 kg/d"
[farmland]
[[particles]]
name = "with the steps"
zone = "spill"
per_cell = [2, 1, 1]
distribution_coefficient = "0.001 L/kg"
[[particles]]
name = "back from the pump"
direction = "backward"
well = "pump"
count = 6
moment = "25 d"
[[observation]]
name = "middle"
x = "60 m"
y = "45 m"
depth = "3 m"
[output]
interval = "10 d"
zones = ["spill"]
)" + extra;
}

const char* const compared[] = {"observations.csv",
                                "budget.csv",
                                "zones.csv",
                                "fields.pvd",
                                "tables/farmland_area.csv",
                                "tables/particles.csv",
                                "tables/capture_zones.csv",
                                "tables/pathlines.csv",
                                "pathlines/with_the_steps.vtp"};

}  // namespace

TEST_CASE("a run writes everything, and says how it went") {
    const TemporaryFolder folder;
    const auto site = write_file(folder / "site.toml", transient_site());
    const auto result = galena_program("run " + site + " --output " + (folder / "out").string());
    INFO(result.output);
    CHECK(result.code == 0);
    for (const auto* name : compared) CHECK(std::filesystem::exists(folder / "out" / name));
    CHECK(result.output.find("closure") != std::string::npos);
    CHECK(result.output.find("cells x steps per second") != std::string::npos);
    CHECK(result.output.find("peak memory") != std::string::npos);
    CHECK(file_text(folder / "out" / "log.txt").find("closure") != std::string::npos);

    const auto results = ResultsFile::open(folder / "out" / "results.h5", false);
    CHECK(results.metadata().site_text == file_text(site));
    CHECK(results.file().text_attribute("/input/site", "sha256") == sha256(file_text(site)));
    CHECK(results.time_values().size() == 7);  // start, every 10 d, end
    CHECK(results.file().text_attribute("/", "status") == "finished");
    // Closure is worse than rounding only by the solver's tolerance of 1e-12.
    CHECK(results.file().number_attribute("/", "worst_closure") < 1e-9);
    // The well's jump on 2020-02-01, day 31, is the end of a step exactly.
    CHECK(file_text(folder / "out" / "observations.csv").find("\n31,2020-02-01,") != std::string::npos);
}

TEST_CASE("an interrupted run, resumed, equals the uninterrupted one bit by bit") {
    const TemporaryFolder folder;
    const auto site = write_file(folder / "site.toml", transient_site());
    const auto whole = (folder / "whole").string(), parts = (folder / "parts").string();
    REQUIRE(galena_program("run --quiet " + site + " --output " + whole).code == 0);
    CHECK(galena_program("run --quiet " + site + " --output " + parts + " --stop-after 11").code == 130);
    CHECK(galena_program("run --quiet " + site + " --resume " + parts + " --stop-after 9").code == 130);
    CHECK(galena_program("run --quiet " + site + " --resume " + parts).code == 0);
    for (const auto* name : compared) {
        INFO(name);
        CHECK(file_text(folder / "whole" / name) == file_text(folder / "parts" / name));
    }
    const auto a = ResultsFile::open(folder / "whole" / "results.h5", false), b = ResultsFile::open(folder / "parts" / "results.h5", false);
    REQUIRE(a.field_names() == b.field_names());
    REQUIRE(a.time_values() == b.time_values());
    const auto same_bits = [](const std::vector<double>& one, const std::vector<double>& other) {  // NaN equals nothing
        return one.size() == other.size() && std::memcmp(one.data(), other.data(), one.size() * sizeof(double)) == 0;
    };
    for (const auto& name : a.field_names())
        for (std::uint64_t t = 0; t < a.times(); ++t) CHECK_MESSAGE(same_bits(a.field(name, t), b.field(name, t)), name);
    for (const auto* name : {"/budget/time", "/budget/in", "/budget/cumulative_out", "/budget/closure", "/observations/time"})
        CHECK(a.file().read(name) == b.file().read(name));
    // Contents between output times are NaN too.
    CHECK(same_bits(a.file().read("/observations/value"), b.file().read("/observations/value")));
}

TEST_CASE("a checkpoint is refused for another site file") {
    const TemporaryFolder folder;
    const auto site = write_file(folder / "site.toml", transient_site());
    REQUIRE(galena_program("run --quiet " + site + " --output " + (folder / "out").string() + " --stop-after 3").code == 130);
    write_file(folder / "site.toml", transient_site("# changed\n"));
    const auto result = galena_program("run " + site + " --resume " + (folder / "out").string());
    CHECK(result.code == 2);
    CHECK(result.output.find("not the one the checkpoint was made with") != std::string::npos);
    CHECK(galena_program("run " + site + " --resume " + (folder / "nowhere").string()).code == 2);
}

TEST_CASE("Ctrl-C leaves valid files and a checkpoint") {
    const TemporaryFolder folder;
    // Long enough that the signal comes in the middle on any machine: steps of 0.01 d.
    auto text = transient_site();
    text.replace(text.find("maximum_step = \"2 d\""), 20, "maximum_step = \"0.01 d\"");
    const auto site = write_file(folder / "site.toml", text);
    const auto program = program_path();
    const pid_t child = fork();
    if (child == 0) {
        execl(program.c_str(), "galena", "run", "--quiet", site.c_str(), "--output", (folder / "out").c_str(), nullptr);
        _exit(99);
    }
    // Signal it once its first outputs are there.
    for (int wait = 0; wait < 200 && !std::filesystem::exists(folder / "out" / "fields.pvd"); ++wait)
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    kill(child, SIGINT);
    int status = 0;
    waitpid(child, &status, 0);
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 130);
    CHECK(std::filesystem::exists(folder / "out" / "checkpoint.h5"));
    CHECK(ResultsFile::open(folder / "out" / "results.h5", false).file().text_attribute("/", "status") == "interrupted");
    CHECK(galena_program("run --quiet " + site + " --resume " + (folder / "out").string() + " --stop-after 2").code == 130);
}

TEST_CASE("a budget that does not close fails the run and keeps the files, unless the user says otherwise") {
    const TemporaryFolder folder;
    // A solver that stops early leaves an imbalance: far less than 1e-6, so the limit is set below it.
    const auto careless = [](const std::string& extra) {
        auto text = transient_site(extra);
        text.replace(text.find("maximum_step"), 0, "tolerance = 1e-3\n");
        return text;
    };
    const auto site = write_file(folder / "site.toml", careless("closure_tolerance = 1e-13\n"));
    const auto result = galena_program("run " + site + " --output " + (folder / "out").string());
    INFO(result.output);
    CHECK(result.code == 3);
    CHECK(result.output.find("does not close") != std::string::npos);
    CHECK(std::filesystem::exists(folder / "out" / "results.h5"));
    const auto tolerant = write_file(folder / "tolerant.toml", careless("closure_tolerance = 1e-13\nstop_on_closure = false\n"));
    CHECK(galena_program("run --quiet " + tolerant + " --output " + (folder / "out").string()).code == 0);
}

TEST_CASE("the worst closure outlives an interruption") {
    const TemporaryFolder folder;
    // A solver that stops early loses zinc while little of it moves; the much that comes in after a month hides that.
    auto text = transient_site("stop_on_closure = false\n");
    text.replace(text.find("maximum_step"), 0, "tolerance = 1e-3\n");
    text.replace(text.find("concentration.Cd"), 0,
                 "concentration.Zn = [{ from = 2020-01-01, value = \"0 mg/L\" }, { from = 2020-02-01, value = \"100 mg/L\" }]\n");
    const auto site = write_file(folder / "site.toml", text);
    const auto whole = (folder / "whole").string(), parts = (folder / "parts").string();
    REQUIRE(galena_program("run --quiet " + site + " --output " + whole).code == 0);
    REQUIRE(galena_program("run --quiet --stop-after 20 " + site + " --output " + parts).code == 130);
    REQUIRE(galena_program("run --quiet " + site + " --resume " + parts).code == 0);
    const auto a = ResultsFile::open(folder / "whole" / "results.h5", false), b = ResultsFile::open(folder / "parts" / "results.h5", false);
    const auto closures = a.file().read("/budget/closure");
    const auto per_step = closures.size() / a.file().read("/budget/time").size();
    const double worst = a.file().number_attribute("/", "worst_closure");
    REQUIRE(*std::max_element(closures.begin() + static_cast<std::ptrdiff_t>(20 * per_step), closures.end()) < 0.9 * worst);
    CHECK(b.file().number_attribute("/", "worst_closure") == worst);
}

TEST_CASE("a computation that cannot go on says which process, where and when, and exits with 3") {
    const TemporaryFolder folder;
    auto text = transient_site();
    // Storage that gives up more water than the pores hold.
    text.replace(text.find("1e-4 1/m"), 8, "0.2 1/m");
    text.replace(text.find("-20 m3/d"), 8, "-4000 m3/d");
    const auto site = write_file(folder / "site.toml", text);
    const auto result = galena_program("run " + site + " --output " + (folder / "out").string());
    INFO(result.output);
    CHECK(result.code == 3);
    CHECK(result.output.find("flow: the head fell so far") != std::string::npos);
    CHECK(result.output.find("at cell (") != std::string::npos);
    CHECK(result.output.find("site.toml:23:1") != std::string::npos);  // the [flow] table
    CHECK(result.output.find("the last good state is kept") != std::string::npos);
    CHECK(std::filesystem::exists(folder / "out" / "checkpoint.h5"));
}

TEST_CASE("Newton that does not converge names its cell, process and step, and leaves what was reached") {
    const TemporaryFolder folder;
    // At rest until it rains on the third day; a single iteration is not enough for that, however short the step.
    const auto site = write_file(folder / "site.toml", R"(
[site]
name = "column"
start = 2020-01-01
duration = "5 d"
[grid]
nx = 1
ny = 1
dx = "1 m"
dy = "1 m"
top = "0 m"
[[grid.layer]]
name = "sand"
thickness = "2 m"
cells = 20
[[medium]]
hydraulic_conductivity = "1 m/d"
porosity = 0.4
[[retention]]
type = "van_genuchten"
alpha = "14.5 1/m"
n = 2.68
[flow]
formulation = "variably_saturated"
regime = "transient"
initial_head = "-2 m"
initial_step = "12 h"
maximum_newton_iterations = 1
tolerance = 1e-14
[[boundary]]
type = "recharge"
name = "rain"
rate = [{ from = 2020-01-01, value = "0 mm/d" }, { from = 2020-01-03, value = "50 mm/d" }]
)");
    const auto result = galena_program("run " + site + " --output " + (folder / "out").string());
    INFO(result.output);
    CHECK(result.code == 3);
    CHECK(result.output.find("flow: no convergence after 1 iterations of Newton") != std::string::npos);
    CHECK(result.output.find("at cell (0, 0, ") != std::string::npos);
    CHECK(result.output.find("layer 1 'sand', x = 0.5 m, y = 0.5 m, z = ") != std::string::npos);
    CHECK(result.output.find("time 2020-01-03") != std::string::npos);
    CHECK(result.output.find(", step ") != std::string::npos);
    CHECK(result.output.find("site.toml:23:1") != std::string::npos);
    CHECK(result.output.find("a step of 0.5 d failed and is tried with 0.25 d: no convergence") != std::string::npos);
    CHECK(std::filesystem::exists(folder / "out" / "checkpoint.h5"));
}

TEST_CASE("--quiet prints nothing when all is well") {
    const TemporaryFolder folder;
    const auto site = write_file(folder / "site.toml", transient_site());
    const auto result = galena_program("run --quiet " + site + " --output " + (folder / "out").string());
    CHECK(result.code == 0);
    CHECK(result.output.empty());
}

TEST_CASE("the results are the same bits with one and two threads") {
    const TemporaryFolder folder;
    const auto site = write_file(folder / "site.toml", transient_site());
    REQUIRE(galena_program("--threads 1 run --quiet " + site + " --output " + (folder / "one").string()).code == 0);
    REQUIRE(galena_program("--threads 2 run --quiet " + site + " --output " + (folder / "two").string()).code == 0);
    for (const auto* name : {"observations.csv", "budget.csv", "zones.csv", "tables/particles.csv", "tables/pathlines.csv"})
        CHECK(file_text(folder / "one" / name) == file_text(folder / "two" / name));
}

TEST_CASE("a value of a series holds until the step that ends at the next date is over") {
    const TemporaryFolder folder;
    auto text = transient_site();
    const std::string west = "side = \"west\"\nhead = \"2 m\"";
    text.replace(text.find(west), west.size(),
                 "zone = \"edge\"\nhead = [{ from = 2020-01-01, value = \"2 m\" }, { from = 2020-01-11, value = \"3 m\" }]");
    text += "[[zone]]\nname = \"edge\"\nx_max = \"10 m\"\n[[observation]]\nname = \"edge\"\nx = \"5 m\"\ny = \"45 m\"\n";
    const auto site = write_file(folder / "site.toml", text);
    const auto result = galena_program("run --quiet " + site + " --output " + (folder / "out").string());
    INFO(result.output);
    REQUIRE(result.code == 0);
    const auto observed = file_text(folder / "out" / "observations.csv");
    CHECK(observed.find("\n10,2020-01-11,edge,hydraulic_head,2,m") != std::string::npos);
    CHECK(observed.find("edge,hydraulic_head,3,m") != std::string::npos);
    CHECK(observed.find("edge,hydraulic_head,3,m") > observed.find("\n10,2020-01-11"));
}

TEST_CASE("the results keep the zones and what the observation points saw") {
    const TemporaryFolder folder;
    const auto site = write_file(folder / "site.toml", transient_site());
    REQUIRE(galena_program("run --quiet " + site + " --output " + (folder / "out").string()).code == 0);
    const auto results = ResultsFile::open(folder / "out" / "results.h5", false);
    double cells = 0;
    for (const double one : results.file().read("/zones/spill")) cells += one;
    CHECK(cells == 2 * 9 * 3);  // two columns along x, all nine along y, all three layers
    const auto names = results.file().read_texts("/observations/name"), quantities = results.file().read_texts("/observations/quantity");
    REQUIRE(names.size() == quantities.size());
    CHECK(names.front() == "middle");
    CHECK(quantities.front() == "hydraulic_head");
    CHECK(names.back() == "pump");
    // The start and every step.
    CHECK(results.file().dims("/observations/value")[0] == results.file().dims("/budget/in")[0] + 1);
    // The well's rate after its jump, in SI.
    CHECK(results.file().read("/observations/value").back() == doctest::Approx(-5 / 86400.0));
}

TEST_CASE("a site can be simulated again") {
    Diagnostics diagnostics;
    const auto site = Site::from_tree(parse_toml(transient_site(), "site.toml"), ".", diagnostics);
    const auto inflow_of = [&] {
        const auto simulation = Simulation::build(site, diagnostics);
        diagnostics.throw_if_errors();
        simulation->start();
        simulation->step();
        double sum = 0;
        for (const auto& exchange : simulation->state().water_exchanges)
            if (exchange.name == "pump")
                for (const double rate : exchange.rate) sum += rate;
        return sum;
    };
    const double first = inflow_of();
    CHECK(first == doctest::Approx(-20 / 86400.0));
    CHECK(inflow_of() == first);
}
