#include "study/shared_start.hpp"

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

std::vector<SharedStart> shared_starts(const std::vector<ScenarioStart>& scenarios) {
    std::map<std::pair<std::string, double>, std::vector<std::size_t>> alike;
    for (std::size_t n = 0; n < scenarios.size(); ++n)
        if (scenarios[n].first > 0 && std::isfinite(scenarios[n].first)) alike[{scenarios[n].ground, scenarios[n].first}].push_back(n);
    std::vector<SharedStart> groups;
    for (const auto& [key, members] : alike)
        if (members.size() > 1) groups.push_back({members, key.second});
    return groups;
}

}  // namespace galena
