#pragma once
// Several sums in one pass over blocks with fixed bounds: the same bits for any number of threads.

#include <array>
#include <vector>

#include "core/parallel.hpp"

namespace galena {

/// Sums of N terms: term(begin, end) returns a std::array<double, N> for the block [begin, end) of [0, n).
template <std::size_t N, class Term>
std::array<double, N> parallel_block_sums(Index n, Index block, Term&& term) {
    std::vector<std::array<double, N>> partial(static_cast<std::size_t>((n + block - 1) / block));
    parallel_blocks(n, block, [&](Index begin, Index end) { partial[static_cast<std::size_t>(begin / block)] = term(begin, end); });
    std::array<double, N> sums{};
    for (const auto& p : partial)
        for (std::size_t s = 0; s < N; ++s) sums[s] += p[s];
    return sums;
}

}  // namespace galena
