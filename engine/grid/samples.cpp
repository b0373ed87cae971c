#include "grid/samples.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <tuple>

#include <fmt/format.h>

namespace galena {

MergedSamples merge_duplicates(const Samples& samples) {
    const auto n = samples.size();
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto place = [&](std::size_t s) { return std::tuple(samples.x[s], samples.y[s]); };
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return place(a) < place(b); });

    // The first sample of each run of equal places takes the mean; the others are dropped.
    std::vector<double> mean(samples.value);
    std::vector<bool> kept(n, true);
    for (std::size_t begin = 0, end = 0; begin < n; begin = end) {
        double sum = 0;
        for (end = begin; end < n && place(order[end]) == place(order[begin]); ++end) {
            sum += samples.value[order[end]];
            kept[order[end]] = end == begin;
        }
        if (end - begin > 1) mean[order[begin]] = sum / static_cast<double>(end - begin);
    }

    MergedSamples result;
    for (std::size_t s = 0; s < n; ++s)
        if (kept[s]) result.samples.add(samples.x[s], samples.y[s], mean[s]);
    result.merged = n - result.samples.size();
    return result;
}

Samples logarithm(const Samples& samples) {
    Samples result = samples;
    for (std::size_t s = 0; s < samples.size(); ++s) {
        if (!(samples.value[s] > 0))
            throw std::domain_error(fmt::format("the value {} at x = {}, y = {} has no logarithm: log data must be positive",
                                                samples.value[s], samples.x[s], samples.y[s]));
        result.value[s] = std::log(samples.value[s]);
    }
    return result;
}

Point Anisotropy::stretched(double x, double y) const {
    if (isotropic()) return {x, y, 0};
    const double sine = std::sin(angle), cosine = std::cos(angle);
    return {(x * cosine - y * sine) / ratio, x * sine + y * cosine, 0};
}

Samples stretched(const Samples& samples, const Anisotropy& anisotropy) {
    Samples result = samples;
    for (std::size_t s = 0; s < samples.size(); ++s) {
        const auto p = anisotropy.stretched(samples.x[s], samples.y[s]);
        result.x[s] = p.x;
        result.y[s] = p.y;
    }
    return result;
}

}  // namespace galena
