#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "random_operators.hpp"

using namespace galena;
using namespace galena::testing;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

double relative_error(const Eigen::VectorXd& x, const Eigen::VectorXd& exact) { return (x - exact).norm() / exact.norm(); }

}  // namespace

TEST_CASE("every symmetric solver agrees with a dense factorisation") {
    for (const auto& name : symmetric_solver_names())
        for (const auto& [nx, ny, nz] : odd_sizes)
            for (const double holes : {0.0, 0.3}) {
                CAPTURE(name);
                CAPTURE(nx);
                CAPTURE(ny);
                CAPTURE(nz);
                const Grid grid = holed_grid(nx, ny, nz, holes, 5);
                const SymmetricStencil a = random_symmetric(grid, 3, 2);
                const Eigen::VectorXd b = random_vector(grid.cell_count(), 2);
                Eigen::VectorXd x = random_vector(grid.cell_count(), 6);
                const auto solver = make_symmetric_solver(name);
                solver->prepare(a);
                const auto report = solver->solve(span(b), span(x), {.tolerance = 1e-12});
                CHECK(report.converged);
                CHECK(report.relative_residual <= 1e-12);
                // Condition number up to 1e4: the storage is 1e-3 of the diagonal.
                CHECK(relative_error(x, dense(a).llt().solve(b)) < 1e-8);
            }
}

TEST_CASE("every nonsymmetric solver agrees with a dense factorisation") {
    for (const auto& name : nonsymmetric_solver_names())
        for (const auto& [nx, ny, nz] : odd_sizes)
            for (const double courant : {0.1, 1.0, 50.0}) {
                CAPTURE(name);
                CAPTURE(nx);
                CAPTURE(ny);
                CAPTURE(nz);
                CAPTURE(courant);
                const Grid grid = holed_grid(nx, ny, nz, 0.1, 5);
                const Stencil a = random_transport(grid, 3, courant);
                const Eigen::VectorXd b = random_vector(grid.cell_count(), 2);
                Eigen::VectorXd x = Eigen::VectorXd::Zero(grid.cell_count());
                const auto solver = make_nonsymmetric_solver(name);
                solver->prepare(a);
                const auto report = solver->solve(span(b), span(x), {.tolerance = 1e-12});
                CHECK(report.converged);
                CHECK(relative_error(x, dense(a).partialPivLu().solve(b)) < 1e-9);  // condition number up to a few hundred
            }
}

TEST_CASE("a fixed head in a row with diagonal 1 does not loosen the tolerance of small conductances") {
    const Grid grid = box_grid(50, 1, 1);
    SymmetricStencil a(grid);
    Eigen::VectorXd b = Eigen::VectorXd::Zero(50), x = b;
    const double conductance = 1e-9;
    a.diagonal[0] = 1;
    b[0] = 100;
    for (Index f = 2; f < 50; ++f) a.coupling.x[f] = conductance;
    for (Index c = 1; c < 50; ++c) a.diagonal[c] = (c < 49 ? 2 : 1) * conductance;
    b[1] = conductance * b[0];
    for (const auto& name : symmetric_solver_names()) {
        CAPTURE(name);
        const auto solver = make_symmetric_solver(name);
        solver->prepare(a);
        x.setZero();
        CHECK(solver->solve(span(b), span(x), {.tolerance = 1e-10}).converged);
        // No flow anywhere: head 100 in every cell. The condition number is about 4·50²/π² = 1000.
        CHECK((x.array() - 100).abs().maxCoeff() < 1e-4);
    }
}

TEST_CASE("what is not finite is found and its cell named") {
    const Grid grid = box_grid(6, 5, 4);
    const Eigen::VectorXd good = random_vector(grid.cell_count(), 2);
    SymmetricStencil a = random_symmetric(grid, 3);
    for (const auto& name : symmetric_solver_names()) {
        CAPTURE(name);
        const auto solver = make_symmetric_solver(name);
        solver->prepare(a);
        Eigen::VectorXd b = good, x = good;
        b[37] = not_a_number;
        auto report = solver->solve(span(b), span(x), {});
        CHECK_FALSE(report.converged);
        CHECK(report.worst_cell == 37);
        CHECK(report.note.find("right-hand side") != std::string::npos);
        x = good;
        x[11] = std::numeric_limits<double>::infinity();
        report = solver->solve(span(good), span(x), {});
        CHECK_FALSE(report.converged);
        CHECK(report.worst_cell == 11);
        CHECK(report.note.find("start") != std::string::npos);
        SymmetricStencil broken = a;
        broken.diagonal[5] = -1;
        solver->prepare(broken);
        x = good;
        report = solver->solve(span(good), span(x), {});
        CHECK_FALSE(report.converged);
        CHECK(report.worst_cell == 5);
        CHECK(report.note.find("matrix") != std::string::npos);
    }
}

