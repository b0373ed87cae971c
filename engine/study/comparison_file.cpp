#include "study/comparison_file.hpp"

#include <cmath>
#include <stdexcept>

namespace galena {

namespace {

constexpr const char* format_name = "galena comparison";
constexpr double format_version = 1;

/// "net_present_cost [USD]" is a figure and its unit.
std::pair<std::string, std::string> figure_and_unit(const std::string& figure) {
    const auto bracket = figure.rfind(" [");
    if (bracket == std::string::npos || figure.back() != ']') return {figure, ""};
    return {figure.substr(0, bracket), figure.substr(bracket + 2, figure.size() - bracket - 3)};
}

void describe(Hdf5File& file, const std::string& path, const std::string& meaning, const std::string& unit_text = {}) {
    file.set(path, "unit", unit_text);
    file.set(path, "meaning", meaning);
}

void write_head(Hdf5File& file, const ResultsMetadata& metadata) {
    file.set("/", "format", format_name);
    file.set("/", "format_version", format_version);
    file.set("/", "program_version", metadata.version);
    file.set("/", "site_name", metadata.site_name);
    file.set("/", "start", metadata.start);
    file.set("/", "command", metadata.command);
    file.write_text("/input/site", metadata.site_text);
    describe(file, "/input/site", "the site file as it was read");
    file.set("/input/site", "file", metadata.site_file);
    file.set("/input/site", "sha256", sha256(metadata.site_text));
}

}  // namespace

void write_comparison(const std::filesystem::path& path, const ResultsMetadata& metadata, const std::vector<ComparedScenario>& scenarios) {
    Hdf5File file(path, Hdf5File::Mode::create);
    write_head(file, metadata);
    const auto names = all_figures(scenarios);
    std::vector<std::string> scenario, status, worst, longest, figure, units;
    std::vector<double> exit_code, pareto, value;
    for (const auto& name : names) {
        const auto [text, unit_text] = figure_and_unit(name);
        figure.push_back(text);
        units.push_back(unit_text);
    }
    for (const auto& s : scenarios) {
        scenario.push_back(s.name);
        status.push_back(s.status);
        exit_code.push_back(s.exit_code);
        pareto.push_back(s.pareto);
        worst.push_back(s.worst_receptor);
        longest.push_back(s.longest_exceeded);
        for (const auto& name : names) value.push_back(s.figure(name));
    }
    file.write("/comparison/scenario", scenario);
    describe(file, "/comparison/scenario", "names of the scenarios: the rows");
    file.write("/comparison/status", status);
    describe(file, "/comparison/status", "finished, failed, interrupted or not run");
    file.write("/comparison/exit_code", exit_code);
    describe(file, "/comparison/exit_code", "of the run", "1");
    file.write("/comparison/pareto", pareto);
    describe(
        file, "/comparison/pareto",
        "1: no other scenario of known cost is at least as good in cost, final concentration and duration of exceedance, and better in "
        "one; 0: there is one; NaN: a price is missing, or it is no plan but another assumption",
        "1");
    file.write("/comparison/worst_receptor", worst);
    describe(file, "/comparison/worst_receptor", "receptor/substance with the highest final concentration over its limit");
    file.write("/comparison/longest_exceeded_receptor", longest);
    describe(file, "/comparison/longest_exceeded_receptor", "receptor/substance whose limit is exceeded longest");
    file.write("/comparison/figure", figure);
    describe(file, "/comparison/figure", "names of the figures: the columns");
    file.write("/comparison/unit", units);
    describe(file, "/comparison/unit", "units of the figures, those people read");
    file.write("/comparison/value", value, {scenarios.size(), names.size()});
    describe(file, "/comparison/value", "one row per scenario, one column per figure; NaN: does not apply", "see /comparison/unit");
}

std::vector<ComparedScenario> read_comparison(const std::filesystem::path& path) {
    const Hdf5File file(path, Hdf5File::Mode::read);
    if (!file.has_attribute("/", "format") || file.text_attribute("/", "format") != format_name)
        throw std::runtime_error(path.string() + " is no comparison of galena");
    const auto names = file.read_texts("/comparison/scenario"), status = file.read_texts("/comparison/status");
    const auto figure = file.read_texts("/comparison/figure"), units = file.read_texts("/comparison/unit");
    const auto exit_code = file.read("/comparison/exit_code"), pareto = file.read("/comparison/pareto");
    const auto value = file.read("/comparison/value");
    const bool told = file.has("/comparison/worst_receptor");  // not by earlier versions
    const auto worst = told ? file.read_texts("/comparison/worst_receptor") : std::vector<std::string>(names.size());
    const auto longest = told ? file.read_texts("/comparison/longest_exceeded_receptor") : worst;
    std::vector<ComparedScenario> all;
    for (std::size_t s = 0; s < names.size(); ++s) {
        ComparedScenario one;
        one.name = names[s];
        one.status = status[s];
        one.exit_code = static_cast<int>(exit_code[s]);
        one.pareto = pareto[s];
        one.worst_receptor = worst[s];
        one.longest_exceeded = longest[s];
        for (std::size_t f = 0; f < figure.size(); ++f)
            if (const double v = value[s * figure.size() + f]; !std::isnan(v))
                one.set(units[f].empty() ? figure[f] : figure[f] + " [" + units[f] + "]", v);
        all.push_back(std::move(one));
    }
    return all;
}

}  // namespace galena
