// galena risk.

#include <memory>

#include <CLI/CLI.hpp>

#include "study/scenario_ranking.hpp"

namespace galena {

namespace {

std::function<ExitCode()> prepare(CLI::App& app) {
    struct Given {
        RiskOptions options;
        std::string format = "text";
    };
    const auto given = std::make_shared<Given>();
    auto& options = given->options;
    app.add_option("site", options.site, "site file (TOML)")->required();
    auto* output = app.add_option("--output", options.output, "folder of the results; results/ beside the site file when absent");
    app.add_option("--resume", options.resume, "folder of an interrupted ensemble to continue")->excludes(output);
    app.add_option("--scenario", given->options.scenarios, "of the site file (may be given again): an ensemble of each, and how they rank")
        ->excludes("--resume");
    app.add_option("--workers", options.workers, "runs at the same time, instead of [risk] workers")->check(CLI::PositiveNumber);
    app.add_flag("--quiet", options.quiet, "print nothing but trouble");
    app.add_option("--format", given->format, "text or json")->check(CLI::IsMember({"text", "json"}));
    app.add_option("--stop-after", options.stop_after, "stop after so many runs as Ctrl-C would")->check(CLI::PositiveNumber)->group("");
    return [given] {
        given->options.json = given->format == "json";
        return given->options.scenarios.empty() ? risk(given->options) : rank_scenarios(given->options);
    };
}

const bool registered = CommandIndex::instance().add({"risk", "many runs of a site with what is uncertain in it drawn anew", prepare});

}  // namespace

}  // namespace galena
