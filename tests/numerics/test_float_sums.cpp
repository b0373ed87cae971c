// Sums of floats that end where the numbers end, whatever stands in memory behind them.

#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "numerics/multigrid_kernel.hpp"

using namespace galena;

TEST_CASE("a product of floats takes none of what stands behind them") {
    // Eight lanes: lengths below, at and beside whole vectors. Small whole numbers, so that every sum is exact.
    for (const Index n : {0, 1, 7, 8, 9, 20, 23, 24}) {
        std::vector<float> a(static_cast<std::size_t>(n) + 8, std::numeric_limits<float>::quiet_NaN()), b = a;
        double expected = 0;
        for (Index i = 0; i < n; ++i) {
            a[static_cast<std::size_t>(i)] = static_cast<float>(i + 1);
            b[static_cast<std::size_t>(i)] = 2;
            expected += 2.0 * static_cast<double>(i + 1);
        }
        CAPTURE(n);
        CHECK(dot_kernel(a.data(), b.data(), n) == expected);
    }
}
