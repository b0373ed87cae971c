#pragma once
// What is compared of a scenario: figures from the tables in its results.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace galena {

/// What a plan pays for one item [present value].
struct CostShare {
    std::string item;
    double low = 0, mid = 0, high = 0;
};

/// Farmland by evaluation units at a date.
struct ComparedFarmland {
    std::string date;                                          ///< empty: the site has none
    double priority_protection = 0, safe_use = 0, strict = 0;  ///< [ha]
    double rate = 0, target = 0;                               ///< safe-use rate and the target in force [%]
};

/// One scenario in the comparison.
struct ComparedScenario {
    std::string name;
    std::string status;  ///< "finished", "failed", "interrupted", "not run"
    int exit_code = 0;
    std::map<std::string, double> figures;  ///< "net_present_cost [USD]"; absent: does not apply
    std::vector<std::string> order;         ///< of the figures

    /// "river/CrVI": which receptor and substance the worst of each kind is of; empty where none has a limit, or all keep it.
    std::string worst_receptor, longest_exceeded;

    ComparedFarmland farmland;  ///< at the last output

    void set(const std::string& figure, double value);
    /// NaN when there is none.
    [[nodiscard]] double figure(const std::string& name_of_figure) const;
    /// 1: no other scenario whose cost is known is at least as good in cost, duration and final concentration, and better in one. 0: there
    /// is one. NaN: not known, because a price is missing, or no plan: another assumption, which is no choice.
    double pareto = 0;
    bool assumption = false;
    std::vector<CostShare> costs;       ///< of known price
    std::vector<std::string> unpriced;  ///< changes of the site that no price stands for
};

/// Reads the figures of a finished scenario from its results.h5.
void read_figures(const std::filesystem::path& results, ComparedScenario& scenario);

/// The sum of figures whose names begin so and go on with a substance, over the substances that have a limit at a receptor: reagents have none.
/// Over all where none has.
double sum_of(const ComparedScenario& scenario, std::string_view start);

/// Net present cost, middle price; NaN when a part of it is missing.
double cost_of(const ComparedScenario& scenario);
/// As far as prices are known.
double known_cost_of(const ComparedScenario& scenario);

/// What a plan is judged by; the cost is a lower bound where prices are missing.
struct Goals {
    double cost = 0, over_limit = 0, exceeded = 0;  ///< the last: longest duration [a]
    bool cost_is_known = true;

    explicit Goals(const ComparedScenario& s);
    [[nodiscard]] bool comparable() const;
    /// At least as good in everything and better in one, whatever the missing prices are.
    [[nodiscard]] bool beats(const Goals& other) const;
};

/// Mass removed by measures over that of a base in which nothing is done, cost per kg, and the Pareto flags.
void judge(std::vector<ComparedScenario>& scenarios);

/// Every figure that any scenario has, in the order of their first appearance.
std::vector<std::string> all_figures(const std::vector<ComparedScenario>& scenarios);

}  // namespace galena
