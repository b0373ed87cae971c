// Samples to cells: ordinary kriging of 155 samples (as many as the Meuse survey has) to 100 000 points, with variance.

#include <benchmark/benchmark.h>

#include <chrono>
#include <cmath>
#include <random>

#include "grid/geostatistics.hpp"
#include "stream.hpp"

namespace {

using namespace galena;

/// A survey of 155 samples in 3 km × 4 km, the same for every run.
Samples survey() {
    std::mt19937 random(1993);
    const auto uniform = [&] { return static_cast<double>(random()) / 4294967296.0; };
    Samples samples;
    for (int s = 0; s < 155; ++s) {
        const double x = 3000 * uniform(), y = 4000 * uniform();
        samples.add(x, y, 6 + std::sin(x / 500) * std::cos(y / 700) + 0.2 * uniform());
    }
    return samples;
}

std::vector<Point> raster(int columns, int rows) {
    std::vector<Point> points;
    points.reserve(static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows));
    for (int r = 0; r < rows; ++r)
        for (int c = 0; c < columns; ++c) points.push_back({3000 * (c + 0.5) / columns, 4000 * (r + 0.5) / rows, 0});
    return points;
}

void krige_survey(benchmark::State& state, int threads, std::size_t neighbours) {
    const int threads_before = thread_count();
    set_thread_count(threads > 0 ? threads : threads_before);
    const auto samples = survey();
    const auto cells = raster(250, 400);
    const Variogram variogram{VariogramModel::spherical, 0.05, 0.6, 900};
    const auto begin = std::chrono::steady_clock::now();
    for (auto _ : state) benchmark::DoNotOptimize(ordinary_kriging(samples, variogram, cells, {.neighbours = neighbours}).estimate.data());
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;

    const double seconds = spent.count() / static_cast<double>(state.iterations());
    // Coordinates read, estimate and variance written with write-allocate: next to nothing, for kriging computes; 155² products a cell.
    bench::set_counters(state, thread_count(), static_cast<double>(cells.size()), seconds, 56.0 * static_cast<double>(cells.size()));
    set_thread_count(threads_before);
}

BENCHMARK_CAPTURE(krige_survey, all, 0, 0)->Name("survey/kriging/100k")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(krige_survey, all_1thread, 1, 0)->Name("survey/kriging/100k/1thread")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(krige_survey, nearest, 0, 12)->Name("survey/kriging/100k/nearest12")->Unit(benchmark::kMillisecond);

}  // namespace
