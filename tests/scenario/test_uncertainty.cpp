#include <doctest/doctest.h>

#include <cmath>

#include "scenario/site.hpp"

using namespace galena;

namespace {

constexpr auto site_text = R"(
[site]
name = "uncertain"
start = 2024-01-01
duration = "10 d"
[grid]
nx = 4
ny = 1
dx = "1 m"
dy = "1 m"
top = "0 m"
[[grid.layer]]
name = "sand"
thickness = "1 m"
[[medium]]
hydraulic_conductivity = { lognormal = { median = "5 m/d", sigma_ln = 1.0 }, name = "K" }
hydraulic_conductivity_vertical = { same_as = "K" }
porosity = { normal = { mean = 0.3, sd = 0.05 }, minimum = 0.1, maximum = 0.5 }
[flow]
regime = "steady"
initial_head = "0 m"
)";

Site read(const std::string& text) {
    Diagnostics diagnostics;
    auto site = Site::from_tree(parse_toml(text, "site.toml"), {}, diagnostics);
    CHECK_MESSAGE(!diagnostics.has_errors(), diagnostics.text());
    return site;
}

constexpr double m_per_d = 1.0 / 86400;

}  // namespace

TEST_CASE("a value with a distribution is read as its central value") {
    const auto site = read(site_text);
    const auto& medium = site.section<MediumTables>().list.at(0);
    CHECK(medium.hydraulic_conductivity->constant == doctest::Approx(5 * m_per_d).epsilon(1e-14));
    CHECK(medium.porosity->constant == doctest::Approx(0.3).epsilon(1e-12));  // cut off evenly on both sides
    REQUIRE(site.uncertainty().values.size() == 2);
    CHECK(site.uncertainty().values[0].name == "K");
    CHECK(site.uncertainty().values[0].paths.size() == 2);
    CHECK(site.uncertainty().values[1].name == "medium[1].porosity");
    CHECK(site.uncertainty().values[0].text() == "K: 5 m/d (lognormal, median 5, sigma_ln 1)");
}

TEST_CASE("a member has other values in the places of the distributions, one for all that vary together") {
    Diagnostics diagnostics;
    const auto member = read(site_text).member({0.8413447460685429, 0.5}, {7, 3}, diagnostics);
    CHECK_FALSE(diagnostics.has_errors());
    const auto& medium = member.section<MediumTables>().list.at(0);
    // One standard deviation above the median.
    CHECK(medium.hydraulic_conductivity->constant == doctest::Approx(5 * std::exp(1) * m_per_d).epsilon(1e-12));
    CHECK(medium.hydraulic_conductivity_vertical->constant == medium.hydraulic_conductivity->constant);
    CHECK(member.realisation().number == 3);
}

TEST_CASE("quantiles are those of the distributions named") {
    // Closed forms; normal quantile at 0.975: 1.959963984540054.
    CHECK(Distribution::normal(2, 3).quantile(0.975) == doctest::Approx(2 + 3 * 1.959963984540054).epsilon(1e-13));
    CHECK(Distribution::lognormal(2, 0.5).quantile(0.025) == doctest::Approx(2 * std::exp(-0.5 * 1.959963984540054)).epsilon(1e-13));
    CHECK(Distribution::uniform(2, 4).quantile(0.25) == doctest::Approx(2.5));
    CHECK(Distribution::loguniform(1e-4, 1).quantile(0.5) == doctest::Approx(1e-2).epsilon(1e-13));
    CHECK(Distribution::triangular(0, 1, 4).quantile(0.25) == doctest::Approx(1).epsilon(1e-13));  // the mode: (1 − 0)/(4 − 0)
    CHECK(Distribution::triangular(0, 1, 4).quantile(0.75) == doctest::Approx(4 - std::sqrt(0.25 * 4 * 3)).epsilon(1e-13));
    CHECK(Distribution::beta(2, 1, 10, 20).quantile(0.49) == doctest::Approx(17).epsilon(1e-12));  // F = x²
    CHECK(Distribution::discrete({0.2, 0.5, 0.3}).quantile(0.69) == 1);
    CHECK(Distribution::discrete({0.2, 0.5, 0.3}).quantile(0.71) == 2);
    CHECK(Distribution::discrete({0.2, 0.5, 0.3}).central() == 1);
    const auto measured = Distribution::empirical({3, 1, 2});
    CHECK(measured.quantile(0.5) == doctest::Approx(2));
    CHECK(measured.quantile(0.01) == 1);
    CHECK(measured.quantile(1.0 / 3) == doctest::Approx(1.5));  // halfway between (1 − 0.5)/3 and (2 − 0.5)/3
}

TEST_CASE("a distribution that is cut off keeps its shape within its ends") {
    auto cut = Distribution::normal(0, 1);
    REQUIRE(cut.truncate(-1, 2));
    // F(−1) = 0.158655, F(2) = 0.977250: the median lies where F is their mean.
    CHECK(cut.quantile(0.5) == doctest::Approx(0.1711645).epsilon(1e-5));
    CHECK(cut.quantile(1e-12) >= -1);
    CHECK(cut.quantile(1 - 1e-12) <= 2);
    CHECK_FALSE(Distribution::normal(0, 1).truncate(20, 30));
}

TEST_CASE("without spread a distribution gives its central number to the last bit") {
    for (const auto& d : {Distribution::normal(0.1, 0), Distribution::lognormal(0.1, 0), Distribution::triangular(0.1, 0.1, 0.1),
                          Distribution::uniform(0.1, 0.1), Distribution::loguniform(0.1, 0.1), Distribution::beta(2, 3, 0.1, 0.1),
                          Distribution::empirical({0.1, 0.1})})
        for (const double u : {0.01, 0.3, 0.99}) {
            CHECK(d.quantile(u) == 0.1);
            CHECK(d.central() == 0.1);
        }
}
