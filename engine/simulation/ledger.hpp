#pragma once
// The books of a run: what every process brought and took, step by step and in sum, and how well that adds up.

#include <map>
#include <vector>

#include "simulation/equation.hpp"

namespace galena {

struct LedgerEntry {
    BudgetTerm term;  ///< of the last step
    double cumulative_in = 0, cumulative_out = 0;
};

/// How well a component balances.
struct Closure {
    std::string component, unit;
    double step = 0;  ///< of the last step
    double cumulative = 0;
    double in = 0, out = 0, stored_change = 0, decayed = 0;  ///< cumulative amounts
};

class Ledger {
public:
    /// Books one accepted step. The terms come in the same order every time.
    void book(std::vector<BudgetTerm> terms);

    [[nodiscard]] const std::vector<LedgerEntry>& entries() const { return entries_; }
    /// closure = |in − out − Δstored − decayed| / max(in, out, |Δstored|); 0 where the difference is below 1e-11 of the amount held, which
    /// is the rounding of amounts and the tolerance of the solvers, not a loss.
    [[nodiscard]] std::vector<Closure> closures() const;

    void save(CheckpointWriter& out) const;
    /// After this the next book() continues the sums.
    void load(CheckpointReader& in);

private:
    std::vector<LedgerEntry> entries_;
    /// Cumulative amounts of a checkpoint by component, kind and name: a run may have terms that the one before it had not.
    std::map<std::string, std::pair<double, double>> loaded_;
};

}  // namespace galena
