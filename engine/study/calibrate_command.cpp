// galena calibrate.

#include <memory>

#include <CLI/CLI.hpp>

#include "study/calibration.hpp"

namespace galena {

namespace {

std::function<ExitCode()> prepare_calibrate(CLI::App& app) {
    const auto options = std::make_shared<CalibrateOptions>();
    app.add_option("site", options->site, "site file (TOML) with distributions and [[observed]]")->required();
    auto* output = app.add_option("--output", options->output, "folder of the results; results/ beside the site file when absent");
    app.add_option("--resume", options->resume, "folder of an interrupted calibration to continue")->excludes(output);
    app.add_option("--stop-after", options->stop_after, "stop after so many trials as Ctrl-C would")->check(CLI::PositiveNumber)->group("");
    app.add_flag("--quiet", options->quiet, "print nothing but trouble");
    return [options] { return calibrate(*options); };
}

const bool registered = CommandIndex::instance().add(
    {"calibrate", "fit named uncertain values of a site to what was observed, with the history of the misfit", prepare_calibrate});

}  // namespace

}  // namespace galena
