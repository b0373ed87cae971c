#pragma once
// The problem of flow/steady: steady confined flow through a lognormal conductivity field. A box of cells 10 m × 10 m × 1 m, Kz/Kx = 0.1,
// heads of 10 m and 0 m on its west and east sides, a well through the middle.

#include <string>
#include <vector>

#include "numerics/stencil.hpp"

namespace galena::bench {

struct Size {
    std::string name;
    Index nx, ny, nz;
};
inline const std::vector<Size> sizes = {{"200k", 100, 100, 20}, {"1M", 200, 200, 25}, {"16M", 256, 256, 256}};

/// Matrix and right-hand side written out.
struct SteadyFlow {
    SteadyFlow(const Size& size, double sigma);

    Grid grid;
    SymmetricStencil matrix;
    CellField rhs;
};

/// One problem is kept at a time: the largest takes 1 GB.
SteadyFlow& steady_flow(const Size& size, double sigma);

inline constexpr double solve_tolerance = 1e-8;  ///< of the relative residual, from a zero start

}  // namespace galena::bench
