#include "grid/variogram.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

namespace galena {

namespace {

/// The part of the partial sill reached at distance r · range: 0 at 0, 1 far away.
double growth(VariogramModel model, double r) {
    switch (model) {
        case VariogramModel::spherical: return r < 1 ? r * (1.5 - 0.5 * r * r) : 1.0;
        case VariogramModel::exponential: return -std::expm1(-r);
        case VariogramModel::gaussian: return -std::expm1(-r * r);
    }
    return 1.0;
}

double bounding_diagonal(const Samples& samples) {
    const auto [west, east] = std::minmax_element(samples.x.begin(), samples.x.end());
    const auto [south, north] = std::minmax_element(samples.y.begin(), samples.y.end());
    return std::hypot(*east - *west, *north - *south);
}

/// Sums over the pairs of one bin.
struct PairSums {
    Index pairs = 0;
    double distance = 0, squared_difference = 0;

    void add(double h, double difference) {
        ++pairs;
        distance += h;
        squared_difference += difference * difference;
    }
    void add(const PairSums& other) {
        pairs += other.pairs;
        distance += other.distance;
        squared_difference += other.squared_difference;
    }
};

/// Adds the pairs (a, b), b > a, of one sample a. Pairs at one place say nothing about distance and are left out.
void count_pairs(const Samples& s, std::size_t a, double cutoff, double width, std::span<PairSums> sums) {
    for (std::size_t b = a + 1; b < s.size(); ++b) {
        const double dx = s.x[a] - s.x[b], dy = s.y[a] - s.y[b];
        const double h = std::sqrt(dx * dx + dy * dy);
        if (h > cutoff || h == 0) continue;
        const auto bin = static_cast<std::size_t>(std::ceil(h / width)) - 1;
        sums[std::min(bin, sums.size() - 1)].add(h, s.value[a] - s.value[b]);
    }
}

/// Nugget and partial sill for a given range, and the weighted sum of squares they leave.
struct Sills {
    double nugget, partial_sill, sum_of_squares;
};

class FitForRange {
public:
    FitForRange(const ExperimentalVariogram& experimental, VariogramModel model) : bins_(experimental.bins), model_(model) {}

    /// Linear least squares in two unknowns ≥ 0: the free minimum where it is allowed, else the better of the two bounds.
    [[nodiscard]] Sills operator()(double range) const {
        double w = 0, wg = 0, wgg = 0, wy = 0, wgy = 0;
        for (const auto& bin : bins_) {
            const double weight = weight_of(bin), g = growth(model_, bin.distance / range);
            w += weight;
            wg += weight * g;
            wgg += weight * g * g;
            wy += weight * bin.semivariance;
            wgy += weight * g * bin.semivariance;
        }
        const double determinant = w * wgg - wg * wg;
        if (determinant > 1e-12 * w * wgg) {
            const double nugget = (wgg * wy - wg * wgy) / determinant, partial_sill = (w * wgy - wg * wy) / determinant;
            if (nugget >= 0 && partial_sill >= 0) return with_squares(range, nugget, partial_sill);
        }
        const auto no_nugget = with_squares(range, 0, wgg > 0 ? wgy / wgg : 0);
        const auto only_nugget = with_squares(range, wy / w, 0);
        return no_nugget.sum_of_squares <= only_nugget.sum_of_squares ? no_nugget : only_nugget;
    }

private:
    static double weight_of(const ExperimentalVariogram::Bin& bin) {
        return static_cast<double>(bin.pairs) / (bin.distance * bin.distance);
    }

    [[nodiscard]] Sills with_squares(double range, double nugget, double partial_sill) const {
        double sum = 0;
        for (const auto& bin : bins_) {
            const double miss = bin.semivariance - nugget - partial_sill * growth(model_, bin.distance / range);
            sum += weight_of(bin) * miss * miss;
        }
        return {nugget, partial_sill, sum};
    }

