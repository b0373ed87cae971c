// The command line. It includes no model: linking brings them.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "core/command.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/suggestion.hpp"
#include "scenario/catalogue.hpp"
#include "study/run.hpp"

namespace {

int command_line(int argc, char** argv) {
    using namespace galena;
    CLI::App app{"Heavy metals in soil and groundwater, and what remediation does about them"};
    app.set_version_flag("--version", program_version());
    app.require_subcommand(1);
    int threads = 0;
    app.add_option("--threads", threads, "threads to use; all cores (or OMP_NUM_THREADS) when absent")->check(CLI::Range(1, 65536));

    std::vector<std::pair<CLI::App*, std::function<ExitCode()>>> offered;
    std::vector<std::string> names;
    for (const auto& command : CommandIndex::instance().all()) {
        auto* subcommand = app.add_subcommand(command.name, command.meaning);
        offered.emplace_back(subcommand, command.prepare(*subcommand));
        names.push_back(command.name);
    }
    // Options that belong to the program may stand behind the command as well.
    app.fallthrough();
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& wanted) {
        return app.exit(wanted);
    } catch (const CLI::ParseError& wrong) {
        if (argc > 1 && argv[1][0] != '-' && std::find(names.begin(), names.end(), argv[1]) == names.end()) {
            fmt::print(stderr, "galena: '{}' is no command; {}\n", argv[1], suggestion(argv[1], names));
            return wrong_input;
        }
        app.exit(wrong);
        return wrong_input;
    }
    if (threads > 0) set_thread_count(threads);
    for (int n = 0; n < argc; ++n) typed_command_line() += (n > 0 ? " " : "") + std::string(argv[n]);
    for (const auto& [subcommand, call] : offered)
        if (subcommand->parsed()) return call();
    return wrong_input;
}

/// Threads of g++'s OpenMP that wait for others spin for milliseconds first. On a machine that somebody else uses too they take that time
/// from the very thread they wait for, and a run becomes ten times slower. So they sleep while they wait, unless the user decided
/// otherwise. The runtime reads this before main, hence the fresh start.
void let_waiting_threads_sleep(char** argv) {
    if (std::getenv("OMP_WAIT_POLICY") || std::getenv("GOMP_SPINCOUNT")) return;
    setenv("OMP_WAIT_POLICY", "passive", 1);
    execv("/proc/self/exe", argv);  // returns only when it fails: then everything works as well, only slower
}

}  // namespace

int main(int argc, char** argv) {
    let_waiting_threads_sleep(argv);
    try {
        galena::CatalogueIndex::instance().freeze();
        return command_line(argc, argv);
    } catch (const galena::ScenarioError& mistake) {
        fmt::print(stderr, "{}", mistake.what());
        return galena::wrong_input;
    } catch (const galena::SimulationError& fault) {
        fmt::print(stderr, "galena: the computation could not go on\n{}\n", fault.what());
        return galena::could_not_go_on;
    } catch (const std::bad_alloc&) {
        fmt::print(stderr, "galena: there is not enough memory for this grid\n");
        return galena::could_not_go_on;
    } catch (const std::exception& fault) {
        fmt::print(stderr, "galena: {}\nThis looks like a fault of ours; please report it with the site file.\n", fault.what());
        return galena::our_fault;
    }
}
