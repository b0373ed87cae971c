#pragma once
// How much a test of TEST_SUITE("long") may spend.

#include <cstdlib>
#include <string_view>

namespace galena {

/// True when GALENA_LONG=reduced: long tests run coarser or fewer cases, but still assert the same thing.
inline bool reduced_effort() {
    const char* effort = std::getenv("GALENA_LONG");
    return effort && std::string_view(effort) == "reduced";
}

}  // namespace galena
