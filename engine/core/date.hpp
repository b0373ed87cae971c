#pragma once
// Dates of the Gregorian calendar without time zone, and their arithmetic with seconds of simulated time.

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace galena {

/// A moment, in seconds since 1970-01-01T00:00:00.
struct Date {
    std::int64_t seconds = 0;

    static Date from_civil(int year, unsigned month, unsigned day, int hour = 0, int minute = 0, int second = 0);
    /// Reads "1990-01-01", "1990-01-01T12:30:00" or "1990-01-01 12:30"; nothing when the text is no valid date.
    static std::optional<Date> parse(std::string_view text);

    /// "1990-01-01", or "1990-01-01T12:30:00" when it is not midnight.
    [[nodiscard]] std::string text() const;

    /// The date after (or before) a span in seconds, rounded to the nearest second.
    [[nodiscard]] Date plus(double span) const;
    /// Seconds from `earlier` to this date.
    [[nodiscard]] double since(Date earlier) const { return static_cast<double>(seconds - earlier.seconds); }

    auto operator<=>(const Date&) const = default;
};

}  // namespace galena
