// The problems of the manual of MT3DMS that examples/mt3dms holds and that no results of MODFLOW 6 stand beside: against a solution, or against
// themselves on finer grids.

#include <fstream>
#include <iterator>
#include <numbers>

#include "effort.hpp"
#include "paths.hpp"
#include "site_builder.hpp"
#include "temporary_file.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

std::string example(const std::string& name) {
    std::ifstream file(std::filesystem::path(source_folder()) / "examples" / "mt3dms" / (name + ".toml"));
    REQUIRE(file);
    return {std::istreambuf_iterator<char>(file), {}};
}

void replace(std::string& text, const std::string& old, const std::string& by) {
    const auto at = text.find(old);
    REQUIRE_MESSAGE(at != std::string::npos, old);
    text.replace(at, old.size(), by);
}

/// Share of the concentration injected that comes back when the share v of the volume injected has been pumped: Gelhar & Collins (1971).
double returning(double v, double dispersivity, double reach) {
    const double width = 16.0 / 3 * dispersivity / reach * (2 - std::sqrt(std::abs(1 - v)) * (1 - v));
    return 0.5 * std::erfc((v - 1) / std::sqrt(width));
}

/// Problem 6 with cells `finer` times as narrow, 1, 3, ...: root mean square difference from the solution while pumping, over its own.
double well_error(int finer, double days, const std::string& advection) {
    auto text = example("injection_and_extraction");
    const double feet = 900.0 / finer;
    for (const char* key : {"nx = 31", "ny = 31"}) replace(text, key, fmt::format("{}{}", std::string(key).substr(0, 5), 31 * finer));
    for (const char* key : {"dx", "dy"}) replace(text, fmt::format("{} = \"900 ft\"", key), fmt::format("{} = \"{} ft\"", key, feet));
    replace(text, "advection = \"tvd\"", fmt::format("advection = \"{}\"", advection));
    for (const char* key : {"initial_step", "maximum_step"})
        replace(text, fmt::format("{} = \"2.5 d\"", key), fmt::format("{} = \"{} d\"", key, days));
    SiteRun run(text);
    const double injected = 86400.0 * 912.5, reach = std::sqrt(injected / (std::numbers::pi * 20 * 0.35));
    const Index well = run.cell(13950 * 0.3048, 13950 * 0.3048, -3);
    double squares = 0, all = 0, highest = 0;
    run.finish([&](const SiteRun& now) {
        for (Index c = 0; c < now.grid().cell_count(); ++c) highest = std::max(highest, now.concentration(c));
        if (now.days() < 913) return;
        const double exact = returning(86400.0 * (now.days() - 912.5) / injected, 100, reach);
        squares += std::pow(now.concentration(well) - exact, 2);
        all += exact * exact;
    });
    CHECK(highest <= 1 + 1e-9);
    CHECK(run.closure() < 1e-9);
    return std::sqrt(squares / all);
}

/// Problem 8 with cells `finer` times as narrow and steps as short: concentrations of the coarsest cells after eight and twenty years.
std::vector<double> section(int finer) {
    auto text = example("vertical_section");
    replace(text, "nx = 50", fmt::format("nx = {}", 50 * finer));
    replace(text, "dx = \"5 m\"", fmt::format("dx = \"{} m\"", 5.0 / finer));
    replace(text, "cells = 27", fmt::format("cells = {}", 27 * finer));
    for (const char* key : {"initial_step", "maximum_step"})
        replace(text, fmt::format("{} = \"5 d\"", key), fmt::format("{} = \"{} d\"", key, 5.0 / finer));
    SiteRun run(text);
    std::vector<double> found;
    double highest = 0, lowest = 0;
    run.finish([&](const SiteRun& now) {
        for (const double c : now.state().concentration.all().span()) highest = std::max(highest, c), lowest = std::min(lowest, c);
        if (std::abs(now.days() - 2920) > 1e-6 && std::abs(now.days() - 7300) > 1e-6) return;
        const Index nx = 50 * finer, nz = 27 * finer;
        for (Index k = 0; k < 20; ++k)  // layers that are full of water
            for (Index i = 0; i < 50; ++i) {
                double mass = 0, water = 0;
                for (Index b = 0; b < finer; ++b)
                    for (Index a = 0; a < finer; ++a) {
                        const Index c = (k * finer + b) * nx + i * finer + a;
                        REQUIRE(c < nz * nx);
                        mass += now.concentration(c) * now.state().mobile_water[c];
                        water += now.state().mobile_water[c];
                    }
                found.push_back(mass / water);
            }
    });
    CHECK(lowest >= 0);
    CHECK(highest <= 1 + 1e-8);
    CHECK(run.closure() < 1e-8);  // the steady water's own
    // Rain on 250 m less the river's own cell goes to the river; five years of it on 40 m bring leachate.
    CHECK(run.entry("leachate", "landfill").cumulative_in == doctest::Approx(40 * 0.5).epsilon(1e-6));
    CHECK(found.size() == 2 * 20 * 50);
    return found;
}

