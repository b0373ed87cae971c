// Retention curves by themselves: their formulas, slopes, limits and inverses.

#include <cmath>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "flow/retention_curve.hpp"
#include "scenario/site.hpp"
#include "temporary_file.hpp"

using namespace galena;

namespace {

struct Values {
    std::vector<double> saturation, saturation_slope, conductivity, conductivity_slope;
    explicit Values(std::size_t n) : saturation(n), saturation_slope(n), conductivity(n), conductivity_slope(n) {}
};

/// A law out of the text of its [[retention]] table.
class Law {
public:
    explicit Law(const std::string& keys, const std::filesystem::path& folder = ".") {
        Diagnostics diagnostics;
        site_ = Site::from_tree(parse_toml("[[retention]]\n" + keys, "retention.toml"), folder, diagnostics);
        for (const auto& curve : site_.section<RetentionCurves>().list) curve_ = curve;
        REQUIRE(curve_);
        Diagnostics own;
        curve_->resolve(own);
        own.throw_if_errors();
    }
    [[nodiscard]] Values at(const std::vector<double>& pressure_head) const {
        Values v(pressure_head.size());
        curve_->evaluate(pressure_head, {v.saturation, v.saturation_slope, v.conductivity, v.conductivity_slope});
        return v;
    }
    [[nodiscard]] double pressure_head(double saturation) const {
        double out = 0;
        curve_->pressure_head({&saturation, 1}, {&out, 1});
        return out;
    }

private:
    Site site_;
    std::shared_ptr<RetentionCurve> curve_;
};

/// Pressure heads from just below `wettest` to -`driest`, evenly in the logarithm of the suction.
std::vector<double> suctions(double wettest, double driest, int count = 200) {
    std::vector<double> all;
    for (int n = 0; n < count; ++n) all.push_back(-wettest * std::pow(driest / wettest, n / (count - 1.0)));
    return all;
}

/// What every law has to keep: full at and above zero, falling, slopes that are derivatives, an inverse.
void check_law(const Law& law, double wettest, double driest) {
    const auto wet = law.at({0.0, 0.5, 100.0});
    for (std::size_t n = 0; n < 3; ++n) {
        CHECK(wet.saturation[n] == 1.0);
        CHECK(wet.conductivity[n] == 1.0);
        CHECK(wet.saturation_slope[n] == 0.0);
        CHECK(wet.conductivity_slope[n] == 0.0);
    }
    const auto heads = suctions(wettest, driest);
    const auto v = law.at(heads);
    for (std::size_t n = 0; n < heads.size(); ++n) {
        CAPTURE(heads[n]);
        if (n > 0) {
            CHECK(v.saturation[n] < v.saturation[n - 1]);
            CHECK(v.conductivity[n] < v.conductivity[n - 1]);
        }
        CHECK(v.saturation[n] > 0);
        CHECK(v.conductivity[n] > 0);
        // Central differences over ±h: h² y'''/6 is 1e-8 of y' where y changes over the suction itself; rounding 1e-16 y / h.
        const double h = 1e-5 * -heads[n];
        const auto beside = law.at({heads[n] - h, heads[n] + h});
        const double by_se = (beside.saturation[1] - beside.saturation[0]) / (2 * h),
                     by_k = (beside.conductivity[1] - beside.conductivity[0]) / (2 * h);
        const double rounding = 4e-16 / h;
        CHECK(std::abs(v.saturation_slope[n] - by_se) <= 1e-6 * by_se + rounding);
        CHECK(std::abs(v.conductivity_slope[n] - by_k) <= 1e-6 * by_k + rounding);
        if (v.saturation[n] < 0.999)
            CHECK(law.at({law.pressure_head(v.saturation[n])}).saturation[0] == doctest::Approx(v.saturation[n]).epsilon(1e-9));
    }
}

/// van Genuchten's curve as measured points, densely.
std::string copy_of_van_genuchten(double alpha, double n) {
    std::string text = "suction,effective_saturation,relative_conductivity\n0,1,1\n";
    const double m = 1 - 1 / n;
    for (int i = 0; i <= 400; ++i) {
        const double suction = 1e-3 * std::pow(1e5, i / 400.0), x = std::pow(alpha * suction, n), se = std::pow(1 + x, -m),
                     f = 1 - std::pow(x / (1 + x), m);
        text += fmt::format("{:.15g},{:.15g},{:.15g}\n", suction, se, std::sqrt(se) * f * f);
    }
    return text;
}

const std::string loam = "type = \"van_genuchten\"\nalpha = \"4 1/m\"\nn = 1.6\n";

}  // namespace

