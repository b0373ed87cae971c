// galena describe.

#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "core/command.hpp"
#include "report/reference.hpp"

namespace galena {

namespace {

std::function<ExitCode()> prepare_describe(CLI::App& app) {
    struct Options {
        std::string what, format = "text";
    };
    const auto options = std::make_shared<Options>();
    app.add_option("name", options->what, "a table, law or key; everything when absent");
    app.add_option("--format", options->format, "text, json or markdown")->check(CLI::IsMember({"text", "json", "markdown"}));
    return [options] {
        fmt::print("{}", options->format == "json"       ? reference_json(options->what)
                         : options->format == "markdown" ? reference_markdown()
                                                         : reference_text(options->what));
        return done;
    };
}

const bool registered =
    CommandIndex::instance().add({"describe", "the reference: every table, key, unit, bound and default", prepare_describe});

}  // namespace

}  // namespace galena
