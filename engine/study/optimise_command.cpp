// galena optimise.

#include <memory>

#include <CLI/CLI.hpp>

#include "study/optimise.hpp"

namespace galena {

namespace {

std::function<ExitCode()> prepare_optimise(CLI::App& app) {
    struct Given {
        OptimiseOptions options;
        std::string format = "text";
    };
    const auto given = std::make_shared<Given>();
    app.add_option("site", given->options.site, "site file (TOML) with an [optimise]")->required();
    auto* output = app.add_option("--output", given->options.output, "folder of the results; results/ beside the site file when absent");
    app.add_option("--resume", given->options.resume, "folder of a search to go on with: plans that were run are read, not run again")
        ->excludes(output);
    app.add_option("--workers", given->options.workers, "plans at the same time")->check(CLI::PositiveNumber);
    app.add_option("--stop-after", given->options.stop_after, "stop after so many plans as Ctrl-C would")
        ->check(CLI::PositiveNumber)
        ->group("");
    app.add_option("--format", given->format, "text or json")->check(CLI::IsMember({"text", "json"}));
    app.add_flag("--quiet", given->options.quiet, "print nothing but trouble");
    return [given] {
        given->options.json = given->format == "json";
        return optimise(given->options);
    };
}

const bool registered = CommandIndex::instance().add({"optimise", "the cheapest plan that keeps limits at receptors", prepare_optimise});

}  // namespace

}  // namespace galena
