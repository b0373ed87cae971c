#pragma once
// The three kinds of trouble: the user's file (ScenarioError), the computation (SimulationError), and our own faults (assertions).

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace galena {

/// A point in a user's file. Lines and columns count from 1; 0 means "the whole file" or "unknown".
struct Place {
    std::string file;
    int line = 0;
    int column = 0;

    bool operator==(const Place&) const = default;
    /// "site.toml:12:5", shortened where line or column are unknown.
    [[nodiscard]] std::string text() const;
};

/// One mistake or remark: what was found, and what would be right.
struct Diagnostic {
    enum class Severity { error, warning };
    Severity severity = Severity::error;
    Place place;
    std::string what;  ///< one sentence: which key, what was found, what is wrong with it
    std::string hint;  ///< what is allowed, or a suggestion; may be empty
};

/// Collects every mistake of a file in one pass, so that the user mends them all at once.
class Diagnostics {
public:
    void error(Place place, std::string what, std::string hint = {});
    void warning(Place place, std::string what, std::string hint = {});

    [[nodiscard]] bool has_errors() const { return errors_ > 0; }
    /// How often error() was called: compare before and after to learn whether something went wrong.
    [[nodiscard]] std::size_t error_count() const { return errors_; }
    /// How many different mistakes there are: the same one found on two ways is one.
    [[nodiscard]] std::size_t mistakes() const;
    /// "3 mistakes; nothing was run": the last line people see.
    [[nodiscard]] std::string tally() const;
    [[nodiscard]] const std::vector<Diagnostic>& all() const { return all_; }

    /// Throws ScenarioError with everything collected if there is at least one error.
    void throw_if_errors() const;

    /// All entries as text: place, severity, message, the source line with a caret, the hint. Sorted by place.
    [[nodiscard]] std::string text() const;

private:
    std::vector<Diagnostic> all_;
    std::size_t errors_ = 0;  // calls, also those that repeated a mistake

    void add(Diagnostic::Severity severity, Place place, std::string what, std::string hint);
};

/// The user's file (or command line) is wrong: exit code 2, nothing written.
class ScenarioError : public std::runtime_error {
public:
    explicit ScenarioError(const Diagnostics& diagnostics);
    ScenarioError(Place place, std::string what, std::string hint = {});
    [[nodiscard]] const Diagnostics& diagnostics() const { return diagnostics_; }

private:
    Diagnostics diagnostics_;
};

/// The computation could not go on: exit code 3, the last good state is kept.
class SimulationError : public std::runtime_error {
public:
    /// process: "flow", "transport of Cd"; cause: one sentence; where: cell and coordinates; time: "1995-03-01 (1234 d)".
    SimulationError(std::string process, std::string cause, std::string where = {}, std::string time = {}, Place place = {});

    std::string process, cause, where, time;
    Place place;  ///< the line of the site file that created the process
};

/// A Ctrl-C was honoured: exit code 130, the last good state is kept.
class Interrupted : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

}  // namespace galena
