// machine/stream/triad: McCalpin (1995), the yardstick of everything that memory bounds.

#include "stream.hpp"

#include <chrono>
#include <map>

#include "grid/field.hpp"

namespace galena::bench {

namespace {

constexpr Index elements = 40'000'000;  // 320 MB an array: far beyond any cache

double seconds_of_one_triad(DoubleArray& a, const DoubleArray& b, const DoubleArray& c) {
    const auto begin = std::chrono::steady_clock::now();
    double* to = a.data();
    const double *from = b.data(), *scaled = c.data();
    parallel_blocks(elements, 1 << 20, [&](Index first, Index last) {
        for (Index i = first; i < last; ++i) to[i] = from[i] + 3.0 * scaled[i];
    });
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void triad(benchmark::State& state, int threads) {
    const int before = thread_count();
    set_thread_count(threads);
    DoubleArray a(elements), b(elements, 1.0), c(elements, 2.0);
    double total = 0;
    for (auto _ : state) total += seconds_of_one_triad(a, b, c);
    benchmark::DoNotOptimize(a.data());
    const double seconds = total / static_cast<double>(state.iterations());
    state.counters["threads"] = threads;
    state.counters["cells"] = static_cast<double>(elements);
    state.counters["seconds"] = seconds;
    state.counters["GB_per_s"] = 24e-9 * static_cast<double>(elements) / seconds;
    state.counters["GB_per_s_write_allocate"] = 32e-9 * static_cast<double>(elements) / seconds;
    set_thread_count(before);
}

const bool registered = [] {
    const int all = thread_count();
    benchmark::RegisterBenchmark("machine/stream/triad", [all](benchmark::State& s) { triad(s, all); })->Unit(benchmark::kMillisecond);
    benchmark::RegisterBenchmark("machine/stream/triad/1thread", [](benchmark::State& s) { triad(s, 1); })->Unit(benchmark::kMillisecond);
    return true;
}();

}  // namespace

double stream_bandwidth(int threads) {
    static std::map<int, double> measured;
    if (const auto known = measured.find(threads); known != measured.end()) return known->second;
    const int before = thread_count();
    set_thread_count(threads);
    DoubleArray a(elements), b(elements, 1.0), c(elements, 2.0);
    double best = 1e30;
    for (int pass = 0; pass < 5; ++pass) best = std::min(best, seconds_of_one_triad(a, b, c));
    set_thread_count(before);
    return measured[threads] = 32.0 * static_cast<double>(elements) / best;
}

void set_counters(benchmark::State& state, int threads, double cells, double seconds, double counted_bytes) {
    state.counters["threads"] = threads;
    state.counters["cells"] = cells;
    state.counters["seconds"] = seconds;
    state.counters["cells_per_s"] = cells / seconds;
    if (counted_bytes <= 0) return;  // nobody counted: no figure rather than a wrong one
    state.counters["GB_per_s"] = 1e-9 * counted_bytes / seconds;
    state.counters["stream_fraction"] = counted_bytes / seconds / stream_bandwidth(threads);
}

}  // namespace galena::bench
