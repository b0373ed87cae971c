#include <doctest/doctest.h>

#include "core/units.hpp"

using namespace galena;

TEST_CASE("units convert to SI") {
    CHECK(unit("m/d").to_si(86400) == doctest::Approx(1.0));
    CHECK(unit("mg/L").to_si(1) == doctest::Approx(1e-3));
    CHECK(unit("L/kg").to_si(1) == doctest::Approx(1e-3));
    CHECK(unit("degC").to_si(10) == doctest::Approx(283.15));
    CHECK(unit("%").to_si(35) == doctest::Approx(0.35));
    CHECK(unit("mm/a").to_si(365.25) == doctest::Approx(1e-3 / 86400));
    CHECK(unit("a").to_si(1) == doctest::Approx(365.25 * 86400));
    CHECK(unit("years").to_si(1) == unit("a").to_si(1));
    CHECK(unit("1/a").to_si(365.25) == doctest::Approx(1.0 / 86400));
    CHECK(unit("m3/d").same_dimension(unit("L/s")));
    CHECK_FALSE(unit("m/d").same_dimension(unit("m2/d")));
    CHECK(unit("").dimensionless());
    CHECK(unit("ha").to_si(1) == doctest::Approx(1e4));
}

TEST_CASE("a content is not a fraction") {
    CHECK(unit("mg/kg").to_si(1) == doctest::Approx(1e-6));
    CHECK(unit("mg/kg").same_dimension(unit("g/t")));
    CHECK_FALSE(unit("mg/kg").same_dimension(unit("%")));
    CHECK_FALSE(unit("1").same_dimension(unit("mg/kg")));
}

TEST_CASE("quantities are split into number and unit") {
    CHECK(split_quantity("12 m/d")->number == 12);
    CHECK(split_quantity("12 m/d")->unit == "m/d");
    CHECK(split_quantity(" -1e-5 1/m ")->number == -1e-5);
    CHECK(split_quantity("-1e-5 1/m")->unit == "1/m");
    CHECK(split_quantity("0.3")->unit.empty());
    CHECK_FALSE(split_quantity("twelve m").has_value());
    // Ranges, sums and shifted zeros would be products or offsets to UDUNITS.
    for (const char* text : {"2-3 m", "2+3 m", "3 2 m", "3 m @ 5", "3 .5 m", "2*3 m"})
        CHECK_MESSAGE(!split_quantity(text).has_value(), text);
    CHECK_FALSE(split_quantity("").has_value());
    CHECK(quantity_text(1.0 / 86400, unit("m/d")) == "1 m/d");
}

TEST_CASE("kWh is written as people write it") {
    CHECK(unit("kWh/m3").to_si(1) == doctest::Approx(3.6e6));
    CHECK(unit("t/ha").to_si(1) == doctest::Approx(0.1));
}
