#include "core/date.hpp"

#include <chrono>
#include <cmath>
#include <cstdio>

#include <fmt/format.h>

namespace galena {

Date Date::from_civil(int year, unsigned month, unsigned day, int hour, int minute, int second) {
    using namespace std::chrono;
    const sys_days days = std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{day};
    return {static_cast<std::int64_t>(days.time_since_epoch().count()) * 86400 + hour * 3600 + minute * 60 + second};
}

std::optional<Date> Date::parse(std::string_view text) {
    int year = 0, hour = 0, minute = 0, second = 0, length = 0;
    unsigned month = 0, day = 0;
    const std::string copy(text);
    if (std::sscanf(copy.c_str(), "%4d-%2u-%2u%n", &year, &month, &day, &length) < 3) return {};
    auto rest = copy.substr(static_cast<std::size_t>(length));
    if (!rest.empty()) {
        if (rest[0] != 'T' && rest[0] != ' ') return {};
        int used = 0;
        if (std::sscanf(rest.c_str() + 1, "%2d:%2d%n", &hour, &minute, &used) < 2) return {};
        rest = rest.substr(static_cast<std::size_t>(used) + 1);
        if (!rest.empty() && (std::sscanf(rest.c_str(), ":%2d%n", &second, &used) < 1 || static_cast<std::size_t>(used) != rest.size()))
            return {};
    }
    using namespace std::chrono;
    if (!year_month_day{std::chrono::year{year}, std::chrono::month{month}, std::chrono::day{day}}.ok()) return {};
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return {};
    return from_civil(year, month, day, hour, minute, second);
}

std::string Date::text() const {
    using namespace std::chrono;
    const auto days = static_cast<int>(std::floor(static_cast<double>(seconds) / 86400.0));
    const auto rest = seconds - static_cast<std::int64_t>(days) * 86400;
    const year_month_day ymd{sys_days{std::chrono::days{days}}};
    auto text = fmt::format("{:04}-{:02}-{:02}", static_cast<int>(ymd.year()), static_cast<unsigned>(ymd.month()),
                            static_cast<unsigned>(ymd.day()));
    if (rest != 0) text += fmt::format("T{:02}:{:02}:{:02}", rest / 3600, rest / 60 % 60, rest % 60);
    return text;
}

Date Date::plus(double span) const { return {seconds + static_cast<std::int64_t>(std::llround(span))}; }

}  // namespace galena
