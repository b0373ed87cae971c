// Recharge out of a wadi: what floods bring, and what the bed takes.

#include "site_builder.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

std::string site(const std::string& wadi) {
    return R"([site]
name = "wadi"
start = 2020-01-01
duration = "60 d"
[grid]
nx = 10
ny = 1
dx = "50 m"
dy = "40 m"
top = "10 m"
[[grid.layer]]
name = "sand"
thickness = "10 m"
[[zone]]
name = "bed"
x_min = "200 m"
x_max = "300 m"
[[medium]]
hydraulic_conductivity = "20 m/d"
porosity = 0.3
[flow]
initial_head = "2 m"
[[boundary]]
type = "fixed_head"
name = "deep"
side = "bottom"
head = "2 m"
[transport]
maximum_step = "5 d"
courant = 1000
[substance.Cl]
[[boundary]]
type = "wadi"
name = "wadi"
zone = "bed"
concentration.Cl = "40 mg/L"
)" + wadi;
}

}  // namespace

TEST_SUITE("verification") {
    TEST_CASE("floods recharge the ground by their share, up to what the bed takes") {
        // Two floods of 3 and 2 days: 30 000 m3/d and 4 000 m3/d, of which a fifth goes into 4 000 m2 of bed.
        const std::string floods = R"(infiltrating = 0.2
runoff = [ { from = 2020-01-01, value = "0 m3/d" }, { from = 2020-01-11, value = "30000 m3/d" }, { from = 2020-01-14, value = "0 m3/d" },
  { from = 2020-02-10, value = "4000 m3/d" }, { from = 2020-02-12, value = "0 m3/d" } ]
)";
        SiteRun open(site(floods));
        open.finish();
        const double all = 0.2 * (3 * 30000 + 2 * 4000), found = open.entry("water", "wadi").cumulative_in;
        report("wadi", "recharge by two floods [m3]:relative", all, found, std::abs(found / all - 1), 1e-10, "share of the runoff");
        CHECK(open.entry("Cl", "wadi").cumulative_in == doctest::Approx(0.04 * all).epsilon(1e-9));
        CHECK(open.closure() < 1e-9);
        // A bed that takes 0.5 m/d holds the large flood to 2 000 m3/d, and leaves the small one as it is.
        SiteRun tight(site(floods + "capacity = \"0.5 m/d\"\n"));
        tight.finish();
        CHECK(tight.entry("water", "wadi").cumulative_in == doctest::Approx(3 * 2000 + 0.2 * 2 * 4000).epsilon(1e-10));
        // 12 km2 with 0.3 mm/d of rain, a tenth runs off, 0.15 of that enters, which is the default.
        SiteRun mean(site("catchment = \"12 km2\"\nrain = \"0.3 mm/d\"\n"));
        mean.finish();
        CHECK(mean.entry("water", "wadi").cumulative_in == doctest::Approx(60 * 12e6 * 0.3e-3 * 0.1 * 0.15).epsilon(1e-10));
    }
}
