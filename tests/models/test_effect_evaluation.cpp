// Effect evaluation after HJ 25.5 and HJ 25.6: statistics against published tables, decisions, virtual sampling.

#include <cmath>

#include <doctest/doctest.h>

#include "assessment/effect_evaluation.hpp"
#include "assessment_tables.hpp"
#include "core/data_folder.hpp"
#include "core/random.hpp"
#include "temporary_file.hpp"
#include "verification/site_builder.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

TEST_SUITE("verification") {
    TEST_CASE("upper confidence limits against published quantiles") {
        const MeanAndDeviation of{10, 2};
        // Quantiles printed with three decimals.
        const auto factor = [&](double ucl, double n) { return (ucl - 10) / 2 * std::sqrt(n); };
        const double t7 = factor(ucl_student(of, 8), 8), t19 = factor(ucl_student(of, 20), 20), c = factor(ucl_chebyshev(of, 8), 8);
        report("effect_evaluation", "t(0.95, 7):abs", 1.895, t7, std::abs(t7 - 1.895), 5e-4, "table of Student's t");
        report("effect_evaluation", "t(0.95, 19):abs", 1.729, t19, std::abs(t19 - 1.729), 5e-4, "table of Student's t");
        report("effect_evaluation", "Chebyshev factor:abs", 4.359, c, std::abs(c - 4.359), 5e-4, "sqrt(1/0.05 - 1)");
    }

    TEST_CASE("the limit of the mean covers it in 95 of 100 cases") {
        // Samples of 12 from a normal distribution: Student's limit lies above the true mean with probability 0.95. Of 4000 cases the
        // share has a standard deviation of 0.0034; four of them.
        const RandomStream stream(7, "coverage");
        int covered = 0;
        constexpr int cases = 4000, n = 12;
        for (int k = 0; k < cases; ++k) {
            std::vector<LaboratoryResult> results;
            for (int i = 0; i < n; ++i) results.push_back({50 + 10 * stream.normal(static_cast<std::uint64_t>(k * n + i)), false});
            covered += upper_confidence_limit(results, UclMethod::student_t, 1) >= 50;
        }
        const double share = covered / static_cast<double>(cases);
        report("effect_evaluation", "coverage of the t limit:abs", 0.95, share, std::abs(share - 0.95), 0.0138, "definition");
    }

    TEST_CASE("Mann-Kendall against the published table") {
        // Hollander & Wolfe 1973, table A.21 (three decimals): P(S >= 6 | n = 4), P(S >= 16 | n = 8), P(S >= 21 | n = 10).
        const std::vector<double> four{1, 2, 3, 4}, eight{4, 3, 2, 1, 5, 6, 7, 8}, ten{4, 3, 2, 1, 8, 7, 6, 5, 9, 10};
        for (const auto& [values, S, p] : std::initializer_list<std::tuple<std::vector<double>, double, double>>{
                 {four, 6, 0.042}, {eight, 16, 0.031}, {ten, 21, 0.036}}) {
            const auto trend = mann_kendall(values);
            CHECK(trend.S == S);
            report("effect_evaluation", fmt::format("Mann-Kendall n={} S={}:abs", values.size(), S), p, trend.p, std::abs(trend.p - p),
                   5e-4, "Hollander & Wolfe 1973, table A.21");
        }
        CHECK(mann_kendall(std::vector<double>{3, 3, 3, 3}).p == 1);  // no pair differs
        // Twelve values with ties, by the normal approximation: S = 55, variance (12·11·29 − 2·1·9)/18 = 211.67.
        const std::vector<double> tied{1, 2, 3, 4, 4, 6, 7, 8, 9, 10, 12, 5};
        const auto trend = mann_kendall(tied);
        CHECK(trend.p == doctest::Approx(0.5 * std::erfc((trend.S - 1) / std::sqrt(3810 / 18.0) / std::sqrt(2.0))).epsilon(1e-12));
    }
}

TEST_CASE("Kaplan-Meier by hand") {
    // 5 and 3 found, one below 2, 1 found: weights 1/4, 1/4, -, 1/2.
    const auto of = kaplan_meier({{3, false}, {2, true}, {5, false}, {1, false}});
    CHECK(of.mean == doctest::Approx(2.5).epsilon(1e-12));
    CHECK(of.deviation == doctest::Approx(std::sqrt((25 * 0.25 + 9 * 0.25 + 0.5 - 6.25) * 4 / 3)).epsilon(1e-12));
    const std::vector<double> plain{3, 2, 5, 1};
    CHECK(kaplan_meier({{3, false}, {2, false}, {5, false}, {1, false}}).deviation ==
          doctest::Approx(mean_and_deviation(plain).deviation).epsilon(1e-12));
    CHECK(kaplan_meier({{2, true}, {2, true}}).mean == doctest::Approx(2));
}

TEST_CASE("the decisions of HJ 25.5") {
    std::vector<LaboratoryResult> few(7, {10, false}), many(20, {10, false});
    CHECK(soil_passes(few, 10, UclMethod::student_t, 1));
    few[3].value = 10.1;
    CHECK(!soil_passes(few, 10, UclMethod::student_t, 1));  // each of fewer than 8 has to meet the target
    many[3].value = 15;
    CHECK(soil_passes(many, 12, UclMethod::student_t, 1));
    CHECK(soil_passes(many, 12, UclMethod::bootstrap, 1));
    CHECK(!soil_passes(many, 10, UclMethod::student_t, 1));  // mean 10.25
    many[3].value = 25;
    CHECK(!soil_passes(many, 12, UclMethod::student_t, 1));  // above twice the target
    Diagnostics diagnostics;
    const auto numbers = SampleNumbers::read(data_folder() / "effect_evaluation" / "hj255_samples.csv", diagnostics);
    CHECK(!diagnostics.has_errors());
    CHECK(numbers.bottom(50) == 2);
    CHECK(numbers.bottom(3000) == 6);
    CHECK(numbers.bottom(16000) == 10);  // a grid of 40 m
}

