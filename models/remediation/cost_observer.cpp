// What measures, facilities and other works cost, and what they do besides: tables of every run that has any.

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "core/suggestion.hpp"
#include "flow/water_boundary.hpp"
#include "remediation/measure.hpp"

namespace galena {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// So much of something, with its price where one is known.
struct Priced {
    std::string payer;  ///< the measure, the facility or the work
    CostItem item;
    const UnitCost* known = nullptr;
    std::optional<double> own;  ///< the payer's own price

    /// Absent when price or quantity is missing.
    [[nodiscard]] std::optional<Range> amount() const {
        if (std::isnan(item.quantity) || (!own && !known)) return {};
        return (own ? Range{*own, *own, *own} : known->price).times(item.quantity);
    }
    [[nodiscard]] std::string title() const { return item.measure.empty() ? item.item : item.measure + "/" + item.item; }
};

class CostObserver final : public Observer {
public:
    CostObserver(const Site& site, Diagnostics& diagnostics)
        : table_(site.section<CostTable>()), costs_(UnitCosts::read(table_, diagnostics)), start_(site.section<SiteTable>().start) {
        for (const auto& measure : site.section<MeasureTables>().list)
            if (measure) measures_.push_back(measure);
        for (const auto& boundary : site.section<WaterBoundaries>().list)
            if (dynamic_cast<const PricedWorks*>(boundary.get())) boundaries_.push_back(boundary);
        for (const auto& measure : measures_)
            check_prices("measure '" + measure->label.text + "'", measure->price, measure->priced_items(), measure->places.of("price"),
                         diagnostics);
        for (const auto& boundary : boundaries_) {
            const auto& works = dynamic_cast<const PricedWorks&>(*boundary);
            check_prices("boundary '" + works.title() + "'", works.price, works.priced_items(), works.price_place(), diagnostics);
        }
        for (const auto& work : table_.works) {
            if (work.start && work.start->since(start_) < 0)
                diagnostics.error(work.places.of("start"),
                                  fmt::format("work '{}' is paid on {}, before the run begins", work.name.text, work.start->text()),
                                  fmt::format("the run begins on {}", start_.text()));
            if (!work.price && !costs_.find(work.kind, work.item)) warn_of_unpriced(work, diagnostics);
        }
    }

    void observe(const Moment& moment) override { now_ = moment.state.time; }

    [[nodiscard]] std::vector<Table> tables() const override {
        const auto all = priced();
        if (measures_.empty() && all.empty()) return {};
        return {cost_table(all), effect_table(), total_table(totals(all))};
    }

    [[nodiscard]] std::vector<std::string> summary() const override {
        const auto all = priced();
        if (measures_.empty() && all.empty()) return {};
        std::vector<std::string> lines;
        const auto sum = totals(all);
        lines.push_back(fmt::format("net present cost {:.4g} {} ({:.4g} to {:.4g}) at {:g} % per year", sum.present.mid, table_.currency,
                                    sum.present.low, sum.present.high, 100 * table_.discount_rate));
        for (const auto& item : sum.missing) lines.push_back(item + ": it is missing from the cost, not zero");
        add_unused_prices(all, lines);
        return lines;
    }

private:
    /// A price of something that is never bought there is a slip of the pen, and would leave the right one out of the cost.
    static void check_prices(const std::string& who, const std::map<std::string, double>& prices, const std::vector<std::string>& items,
                             const Place& place, Diagnostics& diagnostics) {
        for (const auto& [item, value] : prices)
            if (std::find(items.begin(), items.end(), item) == items.end())
                diagnostics.error(place, fmt::format("{} has a price of '{}', which nothing of it can cost", who, item),
                                  suggestion(item, items));
    }

    /// A work that nothing has a price of may be a slip of the pen too; if it is none, its cost is missing.
    void warn_of_unpriced(const WorkTable& work, Diagnostics& diagnostics) const {
        auto near = nearest_word(work.item, costs_.items(work.kind));
        if (near.empty() && costs_.items(work.kind).empty()) near = nearest_word(work.kind, costs_.measures());
        diagnostics.warning(work.places.of("item"),
                            fmt::format("work '{}': no price is known for {}{}{}: it is missing from the cost, not zero", work.name.text,
                                        work.kind, work.kind.empty() ? "" : "/", work.item),
                            near.empty() ? "give a price, or a row of that measure and item in [cost] unit_costs"
                                         : fmt::format("did you mean '{}'?", near));
    }

