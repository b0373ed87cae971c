#include "study/shared_start.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "study/plan_variables.hpp"

namespace galena {

std::string ground_of(const Node& tree) {
    Node ground = tree;
    std::erase_if(ground.entries,
                  [](const Entry& e) { return e.key == "measure" || e.key == "scenario" || e.key == "optimise" || e.key == "cost"; });
    return toml_text(ground);
}

namespace {

/// Parts the scenarios at every moment at which something begins in some of them.
class Stretches {
public:
    explicit Stretches(const std::vector<ScenarioStart>& scenarios) : scenarios_(scenarios) {}

    /// members: scenarios that are the same before `since`, however many measures have begun by then.
    void part(const std::vector<std::size_t>& members, double since, std::optional<std::size_t> before) {
        double until = std::numeric_limits<double>::infinity();
        for (const auto n : members) until = std::min(until, next_after(n, since));
        // What one scenario would run by itself is not shared, nor what never ends.
        if (members.size() < 2 || !std::isfinite(until)) return leave(members, before);
        if (until > std::max(since, 0.0)) {
            SharedStretch stretch{before, until, {}, members, {}};
            for (const auto& m : scenarios_[members.front()].measures)
                if (m.first < until) stretch.measures.push_back(m.name);
            before = all.size();
            all.push_back(std::move(stretch));
        }
        for (const auto& [measures, alike] : by_measures_until(members, until)) part(alike, until, before);
    }

    std::vector<SharedStretch> all;

private:
    /// The first moment after `since` at which something begins.
    [[nodiscard]] double next_after(std::size_t n, double since) const {
        double next = std::numeric_limits<double>::infinity();
        for (const auto& m : scenarios_[n].measures)
            if (m.first > since) next = std::min(next, m.first);
        return next;
    }
    /// By the text of all that has begun by `until`, in the order of the scenario: sums over measures run in that order.
    [[nodiscard]] std::map<std::string, std::vector<std::size_t>> by_measures_until(const std::vector<std::size_t>& members,
                                                                                    double until) const {
        std::map<std::string, std::vector<std::size_t>> groups;
        for (const auto n : members) {
            std::string key;
            for (const auto& m : scenarios_[n].measures)
                if (m.first <= until) key += m.text + '\n';
            groups[key].push_back(n);
        }
        return groups;
    }
    void leave(const std::vector<std::size_t>& members, std::optional<std::size_t> before) {
        if (before) all[*before].leaving.insert(all[*before].leaving.end(), members.begin(), members.end());
    }

    const std::vector<ScenarioStart>& scenarios_;
};

}  // namespace

std::vector<SharedStretch> shared_stretches(const std::vector<ScenarioStart>& scenarios) {
    std::map<std::string, std::vector<std::size_t>> alike;
    for (std::size_t n = 0; n < scenarios.size(); ++n) alike[scenarios[n].ground].push_back(n);
    Stretches stretches(scenarios);
    for (const auto& [ground, members] : alike) stretches.part(members, -1, {});
    return std::move(stretches.all);
}

}  // namespace galena
