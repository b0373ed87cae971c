// Budgets of transport where several things happen in one cell: decay beside a boundary in explicit steps, a concentration held where other
// sources bring more, and iterations that end early.

#include "core/error.hpp"
#include "site_builder.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

/// A row of 20 m through which water flows, for 10 days.
std::string row_site(const std::string& transport, const std::string& rest) {
    return fmt::format(R"(
site = {{ name = "row", start = 2024-01-01, duration = "10 d" }}
medium = [{{ hydraulic_conductivity = "1 m/d", porosity = 0.4, bulk_density = "1600 kg/m3" }}]
zone = [{{ name = "inlet", x_max = "3 m" }}]
flow = {{ initial_head = "0 m" }}
boundary = [{{ type = "fixed_head", name = "in", side = "west", head = "1 m" }},
            {{ type = "fixed_head", name = "out", side = "east", head = "0 m" }}]
transport = {{ {} }}
[grid]
nx = 20
ny = 1
dx = "1 m"
dy = "1 m"
top = "0 m"
layer = [{{ name = "sand", thickness = "1 m" }}]
{})",
                       transport, rest);
}

/// The worst cumulative closure of a substance over all steps. Sums of a few hundred products round to 1e-13; the linear solver is asked for 1e-12.
double worst_closure(const std::string& site) {
    double worst = 0;
    SiteRun run(site);
    run.finish([&](const SiteRun& now) {
        for (const auto& c : now.ledger().closures())
            if (c.component != "water") worst = std::max(worst, c.cumulative);
    });
    return worst;
}

const std::string decaying = "[substance.A]\ninitial_concentration = \"1 mg/L\"\nhalf_life = \"3 d\"\n";

}  // namespace

TEST_SUITE("verification") {
    TEST_CASE("what decays and what leaves through a boundary is booked by the same concentrations in explicit steps") {
        for (const auto* stepping : {"explicit", "automatic", "local", "implicit"})
            for (const auto* advection : {"upwind", "tvd"}) {
                INFO(stepping, ", ", advection);
                CHECK(worst_closure(row_site(
                          fmt::format("stepping = \"{}\", advection = \"{}\", maximum_step = \"0.1 d\"", stepping, advection), decaying)) <
                      1e-10);
            }
    }

    TEST_CASE("a held concentration supplies what other sources in its cells do not") {
        const std::vector<std::string> others{
            R"({ type = "mass_loading", name = "more", substance = "A", zone = "all", rate = "0.1 g/d" })",
            R"({ type = "dissolving", name = "more", substance = "A", zone = "all", mass = "1 g", solubility = "5 mg/L", dissolution_rate = "1 1/d" })",
            R"({ type = "atmospheric_deposition", name = "more", substance = "A", zone = "all", flux = "100 g/ha/a" })"};
        for (const auto& other : others)
            for (const auto* law : {"", "sorption = { type = \"langmuir\", capacity = \"1 mg/kg\", affinity = \"1 L/mg\" }\n"}) {
                INFO(other, " ", law);
                // The order in which the file names the sources must not matter: one that dissolves keeps what it gave in mind.
                const std::string held =
                    R"({ type = "fixed_concentration", name = "held", substance = "A", zone = "inlet", concentration = [{ from = 2024-01-01, value = "1 mg/L" }, { from = 2024-01-05, value = "0.2 mg/L" }] })";
                for (const auto& both : {held + ", " + other, other + ", " + held})
                    CHECK(worst_closure("source = [" + both + "]\n" + row_site("", decaying + law)) < 1e-10);
            }
    }

    TEST_CASE("two sources cannot hold the concentration of one cell") {
        const auto site = [](const std::string& zone) {
            return R"(source = [{ type = "fixed_concentration", name = "a", substance = "A", zone = "inlet", concentration = "1 mg/L" },
          { type = "fixed_concentration", name = "b", substance = "A", zone = ")" +
                   zone + "\", concentration = \"2 mg/L\" }]\n" + row_site("", decaying);
        };
        try {
            SiteRun run(site("all"));
            FAIL("accepted");
        } catch (const ScenarioError& fault) {
            const std::string text = fault.what();
            CHECK(text.find("verification.toml:2:") != std::string::npos);
            CHECK(text.find("source 'b' holds the concentration of A in cells where source 'a' holds it already") != std::string::npos);
        }
    }

    TEST_CASE("amounts are conserved however early the iteration for nonlinear sorption ends") {
        for (const auto* tolerance : {"1e-2", "1e-4", "1e-8"}) {
            INFO(tolerance);
            CHECK(
                worst_closure(
                    R"(source = [{ type = "fixed_concentration", name = "held", substance = "F", zone = "inlet", concentration = "1 mg/L" }]
)" + row_site(fmt::format("longitudinal_dispersivity = \"1 m\", advection = \"tvd\", maximum_step = \"5 d\", nonlinear_tolerance = {}",
                          tolerance),
              R"([substance.F]
sorption = { type = "freundlich", sorbed_at_reference = "0.5 mg/kg", reference_concentration = "1 mg/L", exponent = 0.5 }
)")) < 1e-10);
        }
    }

    TEST_CASE("what immobile water holds is not booked as sorbed") {
        SiteRun run(
            "immobile = [{ type = \"first_order\", immobile_porosity = 0.1, exchange_rate = \"0.05 1/d\", sorbent_fraction = 0.5 }]\n" +
            row_site("", decaying + R"([substance.B]
initial_concentration = "1 mg/L"
sorption = { type = "linear", distribution_coefficient = "1 L/kg" }
)"));
        run.finish();
        const auto names = [&](const std::string& substance) {
            std::string all;
            for (const auto& e : run.ledger().entries())
                if (e.term.component == substance && e.term.term == "storage") all += e.term.name + ";";
            return all;
        };
        CHECK(names("A") == "dissolved;immobile;");
        CHECK(names("B") == "dissolved;sorbed;immobile;");
        CHECK(run.entry("A", "immobile").cumulative_in > 0);
        // At the start half of the solid touches the immobile third of the water: what each holds, and what came in less what it holds now.
        const auto grown = [&](const std::string& name) {
            const auto& e = run.entry("B", name);
            return e.cumulative_out - e.cumulative_in;
        };
        const double soil = run.domain().medium.bulk_density[0] * run.grid().volume(0),
                     cells = static_cast<double>(run.grid().cell_count());
        const double sorbed = 1e-3 * 1e-3 * 0.5 * soil * cells, immobile = sorbed + 1e-3 * 0.1 * run.grid().volume(0) * cells;
        CHECK(run.entry("B", "sorbed").term.stored == doctest::Approx(sorbed + grown("sorbed")).epsilon(1e-10));
        CHECK(run.entry("B", "immobile").term.stored == doctest::Approx(immobile + grown("immobile")).epsilon(1e-10));
        CHECK(run.closure() < 1e-10);
    }
}
