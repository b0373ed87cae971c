#include "simulation/ledger.hpp"

#include <algorithm>
#include <cmath>

namespace galena {

void Ledger::book(std::vector<BudgetTerm> terms) {
    if (entries_.size() != terms.size()) {
        entries_.assign(terms.size(), {});
        if (loaded_.size() == 2 * terms.size())
            for (std::size_t n = 0; n < terms.size(); ++n) {
                entries_[n].cumulative_in = loaded_[2 * n];
                entries_[n].cumulative_out = loaded_[2 * n + 1];
            }
        loaded_.clear();
    }
    for (std::size_t n = 0; n < terms.size(); ++n) {
        entries_[n].cumulative_in += terms[n].in;
        entries_[n].cumulative_out += terms[n].out;
        entries_[n].term = std::move(terms[n]);
    }
}

namespace {

struct Sums {
    double in = 0, out = 0, stored_change = 0, decayed = 0;

    void add(const BudgetTerm& term, double in_, double out_) {
        if (term.term == "storage") stored_change += out_ - in_;
        else if (term.term == "decay") decayed += out_ - in_;
        else {
            in += in_;
            out += out_;
        }
    }
    [[nodiscard]] double closure(double held) const {
        const double difference = std::abs(in - out - stored_change - decayed);
        if (difference <= 1e-11 * held) return 0.0;
        const double scale = std::max({in, out, std::abs(stored_change)});
        return scale > 0 ? difference / scale : 1.0;
    }
};

}  // namespace

std::vector<Closure> Ledger::closures() const {
    std::vector<Closure> all;
    for (std::size_t first = 0; first < entries_.size();) {
        Sums step, total;
        double held = 0;
        std::size_t n = first;
        for (; n < entries_.size() && entries_[n].term.component == entries_[first].term.component; ++n) {
            const auto& e = entries_[n];
            step.add(e.term, e.term.in, e.term.out);
            total.add(e.term, e.cumulative_in, e.cumulative_out);
            held += e.term.stored;
        }
        const auto& t = entries_[first].term;
        all.push_back(
            {t.component, t.unit, step.closure(held), total.closure(held), total.in, total.out, total.stored_change, total.decayed});
        first = n;
    }
    return all;
}

void Ledger::save(CheckpointWriter& out) const {
    std::vector<double> sums;
    for (const auto& e : entries_) {
        sums.push_back(e.cumulative_in);
        sums.push_back(e.cumulative_out);
    }
    out.write("ledger_size", static_cast<double>(sums.size()));
    out.write("ledger", sums);
}

void Ledger::load(CheckpointReader& in) {
    loaded_.assign(static_cast<std::size_t>(in.read("ledger_size")), 0.0);
    in.read("ledger", loaded_);
    entries_.clear();
}

}  // namespace galena
