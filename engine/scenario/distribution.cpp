#include "scenario/distribution.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/normal.hpp>
#include <fmt/format.h>

namespace galena {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double standard_normal(double u) { return boost::math::quantile(boost::math::normal(), u); }
double standard_normal_cdf(double z) { return std::isinf(z) ? (z > 0 ? 1.0 : 0.0) : boost::math::cdf(boost::math::normal(), z); }

double triangular_quantile(double low, double mode, double high, double u) {
    if (high == low) return low;
    const double turn = (mode - low) / (high - low);
    return u < turn ? low + std::sqrt(u * (high - low) * (mode - low)) : high - std::sqrt((1 - u) * (high - low) * (high - mode));
}

double triangular_cdf(double low, double mode, double high, double x) {
    if (x <= low) return high == low && x == low ? 1.0 : 0.0;
    if (x >= high) return 1;
    return x < mode ? (x - low) * (x - low) / ((high - low) * (mode - low)) : 1 - (high - x) * (high - x) / ((high - low) * (high - mode));
}

/// Position of u among n sorted values with plotting positions (i − 0.5)/n.
double empirical_quantile(const std::vector<double>& sorted, double u) {
    const auto n = sorted.size();
    const double at = std::clamp(u * static_cast<double>(n) - 0.5, 0.0, static_cast<double>(n - 1));
    const auto below = static_cast<std::size_t>(at);
    const auto above = std::min(below + 1, n - 1);
    return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

double empirical_cdf(const std::vector<double>& sorted, double x) {
    if (x < sorted.front()) return 0;
    if (x >= sorted.back()) return 1;
    const auto above = static_cast<std::size_t>(std::upper_bound(sorted.begin(), sorted.end(), x) - sorted.begin());
    const double below = sorted[above - 1], gap = sorted[above] - below;
    return (static_cast<double>(above) - 0.5 + (gap > 0 ? (x - below) / gap : 0)) / static_cast<double>(sorted.size());
}

}  // namespace

Distribution Distribution::beta(double a, double b, double low, double high) {
    Distribution d(Kind::beta, low, high, a);
    d.fourth_ = b;
    return d;
}

Distribution Distribution::discrete(std::vector<double> probabilities) {
    Distribution d(Kind::discrete, 0, 0);
    d.list_ = std::move(probabilities);
    return d;
}

Distribution Distribution::empirical(std::vector<double> values) {
    Distribution d(Kind::empirical, 0, 0);
    std::sort(values.begin(), values.end());
    d.list_ = std::move(values);
    return d;
}

bool Distribution::without_spread() const {
    switch (kind_) {
        case Kind::normal:
        case Kind::lognormal: return second_ == 0;
        case Kind::triangular:
        case Kind::uniform:
        case Kind::loguniform:
        case Kind::beta: return first_ == second_;
        case Kind::discrete: return list_.size() == 1;
        case Kind::empirical: return list_.front() == list_.back();
    }
    return false;
}

double Distribution::whole_quantile(double u) const {
    switch (kind_) {
        // Written so that no spread leaves exactly the central number.
        case Kind::normal: return first_ + second_ * standard_normal(u);
        case Kind::lognormal: return first_ * std::exp(second_ * standard_normal(u));
        case Kind::triangular: return triangular_quantile(first_, third_, second_, u);
        case Kind::uniform: return first_ + u * (second_ - first_);
        case Kind::loguniform: return first_ * std::exp(u * std::log(second_ / first_));
        case Kind::beta: return first_ + (second_ - first_) * boost::math::quantile(boost::math::beta_distribution<>(third_, fourth_), u);
        case Kind::discrete: {
            double sum = 0;
            for (std::size_t n = 0; n + 1 < list_.size(); ++n)
                if (sum += list_[n]; u < sum) return static_cast<double>(n);
            return static_cast<double>(list_.size() - 1);
        }
        case Kind::empirical: return empirical_quantile(list_, u);
    }
    return 0;
}

double Distribution::whole_cdf(double x) const {
    switch (kind_) {
        case Kind::normal: return standard_normal_cdf((x - first_) / second_);
        case Kind::lognormal: return x <= 0 ? 0.0 : standard_normal_cdf(std::log(x / first_) / second_);
        case Kind::triangular: return triangular_cdf(first_, third_, second_, x);
        case Kind::uniform: return std::clamp((x - first_) / (second_ - first_), 0.0, 1.0);
        case Kind::loguniform: return x <= 0 ? 0.0 : std::clamp(std::log(x / first_) / std::log(second_ / first_), 0.0, 1.0);
        case Kind::beta:
            return boost::math::cdf(boost::math::beta_distribution<>(third_, fourth_),
                                    std::clamp((x - first_) / (second_ - first_), 0.0, 1.0));
        case Kind::discrete: return 1;
        case Kind::empirical: return empirical_cdf(list_, x);
    }
    return 0;
}

Support Distribution::whole_support() const {
    switch (kind_) {
        case Kind::normal: return second_ == 0 ? Support{first_, first_} : Support{-infinity, infinity};
        case Kind::lognormal: return second_ == 0 ? Support{first_, first_} : Support{0, infinity};
        case Kind::discrete: return {0, static_cast<double>(list_.size() - 1)};
        case Kind::empirical: return {list_.front(), list_.back()};
        default: return {first_, second_};
    }
}

bool Distribution::truncate(double low, double high) {
    truncated_ = true;
    low_ = low;
    high_ = high;
    if (without_spread()) return central() >= low && central() <= high;
    cdf_low_ = whole_cdf(low);
    cdf_high_ = whole_cdf(high);
    return cdf_high_ - cdf_low_ > 1e-6;
}

double Distribution::quantile(double u) const {
    if (without_spread()) return central();
    const auto range = support();
    const double part = truncated_ ? cdf_low_ + u * (cdf_high_ - cdf_low_) : u;
    // The tails of a truncated distribution may round to 0 or 1, where the quantile is infinite.
    if (part <= 0) return range.low;
    if (part >= 1) return range.high;
    return std::clamp(whole_quantile(part), range.low, range.high);
}

double Distribution::central() const {
    if (kind_ == Kind::discrete) return static_cast<double>(std::max_element(list_.begin(), list_.end()) - list_.begin());
    const bool location = kind_ == Kind::normal || kind_ == Kind::lognormal;
    if (without_spread()) return kind_ == Kind::empirical ? list_.front() : first_;
    if (!truncated_ && location) return first_;
    return quantile(0.5);
}

Support Distribution::support() const {
    auto range = whole_support();
    if (truncated_) range = {std::max(range.low, low_), std::min(range.high, high_)};
    return range;
}

std::string Distribution::text() const {
    std::string what;
    switch (kind_) {
        case Kind::normal: what = fmt::format("normal, mean {:.6g}, sd {:.6g}", first_, second_); break;
        case Kind::lognormal: what = fmt::format("lognormal, median {:.6g}, sigma_ln {:.6g}", first_, second_); break;
        case Kind::triangular: what = fmt::format("triangular, {:.6g}, {:.6g}, {:.6g}", first_, third_, second_); break;
        case Kind::uniform: what = fmt::format("uniform, {:.6g} to {:.6g}", first_, second_); break;
        case Kind::loguniform: what = fmt::format("loguniform, {:.6g} to {:.6g}", first_, second_); break;
        case Kind::beta: what = fmt::format("beta, a {:.6g}, b {:.6g}, from {:.6g} to {:.6g}", third_, fourth_, first_, second_); break;
        case Kind::discrete: what = fmt::format("discrete, {} values", list_.size()); break;
        case Kind::empirical:
            what = fmt::format("empirical, {} values from {:.6g} to {:.6g}", list_.size(), list_.front(), list_.back());
            break;
    }
    if (truncated_) what += fmt::format(", truncated to {:.6g} to {:.6g}", low_, high_);
    return what;
}

}  // namespace galena
