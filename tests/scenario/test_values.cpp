#include <doctest/doctest.h>

#include "core/units.hpp"
#include "scenario/values.hpp"

using namespace galena;

namespace {

const Date start = Date::from_civil(2020, 1, 1, 0, 0, 0);
constexpr double day = seconds_per_day;

Series two_values(SeriesKind kind) {
    Series series;
    series.kind = kind;
    series.dates = {start, start.plus(10 * day)};
    series.values = {1, 3};
    return series;
}

}  // namespace

TEST_CASE("a constant is a series") {
    const Series series(2.5);
    CHECK(series.constant());
    CHECK(series.at(start, 1e9) == 2.5);
    CHECK(series.mean(start, 0, 1e9) == 2.5);
}

TEST_CASE("a step holds until the next date") {
    const auto series = two_values(SeriesKind::step);
    CHECK(series.at(start, 5 * day) == 1);
    CHECK(series.at(start, 11 * day) == 3);
    CHECK(series.at(start, -day) == 1);        // before the first date
    CHECK(series.at(start, 1000 * day) == 3);  // after the last one
    // Five days of 1 and fifteen of 3: exact up to the rounding of one division.
    CHECK(series.mean(start, 5 * day, 25 * day) == doctest::Approx((5 * 1 + 15 * 3) / 20.0).epsilon(1e-14));
}

TEST_CASE("values joined by lines have their mean in the middle") {
    const auto series = two_values(SeriesKind::linear);
    CHECK(series.at(start, 5 * day) == 2);
    CHECK(series.at(start, 20 * day) == 3);
    CHECK(series.mean(start, 0, 10 * day) == doctest::Approx(2.0).epsilon(1e-14));
    // From day 5 to 15: five days that rise from 2 to 3, five at 3.
    CHECK(series.mean(start, 5 * day, 15 * day) == doctest::Approx(2.75).epsilon(1e-14));
}

TEST_CASE("the start of the run need not be a date of the series") {
    const auto series = two_values(SeriesKind::linear);
    CHECK(series.at(start.plus(5 * day), 0) == 2);
    CHECK(series.at(start.plus(5 * day), 2.5 * day) == 2.5);
}

TEST_CASE("units as people write them") {
    const auto si = [](const char* text) {
        const auto split = split_quantity(text);
        REQUIRE_MESSAGE(split.has_value(), text);
        const auto given = Unit::parse(split->unit);
        REQUIRE_MESSAGE(given.has_value(), text);
        return given->to_si(split->number);
    };
    // UDUNITS multiplies out its factors: a few units in the last place.
    const auto about = [](double v) { return doctest::Approx(v).epsilon(1e-13); };
    CHECK(si("12 m/d") == about(12 / 86400.0));
    CHECK(si("12m/d") == about(12 / 86400.0));
    CHECK(si("  12  m/d ") == about(12 / 86400.0));
    CHECK(si("12 m/ d") == about(12 / 86400.0));
    CHECK(si("+1e-3 m/s") == about(1e-3));
    CHECK(si("5 %") == about(0.05));
    CHECK(si("0.05") == about(0.05));
    CHECK(si("3 µg/L") == about(3e-6));
    CHECK(si("3 ug/L") == about(3e-6));
    CHECK(si("1 a") == about(365.25 * 86400));
    CHECK(si("2 kg/ha/a") == about(2 / 1e4 / (365.25 * 86400)));
    CHECK(si("10 degC") == about(283.15));
    CHECK_FALSE(split_quantity("").has_value());
    CHECK_FALSE(split_quantity("m/d").has_value());
    CHECK_FALSE(split_quantity("- 3 m").has_value());
    CHECK_FALSE(Unit::parse("metres/dy").has_value());
    CHECK(Unit::parse("mg per kg")->same_dimension(unit("mg/kg")));
}
