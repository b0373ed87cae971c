#include <random>

#include <Eigen/Dense>
#include <doctest/doctest.h>

#include "numerics/sparse_factors.hpp"

using namespace galena;

TEST_CASE("sparse factors of random M-matrices solve as dense ones do, and nothing becomes negative") {
    std::mt19937 random(5);
    std::uniform_real_distribution<double> unit(0, 1);
    for (const int size : {1, 2, 7, 60, 300}) {
        Eigen::MatrixXd dense = Eigen::MatrixXd::Zero(size, size);
        std::vector<SparseEntry> entries;
        std::vector<double> diagonal(static_cast<std::size_t>(size));
        // About four couplings per column, many of them in one direction only; columns sum to something positive.
        for (int j = 0; j < size; ++j) {
            for (int n = 0; n < 4; ++n) {
                const int i = static_cast<int>(unit(random) * size);
                if (i == j || dense(i, j) != 0) continue;
                dense(i, j) = -std::pow(10.0, 4 * unit(random) - 2);
                entries.push_back({i, j, dense(i, j)});
            }
            dense(j, j) = unit(random) - dense.col(j).sum();
            diagonal[static_cast<std::size_t>(j)] = dense(j, j);
        }
        Eigen::VectorXd b = Eigen::VectorXd::Zero(size);
        for (int n = 0; n < size; n += 3) b[n] = unit(random);
        SparseFactors factors;
        factors.factorise(diagonal, entries);
        Eigen::VectorXd x = b;
        factors.solve({x.data(), static_cast<std::size_t>(size)});
        CHECK(x.minCoeff() >= 0);
        // The residual of an elimination without growth: rounding of some tens of products.
        CHECK((dense * x - b).norm() <= 1e-13 * dense.norm() * x.norm());
        const Eigen::VectorXd exact = dense.fullPivLu().solve(b);
        CHECK((x - exact).norm() <= 1e-8 * exact.norm());  // columns all but sum to nothing: condition numbers up to 1e6
    }
}