TEST_CASE("a right-hand side of zero gives zero, and a right start costs nothing") {
    const Grid grid = box_grid(6, 5, 4);
    const SymmetricStencil a = random_symmetric(grid, 3);
    const Stencil t = random_transport(grid, 3, 1);
    const Eigen::VectorXd zero = Eigen::VectorXd::Zero(grid.cell_count());
    const auto check = [&](auto& solver, const auto& matrix) {
        solver.prepare(matrix);
        Eigen::VectorXd x = random_vector(grid.cell_count(), 2);
        auto report = solver.solve(span(zero), span(x), {});
        CHECK(report.converged);
        CHECK(x.isZero(0));
        const Eigen::VectorXd exact = random_vector(grid.cell_count(), 2);
        Eigen::VectorXd b(exact.size());
        multiply(matrix, span(exact), span(b));
        x = exact;
        report = solver.solve(span(b), span(x), {});
        CHECK(report.converged);
        CHECK(report.iterations == 0);
        CHECK(x == exact);
    };
    for (const auto& name : symmetric_solver_names()) check(*make_symmetric_solver(name), a);
    for (const auto& name : nonsymmetric_solver_names()) check(*make_nonsymmetric_solver(name), t);
}

TEST_CASE("a singular system is solved when its sources balance and refused when they do not") {
    for (const auto& name : symmetric_solver_names())
        for (const auto& [nx, ny, nz] : {std::array<Index, 3>{12, 9, 5}, {1, 1, 20}, {20, 1, 1}}) {
            CAPTURE(name);
            const Grid grid = box_grid(nx, ny, nz);
            const SymmetricStencil a = random_symmetric(grid, 3, 2, 0);
            const Eigen::VectorXd exact = random_vector(grid.cell_count(), 4);
            Eigen::VectorXd b(exact.size());
            multiply(a, span(exact), span(b));
            Eigen::VectorXd x = Eigen::VectorXd::Constant(exact.size(), 7.0);
            const auto solver = make_symmetric_solver(name);
            solver->prepare(a);
            auto report = solver->solve(span(b), span(x), {.tolerance = 1e-11, .singular = true});
            CHECK(report.converged);
            CHECK(x.mean() == doctest::Approx(7.0).epsilon(1e-12));
            const double shift = x.mean() - exact.mean();
            CHECK((x - exact).array().abs().maxCoeff() == doctest::Approx(std::abs(shift)).epsilon(1e-4));
            b[3] += 0.1;
            report = solver->solve(span(b), span(x), {.singular = true});
            CHECK_FALSE(report.converged);
            CHECK(report.note.find("do not balance") != std::string::npos);
        }
}

TEST_CASE("too few iterations are reported with the worst cell") {
    const Grid grid = box_grid(20, 20, 5);
    const SymmetricStencil a = random_symmetric(grid, 3, 6);
    const Eigen::VectorXd b = random_vector(grid.cell_count(), 2);
    for (const auto& name : symmetric_solver_names()) {
        CAPTURE(name);
        Eigen::VectorXd x = Eigen::VectorXd::Zero(grid.cell_count()), r(grid.cell_count());
        const auto solver = make_symmetric_solver(name);
        solver->prepare(a);
        const auto report = solver->solve(span(b), span(x), {.tolerance = 1e-12, .max_iterations = 2});
        CHECK_FALSE(report.converged);
        CHECK(report.iterations <= 2);
        residual(a, span(b), span(x), span(r));
        Eigen::Index worst = 0;
        double largest = 0;
        for (Index c = 0; c < grid.cell_count(); ++c)
            if (std::abs(r[c]) / a.diagonal[c] > largest) {
                largest = std::abs(r[c]) / a.diagonal[c];
                worst = c;
            }
        CHECK(report.worst_cell == worst);
        CHECK(report.relative_residual == doctest::Approx(r.norm() / b.norm()).epsilon(1e-9));
    }
}

