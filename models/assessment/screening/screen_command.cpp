// galena screen: closed-form answers, from the [[screen]] tables of a file or from the command line.

#include <cmath>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "assessment/screening/screening_case.hpp"
#include "core/command.hpp"
#include "core/suggestion.hpp"
#include "core/units.hpp"

namespace galena {

REGISTER_SECTION(ScreenTables)

namespace {

using Cases = std::vector<std::shared_ptr<ScreeningCase>>;

struct Options {
    std::string what;
    std::vector<std::string> settings;
    std::string format = "text";
};

Cases cases_of(const Node& tables, const std::filesystem::path& folder) {
    Diagnostics diagnostics;
    ReadContext context{diagnostics, folder};
    Cases cases;
    reading::read_value(tables, {ScreenTables::section, "", anything}, context, cases);
    diagnostics.throw_if_errors();
    return cases;
}

Cases cases_of_file(const std::filesystem::path& file) {
    const auto tree = read_toml(file);
    const auto* tables = tree.find(ScreenTables::section);
    if (!tables)
        throw ScenarioError({file.string(), 0, 0}, "the file has no [[screen]]",
                            "allowed types: " + Catalogue<ScreeningCase>::instance().joined_names());
    return cases_of(tables->value, file.parent_path());
}

/// key=value as on the command line, as TOML: plain numbers, booleans and lists stay what they are, everything else is text.
std::string as_toml(const std::string& setting) {
    const auto equals = setting.find('=');
    if (equals == std::string::npos || equals == 0)
        throw ScenarioError({}, fmt::format("'{}' is no setting", setting), "write key=value, e.g. head=\"1 m\"");
    const auto value = setting.substr(equals + 1);
    const auto number = split_quantity(value);
    const bool plain =
        (number && number->unit.empty()) || value == "true" || value == "false" || value.starts_with('[') || value.starts_with('"');
    return setting.substr(0, equals) + " = " + (plain ? value : "\"" + value + "\"") + "\n";
}

Cases case_of_command_line(const Options& options) {
    std::string text = "[[screen]]\ntype = \"" + options.what + "\"\n";
    for (const auto& setting : options.settings) text += as_toml(setting);
    const auto tree = parse_toml(text, "command line");
    return cases_of(tree.find(ScreenTables::section)->value, std::filesystem::current_path());
}

std::string shown(const Answer& answer) { return std::isnan(answer.value) ? "none" : quantity_text(answer.value, unit(answer.unit)); }

void print_text(const Cases& cases) {
    for (const auto& c : cases) {
        fmt::print("{}{} ({})\n", c->type(), c->label.empty() ? "" : " '" + c->label.text + "'", c->source());
        for (const auto& answer : c->answers()) {
            const auto when = std::isnan(answer.time) ? "" : "at " + quantity_text(answer.time, unit("d"));
            fmt::print("  {:<14} {:<54} {:>18}{}\n", when, answer.quantity, shown(answer),
                       answer.remark.empty() ? "" : "  (" + answer.remark + ")");
        }
    }
}

void print_json(const Cases& cases) {
    auto all = nlohmann::json::array();
    for (const auto& c : cases) {
        nlohmann::json one{{"type", c->type()}, {"name", c->label.text}, {"source", c->source()}, {"answers", nlohmann::json::array()}};
        for (const auto& answer : c->answers()) {
            nlohmann::json entry{{"quantity", answer.quantity}, {"unit", answer.unit}, {"remark", answer.remark}};
            entry["value"] = std::isnan(answer.value) ? nlohmann::json() : nlohmann::json(unit(answer.unit).from_si(answer.value));
            if (!std::isnan(answer.time)) entry["time_d"] = answer.time / seconds_per_day;
            one["answers"].push_back(entry);
        }
        all.push_back(one);
    }
    fmt::print("{}\n", all.dump(2));
}

ExitCode screen(const Options& options) {
    const auto names = Catalogue<ScreeningCase>::instance().names();
    const bool is_case = std::find(names.begin(), names.end(), options.what) != names.end();
    if (!is_case && !options.what.ends_with(".toml") && !std::filesystem::exists(options.what)) {
        fmt::print(stderr, "galena: '{}' is neither a file nor a case; {}\n", options.what, suggestion(options.what, names));
        return wrong_input;
    }
    if (!is_case && !options.settings.empty()) {
        fmt::print(stderr, "galena: settings such as '{}' go with a case, not with a file\n", options.settings.front());
        return wrong_input;
    }
    const auto cases = is_case ? case_of_command_line(options) : cases_of_file(options.what);
    if (options.format == "json") print_json(cases);
    else print_text(cases);
    return done;
}

std::function<ExitCode()> prepare_screen(CLI::App& app) {
    const auto options = std::make_shared<Options>();
    app.add_option(
           "what", options->what,
           "file with [[screen]] tables (a site file may have them), or a case: " + Catalogue<ScreeningCase>::instance().joined_names())
        ->required();
    app.add_option("settings", options->settings, "of the case: key=value, e.g. head=\"1 m\"; galena describe CASE lists them");
    app.add_option("--format", options->format, "text or json")->check(CLI::IsMember({"text", "json"}));
    return [options] { return screen(*options); };
}

const bool registered = CommandIndex::instance().add(
    {"screen", "closed-form answers: plumes after HJ 610, capture width, liner leakage, soil loads", prepare_screen});

}  // namespace

}  // namespace galena