    const std::vector<ExperimentalVariogram::Bin>& bins_;
    VariogramModel model_;
};

/// The minimum of f within [low, high] by golden section, to the width that rounding of f allows.
template <class Function>
double golden_section(Function&& f, double low, double high) {
    const double golden = 0.5 * (std::sqrt(5.0) - 1);
    double a = high - golden * (high - low), b = low + golden * (high - low);
    double fa = f(a), fb = f(b);
    while (high - low > 1e-9 * (std::abs(low) + std::abs(high) + 1e-9)) {
        if (fa <= fb) {
            high = b, b = a, fb = fa;
            a = high - golden * (high - low), fa = f(a);
        } else {
            low = a, a = b, fa = fb;
            b = low + golden * (high - low), fb = f(b);
        }
    }
    return 0.5 * (low + high);
}

}  // namespace

std::string_view name(VariogramModel model) {
    switch (model) {
        case VariogramModel::spherical: return "spherical";
        case VariogramModel::exponential: return "exponential";
        case VariogramModel::gaussian: return "gaussian";
    }
    return "";
}

double Variogram::at_distance(double distance) const {
    return distance == 0 ? 0.0 : nugget + partial_sill * growth(model, distance / range);
}

double Variogram::operator()(double dx, double dy) const {
    const auto p = anisotropy.stretched(dx, dy);
    return at_distance(std::hypot(p.x, p.y));
}

ExperimentalVariogram experimental_variogram(const Samples& samples, const VariogramOptions& options) {
    if (samples.size() < 2) throw std::invalid_argument("a variogram needs at least two samples");
    if (options.bins < 1) throw std::invalid_argument("a variogram needs at least one bin");
    if (!(options.cutoff >= 0)) throw std::invalid_argument("the cutoff of a variogram must not be negative");
    const auto places = stretched(samples, options.anisotropy);
    ExperimentalVariogram result;
    result.anisotropy = options.anisotropy;
    result.cutoff = options.cutoff > 0 ? options.cutoff : bounding_diagonal(samples) / 3;

    constexpr std::size_t rows_per_block = 64;
    const auto bins = static_cast<std::size_t>(options.bins);
    const auto blocks = (samples.size() + rows_per_block - 1) / rows_per_block;
    std::vector<PairSums> partial(blocks * bins);
    parallel_for_each_item(static_cast<Index>(blocks), [&](Index b) {
        const auto block = static_cast<std::size_t>(b);
        const auto end = std::min(samples.size(), (block + 1) * rows_per_block);
        for (auto a = block * rows_per_block; a < end; ++a)
            count_pairs(places, a, result.cutoff, result.cutoff / options.bins, std::span(partial).subspan(block * bins, bins));
    });
    for (std::size_t bin = 0; bin < bins; ++bin) {
        PairSums sums;
        for (std::size_t block = 0; block < blocks; ++block) sums.add(partial[block * bins + bin]);
        const auto pairs = static_cast<double>(sums.pairs);
        if (sums.pairs > 0) result.bins.push_back({sums.pairs, sums.distance / pairs, sums.squared_difference / (2 * pairs)});
    }
    return result;
}

VariogramFit fit_variogram(const ExperimentalVariogram& experimental, VariogramModel model) {
    VariogramFit fit;
    fit.variogram = {model, 0, 1, experimental.cutoff > 0 ? experimental.cutoff : 1, experimental.anisotropy};
    if (experimental.bins.empty()) {
        fit.remark = "no two samples lie within the cutoff";
        return fit;
    }
    const FitForRange fit_for(experimental, model);
    const auto squares = [&](double log_range) { return fit_for(std::exp(log_range)).sum_of_squares; };

    // A scan finds the valley that holds the least minimum; golden section then finds its floor.
    constexpr int steps = 200;
    double shortest = experimental.bins.front().distance;
    for (const auto& bin : experimental.bins) shortest = std::min(shortest, bin.distance);
    const double low = std::log(0.1 * shortest), high = std::log(10 * experimental.cutoff), step = (high - low) / steps;
    int best = 0;
    for (int s = 1; s <= steps; ++s)
        if (squares(low + s * step) < squares(low + best * step)) best = s;
    const double range = std::exp(golden_section(squares, low + std::max(0, best - 1) * step, low + std::min(steps, best + 1) * step));

    const auto sills = fit_for(range);
    fit.variogram.nugget = sills.nugget;
    fit.variogram.partial_sill = sills.partial_sill;
    fit.variogram.range = range;
    fit.sum_of_squares = sills.sum_of_squares;
    if (experimental.bins.size() < 4)
        fit.remark = fmt::format("only {} bins hold pairs: too few for three parameters", experimental.bins.size());
    else if (best == 0 || sills.partial_sill == 0) fit.remark = "the values show no likeness that fades with distance (pure nugget)";
    else if (best == steps) fit.remark = "the semivariance grows up to the cutoff without levelling off: range and sill are not determined";
    fit.converged = fit.remark.empty();
    return fit;
}

}  // namespace galena