    struct Totals {
        Range capital, operation, present;
        std::vector<std::string> missing;
    };

    [[nodiscard]] std::vector<Priced> priced() const {
        std::vector<Priced> all;
        const auto add = [&](const std::string& payer, const std::map<std::string, double>& prices, std::vector<CostItem> items) {
            for (auto& item : items) {
                const auto own = prices.find(item.item);
                const auto* known = costs_.find(item.measure, item.item);
                all.push_back({payer, std::move(item), known, own == prices.end() ? std::nullopt : std::optional(own->second)});
            }
        };
        for (const auto& measure : measures_) add(measure->label.text, measure->price, measure->costs(now_));
        for (const auto& boundary : boundaries_) {
            const auto& works = dynamic_cast<const PricedWorks&>(*boundary);
            add(works.title(), works.price, works.costs(now_));
        }
        for (const auto& work : table_.works)
            if (auto one = priced(work)) all.push_back(std::move(*one));
        return all;
    }
    /// Of a work that takes its time, the part done until now.
    [[nodiscard]] std::optional<Priced> priced(const WorkTable& work) const {
        const double from = work.start ? work.start->since(start_) : 0.0, until = std::min(now_, from + work.duration.value_or(0));
        if (from > now_) return {};
        const auto* known = costs_.find(work.kind, work.item);
        const double part = work.duration ? (until - from) / *work.duration : 1.0;
        auto unit_text = work.unit;
        if (unit_text.empty() && known) unit_text = known->unit.substr(known->unit.find('/') + 1);
        return Priced{work.name.text,
                      {work.kind, work.item, part * work.quantity, unit_text, work.duration ? CostKind::operation : CostKind::capital, from,
                       std::max(from, until)},
                      known,
                      work.price};
    }

    [[nodiscard]] double factor(const CostItem& item) const {
        return item.kind == CostKind::capital ? discount_factor(table_.discount_rate, item.from)
                                              : spread_discount_factor(table_.discount_rate, item.from, item.to);
    }
    [[nodiscard]] Totals totals(const std::vector<Priced>& all) const {
        Totals sum;
        for (const auto& p : all) {
            const auto amount = p.amount();
            if (!amount) {
                sum.missing.push_back(std::isnan(p.item.quantity)
                                          ? fmt::format("'{}' does not tell how much of {} it needs", p.payer, p.title())
                                          : fmt::format("no price is known for {} of '{}'", p.title(), p.payer));
                continue;
            }
            (p.item.kind == CostKind::capital ? sum.capital : sum.operation) += *amount;
            sum.present += amount->times(factor(p.item));
        }
        return sum;
    }

    /// A price that no item asks for may be a slip of the pen.
    void add_unused_prices(const std::vector<Priced>& all, std::vector<std::string>& lines) const {
        const auto look = [&](const std::string& payer, const std::map<std::string, double>& prices) {
            for (const auto& [item, value] : prices) {
                const bool used =
                    std::any_of(all.begin(), all.end(), [&](const Priced& p) { return p.payer == payer && p.item.item == item; });
                if (!used) lines.push_back(fmt::format("'{}' has a price of {}, but nothing of it was needed", payer, item));
            }
        };
        for (const auto& measure : measures_)
            if (measure->begun()) look(measure->label.text, measure->price);
        for (const auto& boundary : boundaries_) {
            const auto& works = dynamic_cast<const PricedWorks&>(*boundary);
            look(works.title(), works.price);
        }
    }

