#include <doctest/doctest.h>

#include <cmath>
#include <numbers>

#include "grid/builder.hpp"
#include "grid/fourier.hpp"
#include "grid/gaussian_field.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

/// Mean over draws of products of field values a lag apart, all places of the lattice.
struct Moments {
    double mean = 0, variance = 0;
    std::vector<double> semivariance;  ///< along x, y, z by lag 1, 2, 4, 8
};

constexpr Index lags[] = {1, 2, 4, 8};

Moments moments(const GaussianLattice& lattice, int draws) {
    Moments m;
    m.semivariance.assign(12, 0);
    const auto [nx, ny, nz] = lattice.points();
    const Index steps[] = {1, nx, nx * ny}, counts[] = {nx, ny, nz};
    for (int d = 0; d < draws; ++d) {
        const auto field = lattice.draw(7, "test/" + std::to_string(d));
        const auto n = static_cast<double>(field.size());
        for (const double v : field) {
            m.mean += v / n / draws;
            m.variance += v * v / n / draws;
        }
        for (std::size_t axis = 0; axis < 3; ++axis)
            for (std::size_t l = 0; l < 4; ++l) {
                if (lags[l] >= counts[axis]) continue;
                double sum = 0, pairs = 0;
                for (Index c = 0; c < static_cast<Index>(field.size()); ++c) {
                    if (c / steps[axis] % counts[axis] + lags[l] >= counts[axis]) continue;
                    const double difference =
                        field[static_cast<std::size_t>(c)] - field[static_cast<std::size_t>(c + lags[l] * steps[axis])];
                    sum += 0.5 * difference * difference;
                    ++pairs;
                }
                m.semivariance[4 * axis + l] += sum / pairs / draws;
            }
    }
    return m;
}

}  // namespace

TEST_CASE("a Fourier transform is undone by its inverse and knows a wave") {
    for (const auto& points : {std::array<Index, 3>{8, 6, 5}, std::array<Index, 3>{12, 1, 4}, std::array<Index, 3>{1, 9, 2}}) {
        const auto [nx, ny, nz] = points;
        DoubleArray values(nx * ny * nz), back(nx * ny * nz);
        for (Index c = 0; c < values.size(); ++c) values[c] = std::sin(3.7 * static_cast<double>(c)) + 0.1 * static_cast<double>(c % 7);
        const FourierTransform transform(points);
        auto spectrum = transform.forward(values);
        double sum = 0;
        for (const double v : values) sum += v;
        CHECK(spectrum[0].real() == doctest::Approx(sum).epsilon(1e-12));
        transform.backward(spectrum, back);
        for (Index c = 0; c < values.size(); ++c) CHECK(back[c] == doctest::Approx(values[c]).epsilon(1e-12));
    }
    DoubleArray wave(8 * 6);
    for (Index c = 0; c < 48; ++c)
        wave[c] = std::cos(2 * std::numbers::pi * (2.0 * static_cast<double>(c % 8) / 8 + static_cast<double>(c / 8) / 6));
    const FourierTransform transform({8, 6, 1});
    const auto spectrum = transform.forward(wave);
    CHECK(spectrum[1 * 5 + 2].real() == doctest::Approx(24));  // half of 48: the other half is in the mirror image
    CHECK(std::abs(spectrum[3]) < 1e-12);
}

TEST_CASE("random fields have the mean, variance and variogram asked for") {
    const Variogram variogram{VariogramModel::exponential, 0.2, 0.8, 12, {0, 0.5}};  // half the range along x
    const GaussianLattice lattice({0, 0, 0}, {2, 2, 1}, {64, 64, 16}, {variogram, 4});
    CHECK(lattice.cut_off() < 0.01);
    const int draws = 15;
    const auto m = moments(lattice, draws);
    // A draw holds about V/(8 π a b c) = 65 536·4/(25·6·12·4) = 36 independent volumes, fifteen draws 540: the mean scatters by
    // 0.9/sqrt(540) = 0.04, the variance by sqrt(2/540) = 0.06; twice that is allowed, and less where lags are short.
    report_difference("random_field/exponential", "mean:abs", 0, m.mean, 0.09, "target");
    report_difference("random_field/exponential", "variance:abs", 1, m.variance, 0.09, "target");
    const double spacing[] = {2, 2, 1};
    for (std::size_t axis = 0; axis < 3; ++axis)
        for (std::size_t l = 0; l < 4; ++l) {
            const double h = static_cast<double>(lags[l]) * spacing[axis];
            const double wanted = axis == 0 ? variogram(h, 0) : axis == 1 ? variogram(0, h) : variogram.at_distance(h * 12 / 4);
            report_difference("random_field/exponential", fmt::format("variogram along {} at {:g} m:abs", "xyz"[axis], h), wanted,
                              m.semivariance[4 * axis + l], 0.05, "target");
        }
}

TEST_CASE("the field does not depend on threads, and every name and number is another field") {
    const Variogram variogram{VariogramModel::spherical, 0, 2, 30};
    const GaussianLattice lattice({0, 0, 0}, {1, 1, 1}, {50, 40, 10}, {variogram, 0});
    const int threads = thread_count();
    set_thread_count(1);
    const auto one = lattice.draw(3, "a");
    set_thread_count(4);
    CHECK(lattice.draw(3, "a") == one);
    set_thread_count(threads);
    CHECK(lattice.draw(3, "b") != one);
    CHECK(lattice.draw(4, "a") != one);
}

TEST_CASE("a conditional field passes through its samples and keeps its variance away from them") {
    const Variogram variogram{VariogramModel::spherical, 0, 1, 40};
    Samples samples;
    samples.add(20, 30, 2.0);
    samples.add(60, 70, -1.5);
    samples.add(65, 20, 0.5);
    const std::vector<Point> targets{{20, 30, 0}, {60, 70, 0}, {65, 20, 0}, {20, 90, 0}, {21, 30, 0}};
    double sum = 0, squares = 0, near = 0;
    const int draws = 400;
    for (int d = 0; d < draws; ++d) {
        const auto field = conditional_simulation(samples, variogram, targets, {}, 1, "draw/" + std::to_string(d));
        for (std::size_t s = 0; s < 3; ++s) CHECK(field[s] == doctest::Approx(samples.value[s]).epsilon(1e-9));
        sum += field[3];
        squares += field[3] * field[3];
        near += std::abs(field[4] - 2.0);
    }
    // At 60 m from the nearest sample the kriged mean is that of the samples, 1/3, with variance 1 + 1/3; 400 draws leave 0.06 and 7 %.
    const double mean = sum / draws, variance = squares / draws - mean * mean;
    report_difference("random_field/conditional", "mean away from samples:abs", 1.0 / 3, mean, 0.2, "ordinary kriging");
    report_difference("random_field/conditional", "variance away from samples:abs", 4.0 / 3, variance, 0.3, "ordinary kriging");
    CHECK(near / draws < 0.45);  // the nearest other lattice point, 2 m away: sd sqrt(2·1.5·2/40) = 0.39, mean size 0.31
}
