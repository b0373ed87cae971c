#include "numerics/multigrid_transfer.hpp"

#include <algorithm>

#include "numerics/multigrid_kernel.hpp"

namespace galena {

namespace {

/// visit(group, h) for the cells of the fine row that have this parity in i; h counts them.
template <class Visit>
void for_each_grouped(const MultigridLevel& fine, Index parity, Visit&& visit) {
    for (Index c = 0; c < fine.x_groups.count(); ++c)
        for (Index i = fine.x_groups.begin(c); i < fine.x_groups.end(c); ++i)
            if ((i & 1) == parity) visit(c, i / 2);
}

/// The parity in i of the cells of colour `kept` in plane j.
Index kept_parity(Index j) { return (kept + j) & 1; }

}  // namespace

void restrict_plane(const MultigridLevel& fine, const float* residual, Index plane, MultigridLevel& coarse) {
    std::vector<float> sums(static_cast<std::size_t>(std::max(fine.half, coarse.nx)));
    for (Index layer = 0; layer < coarse.nz; ++layer) {
        std::fill(sums.begin(), sums.end(), 0.0f);
        for (Index j = fine.y_groups.begin(plane); j < fine.y_groups.end(plane); ++j)
            for (Index k = fine.z_groups.begin(layer); k < fine.z_groups.end(layer); ++k) {
                const float* row = residual + fine.row(j, k);
                if (fine.pairs) add_row(row, sums.data(), fine.half);
                else for_each_grouped(fine, kept_parity(j), [&](Index c, Index h) { sums[static_cast<std::size_t>(c)] += row[h]; });
            }
        const auto even = static_cast<std::size_t>(MultigridLevel::colour_of_even(plane));
        const Index at = coarse.row(plane, layer);
        split_row(sums.data(), coarse.colours[even].rhs.data() + at, coarse.colours[1 - even].rhs.data() + at, coarse.nx);
    }
}

void prolong_plane(const MultigridLevel& coarse, Index plane, float factor, const MultigridLevel& fine, float* values) {
    std::vector<float> natural(static_cast<std::size_t>(coarse.nx));
    const auto even = static_cast<std::size_t>(MultigridLevel::colour_of_even(plane));
    for (Index layer = 0; layer < coarse.nz; ++layer) {
        const Index at = coarse.row(plane, layer);
        merge_row(coarse.colours[even].x.data() + at, coarse.colours[1 - even].x.data() + at, factor, natural.data(), coarse.nx);
        for (Index j = fine.y_groups.begin(plane); j < fine.y_groups.end(plane); ++j)
            for (Index k = fine.z_groups.begin(layer); k < fine.z_groups.end(layer); ++k) {
                float* row = values + fine.row(j, k);
                if (fine.pairs) std::copy_n(natural.data(), fine.cells_of(static_cast<int>(kept_parity(j))), row);
                else for_each_grouped(fine, kept_parity(j), [&](Index c, Index h) { row[h] = natural[static_cast<std::size_t>(c)]; });
            }
    }
}

}  // namespace galena
