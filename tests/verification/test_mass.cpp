// Mass is neither made nor lost, and concentrations stay between nothing and the largest that came in.

#include <fstream>
#include <random>

#include "effort.hpp"
#include "site_builder.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

/// Random ground on an uneven grid with a hole in it: widths and conductivities vary by orders, and differ from seed to seed.
struct RandomGround {
    explicit RandomGround(unsigned seed, int nx, int ny, int nz)
        : random(seed), widths_x(random_widths(nx)), widths_y(random_widths(ny)), widths_z(random_widths(nz)), cells(nx * ny * nz),
          conductivity(one_column(numbers(1e-3, 1e2)), "k.csv"), head(one_column(numbers(1, 3)), "head.csv"),
          content(one_column(numbers(0.1, 1000)), "content.csv"), hole(hole_text(), "outside.csv") {}

    double uniform(double low, double high) { return low + (high - low) * static_cast<double>(random()) / 4294967296.0; }
    double log_uniform(double low, double high) { return std::exp(uniform(std::log(low), std::log(high))); }
    std::vector<double> random_widths(int n) {
        std::vector<double> widths;
        for (int k = 0; k < n; ++k) widths.push_back(log_uniform(0.3, 6));
        return widths;
    }
    std::vector<double> numbers(double low, double high) {
        std::vector<double> all;
        for (int c = 0; c < cells; ++c) all.push_back(log_uniform(low, high));
        return all;
    }
    static double sum(const std::vector<double>& widths) {
        double total = 0;
        for (const double w : widths) total += w;
        return total;
    }
    /// A polygon with a notch cut into its northern side: the columns there are inactive.
    std::string hole_text() const {
        const double x = sum(widths_x), y = sum(widths_y);
        return fmt::format("x,y\n-1,-1\n{0},-1\n{0},{1}\n{2},{1}\n{2},{3}\n{4},{3}\n{4},{1}\n-1,{1}\n", x + 1, y + 1, 0.7 * x, 0.5 * y,
                           0.4 * x);
    }

    /// Grid and medium; the files it names lie in folder().
    [[nodiscard]] std::string text(double days) const {
        auto site = fmt::format(R"(
[site]
name = "random"
start = 2024-01-01
duration = "{:.17g} d"
[grid]
dx = {}
dy = {}
top = "0 m"
active = {{ polygon = "outside.csv" }}
)",
                                days, widths_text(widths_x), widths_text(widths_y));
        for (std::size_t k = 0; k < widths_z.size(); ++k)
            site += fmt::format("[[grid.layer]]\nname = \"{}\"\nthickness = \"{:.17g} m\"\n", k, widths_z[k]);
        return site + R"(
[[medium]]
hydraulic_conductivity = { cells = "k.csv", column = "value", unit = "m/d" }
anisotropy_vertical = 0.2
specific_storage = "1e-3 1/m"
porosity = 0.35
bulk_density = "1600 kg/m3"
)";
    }
    [[nodiscard]] const std::filesystem::path& folder() const { return hole.folder; }

    std::mt19937 random;  // its numbers are the same everywhere, unlike those of the standard distributions
    std::vector<double> widths_x, widths_y, widths_z;
    int cells;
    TemporaryFile conductivity, head, content, hole;
};

const char* three_substances = R"(
[substance.Cd]
initial_content = { cells = "content.csv", column = "value", unit = "mg/kg" }
sorption = { type = "linear", distribution_coefficient = "50 L/kg" }
[substance.SO4]
initial_concentration = { cells = "content.csv", column = "value", unit = "mg/L" }
[substance.Zn]
initial_content = { cells = "content.csv", column = "value", unit = "mg/kg" }
sorption = { type = "linear", distribution_coefficient = "2 L/kg" }
molecular_diffusion = "1e-9 m2/s"
)";

