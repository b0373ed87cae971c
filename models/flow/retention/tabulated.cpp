// A measured curve: points of suction, water content and relative conductivity, joined by monotone cubics (Fritsch & Carlson 1980) over
// the logarithm of the suction.

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "core/csv.hpp"
#include "flow/retention_curve.hpp"

namespace galena {

struct TabulatedRetention final : RetentionCurve {
    static constexpr std::string_view name = "tabulated", meaning = "points of a measured curve, joined by monotone cubics";

    FilePath file;

    static auto parameters() {
        return std::tuple_cat(
            retention_parameters(),
            std::tuple{
                parameter(
                    "file", &TabulatedRetention::file,
                    "CSV with the columns suction [m], ascending from 0, effective_saturation and relative_conductivity, both from 1 down")
                    .source("Fritsch & Carlson 1980"),
            });
    }

    [[nodiscard]] std::string_view type() const override { return name; }

    void resolve(Diagnostics& diagnostics) override {
        const auto errors = diagnostics.error_count();
        const auto table = read_csv(file.path.string(), file.place, diagnostics);
        if (diagnostics.error_count() != errors) return;
        std::array<std::vector<double>, 3> columns;
        const std::array<const char*, 3> names{"suction", "effective_saturation", "relative_conductivity"};
        for (std::size_t n = 0; n < names.size(); ++n)
            if (const auto column = table.require_column(names[n], file.place, diagnostics))
                columns[n] = table.numbers(*column, diagnostics);
        if (diagnostics.error_count() != errors) return;
        const auto falls = [](const std::vector<double>& v) {
            return v.size() >= 2 && v.front() == 1 && v.back() > 0 && std::is_sorted(v.rbegin(), v.rend());
        };
        const auto& suction = columns[0];
        const bool ascends = suction.size() >= 2 && suction.front() == 0 &&
                             std::adjacent_find(suction.begin(), suction.end(), std::greater_equal<>()) == suction.end();
        if (!ascends || !falls(columns[1]) || !falls(columns[2])) {
            diagnostics.error(file.place, fmt::format("{}: this is no retention curve", file.path.filename().string()),
                              "suction must grow from 0; effective_saturation and relative_conductivity must fall from 1 and stay above 0");
            return;
        }
        position_.clear();
        for (const double s : suction) position_.push_back(position(s));
        saturation_ = {columns[1], slopes(columns[1])};
        conductivity_ = {columns[2], slopes(columns[2])};
    }

    void evaluate(std::span<const double> pressure_head, const RetentionValues& out) const override {
        for (std::size_t i = 0; i < pressure_head.size(); ++i) {
            const double suction = std::max(0.0, -pressure_head[i]), x = position(suction), by_head = -1 / (unit_suction + suction);
            const auto [se, se_slope] = at(saturation_, x);
            const auto [k, k_slope] = at(conductivity_, x);
            out.saturation[i] = se;
            out.saturation_slope[i] = pressure_head[i] < 0 ? se_slope * by_head : 0;
            out.conductivity[i] = k;
            out.conductivity_slope[i] = pressure_head[i] < 0 ? k_slope * by_head : 0;
        }
    }

    void pressure_head(std::span<const double> saturation, std::span<double> out) const override {
        for (std::size_t i = 0; i < out.size(); ++i) {
            double wet = 0, dry = position_.back() + 30;
            for (int n = 0; n < 60; ++n) {
                const double middle = 0.5 * (wet + dry);
                (at(saturation_, middle).first > saturation[i] ? wet : dry) = middle;
            }
            out[i] = -unit_suction * std::expm1(0.5 * (wet + dry));
        }
    }

    [[nodiscard]] std::string text() const override { return fmt::format("{} points", position_.size()); }

private:
    static constexpr double unit_suction = 0.01;  ///< [m]: below it the scale is linear, above it logarithmic
    struct Values {
        std::vector<double> value, slope;
    };
    static double position(double suction) { return std::log1p(suction / unit_suction); }

    /// Slopes at the points that keep the cubics monotone: harmonic means of the secants beside them.
    [[nodiscard]] std::vector<double> slopes(const std::vector<double>& v) const {
        std::vector<double> secant, slope(v.size(), 0.0);
        for (std::size_t n = 1; n < v.size(); ++n) secant.push_back((v[n] - v[n - 1]) / (position_[n] - position_[n - 1]));
        for (std::size_t n = 1; n + 1 < v.size(); ++n)
            if (secant[n - 1] * secant[n] > 0) slope[n] = 2 * secant[n - 1] * secant[n] / (secant[n - 1] + secant[n]);
        slope.back() = secant.back();
        return slope;
    }

    /// Value and derivative by the position; beyond the last point the value falls on exponentially.
    [[nodiscard]] std::pair<double, double> at(const Values& v, double x) const {
        if (x >= position_.back()) {
            const double rate = v.slope.back() / v.value.back(), value = v.value.back() * std::exp(rate * (x - position_.back()));
            return {value, rate * value};
        }
        const auto n = static_cast<std::size_t>(std::upper_bound(position_.begin(), position_.end(), x) - position_.begin()) - 1;
        const double width = position_[n + 1] - position_[n], t = (x - position_[n]) / width;
        const double a = v.value[n], b = v.value[n + 1], da = width * v.slope[n], db = width * v.slope[n + 1];
        const double c = 3 * (b - a) - 2 * da - db, d = 2 * (a - b) + da + db;
        return {a + t * (da + t * (c + t * d)), (da + t * (2 * c + 3 * t * d)) / width};
    }

    std::vector<double> position_;
    Values saturation_, conductivity_;
};

REGISTER(RetentionCurve, TabulatedRetention)

}  // namespace galena
