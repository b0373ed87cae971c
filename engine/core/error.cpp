#include "core/error.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <tuple>

#include <fmt/format.h>

namespace galena {

namespace {

/// The text of one line of a file, or nothing when the file cannot be read.
std::string source_line(const std::string& file, int line) {
    std::ifstream in(file);
    std::string text;
    for (int i = 0; i < line; ++i)
        if (!std::getline(in, text)) return {};
    if (!text.empty() && text.back() == '\r') text.pop_back();
    return text;
}

/// A line as characters, so that columns count as editors count them.
std::vector<std::string> characters_of(const std::string& line) {
    std::vector<std::string> characters;
    for (const char c : line) {
        const bool continues = (static_cast<unsigned char>(c) & 0xC0) == 0x80;
        if (continues && !characters.empty()) characters.back() += c;
        else characters.emplace_back(1, c);
    }
    return characters;
}

/// What takes as much room on the screen as a character: Chinese, Japanese and Korean ones are two columns wide.
std::string blank_for(const std::string& character) {
    if (character == "\t") return "\t";
    const bool wide =
        character.size() == 3 && static_cast<unsigned char>(character[0]) >= 0xE3 && static_cast<unsigned char>(character[0]) <= 0xED;
    return wide ? "\u3000" : " ";
}

std::string caret_block(const Place& place) {
    if (place.line <= 0) return {};
    const auto line = characters_of(source_line(place.file, place.line));
    if (line.empty()) return {};
    // Long data rows: show a window round the column, so that the caret stays on the screen.
    constexpr std::size_t width = 110;
    const std::size_t column = place.column > 0 ? static_cast<std::size_t>(place.column - 1) : 0;
    const std::size_t from = line.size() > width && column > width / 2 ? std::min(column - width / 2, line.size()) : 0;
    const std::size_t to = std::min(from + width, line.size());
    std::string shown = from > 0 ? "…" : "", pad = from > 0 ? " " : "";
    for (std::size_t i = from; i < to; ++i) shown += line[i];
    for (std::size_t i = from; i < std::min(column, to); ++i) pad += blank_for(line[i]);
    if (to < line.size()) shown += "…";
    auto text = fmt::format("{:>6} | {}\n", place.line, shown);
    if (place.column > 0) text += fmt::format("{:>6} | {}^\n", "", pad);
    return text;
}

std::string render(const Diagnostic& d) {
    auto text = fmt::format("{}: {}: {}\n", d.place.text(), d.severity == Diagnostic::Severity::error ? "error" : "warning", d.what);
    text += caret_block(d.place);
    if (!d.hint.empty()) text += fmt::format("       = {}\n", d.hint);
    return text;
}

std::string simulation_message(const std::string& process, const std::string& cause, const std::string& where, const std::string& time,
                               const Place& place) {
    auto text = fmt::format("{}: {}", process, cause);
    if (!where.empty()) text += fmt::format("\n       at {}", where);
    if (!time.empty()) text += fmt::format("\n       time {}", time);
    if (!place.file.empty()) text += fmt::format("\n       set up in {}", place.text());
    return text;
}

Diagnostics single(Place place, std::string what, std::string hint) {
    Diagnostics d;
    d.error(std::move(place), std::move(what), std::move(hint));
    return d;
}

}  // namespace

std::string Place::text() const {
    if (file.empty()) return "galena";
    if (line <= 0) return file;
    if (column <= 0) return fmt::format("{}:{}", file, line);
    return fmt::format("{}:{}:{}", file, line, column);
}

void Diagnostics::error(Place place, std::string what, std::string hint) {
    add(Diagnostic::Severity::error, std::move(place), std::move(what), std::move(hint));
    ++errors_;
}

void Diagnostics::warning(Place place, std::string what, std::string hint) {
    add(Diagnostic::Severity::warning, std::move(place), std::move(what), std::move(hint));
}

void Diagnostics::add(Diagnostic::Severity severity, Place place, std::string what, std::string hint) {
    // Two properties that read one faulty file, or two that name one unknown zone, find the same mistake.
    const bool known = std::any_of(all_.begin(), all_.end(),
                                   [&](const Diagnostic& d) { return d.severity == severity && d.place == place && d.what == what; });
    if (!known) all_.push_back({severity, std::move(place), std::move(what), std::move(hint)});
}

std::size_t Diagnostics::mistakes() const {
    return static_cast<std::size_t>(
        std::count_if(all_.begin(), all_.end(), [](const Diagnostic& d) { return d.severity == Diagnostic::Severity::error; }));
}

std::string Diagnostics::tally() const { return fmt::format("{} mistake{}; nothing was run", mistakes(), mistakes() == 1 ? "" : "s"); }

void Diagnostics::throw_if_errors() const {
    if (has_errors()) throw ScenarioError(*this);
}

std::string Diagnostics::text() const {
    auto sorted = all_;
    std::stable_sort(sorted.begin(), sorted.end(), [](const Diagnostic& a, const Diagnostic& b) {
        return std::tie(a.place.file, a.place.line, a.place.column) < std::tie(b.place.file, b.place.line, b.place.column);
    });
    std::string text;
    for (const auto& d : sorted) text += render(d);
    return text;
}

ScenarioError::ScenarioError(const Diagnostics& diagnostics) : std::runtime_error(diagnostics.text()), diagnostics_(diagnostics) {}

ScenarioError::ScenarioError(Place place, std::string what, std::string hint)
    : ScenarioError(single(std::move(place), std::move(what), std::move(hint))) {}

SimulationError::SimulationError(std::string process_, std::string cause_, std::string where_, std::string time_, Place place_)
    : std::runtime_error(simulation_message(process_, cause_, where_, time_, place_)), process(std::move(process_)),
      cause(std::move(cause_)), where(std::move(where_)), time(std::move(time_)), place(std::move(place_)) {}

}  // namespace galena
