// How transport chooses its steps when nothing is said: by cost, no less accurate than implicit steps of a Courant number of 1.

#include "numerics/explicit_step.hpp"
#include "site_builder.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

/// 40 × 20 cells of 2 m, conductivities over four orders, and a well in one of them; water that enters in the west brings 1 mg/L for `days`.
/// parts: that each width is cut into, the conductivities staying what they are.
std::string field(double days, const std::string& transport, const std::string& sorption = "", int parts = 1) {
    return fmt::format(R"(
site = {{ name = "field", start = 2024-01-01, duration = "{} d" }}
medium = [{{ hydraulic_conductivity = {{ cells = "k.csv", column = "value", unit = "m/d" }}, porosity = 0.3, bulk_density = "1600 kg/m3" }}]
flow = {{ regime = "steady", initial_head = "0 m" }}
boundary = [{{ type = "fixed_head", name = "west", side = "west", head = "1 m", concentration.Cd = "1 mg/L" }},
            {{ type = "fixed_head", name = "east", side = "east", head = "0 m" }},
            {{ type = "well", name = "well", x = "61 m", y = "21 m", rate = "-3 m3/d" }}]
[grid]
nx = {}
ny = {}
dx = "{} m"
dy = "{} m"
top = "0 m"
layer = [{{ name = "sand", thickness = "1 m" }}]
[transport]
advection = "tvd"
{}
[substance.Cd]
{}
)",
                       days, 40 * parts, 20 * parts, 2.0 / parts, 2.0 / parts, transport, sorption);
}

std::string conductivities(int parts) {
    std::vector<double> coarse;
    std::uint64_t state = 99;
    for (int c = 0; c < 40 * 20; ++c) {
        double sum = 0;  // of four uniform numbers: nearly normal, standard deviation 1/√3
        for (int n = 0; n < 4; ++n) {
            state = state * 6364136223846793005u + 1442695040888963407u;  // Knuth's linear congruence: the same field everywhere
            sum += static_cast<double>(state >> 11) / 9007199254740992.0 - 0.5;
        }
        coarse.push_back(5 * std::exp(3.5 * sum));
    }
    std::string text = "value\n";
    for (int j = 0; j < 20 * parts; ++j)
        for (int i = 0; i < 40 * parts; ++i) text += fmt::format("{:.17g}\n", coarse[static_cast<std::size_t>(j / parts * 40 + i / parts)]);
    return text;
}

struct Outcome {
    std::vector<double> concentration;
    SolverStatistics transport;
    Index steps = 0;
};

/// Concentrations as means over the cells of 2 m.
Outcome outcome_of(const std::string& site, int parts = 1) {
    const TemporaryFile file(conductivities(parts), "k.csv");
    SiteRun run(site, file.folder);
    run.finish();
    CHECK(run.closure() < 1e-9);
    Outcome all;
    const auto found = run.state().concentration[0];
    all.concentration.assign(40 * 20, 0.0);
    for (int j = 0; j < 20 * parts; ++j)
        for (int i = 0; i < 40 * parts; ++i)
            all.concentration[static_cast<std::size_t>(j / parts * 40 + i / parts)] +=
                found[static_cast<std::size_t>(j * 40 * parts + i)] / (parts * parts);
    all.steps = run.state().step;
    for (const auto& equation : run.simulation().equations())
        if (equation->name() == "transport") all.transport = equation->statistics();
    return all;
}

double difference(const Outcome& a, const Outcome& b) {
    double squares = 0, all = 0;
    for (std::size_t c = 0; c < a.concentration.size(); ++c) {
        squares += std::pow(a.concentration[c] - b.concentration[c], 2);
        all += b.concentration[c] * b.concentration[c];
    }
    return std::sqrt(squares / all);
}

bool explicit_steps(const Outcome& all) { return all.transport.solver.rfind("explicit", 0) == 0; }

/// What a run held, in memory.
struct Memory final : CheckpointWriter, CheckpointReader {
    std::map<std::string, std::vector<double>, std::less<>> values;
    using CheckpointReader::read;
    using CheckpointWriter::write;
    void write(std::string_view name, std::span<const double> v) override { values[std::string(name)].assign(v.begin(), v.end()); }
    [[nodiscard]] bool has(std::string_view name) const override { return values.find(name) != values.end(); }
    void read(std::string_view name, std::span<double> out) override {
        const auto& found = values.find(name)->second;
        std::copy(found.begin(), found.end(), out.begin());
    }
};

}  // namespace

