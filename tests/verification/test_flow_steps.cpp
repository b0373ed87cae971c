// How flow chooses its steps, and how it gets to steady states that Newton alone does not reach.

#include <numbers>

#include "verification/soil_column.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

// ---- the error of a step --------------------------------------------------------------------------------------------------------------

/// A mound of 20 cells of 5 m between closed ends; `keys` go into [flow].
std::string mound_site(const std::string& keys) {
    return R"(
[site]
name = "mound"
start = 2024-01-01
duration = "4 d"
[grid]
nx = 20
ny = 1
dx = "5 m"
dy = "1 m"
top = "0 m"
[[grid.layer]]
name = "aquifer"
thickness = "10 m"
[[medium]]
hydraulic_conductivity = "1 m/d"
specific_storage = "0.002 1/m"
porosity = 0.3
[flow]
regime = "transient"
tolerance = 1e-12
initial_head = { cells = "heads.csv", column = "value", unit = "m" }
)" + keys;
}

/// The mound's shape, cos(π x/L), is an eigenvector of the differences: between cells it falls as exp(-λt) with the λ of the grid.
double mound_height(double days) {
    const double waves = 2 - 2 * std::cos(std::numbers::pi / 20);
    return std::exp(-waves / 25 / 0.002 * days);
}

struct Outcome {
    double error = 0;
    Index steps = 0;
    std::vector<Retry> retries;
};

/// Largest error of the heads after any step [m], from the solution that is exact in time.
Outcome flatten(const std::string& keys) {
    std::vector<double> heads;
    for (int i = 0; i < 20; ++i) heads.push_back(std::cos(std::numbers::pi * (i + 0.5) / 20));
    const TemporaryFile file(one_column(heads), "heads.csv");
    SiteRun run(mound_site(keys), file.folder);
    Outcome outcome;
    run.finish([&](const SiteRun& r) {
        for (Index c = 0; c < 20; ++c)
            outcome.error = std::max(outcome.error, std::abs(r.head(c) - heads[static_cast<std::size_t>(c)] * mound_height(r.days())));
    });
    outcome.steps = run.state().step;
    outcome.retries = run.simulation().retries();
    return outcome;
}

}  // namespace

TEST_CASE("the error of a run follows the error allowed per step") {
    // A step errs by its length squared: a sixteenth of head_error makes steps a quarter as long, and their sum, of first order, a quarter.
    std::vector<Outcome> runs;
    for (const double allowed : {1.6e-3, 1e-4, 6.25e-6})
        runs.push_back(flatten(fmt::format("head_error = \"{} m\"\ngrowth = 2\n", allowed)));
    for (std::size_t n = 1; n < runs.size(); ++n) {
        const double order = observed_order(runs[n - 1].error, runs[n].error, 16);
        report("flow_steps", fmt::format("saturated_error_by_tolerance_{}:order", n), 0.5, order, std::abs(order - 0.5), 0.05,
               "implicit Euler: error per step of second, of the run of first order (Hairer, Norsett & Wanner 1993, section II.4)");
        CHECK(runs[n].steps > 3 * runs[n - 1].steps);
        CHECK(runs[n].steps < 5 * runs[n - 1].steps);
    }
    // The first step of a day is far too long: it is repeated, and the reason kept.
    REQUIRE_FALSE(runs[0].retries.empty());
    CHECK(runs[0].retries[0].tried == doctest::Approx(86400));
    CHECK(runs[0].retries[0].cause.find("more than head_error = 0.0016") != std::string::npos);
    CHECK(flatten("").retries.empty());  // without a bound nothing is repeated
}

