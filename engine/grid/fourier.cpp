#include "grid/fourier.hpp"

#include <algorithm>

#include <unsupported/Eigen/FFT>

namespace galena {

namespace {

using Complex = std::complex<double>;

/// One per block of lines: it keeps the factors of a length, and is not to be shared between threads.
class LineTransform {
public:
    explicit LineTransform(Index length) : length_(static_cast<int>(length)), out_(static_cast<std::size_t>(length)) {
        fft_.SetFlag(Eigen::FFT<double>::HalfSpectrum);
    }
    void in_place(std::vector<Complex>& line, bool inverse) {
        if (inverse) fft_.inv(out_.data(), line.data(), length_);
        else fft_.fwd(out_.data(), line.data(), length_);
        line.swap(out_);
    }
    void to_frequencies(const double* values, Complex* spectrum) { fft_.fwd(spectrum, values, length_); }
    void to_values(const Complex* spectrum, double* values) { fft_.inv(values, spectrum, length_); }

private:
    int length_;
    Eigen::FFT<double> fft_;
    std::vector<Complex> out_;
};

constexpr Index lines_per_block = 256;

}  // namespace

void FourierTransform::along(Spectrum& spectrum, std::size_t axis, bool inverse) const {
    const Index length = points_[axis];
    if (length == 1) return;
    // Lines beside each other along x are gathered together, so that whole cache lines are read.
    const Index stride = axis == 1 ? half_ : half_ * points_[1], planes = axis == 1 ? points_[2] : points_[1];
    const Index plane_step = axis == 1 ? half_ * points_[1] : half_;
    constexpr Index together = 8;
    const Index groups = (half_ + together - 1) / together;
    parallel_blocks(planes * groups, std::max<Index>(1, lines_per_block / together), [&](Index begin, Index end) {
        LineTransform transform(length);
        std::vector<std::vector<Complex>> lines(together, std::vector<Complex>(static_cast<std::size_t>(length)));
        for (Index g = begin; g < end; ++g) {
            const Index first = g % groups * together, count = std::min(together, half_ - first);
            Complex* base = spectrum.data() + g / groups * plane_step + first;
            for (Index n = 0; n < length; ++n)
                for (Index i = 0; i < count; ++i) lines[static_cast<std::size_t>(i)][static_cast<std::size_t>(n)] = base[n * stride + i];
            for (Index i = 0; i < count; ++i) transform.in_place(lines[static_cast<std::size_t>(i)], inverse);
            for (Index n = 0; n < length; ++n)
                for (Index i = 0; i < count; ++i) base[n * stride + i] = lines[static_cast<std::size_t>(i)][static_cast<std::size_t>(n)];
        }
    });
}

FourierTransform::Spectrum FourierTransform::forward(const DoubleArray& values) const {
    Spectrum spectrum(static_cast<std::size_t>(frequencies()));
    const Index nx = points_[0];
    parallel_blocks(points_[1] * points_[2], lines_per_block, [&](Index begin, Index end) {
        LineTransform transform(nx);
        for (Index line = begin; line < end; ++line) {
            if (nx == 1) spectrum[static_cast<std::size_t>(line)] = values[line];
            else transform.to_frequencies(values.data() + line * nx, spectrum.data() + line * half_);
        }
    });
    along(spectrum, 1, false);
    along(spectrum, 2, false);
    return spectrum;
}

void FourierTransform::backward(Spectrum& spectrum, DoubleArray& values) const {
    along(spectrum, 2, true);
    along(spectrum, 1, true);
    const Index nx = points_[0];
    parallel_blocks(points_[1] * points_[2], lines_per_block, [&](Index begin, Index end) {
        LineTransform transform(nx);
        for (Index line = begin; line < end; ++line) {
            if (nx == 1) values[line] = spectrum[static_cast<std::size_t>(line)].real();
            else transform.to_values(spectrum.data() + line * half_, values.data() + line * nx);
        }
    });
}

}  // namespace galena