    [[nodiscard]] Table cost_table(const std::vector<Priced>& all) const {
        Table table{"costs", "Cost by measure, facility or work, and item; an empty price or quantity is missing, not zero", {}};
        Table::Column measure{"measure", "", {}, {}}, item{"item", "", {}, {}}, kind{"kind", "", {}, {}}, quantity{"quantity", "1", {}, {}},
            unit_text{"quantity_unit", "", {}, {}}, price{"unit_price", "1", {}, {}}, low{"amount_low", table_.currency, {}, {}},
            mid{"amount", table_.currency, {}, {}}, high{"amount_high", table_.currency, {}, {}}, from{"from", "d", {}, {}},
            to{"to", "d", {}, {}}, present{"present_value", table_.currency, {}, {}}, source{"source", "", {}, {}},
            confidence{"confidence", "", {}, {}};
        for (const auto& p : all) {
            const auto amount = p.amount();
            measure.texts.push_back(p.payer);
            item.texts.push_back(p.title());
            kind.texts.emplace_back(p.item.kind == CostKind::capital ? "capital" : "operation");
            quantity.numbers.push_back(p.item.quantity);
            unit_text.texts.push_back(p.item.unit);
            price.numbers.push_back(p.own ? *p.own : p.known ? p.known->price.mid : nan);
            low.numbers.push_back(amount ? amount->low : nan);
            mid.numbers.push_back(amount ? amount->mid : nan);
            high.numbers.push_back(amount ? amount->high : nan);
            from.numbers.push_back(p.item.from / seconds_per_day);
            to.numbers.push_back(p.item.to / seconds_per_day);
            present.numbers.push_back(amount ? amount->mid * factor(p.item) : nan);
            source.texts.push_back(p.own ? "site file" : p.known ? p.known->source : "missing");
            confidence.texts.push_back(p.own ? "given" : p.known ? p.known->confidence : "missing");
        }
        table.columns = {measure, item, kind, quantity, unit_text, price, low, mid, high, from, to, present, source, confidence};
        return table;
    }

    [[nodiscard]] Table effect_table() const {
        Table table{"effects", "What measures and facilities do besides: waste moved, dust, leachate, emissions", {}};
        Table::Column measure{"measure", "", {}, {}}, name{"effect", "", {}, {}}, substance{"substance", "", {}, {}},
            amount{"amount", "1", {}, {}}, unit_text{"amount_unit", "", {}, {}};
        const auto add = [&](const std::string& who, const std::vector<Effect>& effects) {
            for (const auto& effect : effects) {
                measure.texts.push_back(who);
                name.texts.push_back(effect.name);
                substance.texts.push_back(effect.substance);
                amount.numbers.push_back(effect.amount);
                unit_text.texts.push_back(effect.unit);
            }
        };
        for (const auto& m : measures_) add(m->label.text, m->effects(costs_));
        for (const auto& boundary : boundaries_) {
            const auto& works = dynamic_cast<const PricedWorks&>(*boundary);
            add(works.title(), works.effects(now_, costs_));
        }
        table.columns = {measure, name, substance, amount, unit_text};
        return table;
    }

    [[nodiscard]] Table total_table(const Totals& sum) const {
        Table table{"cost_total", "Cost of all measures, facilities and works together, as far as prices are known", {}};
        Table::Column what{"quantity", "", {}, {}}, low{"low", table_.currency, {}, {}}, mid{"mid", table_.currency, {}, {}},
            high{"high", table_.currency, {}, {}};
        const auto add = [&](const char* name, const Range& range) {
            what.texts.emplace_back(name);
            low.numbers.push_back(range.low);
            mid.numbers.push_back(range.mid);
            high.numbers.push_back(range.high);
        };
        add("capital", sum.capital);
        add("operation", sum.operation);
        add("net_present_cost", sum.present);
        const auto count = static_cast<double>(sum.missing.size());
        add("missing_prices", {count, count, count});
        table.columns = {what, low, mid, high};
        return table;
    }

    CostTable table_;
    UnitCosts costs_;
    Date start_;
    std::vector<std::shared_ptr<Measure>> measures_;
    std::vector<std::shared_ptr<WaterBoundary>> boundaries_;  ///< those that are priced works
    double now_ = 0;
};

bool has_works(const Site& site) {
    const auto& boundaries = site.section<WaterBoundaries>().list;
    return site.has("measure") || !site.section<CostTable>().works.empty() ||
           std::any_of(boundaries.begin(), boundaries.end(), [](const auto& b) { return dynamic_cast<const PricedWorks*>(b.get()); });
}

const bool registered =
    ObserverIndex::instance().add({"costs", [](const Site& site, Domain&, Diagnostics& diagnostics) -> std::unique_ptr<Observer> {
                                       if (!has_works(site)) return nullptr;
                                       return std::make_unique<CostObserver>(site, diagnostics);
                                   }});

}  // namespace

}  // namespace galena
