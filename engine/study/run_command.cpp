// galena run, galena check.

#include <memory>

#include <CLI/CLI.hpp>

#include "study/check.hpp"
#include "study/run.hpp"

namespace galena {

namespace {

std::function<ExitCode()> prepare_run(CLI::App& app) {
    const auto options = std::make_shared<RunOptions>();
    app.add_option("site", options->site, "site file (TOML)")->required();
    auto* output = app.add_option("--output", options->output, "folder of the results; results/ beside the site file when absent");
    app.add_option("--resume", options->resume, "folder of an interrupted run to continue")->excludes(output);
    app.add_option("--scenario", options->scenario, "one of the [[scenario]]s of the site file; the base site when absent");
    app.add_flag("--quiet", options->quiet, "print nothing but trouble");
    app.add_option("--stop-after", options->stop_after, "stop after so many steps as Ctrl-C would")->check(CLI::PositiveNumber)->group("");
    app.add_option("--stop-before", options->stop_before, "stop before a step that a measure beginning at this time [s] would change")
        ->check(CLI::PositiveNumber)
        ->group("");
    app.add_flag("--branch", options->branch, "with --resume: the folder holds what the scenarios have in common")->group("");
    return [options] { return run(*options); };
}

std::function<ExitCode()> prepare_check(CLI::App& app) {
    struct Options {
        std::filesystem::path site;
        std::string format = "text";
    };
    const auto options = std::make_shared<Options>();
    app.add_option("site", options->site, "site file (TOML)")->required();
    app.add_option("--format", options->format, "text or json")->check(CLI::IsMember({"text", "json"}));
    return [options] { return check(options->site, options->format == "json"); };
}

const bool registered = CommandIndex::instance().add({"run", "simulate a site", prepare_run}) &&
                        CommandIndex::instance().add({"check", "validate a site file and print what was understood", prepare_check});

}  // namespace

}  // namespace galena
