// One thread and two give the same bits.

#include <cstring>

#include "core/parallel.hpp"
#include "site_builder.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

struct Fields {
    std::vector<double> head, concentration;
};

/// Transient flow and transport of two substances in 48 × 40 × 12 = 23,040 cells: several blocks of every sum.
/// steady: flow is, and transport takes explicit steps of every kind.
Fields fields_with(int threads, bool steady = false) {
    set_thread_count(threads);
    std::vector<double> k;
    std::uint64_t state = 12345;
    for (int c = 0; c < 48 * 40 * 12; ++c) {
        state = state * 6364136223846793005u + 1442695040888963407u;  // Knuth's linear congruence: the same field everywhere
        k.push_back(std::exp(4.0 * static_cast<double>(state >> 11) / 9007199254740992.0));
    }
    const TemporaryFile file(one_column(k), "k.csv");
    SiteRun run(R"(
[site]
name = "threads"
start = 2024-01-01
duration = "60 d"
[grid]
nx = 48
ny = 40
dx = "10 m"
dy = "12 m"
top = "0 m"
[[grid.layer]]
name = "aquifer"
thickness = "24 m"
cells = 12
[[medium]]
hydraulic_conductivity = { cells = "k.csv", column = "value", unit = "m/d" }
anisotropy_vertical = 0.1
specific_storage = "1e-4 1/m"
porosity = 0.3
bulk_density = "1700 kg/m3"
[flow]
)" + std::string(steady ? "regime = \"steady\"" : "regime = \"transient\"\ninitial_step = \"1 d\"") +
                    R"(
initial_head = "0 m"
[[boundary]]
type = "fixed_head"
name = "west"
side = "west"
head = "2 m"
concentration.Cd = "1 mg/L"
[[boundary]]
type = "fixed_head"
name = "east"
side = "east"
head = "0 m"
[[boundary]]
type = "well"
name = "well"
x = "240 m"
y = "240 m"
rate = "-200 m3/d"
[transport]
longitudinal_dispersivity = "5 m"
courant = 5
)" + std::string(steady ? "advection = \"tvd\"\ndispersion = \"tensor\"\nstepping = \"automatic\"" : "") +
                    R"(
[substance.Cd]
sorption = { type = "linear", distribution_coefficient = "0.2 L/kg" }
[substance.Zn]
initial_content = "20 mg/kg"
sorption = { type = "linear", distribution_coefficient = "1 L/kg" }
)",
                file.folder);
    run.finish();
    const auto head = run.state().hydraulic_head.span(), concentration = run.state().concentration.all().span();
    return {{head.begin(), head.end()}, {concentration.begin(), concentration.end()}};
}

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

}  // namespace

TEST_SUITE("verification") {
    TEST_CASE("one thread and two give the same heads and concentrations, bit by bit") {
        const int before = thread_count();
        const auto one = fields_with(1), two = fields_with(2);
        set_thread_count(before);
        REQUIRE(one.head.size() > 20000);
        CHECK(*std::max_element(one.concentration.begin(), one.concentration.end()) > 0);  // something was computed
        CHECK(same_bits(one.head, two.head));
        CHECK(same_bits(one.concentration, two.concentration));
    }

    TEST_CASE("explicit steps: one thread and two give the same concentrations, bit by bit") {
        const int before = thread_count();
        const auto one = fields_with(1, true), two = fields_with(2, true);
        set_thread_count(before);
        CHECK(*std::max_element(one.concentration.begin(), one.concentration.end()) > 0);
        CHECK(same_bits(one.concentration, two.concentration));
    }
}
