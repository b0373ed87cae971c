#pragma once
// Random operators on small grids, and the same operators written out as dense matrices straight from their definition.

#include <random>

#include <Eigen/Dense>

#include "numerics/linear_solver.hpp"

namespace galena::testing {

inline Grid box_grid(Index nx, Index ny, Index nz) {
    const auto columns = static_cast<std::size_t>(nx * ny);
    std::vector<double> surfaces;
    for (Index k = 0; k <= nz; ++k) surfaces.insert(surfaces.end(), columns, static_cast<double>(k));
    return {std::vector<double>(static_cast<std::size_t>(nx), 10.0), std::vector<double>(static_cast<std::size_t>(ny), 10.0), surfaces};
}

/// A share of the cells inactive, at random.
inline Grid holed_grid(Index nx, Index ny, Index nz, double share, unsigned seed) {
    Grid grid = box_grid(nx, ny, nz);
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> uniform(0, 1);
    for (Index c = 0; c < grid.cell_count(); ++c)
        if (uniform(random) < share) grid.set_status(c, CellStatus::inactive);
    return grid;
}

/// Face by face, one after the other, so that random draws come in a fixed order.
template <class Body>
void for_each_face_in_order(const Grid& grid, Body&& body) {
    const int threads = thread_count();
    set_thread_count(1);
    for_each_face(grid, body);
    set_thread_count(threads);
}

/// Couplings 10^(±decades/2) and a diagonal that holds their sum and `storage` times it more. No storage: a singular matrix.
inline SymmetricStencil random_symmetric(const Grid& grid, unsigned seed, double decades = 4, double storage = 1e-3) {
    SymmetricStencil a(grid);
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> exponent(-decades / 2, decades / 2);
    for_each_face_in_order(grid, [&](const Face& face) {
        const double c = std::pow(10.0, exponent(random));
        a.coupling[face] = c;
        a.diagonal[face.left] += c;
        a.diagonal[face.right] += c;
    });
    for (Index c = 0; c < grid.cell_count(); ++c) a.diagonal[c] = a.diagonal[c] == 0 ? 1 : a.diagonal[c] * (1 + storage);
    return a;
}

/// An M-matrix as implicit upwind transport gives it: storage, advection by random face fluxes, dispersion; column sums = storage > 0.
inline Stencil random_transport(const Grid& grid, unsigned seed, double courant) {
    Stencil a(grid);
    std::mt19937 random(seed);
    std::normal_distribution<double> flux(0, courant);
    std::uniform_real_distribution<double> dispersion(0, 0.2 * courant);
    a.diagonal.fill(1.0);
    for_each_face_in_order(grid, [&](const Face& face) {
        const double q = flux(random), d = dispersion(random);
        a.from_left[face] = std::max(q, 0.0) + d;
        a.from_right[face] = std::max(-q, 0.0) + d;
        a.diagonal[face.left] += a.from_left[face];
        a.diagonal[face.right] += a.from_right[face];
    });
    return a;
}

inline Eigen::MatrixXd dense(const SymmetricStencil& a) {
    const Index n = a.grid->cell_count();
    Eigen::MatrixXd m = Eigen::MatrixXd::Zero(n, n);
    for (Index c = 0; c < n; ++c) m(c, c) = a.diagonal[c];
    for_each_face_in_order(*a.grid, [&](const Face& f) { m(f.left, f.right) = m(f.right, f.left) = -a.coupling[f]; });
    return m;
}

inline Eigen::MatrixXd dense(const Stencil& a) {
    const Index n = a.grid->cell_count();
    Eigen::MatrixXd m = Eigen::MatrixXd::Zero(n, n);
    for (Index c = 0; c < n; ++c) m(c, c) = a.diagonal[c];
    for_each_face_in_order(*a.grid, [&](const Face& f) {
        m(f.right, f.left) = -a.from_left[f];
        m(f.left, f.right) = -a.from_right[f];
    });
    return m;
}

inline Eigen::VectorXd random_vector(Index n, unsigned seed, double low = -1, double high = 1) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> uniform(low, high);
    Eigen::VectorXd v(n);
    for (Index i = 0; i < n; ++i) v[i] = uniform(random);
    return v;
}

inline std::span<const double> span(const Eigen::VectorXd& v) { return {v.data(), static_cast<std::size_t>(v.size())}; }
inline std::span<double> span(Eigen::VectorXd& v) { return {v.data(), static_cast<std::size_t>(v.size())}; }

/// Grids with one, two and several cells in each direction, odd sizes among them.
inline const std::vector<std::array<Index, 3>> odd_sizes = {{1, 1, 1}, {2, 1, 1}, {1, 7, 1}, {1, 1, 9},  {9, 1, 1}, {5, 4, 1},
                                                            {1, 5, 6}, {7, 1, 5}, {2, 2, 2}, {13, 7, 5}, {16, 8, 4}};

}  // namespace galena::testing
