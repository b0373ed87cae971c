#pragma once
// What measures cost: quantities of the measures, prices of a table that people may replace, and present values.

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "scenario/reader.hpp"
#include "scenario/section.hpp"

namespace galena {

/// [[cost.work]]: what is paid besides measures and facilities.
struct WorkTable {
    Name name;
    std::string kind, item, unit;
    double quantity = 0;
    std::optional<double> price, duration;
    std::optional<Date> start;
    Places places;

    static auto parameters() {
        using T = WorkTable;
        return std::tuple{
            parameter("name", &T::name, "of the work, for the table of costs"),
            parameter("kind", &T::kind, "its column `measure` in the unit costs, e.g. \"flood_diversion\"").with_default(),
            parameter("item", &T::item, "its column `item` in the unit costs, e.g. \"lined_channel\""),
            parameter("quantity", &T::quantity, "", not_negative,
                      "how much of it, in the unit of its price; in total where it takes a duration"),
            parameter("unit", &T::unit, "of the quantity, for people; as the unit costs have it when absent").with_default(),
            parameter("price", &T::price, "", not_negative, "your own unit price, in the currency of [cost]"),
            parameter("start", &T::start, "date it is paid, or begins; the start of the run when absent"),
            parameter("duration", &T::duration, "a", positive, "over which it is spread evenly; paid at once when absent"),
        };
    }
};

/// [cost]
struct CostTable {
    static constexpr std::string_view section = "cost", meaning = "how the cost of measures is counted";
    std::optional<FilePath> unit_costs;
    double discount_rate = 0.05;
    std::string currency = "USD";
    std::vector<WorkTable> works;
    Place place;
    Places places;

    static auto parameters() {
        using T = CostTable;
        return std::tuple{
            parameter("unit_costs", &T::unit_costs,
                      "CSV of your own prices and emission factors, columns as in data/unit_costs.csv; its rows replace those shipped"),
            parameter("discount_rate", &T::discount_rate, "", between(-0.1, 0.5), "real, per year")
                .with_default()
                .source("3 to 8 % are usual: US OMB Circular A-94; NDRC 2006"),
            parameter("currency", &T::currency, "in which the prices are given").with_default(),
            parameter("work", &T::works,
                      "[[cost.work]]: what no measure and no facility stands for; a scenario adds its own: set.cost.work = [{ ... }]"),
        };
    }
};

/// Low, middle and high.
struct Range {
    double low = 0, mid = 0, high = 0;
    [[nodiscard]] Range times(double factor) const { return {low * factor, mid * factor, high * factor}; }
    Range& operator+=(const Range& other) {
        low += other.low, mid += other.mid, high += other.high;
        return *this;
    }
};

struct UnitCost {
    Range price;
    std::string unit, price_basis, source, confidence;
};

/// Prices by measure and item.
class UnitCosts {
public:
    /// The table shipped, overridden by the user's. Mistakes go to `diagnostics`.
    static UnitCosts read(const CostTable& table, Diagnostics& diagnostics);
    /// nullptr when there is none: the cost is missing, not zero.
    [[nodiscard]] const UnitCost* find(const std::string& measure, const std::string& item) const;
    [[nodiscard]] std::vector<std::string> items(const std::string& measure) const;
    [[nodiscard]] std::vector<std::string> measures() const;

private:
    /// wanted: items of [[cost.work]], which may have any name.
    void add(const std::filesystem::path& file, const Place& asked_at, const std::set<std::pair<std::string, std::string>>& wanted,
             Diagnostics& diagnostics);
    std::map<std::pair<std::string, std::string>, UnitCost> rows_;
};

enum class CostKind { capital, operation };

/// So much of something that has a price.
struct CostItem {
    std::string measure, item;  ///< the keys of the price
    double quantity = 0;        ///< NaN: not known, and the cost is missing
    std::string unit;           ///< of the quantity: "m3", "t km", "well a"
    CostKind kind = CostKind::capital;
    double from = 0, to = 0;  ///< when, since the start [s]; operation is spread evenly over it
};

/// A consequence of a measure that is no remedy: metals mobilised, dust, waste moved.
struct Effect {
    std::string name, substance;
    double amount = 0;
    std::string unit;
};

/// What costs something and is no measure: a facility with its liner and its cover.
class PricedWorks {
public:
    virtual ~PricedWorks() = default;
    std::map<std::string, double> price;  ///< the site's own unit prices, by item

    [[nodiscard]] virtual std::string title() const = 0;
    /// The items that costs() may ask a price of, and where `price` stands.
    [[nodiscard]] virtual std::vector<std::string> priced_items() const = 0;
    [[nodiscard]] virtual Place price_place() const = 0;
    /// Quantities that have a price, until `now` [s].
    [[nodiscard]] virtual std::vector<CostItem> costs(double now) const = 0;
    [[nodiscard]] virtual std::vector<Effect> effects(double now, const UnitCosts& factors) const {
        (void)now, (void)factors;
        return {};
    }
};

/// Present value, at time 0, of 1 paid at `time` [s].
double discount_factor(double rate, double time);

/// Present value of 1 spread evenly over [from, to] and paid at the end of every (begun) year of it: the mean of the discount factors,
/// weighted with the length of each year's part.
double spread_discount_factor(double rate, double from, double to);

}  // namespace galena
