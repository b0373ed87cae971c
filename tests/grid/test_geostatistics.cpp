#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>
#include <stdexcept>

#include "grid/geostatistics.hpp"

using namespace galena;

namespace {

constexpr double degree = std::numbers::pi / 180;

/// Scattered points with a smooth value: enough structure for every method, no two at one place.
Samples scattered(std::size_t n, unsigned seed = 7) {
    std::mt19937 random(seed);
    const auto uniform = [&] { return static_cast<double>(random()) / 4294967296.0; };
    Samples s;
    for (std::size_t i = 0; i < n; ++i) {
        const double x = 1000 * uniform(), y = 600 * uniform();
        s.add(x, y, 5 + std::sin(x / 200) + std::cos(y / 150) + 0.2 * uniform());
    }
    return s;
}

std::vector<Point> raster(int columns, int rows, double step) {
    std::vector<Point> points;
    for (int r = 0; r < rows; ++r)
        for (int c = 0; c < columns; ++c) points.push_back({(c + 0.37) * step, (r + 0.61) * step, 0});
    return points;
}

std::vector<Point> places_of(const Samples& s) {
    std::vector<Point> points;
    for (std::size_t i = 0; i < s.size(); ++i) points.push_back({s.x[i], s.y[i], 0});
    return points;
}

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
    REQUIRE(a.size() == b.size());
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
    return largest;
}

const Variogram spherical{VariogramModel::spherical, 0.0, 1.5, 400};

}  // namespace

TEST_CASE("samples at one place are averaged, in order of first appearance") {
    Samples s;
    s.add(2, 1, 10);
    s.add(1, 1, 1);
    s.add(2, 1, 20);
    s.add(2, 2, 5);
    s.add(2, 1, 60);
    const auto merged = merge_duplicates(s);
    CHECK(merged.merged == 2);
    CHECK(merged.samples.value == std::vector<double>{30, 1, 5});
    CHECK(merged.samples.x == std::vector<double>{2, 1, 2});
}

TEST_CASE("logarithms are refused for values that have none") {
    Samples s;
    s.add(1, 2, 3);
    CHECK(logarithm(s).value[0] == std::log(3.0));
    s.add(4, 5, 0);
    CHECK_THROWS_WITH_AS(logarithm(s), doctest::Contains("x = 4, y = 5"), std::domain_error);
}

TEST_CASE("variogram models have the values of their formulas") {
    CHECK(Variogram{VariogramModel::spherical, 1, 2, 10}.at_distance(5) == doctest::Approx(1 + 2 * (0.75 - 0.0625)));
    CHECK(Variogram{VariogramModel::spherical, 1, 2, 10}.at_distance(11) == 3);
    CHECK(Variogram{VariogramModel::exponential, 1, 2, 10}.at_distance(10) == doctest::Approx(1 + 2 * (1 - std::exp(-1.0))));
    CHECK(Variogram{VariogramModel::gaussian, 1, 2, 10}.at_distance(20) == doctest::Approx(1 + 2 * (1 - std::exp(-4.0))));
    CHECK(Variogram{VariogramModel::gaussian, 1, 2, 10}.at_distance(0) == 0);
    // 30° clockwise from north, range 10 along and 5 across: the model depends on h along and 2h across.
    const Variogram v{VariogramModel::spherical, 0, 1, 10, {30 * degree, 0.5}};
    CHECK(v(3 * std::sin(30 * degree), 3 * std::cos(30 * degree)) == doctest::Approx(v.at_distance(3)));
    CHECK(v(3 * std::cos(30 * degree), -3 * std::sin(30 * degree)) == doctest::Approx(v.at_distance(6)));
}

TEST_CASE("an experimental variogram counts pairs as gstat does") {
    Samples s;
    for (int i = 0; i < 5; ++i) s.add(i, 0, i * i);
    const auto e = experimental_variogram(s, {.cutoff = 3, .bins = 3});
    // Distances are 1 (4 pairs), 2 (3), 3 (2), 4 (1, beyond the cutoff); a pair on a bound belongs to the lower bin.
    REQUIRE(e.bins.size() == 3);
    CHECK(e.bins[0].pairs == 4);
    CHECK(e.bins[1].pairs == 3);
    CHECK(e.bins[2].pairs == 2);
    CHECK(e.bins[0].distance == 1);
    CHECK(e.bins[0].semivariance == doctest::Approx((1 + 9 + 25 + 49) / 8.0));
    CHECK(e.bins[2].semivariance == doctest::Approx((81 + 225) / 4.0));
}

