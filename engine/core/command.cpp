#include "core/command.hpp"

#include <algorithm>

namespace galena {

CommandIndex& CommandIndex::instance() {
    static CommandIndex index;
    return index;
}

std::string& typed_command_line() {
    static std::string text;
    return text;
}

bool CommandIndex::add(Command command) {
    const auto at = std::ranges::lower_bound(commands_, command.name, {}, &Command::name);
    commands_.insert(at, std::move(command));
    return true;
}

}  // namespace galena
