#include <doctest/doctest.h>

#include <cmath>

#include "simulation/simulation.hpp"

using namespace galena;

namespace {

constexpr auto site_text = R"(
[site]
name = "random"
start = 2024-01-01
duration = "10 d"
[grid]
nx = 60
ny = 50
dx = "2 m"
dy = "2 m"
top = "0 m"
[[grid.layer]]
name = "sand"
thickness = "4 m"
cells = 4
[[medium]]
hydraulic_conductivity = { random_field = { median = "5 m/d", sigma_ln = 0.5, range = "6 m", vertical_range = "1 m" } }
porosity = { random_field = { mean = 0.3, sd = 0.05, minimum = 0.2, maximum = 0.4, range = "6 m" } }
[flow]
regime = "steady"
initial_head = "0 m"
[[boundary]]
type = "fixed_head"
name = "west"
side = "west"
head = "0 m"
)";

std::unique_ptr<Simulation> build(const Site& site) {
    Diagnostics diagnostics;
    auto simulation = Simulation::build(site, diagnostics);
    CHECK_MESSAGE(simulation, diagnostics.text());
    return simulation;
}

}  // namespace

TEST_CASE("a random field is its central value in a plain run and another field in every member") {
    Diagnostics diagnostics;
    const auto site = Site::from_tree(parse_toml(site_text, "site.toml"), {}, diagnostics);
    REQUIRE_MESSAGE(!diagnostics.has_errors(), diagnostics.text());
    CHECK(site.has_random_fields());
    const auto plain = build(site);
    const double median = 5.0 / 86400;
    for (const double k : plain->domain().medium.hydraulic_conductivity) CHECK(k == doctest::Approx(median).epsilon(1e-12));
    const auto one = build(site.member({}, {1, 1}, diagnostics)), again = build(site.member({}, {1, 1}, diagnostics)),
               two = build(site.member({}, {1, 2}, diagnostics));
    const auto& k = one->domain().medium.hydraulic_conductivity;
    double mean = 0, variance = 0, different = 0;
    for (Index c = 0; c < k.size(); ++c) {
        CHECK(k[c] == again->domain().medium.hydraulic_conductivity[c]);
        different += k[c] != two->domain().medium.hydraulic_conductivity[c];
        mean += std::log(k[c] / median) / static_cast<double>(k.size());
    }
    for (Index c = 0; c < k.size(); ++c) variance += std::pow(std::log(k[c] / median) - mean, 2) / static_cast<double>(k.size());
    CHECK(different == static_cast<double>(k.size()));
    // 48 000 m³ hold about 48 000/(8 π · 6 · 6 · 1) = 53 independent volumes: the mean of ln K scatters by 0.07, its variance by a fifth.
    CHECK(std::abs(mean) < 0.25);
    CHECK(variance == doctest::Approx(0.25).epsilon(0.5));
    double lowest = 1, highest = 0;
    for (const double n : one->domain().medium.porosity) lowest = std::min(lowest, n), highest = std::max(highest, n);
    CHECK(lowest >= 0.2);
    CHECK(highest <= 0.4);
    CHECK(highest - lowest > 0.1);
}
