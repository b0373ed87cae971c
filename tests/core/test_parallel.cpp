#include <doctest/doctest.h>

#include <atomic>
#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

#include "core/parallel.hpp"

using namespace galena;

namespace {

/// Gives the number of threads back when a test ends.
struct KeepThreads {
    int threads = thread_count();
    ~KeepThreads() { set_thread_count(threads); }
};

/// Terms of very different size and sign: any other order of summation gives other bits.
double uneven_term(Index i) { return std::sin(static_cast<double>(i)) * std::pow(10.0, static_cast<double>(i % 17) - 8); }

std::uint64_t bits(double x) { return std::bit_cast<std::uint64_t>(x); }

}  // namespace

TEST_CASE("sums have the same bits for any number of threads") {
    const KeepThreads keep;
    for (const Index n : {Index{0}, Index{1}, sum_block - 1, sum_block, sum_block + 1, 25 * sum_block + 7}) {
        set_thread_count(1);
        const double alone = parallel_sum(n, uneven_term);
        for (int threads = 2; threads <= 4; ++threads) {
            set_thread_count(threads);
            CHECK(bits(parallel_sum(n, uneven_term)) == bits(alone));
        }
    }
}

TEST_CASE("the terms of the sum tell one order of summation from another") {
    // Without this the test above could pass for terms whose sum is exact in any order.
    const Index n = 25 * sum_block + 7;
    double straight = 0;
    for (Index i = 0; i < n; ++i) straight += uneven_term(i);
    CHECK(bits(parallel_sum(n, uneven_term)) != bits(straight));
    // The sums differ by rounding only: n terms of at most 1e8 give 1e5 · 1e8 · 1e-16 = 1e-3 at the very worst.
    CHECK(std::abs(parallel_sum(n, uneven_term) - straight) < 1e-3);
}

TEST_CASE("a sum counts every index once") {
    const Index n = 3 * sum_block + 11;
    CHECK(parallel_sum(n, [](Index i) { return static_cast<double>(i); }) == 0.5 * static_cast<double>(n) * static_cast<double>(n - 1));
    CHECK(parallel_sum(0, [](Index) { return 1.0; }) == 0.0);
}

TEST_CASE("blocks and items cover the range once and do not depend on the threads") {
    const KeepThreads keep;
    const Index n = 1000, block = 64;
    for (int threads = 1; threads <= 4; ++threads) {
        set_thread_count(threads);
        std::vector<int> visits(n), first_of_block(n), items(n);
        parallel_blocks(n, block, [&](Index begin, Index end) {
            ++first_of_block[static_cast<std::size_t>(begin)];
            for (Index i = begin; i < end; ++i) ++visits[static_cast<std::size_t>(i)];
        });
        parallel_for_each_item(n, [&](Index i) { ++items[static_cast<std::size_t>(i)]; });
        for (Index i = 0; i < n; ++i) {
            CHECK(visits[static_cast<std::size_t>(i)] == 1);
            CHECK(items[static_cast<std::size_t>(i)] == 1);
            CHECK(first_of_block[static_cast<std::size_t>(i)] == (i % block == 0 ? 1 : 0));
        }
    }
}

TEST_CASE("the maximum is the first of equals and the same for any number of threads") {
    const KeepThreads keep;
    const Index n = 10 * sum_block;
    const auto value = [](Index i) { return i % 1000 == 777 ? 5.0 : -static_cast<double>(i); };
    for (int threads = 1; threads <= 4; ++threads) {
        set_thread_count(threads);
        const auto largest = parallel_maximum(n, value);
        CHECK(largest.value == 5.0);
        CHECK(largest.index == 777);
    }
    CHECK(parallel_maximum(0, value).index == -1);
    CHECK(parallel_maximum(n, [](Index i) { return static_cast<double>(i); }).index == n - 1);
    CHECK(parallel_maximum(3, [](Index) { return -1e300; }).index == 0);
}
