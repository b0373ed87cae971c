#include "numerics/vertical_lines.hpp"

#include "numerics/vertical_lines_kernel.hpp"

namespace galena {

namespace {

/// Columns swept together: enough to vectorise, few enough that a sweep up stays in cache for the sweep down.
constexpr Index columns_per_block = 256;

}  // namespace

void VerticalLines::prepare(const StencilView<double>& a) {
    a_ = a;
    if (inverse_pivot_.size() != a.cell_count()) inverse_pivot_ = DoubleArray(a.cell_count());
    const Index layer = a.nx * a.ny;
    double* inverse = inverse_pivot_.data();
    parallel_blocks(layer, columns_per_block, [=](Index begin, Index end) {
        for (Index c = begin; c < end; ++c) inverse[c] = 1 / a.diagonal[c];
        for (Index k = 1; k < a.nz; ++k) {
            const Index c = k * layer + begin;
            pivot_kernel(a.diagonal + c, a.left_z + c, a.right_z + c, inverse + c - layer, inverse + c, end - begin);
        }
    });
}

void VerticalLines::apply(std::span<const double> r, std::span<double> z) const {
    const Index layer = a_.nx * a_.ny, nz = a_.nz;
    const double *in = r.data(), *inverse = inverse_pivot_.data();
    double* out = z.data();
    parallel_blocks(layer, columns_per_block, [=, this](Index begin, Index end) {
        for (Index c = begin; c < end; ++c) out[c] = in[c] * inverse[c];
        for (Index k = 1; k < nz; ++k) {
            const Index c = k * layer + begin;
            lines_up_kernel(in + c, a_.left_z + c, out + c - layer, inverse + c, out + c, end - begin);
        }
        for (Index k = nz - 1; k-- > 0;) {
            const Index c = k * layer + begin;
            lines_down_kernel(a_.right_z + c + layer, out + c + layer, inverse + c, out + c, end - begin);
        }
    });
}

}  // namespace galena
