// Random fields: one draw on a million cells, 200 × 200 × 25, with likeness over ten cells along and four upward.

#include <benchmark/benchmark.h>

#include <chrono>

#include "grid/gaussian_field.hpp"
#include "stream.hpp"

namespace {

using namespace galena;

void draw_field(benchmark::State& state, int threads) {
    const int threads_before = thread_count();
    set_thread_count(threads > 0 ? threads : threads_before);
    const GaussianLattice lattice({0, 0, 0}, {10, 10, 1}, {200, 200, 25}, {{VariogramModel::exponential, 0, 1, 100}, 4});
    std::uint64_t number = 0;
    const auto begin = std::chrono::steady_clock::now();
    for (auto _ : state) benchmark::DoNotOptimize(lattice.draw(1, "field/" + std::to_string(number++)).data());
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
    const double seconds = spent.count() / static_cast<double>(state.iterations());
    // Nobody counted the bytes of the transforms.
    bench::set_counters(state, thread_count(), 1e6, seconds, 0);
    set_thread_count(threads_before);
}

BENCHMARK_CAPTURE(draw_field, all, 0)->Name("field/random/1M")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(draw_field, all_1thread, 1)->Name("field/random/1M/1thread")->Unit(benchmark::kMillisecond);

}  // namespace
