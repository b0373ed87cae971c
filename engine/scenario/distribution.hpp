#pragma once
// How a number of the site file may vary: the distributions of `galena risk`.

#include <cstddef>
#include <string>
#include <vector>

namespace galena {

/// The ends of what a distribution can give; infinite where it has none.
struct Support {
    double low = 0, high = 0;
};

/// A distribution of one number, evaluated by its quantile function alone: every way of sampling gives it probabilities in (0, 1).
/// Numbers are in the unit the site file gives them in.
class Distribution {
public:
    enum class Kind { normal, lognormal, triangular, uniform, loguniform, beta, discrete, empirical };

    static Distribution normal(double mean, double sd) { return {Kind::normal, mean, sd}; }
    /// ln X is normal around ln(median) with standard deviation sigma_ln.
    static Distribution lognormal(double median, double sigma_ln) { return {Kind::lognormal, median, sigma_ln}; }
    static Distribution triangular(double low, double mode, double high) { return {Kind::triangular, low, high, mode}; }
    static Distribution uniform(double low, double high) { return {Kind::uniform, low, high}; }
    static Distribution loguniform(double low, double high) { return {Kind::loguniform, low, high}; }
    /// Shape parameters a and b, stretched from (0, 1) to (low, high).
    static Distribution beta(double a, double b, double low, double high);
    /// quantile() gives the number of the value, from 0.
    static Distribution discrete(std::vector<double> probabilities);
    /// Between the sorted values by straight lines; value number i (from 1) of n has the probability (i − 0.5)/n (Hazen 1914).
    static Distribution empirical(std::vector<double> values);

    /// Keeps what lies between low and high; false when next to nothing (less than one in a million) lies there.
    bool truncate(double low, double high);

    /// The value below which the part u of all lies; 0 < u < 1. Without spread (sd = 0, low = high) exactly central().
    [[nodiscard]] double quantile(double u) const;
    /// The median; of a discrete distribution the most probable value (the first of several). What `galena run` takes.
    [[nodiscard]] double central() const;
    [[nodiscard]] Support support() const;
    [[nodiscard]] Kind kind() const { return kind_; }
    [[nodiscard]] const std::vector<double>& probabilities() const { return list_; }  ///< of a discrete distribution
    /// "lognormal, median 5, sigma_ln 1"; numbers in the unit of the site file.
    [[nodiscard]] std::string text() const;

private:
    Distribution(Kind kind, double first, double second, double third = 0) : kind_(kind), first_(first), second_(second), third_(third) {}
    [[nodiscard]] double whole_quantile(double u) const;
    [[nodiscard]] double whole_cdf(double x) const;
    [[nodiscard]] Support whole_support() const;
    [[nodiscard]] bool without_spread() const;

    Kind kind_;
    double first_ = 0, second_ = 0, third_ = 0, fourth_ = 0;  ///< as in the functions that make one
    std::vector<double> list_;                                ///< probabilities (discrete), sorted values (empirical)
    bool truncated_ = false;
    double low_ = 0, high_ = 0;          ///< where truncated
    double cdf_low_ = 0, cdf_high_ = 1;  ///< of the whole distribution there
};

}  // namespace galena
