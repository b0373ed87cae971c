#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include "paths.hpp"

std::string source_folder() { return GALENA_SOURCE_DIR; }
std::string program_path() { return GALENA_PROGRAM; }