TEST_CASE("Brooks and Corey: the power law, and Burdine's exponent") {
    const std::string keys = "type = \"brooks_corey\"\nair_entry = \"0.25 m\"\nlambda = 0.8\n";
    const Law law(keys);
    check_law(law, 0.2501, 1e4);
    const auto v = law.at({-0.2, -0.25, -0.5, -25});
    CHECK(v.saturation[0] == 1.0);  // full up to the air entry
    CHECK(v.saturation[1] == 1.0);
    CHECK(v.saturation[2] == doctest::Approx(std::pow(0.5, 0.8)).epsilon(1e-14));
    CHECK(v.conductivity[2] == doctest::Approx(std::pow(0.5, 3 * 0.8 + 2)).epsilon(1e-14));  // (entry/suction)^(2 + 3 lambda)
    CHECK(v.saturation[3] == doctest::Approx(std::pow(0.01, 0.8)).epsilon(1e-14));
    const auto own = Law(keys + "conductivity_exponent = 4\n").at({-0.5});
    CHECK(own.conductivity[0] == doctest::Approx(std::pow(0.5, 0.8 * 4)).epsilon(1e-14));
}

TEST_CASE("van Genuchten: Mualem's conductivity, fine and coarse, and the limit of dry ground") {
    check_law(Law(loam), 1.01e-3, 1e4);  // beside the millimetre where the smoothed part begins: the curvature jumps there
    check_law(Law(loam), 1e-6, 0.99e-3);
    check_law(Law("type = \"van_genuchten\"\nalpha = \"15 1/m\"\nn = 3\n"), 1e-3, 1e2);
    const Law law(loam);
    // Closed form at a suction of 1/alpha: Se = 2^-m, K = Se^(1/2) (1 - (1/2)^m)².
    const double m = 1 - 1 / 1.6, se = std::pow(2, -m);
    const auto v = law.at({-0.25});
    CHECK(v.saturation[0] == doctest::Approx(se).epsilon(1e-14));
    CHECK(v.conductivity[0] == doctest::Approx(std::sqrt(se) * std::pow(1 - std::pow(0.5, m), 2)).epsilon(1e-13));
    // Far out Se falls as (alpha suction)^(1 - n), Mualem's integral as (alpha suction)^-n: K as the power (1 - n)/2 - 2 n.
    const auto far = law.at({-1e6, -1e7});
    CHECK(std::log10(far.saturation[0] / far.saturation[1]) == doctest::Approx(0.6).epsilon(1e-6));
    CHECK(std::log10(far.conductivity[0] / far.conductivity[1]) == doctest::Approx(0.5 * 0.6 + 2 * 1.6).epsilon(1e-6));
}

TEST_CASE("van Genuchten: within a millimetre of suction the conductivity of a fine soil falls with a bounded slope") {
    // Clay (n = 1.09, Carsel & Parrish 1988): the curve itself has lost nine tenths at a millimetre, with a slope without bound at zero.
    for (const double n : {1.09, 1.2, 1.6, 1.99}) {
        CAPTURE(n);
        const double alpha = 0.8, m = 1 - 1 / n;
        const Law law(fmt::format("type = \"van_genuchten\"\nalpha = \"{} 1/m\"\nn = {}\n", alpha, n));
        const auto curve = [&](double suction) {
            const double x = std::pow(alpha * suction, n);
            return std::pow(1 + x, -0.5 * m) * std::pow(1 - std::pow(x / (1 + x), m), 2);
        };
        const auto outside = law.at({-1e-3, -2e-3, -0.1});
        CHECK(outside.conductivity[0] == doctest::Approx(curve(1e-3)).epsilon(1e-12));
        CHECK(outside.conductivity[1] == doctest::Approx(curve(2e-3)).epsilon(1e-12));
        CHECK(outside.conductivity[2] == doctest::Approx(curve(0.1)).epsilon(1e-12));
        std::vector<double> heads{-1e-12};
        for (int i = 1; i <= 1000; ++i) heads.push_back(-1e-6 * i);
        const auto v = law.at(heads);
        CHECK(v.conductivity[0] == doctest::Approx(1.0).epsilon(1e-12));
        // A cubic without slope at one end is nowhere steeper than three halves of its mean slope, if it is flatter than that at the other.
        const double steepest = 1.5 * (1 - curve(1e-3)) / 1e-3;
        for (std::size_t i = 1; i < heads.size(); ++i) {
            CHECK(v.conductivity[i] < v.conductivity[i - 1]);
            CHECK(v.conductivity_slope[i] <= steepest * (1 + 1e-9));
        }
        // Water contents keep the curve.
        CHECK(v.saturation[500] == doctest::Approx(std::pow(1 + std::pow(alpha * 0.5e-3, n), -m)).epsilon(1e-14));
    }
    // From n = 2 on the slope has a bound by itself.
    const Law sand("type = \"van_genuchten\"\nalpha = \"15 1/m\"\nn = 2.5\n");
    const double x = std::pow(15 * 0.5e-3, 2.5);
    CHECK(sand.at({-0.5e-3}).conductivity[0] ==
          doctest::Approx(std::pow(1 + x, -0.3) * std::pow(1 - std::pow(x / (1 + x), 0.6), 2)).epsilon(1e-13));
}

