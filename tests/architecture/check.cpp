#include "architecture/check.hpp"

#include <algorithm>
#include <cctype>
#include <functional>
#include <map>
#include <regex>
#include <sstream>
#include <string_view>

namespace architecture {

namespace {

/// What each folder of engine/ may include. A new folder gets its row here, in the direction of the others:
/// core <- grid <- numerics <- simulation <- output <- study <- report; scenario needs core; simulation needs scenario.
const std::map<std::string, std::vector<std::string>> engine_direction{
    {"core", {"core"}},
    {"grid", {"core", "grid"}},
    {"scenario", {"core", "scenario"}},
    {"numerics", {"core", "grid", "numerics"}},
    {"simulation", {"core", "grid", "scenario", "numerics", "simulation"}},
    {"output", {"core", "grid", "scenario", "numerics", "simulation", "output"}},
    {"study", {"core", "grid", "scenario", "numerics", "simulation", "output", "study"}},
    {"report", {"core", "grid", "scenario", "numerics", "simulation", "output", "study", "report"}},
    {"distributed", {"core", "grid", "numerics", "distributed"}},
};
const std::vector<std::string> open_to_models{"core", "grid", "scenario", "numerics", "simulation", "output"};

bool contains(const std::vector<std::string>& words, const std::string& word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
    return text;
}

bool is_header(std::string_view path) { return path.ends_with(".hpp") || path.ends_with(".h"); }

/// "engine/grid/grid.hpp" -> {"engine", "grid"}; "engine/main.cpp" -> {"engine", ""}.
struct Location {
    std::string tree, folder;
};
Location location(const std::string& path) {
    const auto first = path.find('/');
    if (first == std::string::npos) return {path, ""};
    const auto second = path.find('/', first + 1);
    return {path.substr(0, first), second == std::string::npos ? "" : path.substr(first + 1, second - first - 1)};
}

/// Why the file may not include "included"; empty when it may.
std::string include_trouble(const std::string& path, const std::string& included, const ModelFolders& models) {
    const auto slash = included.find('/');
    if (slash == std::string::npos || included.starts_with(".")) return "write the path from engine/ or models/, as in \"core/error.hpp\"";
    const auto target = included.substr(0, slash);
    const auto [tree, folder] = location(path);
    if (contains(models, target)) return tree == "models" ? "" : "nothing in engine/ includes a model; the link brings the models";
    const bool ties_together = tree == "engine" && folder.empty();  // main.cpp
    if (!engine_direction.contains(target) || (tree == "engine" && !ties_together && !engine_direction.contains(folder)))
        return "a folder without a row in the direction of includes (tests/architecture/check.cpp)";
    if (ties_together) return {};
    const auto& allowed = tree == "models" ? open_to_models : engine_direction.at(folder);
    return contains(allowed, target) ? "" : tree + "/" + folder + " may include only " + joined(allowed);
}

/// Words that only some files may hold.
struct Reserved {
    std::string_view needle;  ///< cheap test before the pattern
    std::regex pattern;
    std::function<bool(const std::string& path)> allowed;
    std::string rule;
};

std::function<bool(const std::string&)> only_in(std::vector<std::string> prefixes) {
    return [prefixes = std::move(prefixes)](const std::string& path) {
        return std::any_of(prefixes.begin(), prefixes.end(), [&](const std::string& prefix) { return path.starts_with(prefix); });
    };
}

const std::vector<Reserved>& reserved_words() {
    const auto kernels = [](const std::string& path) { return path.find("_kernel.") != std::string::npos; };
    const auto sources = [](const std::string& path) { return !is_header(path); };
    const auto rows_of_cells = only_in({"engine/grid/", "engine/numerics/", "engine/output/vtk", "engine/output/results_file."});
    const std::string rows =
        "rows of cells (nx, ny, nz, ijk) are for grid/, numerics/ and output/vtk*; use for_each_cell and for_each_face";
    static const std::vector<Reserved> words{
        {"omp", std::regex(R"(#\s*pragma\s+omp\b.*\bparallel\b)"), only_in({"engine/core/parallel.hpp"}),
         "`omp parallel` is for core/parallel.hpp"},
        {"omp", std::regex(R"(#\s*pragma\s+omp\b.*\bsimd\b)"), kernels, "`omp simd` is for files named *_kernel.hpp or *_kernel.cpp"},
        {"omp.h", std::regex(R"(#\s*include\s*<omp\.h>)"), only_in({"engine/core/parallel.hpp"}), "<omp.h> is for core/parallel.hpp"},
        {"(", std::regex(R"((\.|->)\s*(nx|ny|nz|ijk)\s*\()"), rows_of_cells, rows},
        {"include", std::regex(R"(#\s*include\s*[<"](hdf5|H5\w*)\.h[>"])"), only_in({"engine/output/hdf5."}),
         "HDF5 stays behind output/hdf5.*"},
        {"include", std::regex(R"(#\s*include\s*[<"]vtk\w*(\.h)?[>"])"), only_in({"engine/output/vtk"}), "VTK stays behind output/vtk*"},
        {"udunits", std::regex(R"(#\s*include\s*[<"]udunits2?\.h[>"])"), only_in({"engine/core/units.cpp"}),
         "UDUNITS-2 stays in core/units.cpp"},
        {"toml++", std::regex(R"(#\s*include\s*[<"]toml\+\+/)"), only_in({"engine/scenario/"}), "toml++ stays in scenario/"},
        {"include", std::regex(R"(#\s*include\s*<(spdlog|boost/numeric/odeint))"), sources,
         "slow to compile: include it in a .cpp, not in a header"},
        {"using", std::regex(R"(^\s*using\s+namespace\b)"), sources, "no `using namespace` in a header"},
    };
    return words;
}

void for_each_line(const std::string& text, const std::function<void(int number, const std::string& line)>& body) {
    std::istringstream in(text);
    std::string line;
    for (int number = 1; std::getline(in, line); ++number) body(number, line);
}

void check_whole_file(const std::string& path, const std::string& code, std::vector<Violation>& found) {
    static const std::regex drawer(R"((^|[/_])(utils?|utilities|helpers?|misc|miscellaneous)[_.][^/]*$)");
    if (std::regex_search(path, drawer)) found.push_back({path, 0, "a file is named after what it holds, not utils, helpers or misc"});
    if (is_header(path) && code.find("#pragma once") == std::string::npos) found.push_back({path, 0, "a header needs #pragma once"});
}

}  // namespace

std::string without_comments(const std::string& content) {
    enum class State { code, line_comment, block_comment, string, character } state = State::code;
    std::string text = content;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = content[i], next = i + 1 < content.size() ? content[i + 1] : '\0';
        const bool digit_separator = c == '\'' && i > 0 && std::isalnum(static_cast<unsigned char>(content[i - 1]));
        switch (state) {
            case State::code:
                if (c == '/' && next == '/') state = State::line_comment;
                else if (c == '/' && next == '*') state = State::block_comment;
                else if (c == '"') state = State::string;
                else if (c == '\'' && !digit_separator) state = State::character;
                if (state == State::line_comment || state == State::block_comment) {
                    text[i] = text[i + 1] = ' ';
                    ++i;
                }
                break;
            case State::line_comment:
                if (c == '\n') state = State::code;
                else text[i] = ' ';
                break;
            case State::block_comment:
                if (c == '*' && next == '/') {
                    state = State::code;
                    text[i] = text[i + 1] = ' ';
                    ++i;
                } else if (c != '\n') text[i] = ' ';
                break;
            case State::string:
            case State::character:
                // A literal ends at its line's end at the latest: a raw string may hold single quotes, but is no place for a rule.
                if (c == '\\') ++i;
                else if (c == '\n' || c == (state == State::string ? '"' : '\'')) state = State::code;
                break;
        }
    }
    return text;
}

