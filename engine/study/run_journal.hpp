#pragma once
// What the runs of an ensemble gave, one record after the other as they end, so that an interrupted ensemble loses nothing.

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

namespace galena {

/// Records are whole or not there: each carries a check sum, and what follows the first faulty one is cut off.
class RunJournal {
public:
    /// Begins a new one. `key` names what the records belong to: site file, settings, version.
    static RunJournal create(const std::filesystem::path& file, const std::string& key);
    /// Takes up an old one; hands every record in it to `receive`. Throws ScenarioError when it is none, or has another key; `what` it is of
    /// stands in the message.
    static RunJournal reopen(const std::filesystem::path& file, const std::string& key,
                             const std::function<void(std::size_t run, const std::string& bytes)>& receive,
                             std::string_view what = "ensemble");

    /// Adds the record of a run; it is with the system when this returns.
    void append(std::size_t run, const std::string& bytes);

private:
    explicit RunJournal(std::filesystem::path file) : file_(std::move(file)) {}
    std::filesystem::path file_;
    std::ofstream out_;
};

}  // namespace galena
