#include "numerics/linear_solver.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "numerics/bicgstab.hpp"
#include "numerics/conjugate_gradient.hpp"
#include "numerics/eigen_solvers.hpp"
#include "numerics/multigrid_gcr.hpp"
#include "numerics/multigrid_solver.hpp"

namespace galena {

std::string SolveReport::failure() const {
    return fmt::format("the linear solver '{}' stopped at a relative residual of {:.3g} after {} iterations{}{}", solver, relative_residual,
                       iterations, note.empty() ? "" : ": ", note);
}

namespace {

template <class Solver>
struct Maker {
    std::string name;
    std::unique_ptr<Solver> (*make)();
};

const std::vector<Maker<SymmetricSolver>> symmetric_makers = {
    {"multigrid", make_multigrid_solver},
    {"lines_cg", make_lines_conjugate_gradient},
    {"eigen_cg", make_eigen_conjugate_gradient},
};

const std::vector<Maker<NonsymmetricSolver>> nonsymmetric_makers = {
    {"bicgstab", []() -> std::unique_ptr<NonsymmetricSolver> { return std::make_unique<BiCgStab>(); }},
    {"multigrid_gcr", make_multigrid_conjugate_residuals},
    {"eigen_bicgstab", make_eigen_bicgstab},
};

template <class Solver>
std::vector<std::string> names_of(const std::vector<Maker<Solver>>& makers) {
    std::vector<std::string> names;
    for (const auto& maker : makers) names.push_back(maker.name);
    return names;
}

template <class Solver>
std::unique_ptr<Solver> make(const std::vector<Maker<Solver>>& makers, std::string_view name) {
    const auto found = std::ranges::find(makers, name, &Maker<Solver>::name);
    if (found == makers.end())
        throw std::invalid_argument(fmt::format("no linear solver '{}'; there are {}", name, fmt::join(names_of(makers), ", ")));
    return found->make();
}

}  // namespace

const std::vector<std::string>& symmetric_solver_names() {
    static const auto names = names_of(symmetric_makers);
    return names;
}

const std::vector<std::string>& nonsymmetric_solver_names() {
    static const auto names = names_of(nonsymmetric_makers);
    return names;
}

std::unique_ptr<SymmetricSolver> make_symmetric_solver(std::string_view name) { return make(symmetric_makers, name); }
std::unique_ptr<NonsymmetricSolver> make_nonsymmetric_solver(std::string_view name) { return make(nonsymmetric_makers, name); }

}  // namespace galena
