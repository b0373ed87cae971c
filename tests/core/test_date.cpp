#include <doctest/doctest.h>

#include "core/date.hpp"

using namespace galena;

TEST_CASE("dates are read") {
    CHECK(Date::parse("1970-01-01")->seconds == 0);
    CHECK(Date::parse("1970-01-02T00:00:01")->seconds == 86401);
    CHECK(Date::parse("1990-06-15 12:30")->seconds == Date::from_civil(1990, 6, 15, 12, 30).seconds);
    CHECK(Date::parse("1990-06-15T12:30:45") == Date::from_civil(1990, 6, 15, 12, 30, 45));
    CHECK(Date::parse("1969-12-31")->seconds == -86400);
    CHECK(Date::parse("2000-02-29").has_value());  // leap: divisible by 400
}

TEST_CASE("what is no date is refused") {
    for (const auto* text : {"", "1990", "1990-06", "1990-13-01", "1990-02-29", "1900-02-29", "1990-00-10", "1990-01-32", "1990-01-01x",
                             "1990-01-01T", "1990-01-01T12", "1990-01-01T24:00", "1990-01-01T12:60", "1990-01-01T12:30:60",
                             "1990-01-01T12:30:45Z", "1990-01-01T12:30Z", "01.02.1990", "tomorrow"}) {
        INFO(text);
        CHECK_FALSE(Date::parse(text).has_value());
    }
}

TEST_CASE("a date is written as it was read") {
    for (const auto* text : {"1970-01-01", "1990-06-15", "2024-02-29", "1969-12-31T23:59:59", "1850-01-01T06:00:00", "2090-12-31"}) {
        CHECK(Date::parse(text)->text() == text);
    }
    CHECK(Date::parse("1990-06-15 00:00")->text() == "1990-06-15");
}

TEST_CASE("dates and spans add up") {
    const auto start = *Date::parse("1999-12-31");
    CHECK(start.plus(86400).text() == "2000-01-01");
    CHECK(start.plus(60.0 * 86400).text() == "2000-02-29");
    CHECK(start.plus(-0.4) == start);  // to the nearest second
    CHECK(start.plus(0.6).since(start) == 1.0);
    CHECK(Date::parse("2090-01-01")->since(*Date::parse("1990-01-01")) == 36525.0 * 86400);  // 25 leap years, 2000 among them
    CHECK(*Date::parse("1990-01-01") < *Date::parse("1990-01-01T00:00:01"));
}