TEST_SUITE("verification") {
    TEST_CASE("a site that says nothing of its steps does not wait for its fastest cell, and is as accurate") {
        const double days = 120;
        const auto chosen = outcome_of(field(days, ""));
        const auto bound = outcome_of(field(days, "stepping = \"implicit\""));  // Courant number 1 in the fastest cell
        const auto finer = outcome_of(field(days, "stepping = \"implicit\"", "", 2), 2);
        INFO(chosen.transport.solver, " in ", chosen.transport.iterations, " steps, implicit in ", bound.steps);
        CHECK(explicit_steps(chosen));
        CHECK(chosen.transport.iterations < 0.5 * static_cast<double>(bound.steps));
        // Both differ from a grid of half the width by what their grid makes of fronts; a tenth more is room for the steps.
        INFO("differences ", difference(chosen, finer), " ", difference(bound, finer));
        CHECK(difference(chosen, finer) < 1.1 * difference(bound, finer));
    }

    TEST_CASE("dispersion that would cut explicit steps to pieces makes them implicit, and so does a law") {
        CHECK_FALSE(explicit_steps(outcome_of(field(20, "longitudinal_dispersivity = \"300 m\""))));
        const auto law = "sorption = { type = \"langmuir\", capacity = \"20 mg/kg\", affinity = \"1 L/mg\" }";
        const auto automatic = outcome_of(field(60, "", law)), bound = outcome_of(field(60, "stepping = \"implicit\"", law));
        CHECK_FALSE(explicit_steps(automatic));
        CHECK(automatic.steps < bound.steps);  // the fastest 2 % of the cells do not bound them
        INFO("difference ", difference(automatic, bound));
        CHECK(difference(automatic, bound) < 0.02);
    }

    TEST_CASE("explicit steps continue bit by bit") {
        const TemporaryFile file(conductivities(1), "k.csv");
        const auto site = field(60, "longitudinal_dispersivity = \"1 m\"\ndispersion = \"tensor\"");
        SiteRun whole(site, file.folder), first(site, file.folder), second(site, file.folder);
        Memory memory;
        whole.finish([&](const SiteRun& now) { CHECK(now.state().step > 0); });
        first.finish([&](const SiteRun& now) {
            if (now.state().step == 3) now.simulation().save(memory);
        });
        REQUIRE(first.state().step > 4);
        second.resume(memory).finish();
        const auto a = whole.state().concentration.all().span(), b = second.state().concentration.all().span();
        CHECK(std::equal(a.begin(), a.end(), b.begin(), b.end()));
        CHECK(whole.state().step == second.state().step);
    }
}

TEST_CASE("what decays fast while it hardly moves is carried and decays in turns that are short enough") {
    // Water at 0.01 m/d passes a cell in which 1 mg/L are held; retardation 114, half-life 10 d: by the flow alone a step could take 100 d.
    const double decay = std::numbers::ln2 / 10, held = 0.3 + 1700 * 0.02, days = 200;
    for (const char* stepping : {"explicit", "automatic"}) {
        INFO(stepping);
        SiteRun run(fmt::format(R"(
site = {{ name = "decay", start = 2024-01-01, duration = "{} d" }}
medium = [{{ hydraulic_conductivity = "1 m/d", porosity = 0.3, bulk_density = "1700 kg/m3" }}]
flow = {{ initial_head = "0 m" }}
zone = [{{ name = "s", x_min = "4 m", x_max = "5 m" }}]
boundary = [{{ type = "fixed_head", name = "w", side = "west", head = "0.2 m" }}, {{ type = "fixed_head", name = "e", side = "east", head = "0 m" }}]
source = [{{ type = "fixed_concentration", name = "s", substance = "A", zone = "s", concentration = "1 mg/L" }}]
[grid]
nx = 20
ny = 1
dx = "1 m"
dy = "1 m"
top = "0 m"
layer = [{{ name = "a", thickness = "1 m" }}]
[transport]
stepping = "{}"
[substance.A]
sorption = {{ type = "linear", distribution_coefficient = "20 L/kg" }}
half_life = "10 d"
)",
                                days, stepping));
        run.finish();
        // In balance a cell passes on q / (q + λ R θ V) of what comes to it. The source makes up for what decays and what leaves. Heads are
        // solved to 1e-8; the balance of the second cell downstream is reached to e^(-14).
        const double passed = 0.01 / (0.01 + decay * held);
        CHECK(run.concentration(5) == doctest::Approx(1e-3 * passed).epsilon(1e-5));
        CHECK(run.concentration(6) == doctest::Approx(1e-3 * passed * passed).epsilon(1e-4));
        CHECK(run.entry("A", "s").cumulative_in == doctest::Approx(1e-3 * (decay * held + 0.01) * days).epsilon(1e-5));
    }
}