namespace {

/// Rain on Gardner's soil with the bound of Richards' steps: pressure heads at the end.
std::vector<double> wet_front(const std::string& keys, Index& steps, std::vector<double>* times = nullptr) {
    SiteRun run(column(1, 40, "10 h", R"(
[[medium]]
hydraulic_conductivity = "1 cm/h"
specific_storage = "0 1/m"
porosity = 0.40
[[retention]]
type = "gardner"
alpha = "10 1/m"
residual_water_content = 0.06
[[boundary]]
type = "recharge"
name = "rain"
rate = [{ from = 2020-01-01, value = "0.1 cm/h" }, { from = 2020-01-01T03:00:00, value = "0.9 cm/h" }]
[[boundary]]
type = "fixed_head"
name = "water table"
side = "bottom"
head = "-1 m"
[flow]
formulation = "variably_saturated"
regime = "transient"
tolerance = 1e-10
initial_head = "-1 m"
initial_step = "1 min"
)" + keys));
    run.finish([&](const SiteRun& r) {
        if (times) times->push_back(r.state().time);
    });
    CHECK(run.closure() < 1e-11);
    steps = run.state().step;
    return pressure_heads(run);
}

}  // namespace

TEST_CASE("the error of an infiltration follows the error of water contents allowed, and events are hit exactly") {
    Index most = 0, coarse_steps = 0, fine_steps = 0;
    const auto exact = wet_front("water_content_error = 1e-6\n", most);
    std::vector<double> times;
    const auto error = [&](const std::string& keys, Index& steps) {
        const auto found = wet_front(keys, steps, &times);
        double worst = 0;
        for (std::size_t c = 0; c < found.size(); ++c) worst = std::max(worst, std::abs(found[c] - exact[c]));
        return worst;
    };
    const double coarse = error("water_content_error = 8e-4\n", coarse_steps), fine = error("water_content_error = 5e-5\n", fine_steps);
    const double order = observed_order(coarse, fine, 16);
    report("flow_steps", "richards_error_by_tolerance:order", 0.5, order, std::abs(order - 0.5), 0.1,
           "implicit Euler, as above; against steps bound 50 times as narrowly, which have a seventh of the error");
    CHECK(fine_steps > 2 * coarse_steps);
    CHECK(most > 5 * fine_steps);
    CHECK(std::find(times.begin(), times.end(), 3 * 3600.0) != times.end());  // when the rain grows
}

TEST_CASE("a run with bounded errors continues from a checkpoint with the same bits") {
    const auto site = mound_site("head_error = \"1e-3 m\"\n");
    std::vector<double> heads;
    for (int i = 0; i < 20; ++i) heads.push_back(std::cos(std::numbers::pi * (i + 0.5) / 20));
    const TemporaryFile file(one_column(heads), "heads.csv");
    SiteRun whole(site, file.folder), first(site, file.folder), second(site, file.folder);
    whole.finish();
    MemoryCheckpoint memory;
    first.finish([&](const SiteRun& run) {
        if (run.days() > 1 && memory.values.empty()) run.simulation().save(memory);
    });
    second.resume(memory).finish();
    CHECK(second.state().step == whole.state().step);
    for (Index c = 0; c < 20; ++c) CHECK(second.head(c) == whole.head(c));
}

// ---- steady states that are far away --------------------------------------------------------------------------------------------------

namespace {

/// Sand over a clay that lets through less than it rains: the water has to be perched before it passes. At first all is dry.
std::string perched_site() {
    return column_of_layers(layer("sand", 2.5, 10) + layer("clay", 2.5, 10), "1 d", R"(
[[zone]]
name = "sand"
layers = ["sand"]
[[medium]]
hydraulic_conductivity = "2 mm/d"
porosity = 0.4
[[medium]]
zone = "sand"
hydraulic_conductivity = "10 m/d"
porosity = 0.4
[[retention]]
type = "van_genuchten"
alpha = "1 1/m"
n = 1.2
air_entry = "2 cm"
residual_water_content = 0.05
[[retention]]
type = "van_genuchten"
zone = "sand"
alpha = "15 1/m"
n = 4
residual_water_content = 0.05
[flow]
formulation = "variably_saturated"
initial_head = "-100 m"
[[boundary]]
type = "fixed_head"
name = "bottom"
side = "bottom"
head = "-5 m"
[[boundary]]
type = "recharge"
name = "rain"
rate = "5 mm/d"
)");
}

std::string notes_of(const SiteRun& run) {
    std::string text;
    for (const auto& equation : run.simulation().equations())
        for (const auto& note : equation->statistics().notes) text += note + "\n";
    return text;
}

}  // namespace

TEST_CASE("a steady state that Newton alone does not reach is reached in pseudo-time, and the run says so") {
    auto text = perched_site();
    text.replace(text.find("initial_head"), 0, "maximum_newton_iterations = 12\n");  // not enough for Newton from dry ground
    SiteRun run(text);
    run.start();
    CHECK(notes_of(run).find("Newton alone did not reach the steady state") != std::string::npos);
    // Darcy: the clay is full, its gradient 5/2; the sand needs next to none.
    const double interface = -5 + 2.5 * 2.5;
    double worst = 0;
    for (Index c = 0; c < run.grid().cell_count(); ++c) {
        const double z = run.grid().elevation(c), exact = z < -2.5 ? -5 + 2.5 * (z + 5) : interface + 5e-4 * (z + 2.5);
        worst = std::max(worst, std::abs(run.head(c) - exact));
    }
    // Newton ends at 1e-7 of what passes, of a head difference of 6 m.
    report("perched_water", "head [m]:max_abs", 0, worst, worst, 1e-5, "Darcy: q = K i through full layers");
    run.finish();
    CHECK(run.inflow("bottom") == doctest::Approx(-0.005).epsilon(1e-6));
}

TEST_CASE("Newton alone reaches what is near, and nothing is said of pseudo-time") {
    auto text = perched_site();
    text.replace(text.find("\"2 mm/d\""), 8, "\"2 m/d\"");
    text.replace(text.find("-100 m"), 6, "-5.0 m");
    SiteRun run(text);
    run.start();
    CHECK_MESSAGE(notes_of(run).find("pseudo-time") == std::string::npos, notes_of(run));
    CHECK_MESSAGE(notes_of(run).find("Newton alone") == std::string::npos, notes_of(run));
}
