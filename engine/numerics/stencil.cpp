#include "numerics/stencil.hpp"

#include "core/vector_clones.hpp"
#include "numerics/block_sums.hpp"
#include "numerics/stencil_kernel.hpp"
#include "numerics/vector_kernel.hpp"

namespace galena {

StencilView<double> view(const SymmetricStencil& a) {
    const double *x = a.coupling.x.data(), *y = a.coupling.y.data(), *z = a.coupling.z.data();
    return {a.grid->nx(), a.grid->ny(), a.grid->nz(), a.diagonal.data(), x, y, z, x, y, z};
}

StencilView<double> view(const Stencil& a) {
    return {a.grid->nx(),         a.grid->ny(),         a.grid->nz(),          a.diagonal.data(),     a.from_left.x.data(),
            a.from_left.y.data(), a.from_left.z.data(), a.from_right.x.data(), a.from_right.y.data(), a.from_right.z.data()};
}

namespace {

GALENA_CLONES
void multiply_rows(const StencilView<double>& a, const double* x, double* y, Index begin, Index end) {
    for (Index r = begin; r < end; ++r) multiply_row(a.row(r), row_values(a, x, r), y + r * a.nx, a.nx);
}

GALENA_CLONES
void residual_rows(const StencilView<double>& a, const double* b, const double* x, double* r, Index begin, Index end) {
    for (Index row = begin; row < end; ++row) residual_row(a.row(row), b + row * a.nx, row_values(a, x, row), r + row * a.nx, a.nx);
}

}  // namespace

void multiply(const StencilView<double>& a, std::span<const double> x, std::span<double> y) {
    parallel_blocks(a.row_count(), a.rows_per_block(), [&](Index begin, Index end) { multiply_rows(a, x.data(), y.data(), begin, end); });
}

std::array<double, 2> multiply_and_dot(const StencilView<double>& a, std::span<const double> x, std::span<double> y,
                                       std::span<const double> c) {
    return parallel_block_sums<2>(a.row_count(), a.rows_per_block(), [&](Index begin, Index end) {
        multiply_rows(a, x.data(), y.data(), begin, end);
        const Index first = begin * a.nx, n = (end - begin) * a.nx;
        return std::array{dot_kernel(y.data() + first, c.data() + first, n), dot_kernel(y.data() + first, y.data() + first, n)};
    });
}

void residual(const StencilView<double>& a, std::span<const double> b, std::span<const double> x, std::span<double> r) {
    parallel_blocks(a.row_count(), a.rows_per_block(),
                    [&](Index begin, Index end) { residual_rows(a, b.data(), x.data(), r.data(), begin, end); });
}

}  // namespace galena
