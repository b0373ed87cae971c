// galena compare.

#include <memory>

#include <CLI/CLI.hpp>

#include "study/compare.hpp"

namespace galena {

namespace {

std::function<ExitCode()> prepare_compare(CLI::App& app) {
    struct Given {
        CompareOptions options;
        std::string format = "text";
    };
    const auto given = std::make_shared<Given>();
    auto& options = given->options;
    app.add_option("site", options.site, "site file (TOML)")->required();
    app.add_option("--output", options.output, "folder of the results; results/ beside the site file when absent");
    app.add_option("--scenario", options.only, "only this scenario (may be given again); all when absent");
    app.add_option("--jobs", options.jobs, "scenarios run side by side; as many as cores and memory allow when absent")
        ->check(CLI::PositiveNumber);
    app.add_option("--format", given->format, "text or json")->check(CLI::IsMember({"text", "json"}));
    app.add_flag("!--no-sharing", options.share, "compute every scenario from its start, also where several begin alike");
    app.add_flag("--quiet", options.quiet, "print nothing but trouble");
    return [given] {
        given->options.json = given->format == "json";
        return compare(given->options);
    };
}

const bool registered =
    CommandIndex::instance().add({"compare", "run every scenario of a site and set them side by side", prepare_compare});

}  // namespace

}  // namespace galena