std::vector<Violation> check_source(const std::string& path, const std::string& content, const ModelFolders& models) {
    static const std::regex include(R"re(^\s*#\s*include\s*"([^"]+)")re");
    std::vector<Violation> found;
    const auto code = without_comments(content);
    check_whole_file(path, code, found);
    for_each_line(code, [&](int number, const std::string& line) {
        std::smatch match;
        if (line.find("include") != std::string::npos && std::regex_search(line, match, include))
            if (const auto trouble = include_trouble(path, match[1], models); !trouble.empty())
                found.push_back({path, number, "#include \"" + match[1].str() + "\": " + trouble});
        for (const auto& word : reserved_words())
            if (line.find(word.needle) != std::string::npos && !word.allowed(path) && std::regex_search(line, word.pattern))
                found.push_back({path, number, word.rule});
    });
    return found;
}

std::vector<Violation> check_test(const std::string& path, const std::string& content) {
    static const std::regex name(R"re(\bTEST_CASE(?:_FIXTURE\([^,]*,|_TEMPLATE(?:_DEFINE)?\(|\()\s*"((?:[^"\\]|\\.)*)")re");
    std::vector<Violation> found;
    for_each_line(without_comments(content), [&](int number, const std::string& line) {
        std::smatch match;
        if (line.find("TEST_CASE") == std::string::npos || !std::regex_search(line, match, name)) return;
        // A name that the filter of the test program does not find again runs no test, and ctest calls that a success.
        if (match[1].str().find_first_of(";*?[]\\\"$") != std::string::npos)
            found.push_back({path, number, "the name of a test case holds one of ; * ? [ ] \\ \" $ and would not be run by ctest"});
    });
    return found;
}

}  // namespace architecture