TEST_CASE("one thread and two give the same bits") {
    const Grid grid = holed_grid(61, 33, 17, 0.1, 4);
    const SymmetricStencil a = random_symmetric(grid, 3, 6);
    const Stencil t = random_transport(grid, 3, 3);
    const Eigen::VectorXd b = random_vector(grid.cell_count(), 2, 0, 1);
    const auto solution = [&](auto solver, const auto& matrix, int threads) {
        set_thread_count(threads);
        Eigen::VectorXd x = Eigen::VectorXd::Zero(b.size());
        solver->prepare(matrix);
        CHECK(solver->solve(span(b), span(x), {.tolerance = 1e-9, .nonnegative = true}).converged);
        return x;
    };
    const int threads = thread_count();
    for (const auto& name : symmetric_solver_names()) {
        if (name.starts_with("eigen")) continue;  // its sums follow the threads
        CAPTURE(name);
        CHECK(solution(make_symmetric_solver(name), a, 1) == solution(make_symmetric_solver(name), a, 2));
    }
    CHECK(solution(make_nonsymmetric_solver("bicgstab"), t, 1) == solution(make_nonsymmetric_solver("bicgstab"), t, 2));
    set_thread_count(threads);
}

TEST_CASE("M-matrices with nonnegative right-hand sides get nonnegative solutions that meet the tolerance") {
    int undershoots = 0;
    for (unsigned seed = 0; seed < 60; ++seed) {
        CAPTURE(seed);
        const Grid grid = holed_grid(15, 9, 4, 0.1, seed);
        const Stencil a = random_transport(grid, seed, std::pow(10.0, static_cast<double>(seed % 5) - 1));
        Eigen::VectorXd b = Eigen::VectorXd::Zero(grid.cell_count());
        b[static_cast<Eigen::Index>(seed * 7) % b.size()] = 1;  // a point source: the rest of the field is close to zero
        const auto solver = make_nonsymmetric_solver("bicgstab");
        solver->prepare(a);
        const double tolerance = 1e-6;
        Eigen::VectorXd free = random_vector(b.size(), seed, 0, 1), x = free, r(b.size());  // a start that overshoots almost everywhere
        CHECK(solver->solve(span(b), span(free), {.tolerance = tolerance}).converged);
        undershoots += free.minCoeff() < 0 ? 1 : 0;
        const auto report = solver->solve(span(b), span(x), {.tolerance = tolerance, .nonnegative = true});
        CHECK(report.converged);
        CHECK(x.minCoeff() >= 0);
        residual(a, span(b), span(x), span(r));
        CHECK(r.norm() <= tolerance * b.norm() * (1 + 1e-9));
    }
    CHECK(undershoots > 5);  // else the test tests nothing
}

TEST_CASE("large transport systems are iterated in single precision and solved in double, whatever their scale") {
    const Grid grid = box_grid(64, 40, 24);
    const Index n = grid.cell_count();
    // The last one spans more orders than single precision holds: part of it would be lost there.
    for (const auto& [everywhere, in_upper_half] : {std::pair{1.0, 1.0}, {1e-60, 1.0}, {1e40, 1.0}, {1.0, 1e-60}}) {
        Stencil a = random_transport(grid, 11, 3.0);
        const auto scale_of = [&, everywhere = everywhere, in_upper_half = in_upper_half](Index c) {
            return everywhere * (c >= n / 2 ? in_upper_half : 1.0);
        };
        // A cell's own row keeps its meaning when all of it is scaled.
        for (Index c = 0; c < n; ++c) a.diagonal[c] *= scale_of(c);
        for_each_face_in_order(grid, [&](const Face& f) {
            a.from_left[f] *= scale_of(f.right);
            a.from_right[f] *= scale_of(f.left);
        });
        const Eigen::VectorXd exact = random_vector(n, 12).cwiseAbs();
        Eigen::VectorXd b(n), x = Eigen::VectorXd::Zero(n), again = x, image(n);
        multiply(a, span(exact), span(b));
        const auto solver = make_nonsymmetric_solver("bicgstab");
        solver->prepare(a);
        const auto report = solver->solve(span(b), span(x), {.tolerance = 1e-13});
        INFO(everywhere, " ", in_upper_half, ": ", report.iterations, " iterations, ", report.note);
        CHECK(report.converged);
        multiply(a, span(x), span(image));
        CHECK((b - image).norm() <= 1.01e-13 * b.norm());  // 1 %: b is without uncoupled cells in the solver's norm
        // The condition number is below 100 where the scale is one.
        if (in_upper_half == 1.0) CHECK((x - exact).norm() <= 1e-11 * exact.norm());
        const int threads = thread_count();
        set_thread_count(1);
        solver->solve(span(b), span(again), {.tolerance = 1e-13});
        set_thread_count(threads);
        CHECK((x - again).cwiseAbs().maxCoeff() == 0);
    }
}

TEST_CASE("a wrong solver name is answered with the right ones") {
    CHECK_THROWS_WITH_AS(make_symmetric_solver("gauss"), doctest::Contains("eigen_cg"), std::invalid_argument);
    CHECK_THROWS_WITH_AS(make_nonsymmetric_solver("gauss"), doctest::Contains("bicgstab"), std::invalid_argument);
}