TEST_CASE("the fit finds the variogram that made the bins") {
    for (const auto model : {VariogramModel::spherical, VariogramModel::exponential, VariogramModel::gaussian}) {
        const Variogram truth{model, 0.3, 1.7, 250};
        ExperimentalVariogram e;
        e.cutoff = 900;
        for (int b = 1; b <= 15; ++b) e.bins.push_back({100 + 7 * b, 58.0 * b, truth.at_distance(58.0 * b)});
        const auto fit = fit_variogram(e, model);
        CHECK(fit.converged);
        // Golden section finds an argument only to the square root of rounding.
        CHECK(fit.variogram.range == doctest::Approx(250).epsilon(1e-5));
        CHECK(fit.variogram.nugget == doctest::Approx(0.3).epsilon(1e-4));
        CHECK(fit.variogram.partial_sill == doctest::Approx(1.7).epsilon(1e-4));
        CHECK(fit.sum_of_squares < 1e-10);
    }
}

TEST_CASE("a fit without structure or without a sill says so") {
    ExperimentalVariogram flat;
    flat.cutoff = 900;
    for (int b = 1; b <= 15; ++b) flat.bins.push_back({100, 60.0 * b, 2.0});
    CHECK_FALSE(fit_variogram(flat, VariogramModel::spherical).converged);
    CHECK(fit_variogram(flat, VariogramModel::spherical).variogram.sill() == doctest::Approx(2.0));
    ExperimentalVariogram rising = flat;
    for (auto& bin : rising.bins) bin.semivariance = 1e-3 * bin.distance;
    const auto fit = fit_variogram(rising, VariogramModel::spherical);
    CHECK_FALSE(fit.converged);
    CHECK(fit.remark.find("without levelling off") != std::string::npos);
    CHECK(fit.variogram.nugget >= 0);
    // Falling semivariances would ask for a negative sill: the bound holds.
    ExperimentalVariogram falling = flat;
    for (auto& bin : falling.bins) bin.semivariance = 3 - 1e-3 * bin.distance;
    CHECK(fit_variogram(falling, VariogramModel::exponential).variogram.partial_sill >= 0);
}

TEST_CASE("kriging is exact at samples, with and without nugget, with all and few neighbours") {
    const auto s = scattered(80);
    for (const double nugget : {0.0, 0.4})
        for (const std::size_t neighbours : {std::size_t{0}, std::size_t{10}})
            for (const auto model : {VariogramModel::spherical, VariogramModel::exponential}) {
                const auto k = ordinary_kriging(s, {model, nugget, 1.5, 400}, places_of(s), {.neighbours = neighbours});
                // The condition number of the system is below 1e5: rounding leaves eleven digits.
                CHECK(largest_difference(k.estimate, s.value) < 1e-10);
                CHECK(largest_difference(k.variance, std::vector<double>(s.size(), 0.0)) < 1e-10);
                CHECK(k.regularisation == 0);
            }
}

TEST_CASE("kriging weights sum to one: constant data come back") {
    auto s = scattered(60);
    for (double& value : s.value) value = 7.25;
    for (const std::size_t neighbours : {std::size_t{0}, std::size_t{8}}) {
        const auto k = ordinary_kriging(s, {VariogramModel::spherical, 0.1, 1, 300}, raster(20, 12, 50), {.neighbours = neighbours});
        for (const double z : k.estimate) CHECK(std::abs(z - 7.25) < 1e-13 * 7.25 * 100);  // rounding of a sum of 60 terms
    }
    // Data without any variation have a variogram of zero: nothing is unknown.
    const auto k = ordinary_kriging(s, {VariogramModel::spherical, 0, 0, 300}, raster(3, 3, 50));
    CHECK(k.estimate[4] == doctest::Approx(7.25));
    CHECK(k.variance[4] == 0);
}

TEST_CASE("far from all samples kriging gives their mean and the sill plus the variance of the mean") {
    const auto s = scattered(30);
    const Variogram v{VariogramModel::spherical, 0.2, 1.0, 50};
    const std::vector<Point> far{{1e5, 1e5, 0}, {-1e5, 3e4, 0}};
    const auto k = ordinary_kriging(s, v, far);
    CHECK(k.estimate[0] == doctest::Approx(k.estimate[1]).epsilon(1e-13));
    CHECK(k.variance[0] > v.sill());
    // Pure nugget: independent values, whose mean has the variance sill/n.
    const Variogram independent{VariogramModel::spherical, 2.0, 0.0, 50};
    const auto mean = ordinary_kriging(s, independent, far);
    double average = 0;
    for (const double value : s.value) average += value / 30;
    CHECK(mean.estimate[0] == doctest::Approx(average).epsilon(1e-13));
    CHECK(mean.variance[0] == doctest::Approx(2.0 * (1 + 1.0 / 30)).epsilon(1e-13));
}