/// Amount that the given contents mean [kg].
double amount_given(const SiteRun& run, Index substance) {
    double sum = 0;
    for (Index c = 0; c < run.grid().cell_count(); ++c)
        if (run.grid().active(c)) {
            const double soil = 1600 * run.grid().volume(c);
            sum += soil * run.state().total_content[substance][static_cast<std::size_t>(c)];
        }
    return sum;
}

/// Keys of [transport]; upwind fluxes know no limiter.
std::string advection(bool sharp, const std::string& limiter) {
    return sharp ? fmt::format("advection = \"tvd\"\nlimiter = \"{}\"", limiter) : "advection = \"upwind\"";
}

}  // namespace

TEST_SUITE("verification") {
    TEST_CASE("in a closed box the amounts of all substances stay, whatever the ground") {
        for (const unsigned seed : {1u, 2u, 3u}) {
            RandomGround ground(seed, 14, 11, 4);
            // Uneven heads drive water through every cell until they are level; nothing enters or leaves.
            SiteRun run(ground.text(30) + R"(
[flow]
regime = "transient"
initial_head = { cells = "head.csv", column = "value", unit = "m" }
initial_step = "0.01 d"
[transport]
longitudinal_dispersivity = "0.5 m"
courant = 3
initial_step = "0.01 d"
)" + three_substances,
                        ground.folder());
            REQUIRE(run.grid().active_count() < run.grid().cell_count());
            run.start();
            const double start[] = {amount_given(run, 0), amount_given(run, 1), amount_given(run, 2)};
            double worst = 0;
            run.finish([&](const SiteRun& now) {
                const char* names[] = {"Cd", "SO4", "Zn"};
                for (int s = 0; s < 3; ++s) worst = std::max(worst, std::abs(now.stored(names[s]) - start[s]) / start[s]);
            });
            CHECK(run.state().step > 10);
            INFO("seed ", seed, ": worst change ", worst, ", closure ", run.closure(), ", steps ", run.state().step);
            // The linear solver leaves 1e-12 of the right-hand side per step, of either sign.
            CHECK(worst < 1e-11);
            for (const auto& c : run.ledger().closures()) CHECK(c.cumulative <= 1e-10);
        }
    }

    TEST_CASE("with water passing through, what is in store is what was there, plus in, minus out") {
        RandomGround ground(4, 14, 11, 4);
        SiteRun run(ground.text(100) + R"(
[flow]
regime = "steady"
initial_head = "0 m"
[[boundary]]
type = "fixed_head"
name = "west"
side = "west"
head = "3 m"
concentration.Cd = "2 mg/L"
[[boundary]]
type = "fixed_head"
name = "east"
side = "east"
head = "0 m"
[[boundary]]
type = "recharge"
name = "rain"
rate = "1 mm/d"
concentration.Zn = "0.1 mg/L"
[transport]
longitudinal_dispersivity = "0.5 m"
courant = 5
)" + three_substances,
                    ground.folder());
        run.start();
        const double start[] = {amount_given(run, 0), amount_given(run, 1), amount_given(run, 2)};
        run.finish();
        const char* names[] = {"Cd", "SO4", "Zn"};
        for (int s = 0; s < 3; ++s)
            for (const auto& c : run.ledger().closures())
                if (c.component == names[s]) {
                    const double balance = start[s] + c.in - c.out - run.stored(names[s]);
                    INFO(names[s], " ", balance, " of ", start[s], ", closure ", c.cumulative);
                    CHECK(std::abs(balance) < 1e-11 * std::max(start[s] + c.in, c.out));
                    CHECK(c.cumulative <= 1e-10);
                }
    }

    TEST_CASE("a given content is parted between water and soil without loss") {
        RandomGround ground(5, 9, 7, 3);
        SiteRun run(ground.text(1) + R"(
[transport]
)" + three_substances,
                    ground.folder());
        run.start();
        REQUIRE(run.state().total_content.species_count() == 3);
        std::vector<double> given;
        std::ifstream in(ground.content.path);
        std::string line;
        std::getline(in, line);
        while (std::getline(in, line)) given.push_back(std::stod(line) * 1e-6);  // mg/kg to kg/kg
        REQUIRE(static_cast<Index>(given.size()) == run.grid().cell_count());
        for (const Index s : {0, 2})
            for (Index c = 0; c < run.grid().cell_count(); ++c) {
                if (!run.grid().active(c)) continue;
                const double expected = given[static_cast<std::size_t>(c)], kd = s == 0 ? 0.05 : 0.002;
                CHECK(run.state().total_content[s][static_cast<std::size_t>(c)] == doctest::Approx(expected).epsilon(1e-14));
                // (θC + ρb Kd C)/ρb, from the concentration itself.
                CHECK((0.35 + 1600 * kd) * run.concentration(c, s) / 1600 == doctest::Approx(expected).epsilon(1e-14));
            }
    }

    TEST_CASE("concentrations stay between nothing and the largest that was there or came in") {
        for (unsigned seed = 100; seed < 200; ++seed) {
            RandomGround ground(seed, 6, 5, 3);
            const bool transient = seed % 2 == 0, clean = seed % 5 == 0;  // clean ground: the front starts from nothing
            const double entering = ground.log_uniform(0.1, 2000), courant = ground.log_uniform(0.5, 50);
            const char* limiters[] = {"van_leer", "koren", "superbee", "modflow"};
            SiteRun run(
                ground.text(50) +
                    fmt::format(R"(
[flow]
{}
initial_head = {{ cells = "head.csv", column = "value", unit = "m" }}
[[boundary]]
type = "fixed_head"
name = "west"
side = "west"
head = "4 m"
concentration.SO4 = "{:.17g} mg/L"
[[boundary]]
type = "fixed_head"
name = "east"
side = "east"
head = "0 m"
[[boundary]]
type = "well"
name = "well"
x = "1 m"
y = "1 m"
rate = "-0.5 m3/d"
[transport]
longitudinal_dispersivity = "{:.17g} m"
stepping = "implicit"
courant = {:.17g}
{}
dispersion = "{}"
[substance.SO4]
{}
)",
                                transient ? "regime = \"transient\"\ninitial_step = \"0.5 d\"" : "regime = \"steady\"", entering,
                                seed % 3 == 0 ? 0.0 : 1.0, courant, advection(seed % 3 != 2, limiters[seed / 2 % 4]),
                                seed / 4 % 2 == 0 ? "tensor" : "diagonal",
                                clean ? "" : "initial_concentration = { cells = \"content.csv\", column = \"value\", unit = \"mg/L\" }"),
                ground.folder());
            run.start();
            double most = entering * 1e-3;
            for (Index c = 0; c < run.grid().cell_count(); ++c) most = std::max(most, run.concentration(c));
            double lowest = 1, highest = 0;
            run.finish([&](const SiteRun& now) {
                for (Index c = 0; c < now.grid().cell_count(); ++c) {
                    if (!now.grid().active(c)) continue;
                    lowest = std::min(lowest, now.concentration(c));
                    highest = std::max(highest, now.concentration(c));
                }
            });
            INFO("seed ", seed, ": from ", lowest, " to ", highest, ", at most ", most);
            CHECK(lowest >= 0);  // not even by rounding
            // The discrete maximum principle holds as far as the water balances: 1e-10 of the flow, and a cell's share of it.
            CHECK(highest <= most * (1 + 1e-8));
        }
    }

    TEST_CASE("explicit steps book what a well takes of a decaying substance as it was when the well took it") {
        for (const char* stepping : {"explicit", "local", "automatic"}) {
            RandomGround ground(7, 9, 8, 5);
            SiteRun run(ground.text(40) + fmt::format(R"(
[flow]
regime = "steady"
initial_head = "0 m"
[[boundary]]
type = "fixed_head"
name = "west"
side = "west"
head = "4 m"
concentration.SO4 = "100 mg/L"
[[boundary]]
type = "fixed_head"
name = "east"
side = "east"
head = "0 m"
[[boundary]]
type = "well"
name = "well"
x = "1 m"
y = "1 m"
rate = "-0.5 m3/d"
[transport]
longitudinal_dispersivity = "1 m"
advection = "tvd"
stepping = "{}"
[substance.SO4]
decay_rate = "0.5 1/d"
)",
                                                      stepping),
                        ground.folder());
            run.finish();
            INFO(stepping, ": closure ", run.closure());
            CHECK(run.entry("SO4", "well").cumulative_out > 0);
            CHECK(run.closure() < 1e-11);  // rounding of some thousand steps; by the concentration after decay it misses 1e-3
        }
    }

    // Every choice of scheme, on steady flow through random ground; 1,000 cases, a fifth of them in the reduced form.
    TEST_CASE("every scheme keeps every concentration between nothing and the largest, and every amount") {
        const unsigned count = reduced_effort() ? 200 : 1000;
        for (unsigned seed = 1000; seed < 1000 + count; ++seed) {
            RandomGround ground(seed, 7, 6, 4);
            // A third with implicit steps, of any length and weight in time.
            const bool clean = seed % 5 == 0, implicit = seed % 3 == 1;
            const char* limiters[] = {"van_leer", "koren", "superbee", implicit ? "modflow" : "van_leer"};
            const double entering = ground.log_uniform(0.1, 2000), courant = ground.log_uniform(0.5, 50);
            const double weight = ground.uniform(0.5, 1);
            SiteRun run(
                ground.text(50) +
                    fmt::format(R"(
[flow]
regime = "steady"
initial_head = "0 m"
[[boundary]]
type = "fixed_head"
name = "west"
side = "west"
head = "4 m"
concentration.SO4 = "{:.17g} mg/L"
[[boundary]]
type = "fixed_head"
name = "east"
side = "east"
head = "0 m"
[[boundary]]
type = "well"
name = "well"
x = "1 m"
y = "1 m"
rate = "-0.5 m3/d"
[transport]
longitudinal_dispersivity = "{:.17g} m"
{}
dispersion = "{}"
stepping = "{}"
initial_step = "5 d"
courant = {:.17g}
time_weighting = {:.17g}
[substance.SO4]
{}
)",
                                entering, seed % 4 == 0 ? 0.0 : 1.0, advection(seed % 7 != 0, limiters[seed / 3 % 4]),
                                seed % 2 == 0 ? "tensor" : "diagonal",
                                implicit         ? "implicit"
                                : seed % 11 == 0 ? "explicit"
                                                 : "automatic",
                                courant, weight,
                                clean ? "" : "initial_concentration = { cells = \"content.csv\", column = \"value\", unit = \"mg/L\" }"),
                ground.folder());
            run.start();
            double most = entering * 1e-3;
            for (Index c = 0; c < run.grid().cell_count(); ++c) most = std::max(most, run.concentration(c));
            double lowest = 1, highest = 0;
            run.finish([&](const SiteRun& now) {
                for (Index c = 0; c < now.grid().cell_count(); ++c) {
                    if (!now.grid().active(c)) continue;
                    lowest = std::min(lowest, now.concentration(c));
                    highest = std::max(highest, now.concentration(c));
                }
            });
            INFO("seed ", seed, ": from ", lowest, " to ", highest, ", at most ", most, ", closure ", run.closure());
            CHECK(lowest >= 0);
            CHECK(highest <= most * (1 + 1e-8));  // as far as the water balances
            // Rounding of thousands of explicit steps, each of a few units in the sixteenth place of what a cell holds; or linear systems solved to
            // 1e-12, of which a run has some hundred.
            CHECK(run.closure() < 1e-9);
        }
    }
}
