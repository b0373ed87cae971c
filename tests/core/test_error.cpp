#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <unistd.h>

#include "core/error.hpp"

using namespace galena;

namespace {

/// A file with the lines given, removed at the end of the test.
struct SourceFile {
    std::string path = (std::filesystem::temp_directory_path() / ("galena_error_" + std::to_string(::getpid()) + ".toml")).string();
    explicit SourceFile(const std::string& text) { std::ofstream(path) << text; }
    ~SourceFile() { std::filesystem::remove(path); }
};

std::vector<std::string> lines(const std::string& text) {
    std::vector<std::string> all;
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = text.find('\n', begin);
        all.push_back(text.substr(begin, end - begin));
        begin = end == std::string::npos ? text.size() : end + 1;
    }
    return all;
}

/// The character of the source line above the caret.
char above_caret(const std::vector<std::string>& message) { return message.at(1).at(message.at(2).find('^')); }

}  // namespace

TEST_CASE("a place is written as file, line and column, as far as they are known") {
    CHECK(Place{"site.toml", 12, 5}.text() == "site.toml:12:5");
    CHECK(Place{"site.toml", 12, 0}.text() == "site.toml:12");
    CHECK(Place{"site.toml", 0, 0}.text() == "site.toml");
    CHECK(Place{}.text() == "galena");
}

TEST_CASE("the caret stands under its column") {
    const SourceFile file("[medium]\nporosity = -0.3\n");
    const auto message = lines(ScenarioError({file.path, 2, 12}, "porosity is -0.3", "it must lie in 0 to 1").what());
    REQUIRE(message.size() == 4);
    CHECK(message[0] == file.path + ":2:12: error: porosity is -0.3");
    CHECK(message[1] == "     2 | porosity = -0.3");
    CHECK(message[2] == "       |            ^");
    CHECK(above_caret(message) == '-');
    CHECK(message[3] == "       = it must lie in 0 to 1");
}

TEST_CASE("tabs before the caret are kept, so that it lines up however wide a tab is shown") {
    const SourceFile file("\tporosity\t= 2\n");
    const auto message = lines(ScenarioError({file.path, 1, 13}, "too large").what());
    REQUIRE(message.size() == 3);
    CHECK(message[2] == "       | \t        \t  ^");
    CHECK(above_caret(message) == '2');
}

TEST_CASE("a long line is shown as a window round the column") {
    const SourceFile file(std::string(300, 'a') + "X" + std::string(300, 'b') + "\n");
    const auto message = lines(ScenarioError({file.path, 1, 301}, "long").what());
    REQUIRE(message.size() == 3);
    CHECK(message[1].size() < 140);
    // The ellipsis that stands for the cut has three bytes and one column.
    CHECK(message[1].at(message[2].find('^') + 2) == 'X');
}

TEST_CASE("a file that cannot be read costs the source line, not the message") {
    CHECK(std::string(ScenarioError({"nowhere.toml", 3, 4}, "lost").what()) == "nowhere.toml:3:4: error: lost\n");
}

TEST_CASE("all mistakes are told in one pass, sorted by place") {
    Diagnostics diagnostics;
    diagnostics.error({"b.toml", 1, 1}, "fourth");
    diagnostics.error({"a.toml", 10, 1}, "third");
    diagnostics.warning({"a.toml", 2, 7}, "second");
    diagnostics.error({"a.toml", 2, 3}, "first");
    CHECK(diagnostics.error_count() == 3);
    CHECK(diagnostics.text() ==
          "a.toml:2:3: error: first\na.toml:2:7: warning: second\na.toml:10:1: error: third\nb.toml:1:1: error: fourth\n");
    CHECK_THROWS_AS(diagnostics.throw_if_errors(), ScenarioError);
}

TEST_CASE("warnings alone stop nothing") {
    Diagnostics diagnostics;
    diagnostics.warning({"a.toml", 1, 1}, "two samples at one place");
    CHECK_FALSE(diagnostics.has_errors());
    CHECK_NOTHROW(diagnostics.throw_if_errors());
}

TEST_CASE("a failed computation names process, cause, cell, time and the line that set it up") {
    const SimulationError error("transport of Cd", "no convergence", "cell (1, 2, 3)", "1995-03-01", {"site.toml", 40, 1});
    CHECK(std::string(error.what()) ==
          "transport of Cd: no convergence\n       at cell (1, 2, 3)\n       time 1995-03-01\n       set up in site.toml:40:1");
    CHECK(std::string(SimulationError("flow", "singular").what()) == "flow: singular");
}
