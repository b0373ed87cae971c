#include <doctest/doctest.h>

#include "core/suggestion.hpp"

using namespace galena;

TEST_CASE("the nearest word is found") {
    const std::vector<std::string> keys{"porosity", "effective_porosity", "bulk_density", "specific_yield", "specific_storage"};
    CHECK(nearest_word("porosty", keys) == "porosity");
    CHECK(nearest_word("proosity", keys) == "porosity");  // a transposition is one slip, not two
    CHECK(nearest_word("Porosity", keys) == "porosity");
    CHECK(nearest_word("bulk-density", keys) == "bulk_density");
    CHECK(nearest_word("density", keys) == "bulk_density");  // part of a longer name
    CHECK(nearest_word("specific_yeild", keys) == "specific_yield");
    CHECK(nearest_word("temperature", keys).empty());
    CHECK(nearest_word("x", {}).empty());
}

TEST_CASE("case counts less than a wrong letter") {
    CHECK(nearest_word("cd", {"Cu", "Cd"}) == "Cd");
    CHECK(nearest_word("CD", {"Cr", "Cd"}) == "Cd");
}

TEST_CASE("a suggestion is a near word, or else all that is allowed") {
    CHECK(suggestion("sphercal", {"spherical", "exponential", "gaussian"}) == "did you mean 'spherical'?");
    CHECK(suggestion("zonal", {"spherical", "exponential"}) == "allowed: spherical, exponential");
    CHECK(suggestion("anything", {}).empty());
    CHECK(joined({"a", "b", "c"}) == "a, b, c");
    CHECK(joined({"a", "b"}, " | ") == "a | b");
}
