// Distribution coefficients that follow from pH and soil.

#include <array>
#include <fstream>

#include "site_builder.hpp"
#include "temporary_folder.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

/// Four cells of pH 5.4, 6.5, 7.5 and 8.1, no flow, a content of 1 mg/kg of cadmium.
std::string cells_site(const std::string& sorption) {
    return fmt::format(R"(
site = {{ name = "soils", start = 2024-01-01, duration = "1 d" }}
medium = [{{ porosity = 0.4, bulk_density = "1300 kg/m3", hydraulic_conductivity = "1 m/d", organic_matter = "2.5 %", clay = 0.2, pH = {{ cells = "pH.csv", column = "value", unit = "1" }} }}]
transport = {{ }}
[grid]
nx = 4
ny = 1
dx = "1 m"
dy = "1 m"
top = "0 m"
layer = [{{ name = "soil", thickness = "20 cm" }}]
[substance.Cd]
initial_content = "1 mg/kg"
sorption = {})",
                       sorption);
}

/// Kd of every cell [L/kg], from how its content is parted: T = C (θ/ρb + Kd).
std::vector<double> coefficients(const SiteRun& run) {
    std::vector<double> all;
    for (Index c = 0; c < 4; ++c) all.push_back((1e-6 / run.concentration(c) - 0.4 / 1300) * 1e3);
    return all;
}

struct Folder {
    Folder() {
        std::ofstream(folder / "pH.csv") << "value\n5.4\n6.5\n7.5\n8.1\n";
        std::ofstream(folder / "kd.csv") << "pH,Kd\n5,100\n7,1000\n9,10000\n";
    }
    TemporaryFolder folder;
};

}  // namespace

TEST_SUITE("verification") {
    TEST_CASE("Kd of cadmium by pH and organic matter") {
        const Folder files;
        SiteRun by_pH(cells_site(R"({ type = "ph_dependent", constant = -0.60, per_pH = 0.49 })"), files.folder.path);
        by_pH.start();
        // 10^(0.49 pH − 0.60) = 111, 385, 1189, 2340 L/kg, as tabulated to a unit.
        const double tabulated[] = {111, 385, 1189, 2340};
        const auto kd = coefficients(by_pH);
        for (std::size_t c = 0; c < 4; ++c)
            report_difference("sauve_cadmium", fmt::format("Kd_at_pH_{}", std::array{5.4, 6.5, 7.5, 8.1}[c]), tabulated[c], kd[c],
                              0.005 * tabulated[c], "Sauvé et al. 2000, table 3");
        SiteRun with_soil(
            cells_site(R"({ type = "ph_dependent", constant = -0.65, per_pH = 0.48, per_log_organic_matter = 0.82, per_log_clay = 0.1 })"),
            files.folder.path);
        with_soil.start();
        CHECK(coefficients(with_soil)[1] ==
              doctest::Approx(std::pow(10.0, -0.65 + 0.48 * 6.5 + 0.82 * std::log10(2.5) + 0.1 * std::log10(20.0))).epsilon(1e-9));
        with_soil.finish();
        // Nothing moves: the content of four cells of 0.2 m³ stays what it was.
        CHECK(with_soil.stored("Cd") == doctest::Approx(1e-6 * 1300 * 0.8).epsilon(1e-12));
    }

    TEST_CASE("Kd from a table is log-linear in pH") {
        const Folder files;
        SiteRun run(cells_site(R"({ type = "kd_table", file = "kd.csv" })"), files.folder.path);
        run.start();
        const auto kd = coefficients(run);
        const double pH[] = {5.4, 6.5, 7.5, 8.1};
        for (std::size_t c = 0; c < 4; ++c) CHECK(kd[c] == doctest::Approx(std::pow(10.0, 2 + 0.5 * (pH[c] - 5))).epsilon(1e-9));
        run.finish();
        CHECK(run.stored("Cd") == doctest::Approx(1e-6 * 1300 * 0.8).epsilon(1e-12));
    }
}
