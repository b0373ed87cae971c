#include "remediation/cost.hpp"

#include <cmath>
#include <set>

#include <fmt/format.h>

#include "core/csv.hpp"
#include "core/data_folder.hpp"
#include "core/suggestion.hpp"

namespace galena {

REGISTER_SECTION(CostTable)

UnitCosts UnitCosts::read(const CostTable& table, Diagnostics& diagnostics) {
    UnitCosts costs;
    std::set<std::pair<std::string, std::string>> works;
    for (const auto& work : table.works) works.insert({work.kind, work.item});
    costs.add(data_folder() / "unit_costs.csv", table.place, works, diagnostics);
    if (table.unit_costs) costs.add(table.unit_costs->path, table.unit_costs->place, works, diagnostics);
    return costs;
}

void UnitCosts::add(const std::filesystem::path& file, const Place& asked_at, const std::set<std::pair<std::string, std::string>>& wanted,
                    Diagnostics& diagnostics) {
    const bool own = !rows_.empty();
    const auto csv = read_csv(file.string(), asked_at, diagnostics);
    std::map<std::string, std::size_t> at;
    for (const char* name : {"measure", "item", "low", "mid", "high", "unit", "price_basis", "source", "confidence"}) {
        const auto column = csv.require_column(name, asked_at, diagnostics);
        if (!column) return;
        at[name] = *column;
    }
    for (std::size_t row = 0; row < csv.row_count(); ++row) {
        const auto text = [&](const char* name) { return std::string(csv.text(row, at[name])); };
        const auto number = [&](const char* name) { return csv.required_number(row, at[name], diagnostics).value_or(0); };
        UnitCost cost{
            {number("low"), number("mid"), number("high")}, text("unit"), text("price_basis"), text("source"), text("confidence")};
        if (cost.price.low > cost.price.mid || cost.price.mid > cost.price.high)
            diagnostics.error(csv.place(row, at["mid"]), fmt::format("{}: low, mid and high do not ascend", csv.describe(row, at["mid"])));
        // Quantities come in the unit of the price shipped; another one would make a wrong amount of them.
        const std::pair key{text("measure"), text("item")};
        const auto shipped = rows_.find(key);
        if (own && shipped == rows_.end())
            if (const auto near = nearest_word(key.second, items(key.first)); !near.empty() && !wanted.contains(key))
                diagnostics.warning(csv.place(row, at["item"]),
                                    fmt::format("{}: no measure asks for {}/{}", csv.describe(row, at["item"]), key.first, key.second),
                                    fmt::format("did you mean '{}'?", near));
        const auto per = [](const std::string& unit_text) { return unit_text.substr(std::min(unit_text.size(), unit_text.find('/'))); };
        if (shipped != rows_.end() && per(shipped->second.unit) != per(cost.unit))
            diagnostics.error(
                csv.place(row, at["unit"]),
                fmt::format("{}: the price of {}/{} is per '{}'", csv.describe(row, at["unit"]), key.first, key.second, cost.unit),
                fmt::format("quantities are counted for a price in {}; give it in that unit", shipped->second.unit));
        rows_[key] = std::move(cost);
    }
}

const UnitCost* UnitCosts::find(const std::string& measure, const std::string& item) const {
    const auto found = rows_.find({measure, item});
    return found == rows_.end() ? nullptr : &found->second;
}

std::vector<std::string> UnitCosts::items(const std::string& measure) const {
    std::vector<std::string> all;
    for (const auto& [key, cost] : rows_)
        if (key.first == measure) all.push_back(key.second);
    return all;
}

std::vector<std::string> UnitCosts::measures() const {
    std::set<std::string> all;
    for (const auto& [key, cost] : rows_) all.insert(key.first);
    return {all.begin(), all.end()};
}

double discount_factor(double rate, double time) { return std::pow(1 + rate, -time / seconds_per_year); }

double spread_discount_factor(double rate, double from, double to) {
    if (!(to > from)) return discount_factor(rate, from);
    double sum = 0;
    for (double begin = from; begin < to;) {
        const double end = std::min(begin + seconds_per_year, to);
        sum += (end - begin) * discount_factor(rate, end);
        if (end == begin) break;
        begin = end;
    }
    return sum / (to - from);
}

}  // namespace galena
