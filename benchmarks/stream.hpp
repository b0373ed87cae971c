#pragma once
// The machine's memory bandwidth, measured in the same run as everything that is compared with it: it drifts by a factor of four.

#include <string>

#include <benchmark/benchmark.h>

namespace galena::bench {

/// Write-allocate bandwidth of the triad a = b + s·c on arrays far larger than any cache, all threads [bytes/s]: 32 bytes per element,
/// because the line of `a` is read before it is written. Measured when first asked for in a process, best of several passes.
double stream_bandwidth(int threads);

/// Puts the counters that every row has: threads, cells, seconds (per iteration), cells_per_s, and from the counted bytes per iteration
/// GB_per_s and stream_fraction.
void set_counters(benchmark::State& state, int threads, double cells, double seconds, double counted_bytes);

}  // namespace galena::bench
