#include "study/shared_start.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "study/plan_variables.hpp"

namespace galena {

std::string ground_of(const Node& tree) {
    Node ground = tree;
    std::erase_if(ground.entries,
                  [](const Entry& e) { return e.key == "measure" || e.key == "scenario" || e.key == "optimise" || e.key == "cost"; });
    return toml_text(ground);
}

std::vector<SharedStretch> shared_stretches(const std::vector<ScenarioStart>& scenarios) {
    std::map<std::string, std::vector<std::size_t>> alike;
    for (std::size_t n = 0; n < scenarios.size(); ++n)
        if (scenarios[n].first > 0) alike[scenarios[n].ground].push_back(n);
    std::vector<SharedStretch> all;
    for (auto& [ground, members] : alike) {
        const auto first = [&](std::size_t n) { return scenarios[n].first; };
        std::stable_sort(members.begin(), members.end(), [&](std::size_t a, std::size_t b) { return first(a) < first(b); });
        std::optional<std::size_t> before;
        // What one scenario would run by itself is not shared: it leaves with those before it.
        while (members.size() > 1 && std::isfinite(first(members.front()))) {
            const auto later = std::upper_bound(members.begin(), members.end(), first(members.front()),
                                                [&](double time, std::size_t n) { return time < first(n); });
            SharedStretch stretch{before, first(members.front()), members, {members.begin(), later}};
            members.erase(members.begin(), later);
            if (members.size() < 2 || !std::isfinite(first(members.front()))) {
                stretch.leaving = stretch.scenarios;
                members.clear();
            }
            before = all.size();
            all.push_back(std::move(stretch));
        }
    }
    return all;
}

}  // namespace galena
