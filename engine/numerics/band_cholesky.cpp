#include "numerics/band_cholesky.hpp"

#include "numerics/vector_kernel.hpp"

namespace galena {

namespace {

/// A pivot below this share of its diagonal is what rounding leaves of zero.
constexpr double smallest_pivot_share = 1e-13;

}  // namespace

void BandCholesky::factorise(Index width, std::vector<double> diagonal, std::vector<double> lower) {
    width_ = width;
    lower_ = std::move(lower);
    inverse_.assign(diagonal.size(), 0.0);
    std::vector<double> scaled(static_cast<std::size_t>(width));  // L_im D_m of the row at hand
    for (Index i = 0; i < std::ssize(diagonal); ++i) {
        double* row = lower_.data() + i * width;
        const Index first = std::max<Index>(0, width - i);
        double pivot = diagonal[static_cast<std::size_t>(i)];
        for (Index m = first; m < width; ++m) {
            const Index column = i - width + m;
            const double* other = lower_.data() + column * width;
            double sum = row[m];
            for (Index l = first; l < m; ++l) sum -= scaled[static_cast<std::size_t>(l)] * other[l - m + width];
            scaled[static_cast<std::size_t>(m)] = sum;
            row[m] = sum * inverse_[static_cast<std::size_t>(column)];
            pivot -= sum * row[m];
        }
        if (pivot > smallest_pivot_share * diagonal[static_cast<std::size_t>(i)]) inverse_[static_cast<std::size_t>(i)] = 1 / pivot;
    }
}

void BandCholesky::solve(std::vector<double>& b) const {
    const Index n = std::ssize(b);
    for (Index i = 0; i < n; ++i) {
        const Index first = std::max<Index>(0, width_ - i);
        b[static_cast<std::size_t>(i)] -= dot_kernel(lower_.data() + i * width_ + first, b.data() + i - width_ + first, width_ - first);
    }
    for (Index i = 0; i < n; ++i) b[static_cast<std::size_t>(i)] *= inverse_[static_cast<std::size_t>(i)];
    for (Index i = n - 1; i > 0; --i) {
        const Index first = std::max<Index>(0, width_ - i);
        add_scaled_kernel(-b[static_cast<std::size_t>(i)], lower_.data() + i * width_ + first, b.data() + i - width_ + first,
                          width_ - first);
    }
}

}  // namespace galena
