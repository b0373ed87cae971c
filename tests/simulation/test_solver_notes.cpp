// What a solver had to fall back on reaches the person: on the terminal and in the log.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "program.hpp"

TEST_CASE("a linear solver that falls back says so on the terminal and in the log") {
    // Blocks of a few cells, eleven decades apart: multigrid in floats stagnates, vertical lines go on (tests/numerics/test_multigrid.cpp).
    const TemporaryFolder folder;
    std::string conductivity = "value\n";
    for (int k = 0; k < 3; ++k)
        for (int j = 0; j < 40; ++j)
            for (int i = 0; i < 40; ++i) conductivity += (i / 3 + j / 3 + k / 3) % 2 == 0 ? "1e-13\n" : "1e-2\n";
    write_file(folder / "k.csv", conductivity);
    const auto site = write_file(folder / "site.toml", R"(
[site]
name = "blocks"
start = 2020-01-01
duration = "1 d"
[grid]
nx = 40
ny = 40
dx = "10 m"
dy = "10 m"
top = "0 m"
[[grid.layer]]
name = "blocks"
thickness = "12 m"
cells = 3
[[medium]]
hydraulic_conductivity = { cells = "k.csv", column = "value", unit = "m/s" }
anisotropy_vertical = 0.1
porosity = 0.3
[flow]
initial_head = "0 m"
[[boundary]]
type = "fixed_head"
name = "west"
side = "west"
head = "10 m"
[[boundary]]
type = "fixed_head"
name = "east"
side = "east"
head = "0 m"
)");
    const auto result = galena_program(fmt::format("run {} --output {}", site, (folder / "out").string()));
    CHECK(result.code == 0);
    const std::string line = "; went on with vertical lines";
    CHECK(result.output.find(line) != std::string::npos);
    CHECK(file_text(folder / "out" / "log.txt").find(line) != std::string::npos);
}
