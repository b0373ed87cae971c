#include <doctest/doctest.h>

#include "numerics/slab_ilu.hpp"
#include "numerics/vertical_lines.hpp"
#include "random_operators.hpp"

using namespace galena;
using namespace galena::testing;

namespace {

// Seven products and sums of magnitude up to the row sum: a few units in the last place of that.
constexpr double rounding = 1e-14;

template <class Operator>
void check_against_dense(const Operator& a) {
    const Index n = a.grid->cell_count();
    const Eigen::MatrixXd m = dense(a);
    const Eigen::VectorXd x = random_vector(n, 1), b = random_vector(n, 2), scale = m.cwiseAbs() * x.cwiseAbs() + b.cwiseAbs();
    Eigen::VectorXd y(n), r(n);
    multiply(a, span(x), span(y));
    CHECK(((y - m * x).cwiseAbs().array() / scale.array()).maxCoeff() < rounding);
    residual(a, span(b), span(x), span(r));
    CHECK(((r - (b - m * x)).cwiseAbs().array() / scale.array()).maxCoeff() < rounding);
    const auto [yb, yy] = multiply_and_dot(view(a), span(x), span(y), span(b));
    CHECK(yb == doctest::Approx(y.dot(b)).epsilon(1e-12));
    CHECK(yy == doctest::Approx(y.squaredNorm()).epsilon(1e-12));
}

}  // namespace

TEST_CASE("stencil kernels equal the dense matrices on grids of any shape, with inactive cells") {
    for (const auto& [nx, ny, nz] : odd_sizes)
        for (const double holes : {0.0, 0.3}) {
            CAPTURE(nx);
            CAPTURE(ny);
            CAPTURE(nz);
            const Grid grid = holed_grid(nx, ny, nz, holes, 5);
            check_against_dense(random_symmetric(grid, 3));
            check_against_dense(random_transport(grid, 4, 2.0));
        }
}

TEST_CASE("vertical lines are the inverse of the vertical part of the operator") {
    const Grid grid = holed_grid(5, 3, 7, 0.2, 8);
    Stencil a = random_transport(grid, 9, 3.0);
    const Eigen::VectorXd r = random_vector(grid.cell_count(), 10);
    VerticalLines lines;
    lines.prepare(view(a));
    Eigen::VectorXd z(r.size()), back(r.size());
    lines.apply(span(r), span(z));
    for (auto* field : {&a.from_left, &a.from_right}) {
        field->x.fill(0);
        field->y.fill(0);
    }
    multiply(a, span(z), span(back));
    // The matrices have condition numbers below 100: rounding times that.
    CHECK((back - r).cwiseAbs().maxCoeff() < 1e-13);
}

TEST_CASE("ILU without fill is exact where factors fill nothing: a row, a column") {
    for (const auto& [nx, ny, nz] : {std::array<Index, 3>{50, 1, 1}, {1, 3, 1}, {1, 1, 3}}) {
        const Grid grid = box_grid(nx, ny, nz);
        const Stencil a = random_transport(grid, 9, 3.0);
        const Eigen::VectorXd r = random_vector(grid.cell_count(), 10);
        SlabIlu<double> ilu;
        ilu.prepare(view(a));
        Eigen::VectorXd z(r.size()), back(r.size());
        ilu.apply(r.data(), z.data());
        multiply(a, span(z), span(back));
        CHECK((back - r).cwiseAbs().maxCoeff() < 1e-13);  // condition number below 100
    }
}
