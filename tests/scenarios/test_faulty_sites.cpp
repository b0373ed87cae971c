// Every faulty site in faulty/ is given to the program as a person would, to `check` and to `run`. What must be said stands in the site
// itself, as comments at its end:
//
//     # expect: 12:8: error: porosity = 1.2 is out of bounds
//     # hint: porosity must be above 0 and below 1
//
// The place is line:column of the site, or data.csv:line:column of a file beside it; nothing else may be called an error.

#include <doctest/doctest.h>

#include "paths.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

namespace {

namespace fs = std::filesystem;

const fs::path faulty = fs::path(source_folder()) / "tests" / "scenarios" / "faulty";

struct Outcome {
    int code = -1;
    std::vector<std::string> lines;
};

/// Runs the program in the folder of the faulty sites, so that places read as they do for somebody who works there.
Outcome galena_in_faulty(const std::string& arguments) {
    const auto command = "cd '" + faulty.string() + "' && '" + program_path() + "' " + arguments + " 2>&1";
    Outcome outcome;
    FILE* pipe = popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::string text;
    std::array<char, 4096> buffer{};
    for (std::size_t n = 0; (n = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) text.append(buffer.data(), n);
    const int status = pclose(pipe);
    outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) outcome.lines.push_back(line);
    return outcome;
}

struct Expectation {
    std::string message;  ///< "site.toml:12:8: error: ..."
    std::string hint;     ///< may be empty: then none may be given
};

std::vector<Expectation> expectations(const fs::path& site) {
    static const std::string expect = "# expect: ", hint = "# hint: ";
    std::vector<Expectation> all;
    std::ifstream in(site);
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with(expect)) {
            auto message = line.substr(expect.size());
            const bool of_the_site = message.starts_with("error:") || (message[0] >= '0' && message[0] <= '9');
            all.push_back({of_the_site ? site.filename().string() + (message.starts_with("error:") ? ": " : ":") + message : message, {}});
        } else if (line.starts_with(hint)) {
            REQUIRE_MESSAGE(!all.empty(), site.filename().string() << " gives a hint before any message");
            all.back().hint = line.substr(hint.size());
        }
    }
    return all;
}

std::vector<fs::path> faulty_sites() {
    std::vector<fs::path> sites;
    for (const auto& entry : fs::directory_iterator(faulty))
        if (entry.path().extension() == ".toml") sites.push_back(entry.path());
    std::sort(sites.begin(), sites.end());
    return sites;
}

/// The hint of the message at `line`: it follows the message and the source line with its caret.
std::string hint_after(const std::vector<std::string>& lines, std::size_t line) {
    static const std::string mark = "       = ";
    for (std::size_t n = line + 1; n < lines.size() && n <= line + 3; ++n) {
        if (lines[n].starts_with(mark)) return lines[n].substr(mark.size());
        if (lines[n].find(": error: ") != std::string::npos) break;
    }
    return {};
}

void compare(const Outcome& outcome, const std::vector<Expectation>& expected) {
    CHECK(outcome.code == 2);
    for (const auto& e : expected) {
        const auto found = std::find(outcome.lines.begin(), outcome.lines.end(), e.message);
        CHECK_MESSAGE(found != outcome.lines.end(), "not said: " << e.message);
        if (found != outcome.lines.end())
            CHECK(hint_after(outcome.lines, static_cast<std::size_t>(found - outcome.lines.begin())) == e.hint);
    }
    for (const auto& line : outcome.lines) {
        const bool is_error = line.find(": error: ") != std::string::npos;
        const bool wanted = std::any_of(expected.begin(), expected.end(), [&](const Expectation& e) { return e.message == line; });
        CHECK_MESSAGE((!is_error || wanted), "said beyond what is expected: " << line);
    }
    REQUIRE(!outcome.lines.empty());
    const auto count = std::to_string(expected.size());
    CHECK(outcome.lines.back() == count + (expected.size() == 1 ? " mistake" : " mistakes") + "; nothing was run");
}