/// Problem 9 with cells `finer` (odd) times as narrow and steps as much shorter: means over the cells of the manual's grid after one and two
/// years [kg/m³].
std::vector<double> two_zones(int finer) {
    std::ifstream file(std::filesystem::path(source_folder()) / "tests" / "verification" / "modflow6" / "p09.toml");
    REQUIRE(file);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    replace(text, "nx = 14", fmt::format("nx = {}", 14 * finer));
    replace(text, "ny = 18", fmt::format("ny = {}", 18 * finer));
    for (const char* key : {"dx", "dy"})
        replace(text, fmt::format("{} = \"100 m\"", key), fmt::format("{} = \"{:.17g} m\"", key, 100.0 / finer));
    for (const char* key : {"initial_step", "maximum_step"})
        replace(text, fmt::format("{} = \"1 d\"", key), fmt::format("{} = \"{:.17g} d\"", key, 1.0 / finer));
    replace(text, "limiter = \"modflow\"", "limiter = \"van_leer\"");
    std::string heads = "value\n";
    for (int j = 0; j < 18 * finer; ++j)
        for (int i = 0; i < 14 * finer; ++i)
            heads += fmt::format("{}\n", j < finer ? 20 + 0.025 * ((i + 0.5) * 100 / finer - 50) : j >= 17 * finer ? 250.0 : 0.0);
    const TemporaryFile head_file(heads, "p09_heads.csv");
    SiteRun run(text, head_file.folder);
    std::vector<double> found;
    run.finish([&](const SiteRun& now) {
        if (std::abs(now.days() - 365) > 1e-6 && std::abs(now.days() - 730) > 1e-6) return;
        for (int j = 0; j < 18; ++j)
            for (int i = 0; i < 14; ++i) {
                double sum = 0;
                for (int b = 0; b < finer; ++b)
                    for (int a = 0; a < finer; ++a) sum += now.concentration((j * finer + b) * 14 * finer + i * finer + a);
                found.push_back(sum / (finer * finer));
            }
    });
    CHECK(*std::min_element(found.begin(), found.end()) >= 0);
    CHECK(run.closure() < 1e-8);
    CHECK(found.size() == 2 * 14 * 18);
    return found;
}

double difference(const std::vector<double>& a, const std::vector<double>& b) {
    double squares = 0, all = 0;
    for (std::size_t n = 0; n < a.size(); ++n) squares += (a[n] - b[n]) * (a[n] - b[n]), all += b[n] * b[n];
    return std::sqrt(squares / all);
}

}  // namespace

TEST_SUITE("verification") {
    TEST_CASE("MT3DMS problem 6: what comes back to a well follows Gelhar and Collins, the nearer the finer the grid") {
        const double coarse = well_error(1, 2.5, "tvd"), upwind = well_error(1, 2.5, "upwind");
        INFO("errors ", coarse, ", upwind ", upwind);
        CHECK(coarse < upwind);
        // The radius injected, 1893 ft, is two cells of the manual's grid.
        report("mt3dms_p06", "recovery:relative_rms", 0, coarse, coarse, 0.2, "Gelhar & Collins 1971; Zheng & Wang 1999, section 7.6");
        if (reduced_effort()) return;
        const double fine = well_error(3, 2.5, "tvd");
        report("mt3dms_p06", "recovery_finer:relative_rms", 0, fine, fine, 0.5 * coarse,
               "Gelhar & Collins 1971; Zheng & Wang 1999, section 7.6");
    }

    TEST_CASE("MT3DMS problem 8: a vertical section converges") {
        const auto coarse = section(1), fine = section(2);
        const double first = difference(coarse, fine);
        if (reduced_effort()) {
            CHECK(first < 0.25);
            return;
        }
        const auto finest = section(4);
        const double second = difference(fine, finest);
        INFO("differences ", first, " ", second);
        report("mt3dms_p08", "refinement:ratio_of_differences", 0, second / first, second / first, 0.7,
               "Sudicky 1989; Zheng & Wang 1999, section 7.8");
    }
    // MODFLOW's own result on the manual's grid goes to -0.063 kg/m3 and lies 7 % from ours there: what tells is where finer grids lead.
    TEST_CASE("MT3DMS problem 9: two wells and two zones converge") {
        const auto coarse = two_zones(1), fine = two_zones(3);
        const double first = difference(coarse, fine);
        INFO("first difference ", first);
        CHECK(first < 0.5);
        if (reduced_effort()) return;
        const double second = difference(fine, two_zones(9));
        report("mt3dms_p09", "refinement:ratio_of_differences", 0, second / first, second / first, 0.7, "Zheng & Wang 1999, section 7.9");
    }
}