TEST_CASE("kriging between two samples follows the formula solved by hand") {
    Samples s;
    s.add(0, 0, 1);
    s.add(100, 0, 3);
    const Variogram v{VariogramModel::exponential, 0, 1, 80};
    const double c = std::exp(-100.0 / 80), near = std::exp(-25.0 / 80), far = std::exp(-75.0 / 80);
    // Two weights that sum to one: w = 1/2 + (near − far) / (2 (1 − c)).
    const double w = 0.5 + (near - far) / (2 * (1 - c));
    const double variance = 1 + w * w + (1 - w) * (1 - w) + 2 * w * (1 - w) * c - 2 * (w * near + (1 - w) * far);
    const auto k = ordinary_kriging(s, v, std::vector<Point>{{25, 0, 0}});
    CHECK(k.estimate[0] == doctest::Approx(w * 1 + (1 - w) * 3).epsilon(1e-13));
    CHECK(k.variance[0] == doctest::Approx(variance).epsilon(1e-12));
}

TEST_CASE("anisotropic kriging equals isotropic kriging in stretched coordinates") {
    const auto s = scattered(50);
    const Anisotropy anisotropy{35 * degree, 0.4};
    const auto targets = raster(10, 6, 100);
    auto moved_targets = targets;
    for (auto& t : moved_targets) {
        const double along = t.x * std::sin(35 * degree) + t.y * std::cos(35 * degree);
        const double across = t.x * std::cos(35 * degree) - t.y * std::sin(35 * degree);
        t = {across / 0.4, along, 0};
    }
    auto moved = s;
    for (std::size_t i = 0; i < s.size(); ++i) {
        moved.y[i] = s.x[i] * std::sin(35 * degree) + s.y[i] * std::cos(35 * degree);
        moved.x[i] = (s.x[i] * std::cos(35 * degree) - s.y[i] * std::sin(35 * degree)) / 0.4;
    }
    for (const std::size_t neighbours : {std::size_t{0}, std::size_t{12}}) {
        auto v = spherical;
        v.anisotropy = anisotropy;
        const auto a = ordinary_kriging(s, v, targets, {.neighbours = neighbours});
        const auto b = ordinary_kriging(moved, spherical, moved_targets, {.neighbours = neighbours});
        // The same arithmetic on coordinates that differ in the last bit.
        CHECK(largest_difference(a.estimate, b.estimate) < 1e-11);
        CHECK(largest_difference(a.variance, b.variance) < 1e-11);
    }
    // North-south bands: likeness reaches far along y, so a sample to the north tells more than one as far to the east.
    Samples two;
    two.add(0, 100, 1);
    two.add(100, 0, 0);
    auto banded = spherical;
    banded.anisotropy = {0, 0.25};
    CHECK(ordinary_kriging(two, banded, std::vector<Point>{{0, 0, 0}}).estimate[0] > 0.6);
}

TEST_CASE("few neighbours tend to all neighbours") {
    const auto s = scattered(40);
    const auto targets = raster(10, 6, 100);
    const auto all = ordinary_kriging(s, spherical, targets);
    const auto most = ordinary_kriging(s, spherical, targets, {.neighbours = 39});
    const auto few = ordinary_kriging(s, spherical, targets, {.neighbours = 4});
    // The farthest of 40 samples is screened by the others (but for the edges of the cloud); four are plainly fewer.
    CHECK(largest_difference(all.estimate, most.estimate) < 0.1 * largest_difference(all.estimate, few.estimate));
    for (std::size_t t = 0; t < targets.size(); ++t) CHECK(few.variance[t] >= all.variance[t] - 1e-12);
}

TEST_CASE("leave-one-out by one factorization equals leaving samples out one by one") {
    const auto s = scattered(25);
    const Variogram v{VariogramModel::exponential, 0.05, 1, 200};
    const auto cv = leave_one_out(s, v);
    for (std::size_t left = 0; left < s.size(); ++left) {
        Samples others;
        for (std::size_t i = 0; i < s.size(); ++i)
            if (i != left) others.add(s.x[i], s.y[i], s.value[i]);
        const auto k = ordinary_kriging(others, v, std::vector<Point>{{s.x[left], s.y[left], 0}});
        CHECK(cv.residual[left] == doctest::Approx(s.value[left] - k.estimate[0]).epsilon(1e-10));
        CHECK(cv.variance[left] == doctest::Approx(k.variance[0]).epsilon(1e-10));
    }
    // With all but one neighbour both ways mean the same.
    CHECK(leave_one_out(s, v, {.neighbours = 24}).root_mean_square_error == cv.root_mean_square_error);
}

