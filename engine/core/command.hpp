#pragma once
// Commands of the program. A command is one file that registers itself; main.cpp offers all of them and knows none.

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace galena {

/// What a command ends with (docs/guide.md); stable.
enum ExitCode : int { done = 0, our_fault = 1, wrong_input = 2, could_not_go_on = 3, interrupted = 130 };

/// The command line as it was typed, kept in results; set by main before a command runs.
std::string& typed_command_line();

struct Command {
    std::string name;     ///< "run"
    std::string meaning;  ///< one line for --help
    /// Adds its options to the subcommand, and returns what is called when it was chosen. The options live in the returned function.
    /// Throws ScenarioError (exit code 2) or SimulationError (exit code 3) for trouble that it did not report itself.
    std::function<std::function<ExitCode()>(CLI::App&)> prepare;
};

class CommandIndex {
public:
    static CommandIndex& instance();
    bool add(Command command);
    /// Sorted by name.
    [[nodiscard]] const std::vector<Command>& all() const { return commands_; }

private:
    std::vector<Command> commands_;
};

}  // namespace galena
