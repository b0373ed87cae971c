#pragma once
// Runs plans in processes of their own, several at a time, and keeps what each gave: a search that begins again asks for the same plans
// and finds them.

#include <atomic>
#include <map>
#include <memory>

#include "study/plan_trial.hpp"
#include "study/run_journal.hpp"

namespace galena {

/// The values chosen, one per variable.
using PlanValues = std::vector<Node>;

/// What a plan gave, and what is wrong with its site file.
struct PlanResult {
    PlanOutcome outcome;
    std::vector<Diagnostic> mistakes;

    [[nodiscard]] std::string bytes(const std::string& plan) const;
    /// The plan it is of, and itself.
    static std::pair<std::string, PlanResult> from_bytes(const std::string& bytes);
};

class PlanRunner {
public:
    struct Options {
        int workers = 1;                          ///< plans at a time
        int threads = 1;                          ///< of all of them together
        const std::atomic<bool>* stop = nullptr;  ///< set: no plan is finished any more
        std::optional<int> stop_after;            ///< plans run here, after which to stop; for tests of resuming
    };
    using Run = std::function<PlanResult(const PlanValues&)>;
    /// Thrown when it is stopped.
    struct Stopped {};

    /// key: everything but the values that decides about a plan's result. resume: take up the journal that is there.
    PlanRunner(const std::filesystem::path& journal, const std::string& key, bool resume, Options options, Run run);

    /// Runs the plan, unless its result is known.
    const PlanResult& result(const PlanValues& values);
    /// Runs those of the plans whose results are not known side by side: it is sure that they will be asked for.
    void prepare(const std::vector<PlanValues>& plans);

    /// Results that were read from the journal.
    [[nodiscard]] std::size_t taken_up() const { return taken_up_; }

private:
    Options options_;
    Run run_;
    std::map<std::string, PlanResult> known_;
    std::unique_ptr<RunJournal> journal_;
    std::size_t taken_up_ = 0;
    int run_here_ = 0;
};

}  // namespace galena