TEST_CASE("log kriging gives the median, or the mean with half the variance") {
    const auto s = scattered(30);
    const auto targets = raster(5, 3, 180);
    const auto plain = ordinary_kriging(s, spherical, targets);
    const auto median = ordinary_kriging(s, spherical, targets, {.back_transform = BackTransform::median});
    const auto mean = ordinary_kriging(s, spherical, targets, {.back_transform = BackTransform::mean});
    for (std::size_t t = 0; t < targets.size(); ++t) {
        CHECK(median.estimate[t] == doctest::Approx(std::exp(plain.estimate[t])).epsilon(1e-14));
        CHECK(mean.estimate[t] == doctest::Approx(std::exp(plain.estimate[t] + plain.variance[t] / 2)).epsilon(1e-14));
        CHECK(mean.variance[t] == plain.variance[t]);
    }
}

TEST_CASE("a Gaussian variogram without nugget is regularised rather than wrong") {
    const auto s = scattered(150);
    const Variogram v{VariogramModel::gaussian, 0, 1.5, 400};
    const auto k = ordinary_kriging(s, v, places_of(s));
    CHECK(k.regularisation > 0);
    CHECK(k.regularisation <= 1.5e-6);
    // Values carry 0.2 of noise the model calls impossible; estimates stay finite and within a few times the data.
    for (const double z : k.estimate) CHECK(std::abs(z) < 20);
    CHECK_THROWS_AS(ordinary_kriging(s, {VariogramModel::spherical, -1, 1, 1}, places_of(s)), std::invalid_argument);
    CHECK_THROWS_AS(ordinary_kriging({}, v, places_of(s)), std::invalid_argument);
}

TEST_CASE("inverse distance is exact at samples and bounded by them") {
    const auto s = scattered(70);
    CHECK(inverse_distance(s, places_of(s)) == s.value);
    const auto [low, high] = std::minmax_element(s.value.begin(), s.value.end());
    for (const double power : {0.5, 2.0, 9.0})
        for (const std::size_t neighbours : {std::size_t{0}, std::size_t{5}})
            for (const double z : inverse_distance(s, raster(25, 15, 40), {.power = power, .neighbours = neighbours})) {
                CHECK(z >= *low - 1e-13);  // a mean of numbers near 5, rounded
                CHECK(z <= *high + 1e-13);
            }
    Samples two;
    two.add(0, 0, 0);
    two.add(3, 0, 5);
    CHECK(inverse_distance(two, std::vector<Point>{{1, 0, 0}})[0] == doctest::Approx(1.0));  // weights 4 : 1
    CHECK(inverse_distance(two, std::vector<Point>{{1, 0, 0}}, {.power = 1})[0] == doctest::Approx(5.0 / 3));
    CHECK(nearest_sample(two, std::vector<Point>{{1.4, 0, 0}, {1.6, 9, 0}}) == std::vector<double>{0, 5});
}

TEST_CASE("one and two threads give the same bits") {
    const auto s = scattered(200);
    const auto targets = raster(60, 40, 17);
    const auto run = [&](int threads) {
        set_thread_count(threads);
        const auto fit = fit_variogram(experimental_variogram(s), VariogramModel::exponential);
        std::vector<double> all{fit.variogram.nugget, fit.variogram.partial_sill, fit.variogram.range};
        for (const std::size_t neighbours : {std::size_t{0}, std::size_t{16}}) {
            const auto k = ordinary_kriging(s, fit.variogram, targets, {.neighbours = neighbours});
            all.insert(all.end(), k.estimate.begin(), k.estimate.end());
            all.insert(all.end(), k.variance.begin(), k.variance.end());
            all.push_back(leave_one_out(s, fit.variogram, {.neighbours = neighbours}).root_mean_square_error);
        }
        const auto idw = inverse_distance(s, targets);
        all.insert(all.end(), idw.begin(), idw.end());
        return all;
    };
    const int before = thread_count();
    const auto one = run(1), two = run(2);
    set_thread_count(before);
    CHECK(one == two);
}