TEST_CASE("van Genuchten with an air entry: full up to it, and the same curve scaled beyond") {
    const Law plain(loam), entry(loam + "air_entry = \"2 cm\"\n");
    check_law(entry, 0.020001, 1e4);
    const std::vector<double> heads{-0.02, -0.0201, -0.1, -10};
    const auto with = entry.at(heads), without = plain.at(heads), full = entry.at({-0.0199});
    CHECK(full.saturation[0] == 1.0);
    CHECK(full.conductivity[0] == 1.0);
    // Ippisch, Vogel & Bastian 2006, eq. 10: the saturation over that at the entry; steps of the value at the entry: none.
    for (std::size_t n = 1; n < heads.size(); ++n)
        CHECK(with.saturation[n] == doctest::Approx(without.saturation[n] / without.saturation[0]));
    CHECK(with.conductivity[1] == doctest::Approx(1.0).epsilon(0.02));
    // What it is for: at the entry the conductivity falls less steeply than the plain curve does near zero.
    CHECK(with.conductivity_slope[1] < plain.at({-1e-4}).conductivity_slope[0]);
}

TEST_CASE("a tabulated curve passes its points, falls between them, and goes on beyond the last") {
    const TemporaryFile file(copy_of_van_genuchten(4, 1.6), "curve.csv");
    const Law table("type = \"tabulated\"\nfile = \"curve.csv\"\n", file.folder), law(loam);
    check_law(table, 1.003e-3, 90);  // beside the points, where the curvature jumps
    // 80 points per decade: cubics between monotone slopes err by second order where the slopes are means of secants, (0.03)²/4.
    const auto heads = suctions(2e-3, 90, 333);
    const auto a = table.at(heads), b = law.at(heads);
    for (std::size_t n = 0; n < heads.size(); ++n) {
        CHECK(a.saturation[n] == doctest::Approx(b.saturation[n]).epsilon(3e-4));
        CHECK(a.conductivity[n] == doctest::Approx(b.conductivity[n]).epsilon(3e-4));
    }
    const auto beyond = table.at({-100, -200, -1e4});
    CHECK(beyond.saturation[0] > beyond.saturation[1]);
    CHECK(beyond.saturation[1] > beyond.saturation[2]);
    CHECK(beyond.saturation[2] > 0);
    CHECK(beyond.conductivity[2] > 0);
    // Few points: no overshoot between them (Fritsch & Carlson 1980).
    const TemporaryFile few("suction,effective_saturation,relative_conductivity\n0,1,1\n0.5,0.98,0.9\n1,0.3,0.01\n10,0.1,1e-5\n",
                            "few.csv");
    const Law coarse("type = \"tabulated\"\nfile = \"few.csv\"\n", few.folder);
    const auto v = coarse.at(suctions(0.01, 9.99, 500));
    for (std::size_t n = 1; n < v.saturation.size(); ++n) {
        CHECK(v.saturation[n] <= v.saturation[n - 1]);
        CHECK(v.conductivity[n] <= v.conductivity[n - 1]);
    }
    CHECK(coarse.at({-0.5}).saturation[0] == doctest::Approx(0.98).epsilon(1e-12));
    CHECK(coarse.at({-10}).conductivity[0] == doctest::Approx(1e-5).epsilon(1e-12));
}

TEST_CASE("Gardner: one exponential for water and conductivity") {
    const Law law("type = \"gardner\"\nalpha = \"3 1/m\"\n");
    check_law(law, 1e-3, 20);
    CHECK(law.at({-1}).saturation[0] == doctest::Approx(std::exp(-3)).epsilon(1e-14));
    CHECK(law.at({-1}).conductivity[0] == doctest::Approx(std::exp(-3)).epsilon(1e-14));
}
