#include <cmath>
#include <stdexcept>

#include <doctest/doctest.h>

#include "numerics/optimisation.hpp"

using namespace galena;

namespace {

double square(double x) { return x * x; }

}  // namespace

TEST_CASE("minimise: a minimum on a constraint") {
    // (x − 3)² + (y − 2)² with x + y ≤ 2: the projection of (3, 2) on the line, (1.5, 0.5), at 4.5.
    OptimisationProblem problem{{0, 0}, {4, 4}, {}, 1, [](std::span<const double> x) {
                                    return Evaluation{square(x[0] - 3) + square(x[1] - 2), {x[0] + x[1] - 2}};
                                }};
    const auto found = minimise(problem, {60, 60, 1e-5, 1e-6});
    REQUIRE(found.feasible);
    const auto& best = found.history[found.best];
    // COBYLA ends when its steps are 1e-5 of a span of 4; along the line the objective is flat to second order.
    CHECK(best.found.objective == doctest::Approx(4.5).epsilon(1e-3));
    CHECK(best.at[0] == doctest::Approx(1.5).epsilon(0.02));
    CHECK(best.found.constraints[0] <= 1e-6);
    CHECK(found.history.size() <= 121);
    CHECK(found.history.front().at == std::vector<double>{2, 2});  // the middle comes first
}

TEST_CASE("minimise: the lowest of several minima") {
    // The six-hump camel (Dixon & Szego 1978): six minima, the two lowest at ±(0.0898, −0.7126) with −1.0316, the next at −0.2155.
    OptimisationProblem problem{{-2.5, -1.5}, {3, 2}, {}, 0, [](std::span<const double> x) {
                                    const double a = x[0] * x[0], b = x[1] * x[1];
                                    return Evaluation{(4 - 2.1 * a + a * a / 3) * a + x[0] * x[1] + (4 * b - 4) * b, {}};
                                }};
    const auto found = minimise(problem, {100, 60, 1e-6, 1e-6});
    CHECK(found.history[found.best].found.objective == doctest::Approx(-1.031628).epsilon(1e-4));
}

TEST_CASE("minimise: nothing keeps the constraints, so the nearest is given") {
    OptimisationProblem problem{{0}, {1}, {0.2}, 1, [](std::span<const double> x) { return Evaluation{x[0], {2 - x[0]}}; }};
    const auto found = minimise(problem, {20, 20, 1e-4, 1e-6});
    CHECK_FALSE(found.feasible);
    CHECK(found.history[found.best].at[0] == doctest::Approx(1).epsilon(1e-3));
    CHECK(found.history.front().at[0] == doctest::Approx(0.2));
}

TEST_CASE("minimise: trials that fail, faults that pass through, the same trials twice") {
    // Left of 0.4 the simulation fails.
    OptimisationProblem problem{{0}, {1}, {0.9}, 0, [](std::span<const double> x) {
                                    return x[0] < 0.4 ? Evaluation{} : Evaluation{square(x[0] - 0.3), {}};
                                }};
    const auto found = minimise(problem, {30, 30, 1e-4, 1e-6});
    CHECK(found.history[found.best].at[0] == doctest::Approx(0.4).epsilon(0.02));
    const auto again = minimise(problem, {30, 30, 1e-4, 1e-6});
    REQUIRE(again.history.size() == found.history.size());
    for (std::size_t n = 0; n < found.history.size(); ++n) CHECK(again.history[n].at == found.history[n].at);
    problem.evaluate = [](std::span<const double>) -> Evaluation { throw std::runtime_error("stop"); };
    CHECK_THROWS_WITH(minimise(problem), "stop");
    int calls = 0;
    problem.evaluate = [&](std::span<const double>) -> Evaluation {
        if (++calls == 5) throw std::runtime_error("later");
        return {1.0 * calls, {}};
    };
    CHECK_THROWS_WITH(minimise(problem), "later");
    CHECK(calls == 5);
    const auto fixed = minimise({{}, {}, {}, 0, [](std::span<const double>) { return Evaluation{7, {}}; }});
    CHECK(fixed.history.size() == 1);
    CHECK(fixed.feasible);
}
