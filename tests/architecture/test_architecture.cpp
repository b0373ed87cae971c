#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "architecture/check.hpp"
#include "paths.hpp"

using namespace architecture;
namespace fs = std::filesystem;

namespace {

const fs::path root = source_folder();

std::string read(const fs::path& path) {
    std::ifstream in(path);
    REQUIRE(in);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

std::vector<fs::path> code_files(const std::string& tree) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(root / tree))
        if (const auto ending = entry.path().extension();
            entry.is_regular_file() && (ending == ".cpp" || ending == ".hpp" || ending == ".h"))
            files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

ModelFolders model_folders() {
    ModelFolders folders;
    for (const auto& entry : fs::directory_iterator(root / "models"))
        if (entry.is_directory()) folders.push_back(entry.path().filename());
    return folders;
}

void expect_none(const std::vector<Violation>& violations) {
    for (const auto& violation : violations) FAIL_CHECK(violation.text());
}

/// How many rules the text breaks when it stands in the file named.
std::size_t broken(const std::string& path, const std::string& content) {
    return check_source(path, content, {"flow", "transport", "sorption"}).size();
}

}  // namespace

TEST_CASE("includes and reserved words follow the design") {
    const auto models = model_folders();
    for (const std::string tree : {"engine", "models"}) {
        const auto files = code_files(tree);
        CHECK_FALSE(files.empty());
        for (const auto& file : files) expect_none(check_source(fs::relative(file, root).generic_string(), read(file), models));
    }
}

TEST_CASE("ctest can find every test case by its name") {
    for (const auto& file : code_files("tests")) expect_none(check_test(fs::relative(file, root).generic_string(), read(file)));
}

TEST_CASE("an include against the direction is found") {
    CHECK(broken("engine/grid/grid.cpp", "#include \"core/error.hpp\"\n#include <vector>\n") == 0);
    CHECK(broken("engine/core/error.cpp", "#include \"grid/grid.hpp\"\n") == 1);
    CHECK(broken("engine/numerics/krylov.cpp", "#include \"scenario/reader.hpp\"\n") == 1);
    CHECK(broken("engine/scenario/reader.cpp", "#include \"grid/grid.hpp\"\n") == 1);
    CHECK(broken("engine/simulation/run.cpp", "#include \"output/vtk.hpp\"\n") == 1);
    CHECK(broken("engine/output/budget.cpp", "#include \"simulation/state.hpp\"\n") == 0);
    CHECK(broken("engine/simulation/run.cpp", "  #  include \"flow/saturated.hpp\"\n") == 1);
    CHECK(broken("engine/main.cpp", "#include \"report/page.hpp\"\n") == 0);
    CHECK(broken("engine/main.cpp", "#include \"flow/saturated.hpp\"\n") == 1);
    CHECK(broken("models/transport/balance.cpp", "#include \"flow/saturated.hpp\"\n#include \"simulation/process.hpp\"\n") == 0);
    CHECK(broken("models/transport/balance.cpp", "#include \"study/ensemble.hpp\"\n") == 1);
    CHECK(broken("engine/core/error.cpp", "#include \"error.hpp\"\n") == 1);
    CHECK(broken("engine/core/error.cpp", "#include \"../grid/grid.hpp\"\n") == 1);
    CHECK(broken("engine/somewhere/new.cpp", "#include \"core/error.hpp\"\n") == 1);
    const auto found = check_source("engine/core/error.cpp", "\n// text\n#include \"grid/grid.hpp\"\n", {});
    REQUIRE(found.size() == 1);
    CHECK(found[0].text() == "engine/core/error.cpp:3: #include \"grid/grid.hpp\": engine/core may include only core");
}

TEST_CASE("a reserved word outside its files is found") {
    CHECK(broken("engine/numerics/krylov.cpp", "#pragma omp parallel for\n") == 1);
    CHECK(broken("engine/numerics/krylov.cpp", "// #pragma omp parallel for\n/* #pragma omp simd\n*/\n") == 0);
    CHECK(broken("engine/numerics/krylov.cpp", "#pragma omp simd\n") == 1);
    CHECK(broken("engine/numerics/sweep_kernel.cpp", "#pragma omp simd\n") == 0);
    CHECK(broken("models/flow/river.cpp", "auto n = grid.nx() * grid->ny();\n") == 1);
    CHECK(broken("models/flow/river.cpp", "auto n = nx() + grid.nxt();\n") == 0);
    CHECK(broken("engine/numerics/stencil.cpp", "auto n = grid.nx();\n") == 0);
    CHECK(broken("engine/output/csv.cpp", "#include <hdf5.h>\n") == 1);
    CHECK(broken("engine/output/hdf5.cpp", "#include <hdf5.h>\n") == 0);
    CHECK(broken("engine/output/observer.cpp", "#include <vtkNew.h>\n") == 1);
    CHECK(broken("engine/scenario/reader.cpp", "#include <udunits2.h>\n") == 1);
    CHECK(broken("engine/simulation/build.cpp", "#include <toml++/toml.h>\n") == 1);
    CHECK(broken("engine/core/log.hpp", "#pragma once\n#include <spdlog/spdlog.h>\n") == 1);
    CHECK(broken("engine/core/log.hpp", "#pragma once\nusing namespace std;\n") == 1);
    CHECK(broken("engine/core/log.hpp", "int a;  // #pragma once\n") == 1);
    CHECK(broken("engine/core/utils.cpp", "\n") == 1);
    CHECK(broken("engine/grid/grid_helpers.cpp", "\n") == 1);
    CHECK(broken("models/transport/miscible.cpp", "\n") == 0);
}

TEST_CASE("comments are blanked and literals kept") {
    CHECK(without_comments("a // b\nc") == "a     \nc");
    CHECK(without_comments("a /* b\n*/ c") == "a     \n   c");
    CHECK(without_comments("\"a // b\" '\"' 1'000 // c") == "\"a // b\" '\"' 1'000     ");
}

TEST_CASE("a test name that ctest would lose is found") {
    const std::string begin = "TEST_";  // in two parts, so that this file does not accuse itself
    CHECK(check_test("tests/a.cpp", begin + "CASE(\"one; two\") {\n").size() == 1);
    CHECK(check_test("tests/a.cpp", begin + "CASE(\"one, two (three): four\") {\n").empty());
}
