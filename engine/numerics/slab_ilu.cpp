#include "numerics/slab_ilu.hpp"

#include "core/vector_clones.hpp"
#include "numerics/slab_ilu_kernel.hpp"

namespace galena {

namespace {

constexpr Index cells_per_slab = 32768;  ///< enough slabs for many cores, few enough couplings cut
constexpr Index rows_across_slab = 4;    ///< at least, so that a slab is more than its edge

template <class Real>
using Rows = std::array<IluRow<Real>, ilu_rows>;

template <class Real>
[[gnu::always_inline]] inline void forward_rows(const Rows<Real>& rows, std::size_t count, Index nx) {
    switch (count) {
        case 1: return ilu_forward_rows<Real, 1>(rows, nx);
        case 2: return ilu_forward_rows<Real, 2>(rows, nx);
        case 3: return ilu_forward_rows<Real, 3>(rows, nx);
        default: return ilu_forward_rows<Real, 4>(rows, nx);
    }
}
template <class Real>
[[gnu::always_inline]] inline void backward_rows(const Rows<Real>& rows, std::size_t count, Index nx) {
    switch (count) {
        case 1: return ilu_backward_rows<Real, 1>(rows, nx);
        case 2: return ilu_backward_rows<Real, 2>(rows, nx);
        case 3: return ilu_backward_rows<Real, 3>(rows, nx);
        default: return ilu_backward_rows<Real, 4>(rows, nx);
    }
}

// One function per type of number, so that each is compiled for every instruction set.
GALENA_WIDE_CLONES void forward(const Rows<double>& rows, std::size_t count, Index nx) { forward_rows(rows, count, nx); }
GALENA_WIDE_CLONES void forward(const Rows<float>& rows, std::size_t count, Index nx) { forward_rows(rows, count, nx); }
GALENA_WIDE_CLONES void backward(const Rows<double>& rows, std::size_t count, Index nx) { backward_rows(rows, count, nx); }
GALENA_WIDE_CLONES void backward(const Rows<float>& rows, std::size_t count, Index nx) { backward_rows(rows, count, nx); }

}  // namespace

template <class Real>
void SlabIlu<Real>::choose_slabs() {
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

template <class Real>
void SlabIlu<Real>::prepare(const StencilView<Real>& a) {
    a_ = a;
    choose_slabs();
    nothing_.assign(static_cast<std::size_t>(a.nx), Real{0});
    inverse_pivot_.resize(static_cast<std::size_t>(a.cell_count()));
    parallel_blocks(std::ssize(slabs_), 1, [&](Index s, Index) { factorise(slabs_[static_cast<std::size_t>(s)]); });
}

template <class Real>
void SlabIlu<Real>::factorise(const Slab& slab) {
    const Index nx = a_.nx, layer = a_.nx * a_.ny;
    for (Index k = slab.first_k; k <= slab.last_k; ++k)
        for (Index j = slab.first_j; j <= slab.last_j; ++j) {
            const Index r = k * a_.ny + j;
            const auto row = a_.row(r);
            Real* inverse = inverse_pivot_.data() + r * nx;
            const bool has_south = j > slab.first_j, has_below = k > slab.first_k;
            const Real* south_from = has_south ? a_.row(r - 1).north : nothing_.data();
            const Real* below_from = has_below ? a_.row(r - a_.ny).above : nothing_.data();
            ilu_pivot_row(row, south_from, below_from, has_south ? inverse - nx : nothing_.data(),
                          has_below ? inverse - layer : nothing_.data(), inverse, nx);
        }
}

/// Rows (j, k) with the same j + k do not touch each other: they are handed on several at a time.
template <class Real>
struct SlabIlu<Real>::Sweep {
    const SlabIlu& ilu;
    const Slab& slab;
    const Real* r;
    Real* z;
    Rows<Real> rows{};
    std::size_t waiting = 0;

    void add(Index j, Index k, bool upwards) {
        const auto& a = ilu.a_;
        const Index row = k * a.ny + j, c = row * a.nx, y = upwards ? -a.nx : a.nx, layer = upwards ? -a.nx * a.ny : a.nx * a.ny;
        const bool has_y = upwards ? j > slab.first_j : j < slab.last_j, has_z = upwards ? k > slab.first_k : k < slab.last_k;
        rows[waiting++] = {a.row(row),
                           r + c,
                           has_y ? z + c + y : ilu.nothing_.data(),
                           has_z ? z + c + layer : ilu.nothing_.data(),
                           ilu.inverse_pivot_.data() + c,
                           z + c};
        if (waiting == rows.size()) flush(upwards);
    }
    void flush(bool upwards) {
        if (waiting == 0) return;
        if (upwards) forward(rows, waiting, ilu.a_.nx);
        else backward(rows, waiting, ilu.a_.nx);
        waiting = 0;
    }
    void wave(Index number, bool upwards) {
        const Index last = std::min(slab.last_k, number - slab.first_j);
        for (Index k = std::max(slab.first_k, number - slab.last_j); k <= last; ++k) add(number - k, k, upwards);
        flush(upwards);
    }
};

template <class Real>
void SlabIlu<Real>::solve(const Slab& slab, const Real* r, Real* z) const {
    Sweep sweep{*this, slab, r, z};
    const Index first = slab.first_j + slab.first_k, last = slab.last_j + slab.last_k;
    for (Index wave = first; wave <= last; ++wave) sweep.wave(wave, true);
    for (Index wave = last; wave >= first; --wave) sweep.wave(wave, false);
}

template <class Real>
void SlabIlu<Real>::apply(const Real* r, Real* z) const {
    parallel_blocks(std::ssize(slabs_), 1, [&](Index s, Index) { solve(slabs_[static_cast<std::size_t>(s)], r, z); });
}

template class SlabIlu<float>;
template class SlabIlu<double>;

}  // namespace galena