struct ScratchFolder {
    ScratchFolder() : path(fs::temp_directory_path() / ("galena-faulty-" + std::to_string(getpid()))) { fs::create_directories(path); }
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    ~ScratchFolder() {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }
    fs::path path;
};

/// What a folder holds, to see that nothing came or went.
std::vector<std::string> listing(const fs::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) names.push_back(entry.path().string());
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace

TEST_CASE("every faulty site is told what is wrong, where, and what would be right, and nothing is written") {
    const auto sites = faulty_sites();
    REQUIRE(sites.size() >= 100);  // as many as there were when this was written: a folder not found would pass else
    const ScratchFolder scratch;
    const auto before = listing(faulty);
    for (const auto& site : sites) {
        const auto name = site.filename().string();
        CAPTURE(name);
        const auto expected = expectations(site);
        REQUIRE_MESSAGE(!expected.empty(), name << " expects no message");
        compare(galena_in_faulty("check " + name), expected);
        const auto output = scratch.path / site.stem();
        compare(galena_in_faulty("run --output '" + output.string() + "' " + name), expected);
        CHECK(!fs::exists(output));
    }
    CHECK(listing(faulty) == before);
}

TEST_CASE("many mistakes of one file are reported in one pass") {
    // Of reading (units, keys, bounds) and of meaning (zones, wells, substances): the two stages of a check.
    CHECK(expectations(faulty / "many_mistakes.toml").size() >= 12);
    CHECK(expectations(faulty / "many_mistakes_of_meaning.toml").size() >= 8);
}

TEST_CASE("check --format json gives every mistake with its place") {
    const auto outcome = galena_in_faulty("check --format json out_of_bounds.toml");
    CHECK(outcome.code == 2);
    std::string text;
    for (const auto& line : outcome.lines) text += line + "\n";
    CHECK(text.find("\"valid\": false") != std::string::npos);
    CHECK(text.find("\"message\": \"porosity = 1.2 is out of bounds\"") != std::string::npos);
    CHECK(text.find("\"hint\": \"porosity must be above 0 and below 1\"") != std::string::npos);
}

TEST_CASE("a wrong command line ends with exit code 2") {
    for (const auto* arguments : {"", "simulate site.toml", "run", "check", "run --speed 3 site.toml", "check --format xml site.toml",
                                  "describe --format html", "--threads 0 check site.toml", "run --output a --resume b site.toml"}) {
        CAPTURE(arguments);
        const auto outcome = galena_in_faulty(arguments);
        CHECK(outcome.code == 2);
        CHECK(!outcome.lines.empty());
    }
}

TEST_CASE("a site file that is not there is a mistake of the command line") {
    const ScratchFolder scratch;
    const std::vector<std::string> commands{"check", "run --output '" + (scratch.path / "out").string() + "'"};
    for (const auto& command : commands) {
        const auto outcome = galena_in_faulty(command + " no_such_site.toml");
        CHECK(outcome.code == 2);
        REQUIRE(!outcome.lines.empty());
        CHECK(outcome.lines.front() == "no_such_site.toml: error: the site file cannot be read");
    }
    CHECK(!fs::exists(scratch.path / "out"));
}

TEST_CASE("an output folder that somebody else filled is refused and left as it is") {
    const ScratchFolder scratch;
    const auto foreign = scratch.path / "thesis";
    fs::create_directories(foreign);
    std::ofstream(foreign / "chapter.txt") << "years of work";
    const auto site = fs::path(source_folder()) / "examples" / "column" / "site.toml";
    const auto before = listing(scratch.path);
    const auto outcome = galena_in_faulty("run --output '" + foreign.string() + "' '" + site.string() + "'");
    CHECK(outcome.code == 2);
    const auto message = foreign.string() + ": error: the output folder exists and was not written by galena";
    CHECK(std::find(outcome.lines.begin(), outcome.lines.end(), message) != outcome.lines.end());
    CHECK(listing(scratch.path) == before);
    // A file in the place of the folder is refused as well.
    const auto file = galena_in_faulty("run --output '" + (foreign / "chapter.txt").string() + "' '" + site.string() + "'");
    CHECK(file.code == 2);
    CHECK(listing(scratch.path) == before);
}
