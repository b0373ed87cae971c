#include "assessment/screening/plume_case.hpp"

#include <fmt/format.h>

namespace galena {

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr double a_millennium = 1000 * seconds_per_year;

}  // namespace

std::optional<double> PlumeCase::front(double level, double t) const {
    const auto [highest, where] = peak(t);
    if (highest <= level) return {};
    const double step = std::sqrt(longitudinal_dispersion * t);
    return hj610::falls_below([&](double x) { return on_axis(x, t); }, level, where, step, 1e12);
}

void PlumeCase::answer_level(std::vector<Answer>& out, double level, const char* name, double t) const {
    const auto reach = front(level, t);
    const std::string remark = reach ? "" : fmt::format("nowhere above the {}", name);
    out.push_back({fmt::format("distance over the {}", name), reach.value_or(0), "m", t, remark});
    if (reach) {
        // Behind the peak, unless the source itself lies above the level.
        const double from = peak(t).second, step = -std::sqrt(longitudinal_dispersion * t);
        const auto tail = hj610::falls_below([&](double x) { return on_axis(x, t); }, level, from, step, 1e12);
        if (tail) out.push_back({fmt::format("length over the {}", name), *reach - *tail, "m", t, ""});
    }
    if (const auto size = area(level, t)) out.push_back({fmt::format("area over the {}", name), *size, "m2", t, remark});
}

void PlumeCase::answer_receptor(std::vector<Answer>& out) const {
    const double x = *receptor_distance, best = std::min(peak_time(x), a_millennium);
    const auto at = [&](double t) { return on_axis(x, t); };
    for (const auto& [level, name] : {std::pair{std::optional<double>(limit), "limit"}, std::pair{detection_limit, "detection limit"}}) {
        if (!level) continue;
        // Before the mean travel time over a hundred diffusion lengths nothing has arrived that a double can hold.
        const auto arrival = hj610::rises_above(at, *level, 1e-6 * best, best);
        out.push_back({fmt::format("arrival of the {} at the receptor", name), arrival.value_or(none), "d", none,
                       arrival ? "" : fmt::format("never above the {}{}", name, best < a_millennium ? "" : " within 1000 a")});
    }
    out.push_back({"highest concentration at the receptor", at(best), "mg/L", best, best < a_millennium ? "" : "still rising slowly"});
}

std::vector<Answer> PlumeCase::answers() const {
    std::vector<Answer> out;
    auto moments = times;
    if (service_life) moments.push_back(*service_life);
    std::sort(moments.begin(), moments.end());
    for (const double t : moments) {
        const auto [highest, where] = peak(t);
        if (std::isfinite(highest)) {
            out.push_back({"highest concentration", highest, "mg/L", t, ""});
            out.push_back({"distance of the highest concentration", where, "m", t, ""});
        }
        answer_level(out, limit, "limit", t);
        if (detection_limit) answer_level(out, *detection_limit, "detection limit", t);
        if (receptor_distance) out.push_back({"concentration at the receptor", on_axis(*receptor_distance, t), "mg/L", t, ""});
    }
    if (receptor_distance) answer_receptor(out);
    return out;
}

}  // namespace galena
