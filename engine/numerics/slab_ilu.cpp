#include "numerics/slab_ilu.hpp"

#include "numerics/slab_ilu_kernel.hpp"

namespace galena {

namespace {

constexpr Index cells_per_slab = 32768;  ///< enough slabs for many cores, few enough couplings cut
constexpr Index rows_across_slab = 4;    ///< at least, so that a slab is more than its edge

}  // namespace

void SlabIlu::choose_slabs() {
    slabs_.clear();
    const bool along_y = a_.ny >= a_.nz;
    const Index extent = along_y ? a_.ny : a_.nz, plane = a_.cell_count() / extent;
    const Index thickness = std::max(rows_across_slab, (cells_per_slab + plane - 1) / plane);
    const Index count = std::max<Index>(1, extent / thickness);
    for (Index s = 0; s < count; ++s) {
        const Index first = s * extent / count, last = (s + 1) * extent / count - 1;
        slabs_.push_back(along_y ? Slab{first, last, 0, a_.nz - 1} : Slab{0, a_.ny - 1, first, last});
    }
}

void SlabIlu::prepare(const StencilView<double>& a) {
    a_ = a;
    choose_slabs();
    nothing_.assign(static_cast<std::size_t>(a.nx), 0.0);
    if (inverse_pivot_.size() != a.cell_count()) inverse_pivot_ = DoubleArray(a.cell_count());
    parallel_blocks(std::ssize(slabs_), 1, [&](Index s, Index) { factorise(slabs_[static_cast<std::size_t>(s)]); });
}

void SlabIlu::factorise(const Slab& slab) {
    const Index nx = a_.nx, layer = a_.nx * a_.ny;
    for (Index k = slab.first_k; k <= slab.last_k; ++k)
        for (Index j = slab.first_j; j <= slab.last_j; ++j) {
            const Index r = k * a_.ny + j;
            const auto row = a_.row(r);
            double* inverse = inverse_pivot_.data() + r * nx;
            const bool has_south = j > slab.first_j, has_below = k > slab.first_k;
            const double* south_from = has_south ? a_.row(r - 1).north : nothing_.data();
            const double* below_from = has_below ? a_.row(r - a_.ny).above : nothing_.data();
            ilu_pivot_row(row, south_from, below_from, has_south ? inverse - nx : nothing_.data(),
                          has_below ? inverse - layer : nothing_.data(), inverse, nx);
        }
}

void SlabIlu::solve(const Slab& slab, const double* r, double* z) const {
    const Index nx = a_.nx, ny = a_.ny, layer = nx * ny;
    const double *inverse = inverse_pivot_.data(), *nothing = nothing_.data();
    for (Index k = slab.first_k; k <= slab.last_k; ++k)
        for (Index j = slab.first_j; j <= slab.last_j; ++j) {
            const Index row = k * ny + j, c = row * nx;
            ilu_forward_row(a_.row(row), r + c, j > slab.first_j ? z + c - nx : nothing, k > slab.first_k ? z + c - layer : nothing,
                            inverse + c, z + c, nx);
        }
    for (Index k = slab.last_k; k >= slab.first_k; --k)
        for (Index j = slab.last_j; j >= slab.first_j; --j) {
            const Index row = k * ny + j, c = row * nx;
            ilu_backward_row(a_.row(row), j < slab.last_j ? z + c + nx : nothing, k < slab.last_k ? z + c + layer : nothing, inverse + c,
                             z + c, nx);
        }
}

void SlabIlu::apply(std::span<const double> r, std::span<double> z) const {
    parallel_blocks(std::ssize(slabs_), 1, [&](Index s, Index) { solve(slabs_[static_cast<std::size_t>(s)], r.data(), z.data()); });
}

}  // namespace galena
