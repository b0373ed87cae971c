// The chains that sites have: reductive dechlorination of PCE, and the series of U-238 and Ra-226, in a closed box against Bateman (1910).

#include "column_solutions.hpp"
#include "site_builder.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

/// A member of a chain: what it weighs [g/mol], its first-order rate [1/d], and the share of its decays that go to the next.
struct Member {
    std::string id;
    double molar_mass, rate;
};

/// Water at rest; 1 mg/L of the first.
std::string box_site(const std::vector<Member>& chain, double days, double step) {
    auto text = fmt::format(R"(
site = {{ name = "box", start = 2024-01-01, duration = "{0:.17g} d" }}
medium = [{{ porosity = 0.3, bulk_density = "1500 kg/m3", hydraulic_conductivity = "1 m/d" }}]
transport = {{ initial_step = "{1:.17g} d", maximum_step = "{1:.17g} d", courant = 1e9 }}
[grid]
nx = 2
ny = 1
dx = "1 m"
dy = "1 m"
top = "0 m"
layer = [{{ name = "sand", thickness = "1 m" }}]
)",
                            days, step);
    for (std::size_t n = 0; n < chain.size(); ++n) {
        text += fmt::format("[substance.\"{}\"]\n", chain[n].id);
        if (n == 0) text += "initial_concentration = \"1 mg/L\"\n";
        if (chain[n].rate > 0) text += fmt::format("decay_rate = \"{:.17g} 1/d\"\n", chain[n].rate);
        if (n + 1 < chain.size())
            text += fmt::format("daughters = {{ \"{}\" = {:.17g} }}\n", chain[n + 1].id, chain[n + 1].molar_mass / chain[n].molar_mass);
    }
    return text;
}

/// Mass of the n-th member from a mass of 1 of the first: Bateman (1910), in extended precision, for its terms cancel.
double bateman(const std::vector<Member>& chain, std::size_t n, double t) {
    long double product = chain[n].molar_mass / chain[0].molar_mass, sum = 0;
    for (std::size_t i = 0; i < n; ++i) product *= chain[i].rate;
    for (std::size_t i = 0; i <= n; ++i) {
        long double below = 1;
        for (std::size_t j = 0; j <= n; ++j)
            if (j != i) below *= static_cast<long double>(chain[j].rate) - chain[i].rate;
        sum += std::exp(-static_cast<long double>(chain[i].rate) * t) / below;
    }
    return static_cast<double>(product * sum);
}

/// Substances come in alphabetical order.
Index number_of(const std::vector<Member>& chain, std::size_t n) {
    Index before = 0;
    for (const auto& other : chain) before += other.id < chain[n].id ? 1 : 0;
    return before;
}

/// Runs in `steps` and in twice as many and compares every member with Bateman; reports the last but one.
void verify(const std::string& name, const std::vector<Member>& chain, double days, int steps, const std::string& source,
            double order = 1.8) {
    double before = 0;
    for (const int count : {steps, 2 * steps}) {
        SiteRun run(box_site(chain, days, days / count));
        run.finish();
        for (const auto& c : run.ledger().closures()) CHECK(c.cumulative < 1e-9);
        REQUIRE(run.state().step == count);
        double worst = 0, moles = 0;
        for (std::size_t n = 0; n < chain.size(); ++n) {
            const double exact = bateman(chain, n, days), found = run.concentration(0, number_of(chain, n)) / 1e-3;
            INFO(name, ", ", chain[n].id, ": ", found, ", Bateman ", exact);
            worst = std::max(worst, std::abs(found - exact) / exact);
            moles += found / chain[n].molar_mass;
            if (before > 0 && n + 2 == chain.size())
                report(name, chain[n].id + ":relative", exact, found, std::abs(found - exact) / exact, 0.3 * before, source);
        }
        // One parent, one daughter: no atom and no molecule is lost.
        CHECK(moles == doctest::Approx(1 / chain[0].molar_mass).epsilon(1e-9));
        if (before > 0) CHECK(observed_order(before, worst) > order);
        before = worst;
    }
}

double per_day(double half_life_days) { return std::log(2.0) / half_life_days; }

constexpr double year = 365.25;

}  // namespace

TEST_SUITE("verification") {
    TEST_CASE("PCE is dechlorinated to ethene by Bateman's equations, molecule by molecule") {
        // Rates as of Sun et al. (1999), table 1: 0.05, 0.02, 0.01 and 0.005 1/d.
        verify("pce_chain",
               {{"PCE", 165.83, 0.05}, {"TCE", 131.39, 0.02}, {"DCE", 96.94, 0.01}, {"VC", 62.50, 0.005}, {"ethene", 28.05, 0}}, 100, 200,
               "Bateman 1910; rates: Sun et al. 1999");
    }

    TEST_CASE("radium grows out of uranium over twenty thousand years") {
        // The short-lived Th-234 and Pa-234m are taken as one with U-238's decay. Half-lives: ENSDF.
        verify("uranium_series",
               {{"U-238", 238.05, per_day(4.468e9 * year)},
                {"U-234", 234.04, per_day(2.455e5 * year)},
                {"Th-230", 230.03, per_day(7.54e4 * year)},
                {"Ra-226", 226.03, per_day(1600 * year)},
                {"Pb-206", 205.97, 0}},
               20000 * year, 200, "Bateman 1910; half-lives: ENSDF");
    }

    TEST_CASE("radium's daughters come into equilibrium with it") {
        const std::vector<Member> chain{{"Ra-226", 226.03, per_day(1600 * year)},
                                        {"Rn-222", 222.02, per_day(3.8235)},
                                        {"Pb-210", 209.98, per_day(22.2 * year)},
                                        {"Po-210", 209.98, per_day(138.376)},
                                        {"Pb-206", 205.97, 0}};
        // Radon lives for a tenth of a step or less.
        verify("radium_series", chain, 60 * year, 200, "Bateman 1910; half-lives: ENSDF");
        SiteRun run(box_site(chain, 300 * year, year));
        run.finish();
        const auto activity = [&](std::size_t n) {
            return run.concentration(0, number_of(chain, n)) * chain[n].rate / chain[n].molar_mass;
        };
        // In transient equilibrium a daughter's activity is λ/(λ − λ_parent) of the parent's; lead has come to it by exp(−300 · ln 2/22.2).
        // Radon, which a step outlives many times, is in it to rounding.
        CHECK(activity(1) / activity(0) == doctest::Approx(1 / (1 - chain[0].rate / chain[1].rate)).epsilon(1e-9));
        CHECK(activity(2) / activity(0) == doctest::Approx(1 / (1 - 22.2 / 1600)).epsilon(1e-3));
        CHECK(activity(3) / activity(2) == doctest::Approx(1).epsilon(1e-3));
    }
}
