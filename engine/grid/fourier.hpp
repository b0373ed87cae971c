#pragma once
// Fourier transforms of real numbers on a box of points, over Eigen's FFT (KISS FFT).

#include <array>
#include <complex>
#include <vector>

#include "grid/field.hpp"

namespace galena {

/// Real in space, x fastest; of the frequencies along x the first half plus one is kept. Lines are transformed one by one, in any order on
/// any thread: the same bits for any number of them.
class FourierTransform {
public:
    using Spectrum = std::vector<std::complex<double>>;

    explicit FourierTransform(std::array<Index, 3> points) : points_(points), half_(points[0] / 2 + 1) {}

    [[nodiscard]] Index frequencies() const { return half_ * points_[1] * points_[2]; }
    /// 2 for a frequency that stands for its mirror image too, 1 for one that is its own.
    [[nodiscard]] double weight(Index frequency) const {
        const Index i = frequency % half_;
        return i == 0 || 2 * i == points_[0] ? 1.0 : 2.0;
    }
    [[nodiscard]] Spectrum forward(const DoubleArray& values) const;
    /// backward(forward(v)) = v. The spectrum is used up.
    void backward(Spectrum& spectrum, DoubleArray& values) const;

private:
    /// Transforms all lines along y or z in place.
    void along(Spectrum& spectrum, std::size_t axis, bool inverse) const;

    std::array<Index, 3> points_;
    Index half_;
};

}  // namespace galena