TEST_CASE("a run is sampled: the probability to pass, and to pass wrongly") {
    // Half of the area at 10, half at 31 mg/kg against 20: two samples both fall on the clean half in a quarter of the cases.
    TemporaryFile contents("value\n10\n10\n31\n31\n", "contents.csv");
    const auto text = fmt::format(R"(
[site]
name = "pit"
start = 2020-01-01
duration = "1100 d"
[grid]
nx = 4
ny = 1
dx = "4 m"
dy = "4 m"
top = "0 m"
[[grid.layer]]
name = "soil"
thickness = "1 m"
[[medium]]
hydraulic_conductivity = "1 m/d"
porosity = 0.4
bulk_density = "1500 kg/m3"
[flow]
initial_head = "0 m"
[[boundary]]
type = "fixed_head"
name = "west"
side = "west"
head = "0 m"
[transport]
maximum_step = "5 d"
[substance.Cd]
initial_content = {{ cells = "{}", column = "value", unit = "mg/kg" }}
sorption = {{ type = "linear", distribution_coefficient = "1000 L/kg" }}
[substance.CrVI]
initial_concentration = "1 mg/L"
half_life = "100 d"
[[observation]]
name = "well"
x = "2 m"
y = "2 m"
[effect_evaluation]
[[effect_evaluation.soil]]
name = "bottom"
target = {{ Cd = "20 mg/kg" }}
trials = 4000
[[effect_evaluation.groundwater]]
well = "well"
target = {{ CrVI = "0.1 mg/L" }}
)",
                                  contents.path);
    const auto result = [&] {
        SiteRun run(text);
        run.finish();
        return std::pair{table_of(run, "effect_evaluation"), table_of(run, "groundwater_evaluation")};
    };
    const auto [soil, water] = result();
    CHECK(number_at(soil, "samples", 0) == 2);  // 64 m2
    CHECK(number_at(soil, "true_mean", 0) == doctest::Approx(20.5).epsilon(1e-9));
    CHECK(column_of(soil, "deserves_to_pass").texts[0] == "no");
    // Four standard deviations of a share of 4000: 4 √(0.25 · 0.75/4000) = 0.027.
    CHECK(std::abs(number_at(soil, "false_pass_probability", 0) - 0.25) < 0.027);
    CHECK(number_at(soil, "false_fail_probability", 0) == 0);
    CHECK(number_at(soil, "pass_low", 0) < number_at(soil, "pass_probability", 0));
    // Quarterly batches of 91.3 d; the mean of the first eight is (1/8) Σ 2^(−91.3125 n/100). Implicit steps of 5 d lag by 1.7 % of λt.
    double mean = 0;
    for (int n = 0; n < 8; ++n) mean += std::exp2(-91.3125 * n / 100) / 8;
    CHECK(number_at(water, "mean", 0) == doctest::Approx(mean).epsilon(0.02));
    CHECK(number_at(water, "mann_kendall_s", 0) == -28);
    CHECK(column_of(water, "passes").texts[0] == "no");
    CHECK(column_of(water, "passes").texts.back() == "yes");
    // The same draws every time.
    CHECK(number_at(result().first, "pass_probability", 0) == number_at(soil, "pass_probability", 0));
}

TEST_CASE("Land's limit of a lognormal mean against published examples") {
    using namespace galena::verification;
    const auto limit = [](const std::vector<double>& values) {
        std::vector<LaboratoryResult> results;
        for (const double v : values) results.push_back({v, false});
        return upper_confidence_limit(results, UclMethod::land_h, 1);
    };
    // Both examples interpolate in Land's tables; of four samples 0.01 in an H of 7.4 is already 0.7 % of the limit.
    const double epa = limit({8.12, 7.32, 4.82, 6.52, 7.80, 11.89, 12.94, 7.51, 18.14, 4.09, 5.70, 15.57, 6.68, 8.15, 5.56});
    report("effect_evaluation/land_h", "ucl_15_samples:relative", 10.97, epa, std::abs(epa / 10.97 - 1), 2e-3,
           "US EPA 2000, EPA QA/G-9, box 3-12");
    const double small = limit({0.043, 0.236, 0.057, 0.016});
    report("effect_evaluation/land_h", "ucl_4_samples:relative", 11.6, small, std::abs(small / 11.6 - 1), 1e-2,
           "four samples, Land's exact method as printed by an industrial-hygiene workbook");
    // H(n = 3, s = 0.1) = 2.750 of Land's table (1975).
    const double h = (std::log(ucl_land({0, 0.1}, 3)) - 0.005) * std::sqrt(2.0) / 0.1;
    report("effect_evaluation/land_h", "H_3_samples:max_abs", 2.750, h, std::abs(h - 2.750), 5e-4, "Land 1975, table of H at 95 %");
    CHECK(limit({1, 1, 1}) == doctest::Approx(1));
    CHECK(std::isinf(limit({1, 0, 2})));
    CHECK(ucl_land({2, 0.1}, 2) > ucl_land({2, 0.1}, 3));
    CHECK(ucl_land({0, 1}, 2000) == doctest::Approx(std::exp(0.5)).epsilon(0.1));
}
