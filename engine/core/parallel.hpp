#pragma once
// The only place with `omp parallel`. Work is cut into blocks whose bounds depend on the problem, never on the number of
// threads, and sums run over these blocks in order: one thread and many give the same bits.

#include <algorithm>
#include <cstdint>
#include <vector>

#include <omp.h>

namespace galena {

using Index = std::int64_t;

/// Cells per block of a sum: large enough to vectorise, small enough that 128 cores share a million cells evenly.
inline constexpr Index sum_block = 4096;

inline int thread_count() { return omp_get_max_threads(); }
inline void set_thread_count(int threads) { omp_set_num_threads(std::max(1, threads)); }

/// body(begin, end) over [0, n) cut into blocks of `block`; blocks run in any order on any thread. The body must not throw.
template <class Body>
void parallel_blocks(Index n, Index block, Body&& body) {
    const Index blocks = (n + block - 1) / block;
#pragma omp parallel for schedule(static) if (blocks > 1)
    for (Index b = 0; b < blocks; ++b) body(b * block, std::min(n, (b + 1) * block));
}

/// body(i) for i in [0, n), independent of each other. The body must not throw.
template <class Body>
void parallel_for(Index n, Body&& body) {
    parallel_blocks(n, sum_block, [&](Index begin, Index end) {
        for (Index i = begin; i < end; ++i) body(i);
    });
}

/// Like parallel_for for few, heavy and uneven items (a kriging system, a column): handed out one by one.
template <class Body>
void parallel_for_each_item(Index n, Body&& body) {
#pragma omp parallel for schedule(dynamic, 1) if (n > 1)
    for (Index i = 0; i < n; ++i) body(i);
}

/// Sum of term(begin, end) over fixed blocks; the same bits for any number of threads.
template <class Term>
double parallel_sum_blocks(Index n, Term&& term) {
    const Index blocks = (n + sum_block - 1) / sum_block;
    std::vector<double> partial(static_cast<std::size_t>(blocks));
#pragma omp parallel for schedule(static) if (blocks > 1)
    for (Index b = 0; b < blocks; ++b) partial[static_cast<std::size_t>(b)] = term(b * sum_block, std::min(n, (b + 1) * sum_block));
    double sum = 0;
    for (double p : partial) sum += p;
    return sum;
}

/// Sum of term(i), i in [0, n); the same bits for any number of threads.
template <class Term>
double parallel_sum(Index n, Term&& term) {
    return parallel_sum_blocks(n, [&](Index begin, Index end) {
        double sum = 0;
        for (Index i = begin; i < end; ++i) sum += term(i);
        return sum;
    });
}

/// Largest value(i) and its first index; {lowest, -1} when n = 0.
struct Extremum {
    double value;
    Index index;
};
template <class Value>
Extremum parallel_maximum(Index n, Value&& value) {
    const Index blocks = (n + sum_block - 1) / sum_block;
    std::vector<Extremum> partial(static_cast<std::size_t>(blocks), {-1.7976931348623157e308, -1});
#pragma omp parallel for schedule(static) if (blocks > 1)
    for (Index b = 0; b < blocks; ++b) {
        auto& best = partial[static_cast<std::size_t>(b)];
        for (Index i = b * sum_block; i < std::min(n, (b + 1) * sum_block); ++i)
            if (const double v = value(i); best.index < 0 || v > best.value) best = {v, i};
    }
    Extremum best{-1.7976931348623157e308, -1};
    for (const auto& p : partial)
        if (p.index >= 0 && (best.index < 0 || p.value > best.value)) best = p;
    return best;
}

}  // namespace galena
