#include "simulation/ledger.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace galena {

namespace {

std::string title_of(const BudgetTerm& term) { return term.component + '\n' + term.term + '\n' + term.name; }

}  // namespace

void Ledger::book(std::vector<BudgetTerm> terms) {
    if (entries_.size() != terms.size()) {
        entries_.assign(terms.size(), {});
        for (std::size_t n = 0; n < terms.size() && !loaded_.empty(); ++n)
            if (const auto before = loaded_.find(title_of(terms[n])); before != loaded_.end())
                std::tie(entries_[n].cumulative_in, entries_[n].cumulative_out) = before->second;
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
    std::vector<std::string> titles;
    for (const auto& e : entries_) {
        titles.push_back(title_of(e.term));
        sums.push_back(e.cumulative_in);
        sums.push_back(e.cumulative_out);
    }
    write_texts(out, "ledger/titles", titles);
    write_list(out, "ledger/sums", sums);
}

void Ledger::load(CheckpointReader& in) {
    loaded_.clear();
    const auto titles = read_texts(in, "ledger/titles");
    const auto sums = read_list(in, "ledger/sums");
    for (std::size_t n = 0; n < titles.size(); ++n) loaded_[titles[n]] = {sums[2 * n], sums[2 * n + 1]};
    entries_.clear();
}

}  // namespace galena
