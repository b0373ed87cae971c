// What measures did, moved and cost: tables of every run that has any.

#include <algorithm>

#include <fmt/format.h>

#include "remediation/measure.hpp"

namespace galena {

namespace {

class RemediationObserver final : public Observer {
public:
    RemediationObserver(const Site& site, Diagnostics& diagnostics)
        : table_(site.section<CostTable>()), costs_(UnitCosts::read(table_, diagnostics)) {
        for (const auto& measure : site.section<MeasureTables>().list)
            if (measure) measures_.push_back(measure);
        for (const auto& measure : measures_) check_prices(*measure, diagnostics);
    }

    void observe(const Moment& moment) override {
        now_ = moment.state.time;
        entries_ = &moment.ledger.entries();
        if (moment.output) measure_contained(moment);
    }
    void save(CheckpointWriter& out) const override { write_list(out, "remediation/contained", contained_); }
    void load(CheckpointReader& in) override {
        if (in.has("remediation/contained/size")) contained_ = read_list(in, "remediation/contained");
    }

    [[nodiscard]] std::vector<Table> tables() const override {
        std::vector<Table> all{measure_table(), cost_table(), effect_table(), mass_table(), contained_table(), total_table()};
        for (const auto& measure : measures_)
            for (auto& table : measure->tables()) all.push_back(std::move(table));
        return all;
    }

    [[nodiscard]] std::vector<std::string> summary() const override {
        std::vector<std::string> lines;
        for (const auto& measure : measures_)
            lines.push_back(
                !measure->begun()
                    ? fmt::format("measure '{}' never began", measure->label.text)
                    : fmt::format("measure '{}' began at {:.6g} d{}", measure->label.text, measure->begun_at() / seconds_per_day,
                                  measure->ended() ? fmt::format(" and ended at {:.6g} d", measure->ended_at() / seconds_per_day) : ""));
        const auto sum = totals();
        lines.push_back(fmt::format("net present cost {:.4g} {} ({:.4g} to {:.4g}) at {:g} % per year", sum.present.mid, table_.currency,
                                    sum.present.low, sum.present.high, 100 * table_.discount_rate));
        for (const auto& item : sum.missing)
            lines.push_back(fmt::format("no price is known for {}: it is missing from the cost, not zero", item));
        return lines;
    }

private:
    struct Priced {
        const Measure* measure;
        CostItem item;
        const UnitCost* known;      ///< nullptr: missing
        std::optional<double> own;  ///< the measure's own price
        [[nodiscard]] std::optional<Range> price() const {
            if (own) return Range{*own, *own, *own};
            if (known) return known->price;
            return {};
        }
    };
    struct Totals {
        Range capital, operation, present;
        std::vector<std::string> missing;
    };

    static void check_prices(const Measure& measure, Diagnostics& diagnostics) {
        // Items are known once the measure has worked; here only what can never be an item is found.
        for (const auto& [item, value] : measure.price)
            if (item.empty()) diagnostics.error(measure.places.of("price"), "an item without a name");
    }

    [[nodiscard]] std::vector<Priced> priced() const {
        std::vector<Priced> all;
        for (const auto& measure : measures_)
            for (auto& item : measure->costs(now_)) {
                Priced p{measure.get(), item, costs_.find(item.measure, item.item), {}};
                if (const auto own = measure->price.find(item.item); own != measure->price.end()) p.own = own->second;
                all.push_back(std::move(p));
            }
        return all;
    }
    [[nodiscard]] double factor(const CostItem& item) const {
        return item.kind == CostKind::capital ? discount_factor(table_.discount_rate, item.from)
                                              : spread_discount_factor(table_.discount_rate, item.from, item.to);
    }
    [[nodiscard]] Totals totals() const {
        Totals sum;
        for (const auto& p : priced()) {
            const auto price = p.price();
            if (!price) {
                sum.missing.push_back(p.item.measure + "/" + p.item.item);
                continue;
            }
            const auto amount = price->times(p.item.quantity);
            (p.item.kind == CostKind::capital ? sum.capital : sum.operation) += amount;
            sum.present += amount.times(factor(p.item));
        }
        return sum;
    }

    [[nodiscard]] Table measure_table() const {
        Table table{"measures", "Remediation measures and when they worked", {}};
        Table::Column name{"measure", "", {}, {}}, type{"type", "", {}, {}}, begun{"begun", "d", {}, {}}, ended{"ended", "d", {}, {}};
        for (const auto& measure : measures_) {
            name.texts.push_back(measure->label.text);
            type.texts.emplace_back(measure->type());
            begun.numbers.push_back(measure->begun_at() / seconds_per_day);
            ended.numbers.push_back(measure->ended_at() / seconds_per_day);
        }
        table.columns = {name, type, begun, ended};
        return table;
    }

    [[nodiscard]] Table cost_table() const {
        Table table{"costs", "Cost by measure and item; an empty price is missing, not zero", {}};
        Table::Column measure{"measure", "", {}, {}}, item{"item", "", {}, {}}, kind{"kind", "", {}, {}}, quantity{"quantity", "1", {}, {}},
            unit_text{"quantity_unit", "", {}, {}}, price{"unit_price", "1", {}, {}}, low{"amount_low", table_.currency, {}, {}},
            mid{"amount", table_.currency, {}, {}}, high{"amount_high", table_.currency, {}, {}}, from{"from", "d", {}, {}},
            to{"to", "d", {}, {}}, present{"present_value", table_.currency, {}, {}}, source{"source", "", {}, {}},
            confidence{"confidence", "", {}, {}};
        const double nan = std::numeric_limits<double>::quiet_NaN();
        for (const auto& p : priced()) {
            const auto known = p.price();
            const auto amount = known ? known->times(p.item.quantity) : Range{nan, nan, nan};
            measure.texts.push_back(p.measure->label.text);
            item.texts.push_back(p.item.measure + "/" + p.item.item);
            kind.texts.emplace_back(p.item.kind == CostKind::capital ? "capital" : "operation");
            quantity.numbers.push_back(p.item.quantity);
            unit_text.texts.push_back(p.item.unit);
            price.numbers.push_back(known ? known->mid : nan);
            low.numbers.push_back(amount.low);
            mid.numbers.push_back(amount.mid);
            high.numbers.push_back(amount.high);
            from.numbers.push_back(p.item.from / seconds_per_day);
            to.numbers.push_back(p.item.to / seconds_per_day);
            present.numbers.push_back(known ? amount.mid * factor(p.item) : nan);
            source.texts.push_back(p.own ? "site file" : p.known ? p.known->source : "missing");
            confidence.texts.push_back(p.own ? "given" : p.known ? p.known->confidence : "missing");
        }
        table.columns = {measure, item, kind, quantity, unit_text, price, low, mid, high, from, to, present, source, confidence};
        return table;
    }

    [[nodiscard]] Table effect_table() const {
        Table table{"effects", "What measures do besides: waste moved, dust, leachate, emissions", {}};
        Table::Column measure{"measure", "", {}, {}}, name{"effect", "", {}, {}}, substance{"substance", "", {}, {}},
            amount{"amount", "1", {}, {}}, unit_text{"amount_unit", "", {}, {}};
        for (const auto& m : measures_)
            for (const auto& effect : m->effects(costs_)) {
                measure.texts.push_back(m->label.text);
                name.texts.push_back(effect.name);
                substance.texts.push_back(effect.substance);
                amount.numbers.push_back(effect.amount);
                unit_text.texts.push_back(effect.unit);
            }
        table.columns = {measure, name, substance, amount, unit_text};
        return table;
    }

    /// What each measure took out of the ground and put in, from the budget.
    [[nodiscard]] Table mass_table() const {
        Table table{"mass_removed", "Mass that measures took out of the ground and put in", {}};
        Table::Column measure{"measure", "", {}, {}}, substance{"substance", "", {}, {}}, phase{"phase", "", {}, {}},
            removed{"removed", "kg", {}, {}}, added{"added", "kg", {}, {}};
        for (const auto& m : measures_)
            for (const auto& e : *entries_) {
                if (e.term.component == "water") continue;
                const auto extracting = m->extracting_boundaries();
                std::string how;
                if (e.term.term == m->type() && e.term.name == m->label.text + " (dissolved)") how = "dissolved";
                else if (e.term.term == m->type() && e.term.name == m->label.text + " (sorbed)") how = "sorbed";
                else if (e.term.term == m->type() && e.term.name == m->label.text) how = "reacted or drained";
                else if (e.term.term == "stockpile" && e.term.name == m->label.text) how = "leached back";
                else if (e.term.term == "dust" && e.term.name == m->label.text) how = "blown back";
                else if (std::find(extracting.begin(), extracting.end(), e.term.name) != extracting.end()) how = "pumped";
                if (how.empty()) continue;
                measure.texts.push_back(m->label.text);
                substance.texts.push_back(e.term.component);
                phase.texts.push_back(how);
                removed.numbers.push_back(e.cumulative_out);
                added.numbers.push_back(e.cumulative_in);
            }
        table.columns = {measure, substance, phase, removed, added};
        return table;
    }

    /// What the ground holds now, in cells where a working measure holds it back and elsewhere.
    void measure_contained(const Moment& moment) {
        const auto& grid = moment.domain.grid;
        std::vector<bool> within(static_cast<std::size_t>(grid.cell_count()), false);
        for (const auto& measure : measures_)
            if (measure->working())
                for (const Index c : measure->contained_cells()) within[static_cast<std::size_t>(c)] = true;
        ids_.clear();
        contained_.clear();
        const bool soil = !moment.domain.medium.bulk_density.empty() && moment.state.total_content.species_count() > 0;
        for (std::size_t s = 0; s < moment.state.substances.size(); ++s) {
            ids_.push_back(moment.state.substances[s].id);
            const auto at = static_cast<Index>(s);
            double sum[2][2] = {};  // by contained or not, dissolved or sorbed
            for (Index c = 0; c < grid.cell_count(); ++c) {
                if (!grid.active(c)) continue;
                const auto n = static_cast<std::size_t>(c);
                const double dissolved = moment.state.mobile_water[c] * moment.state.concentration[at][n];
                const double total =
                    soil ? moment.state.total_content[at][n] * moment.domain.medium.bulk_density[c] * grid.volume(c) : dissolved;
                sum[within[n] ? 0 : 1][0] += dissolved;
                sum[within[n] ? 0 : 1][1] += std::max(0.0, total - dissolved);
            }
            contained_.insert(contained_.end(), {sum[0][0], sum[1][0], sum[0][1], sum[1][1]});
        }
    }
    [[nodiscard]] Table contained_table() const {
        Table table{
            "contained", "What is left at the end where measures hold it back (under covers, within walls, bound), and elsewhere", {}};
        Table::Column substance{"substance", "", {}, {}}, phase{"phase", "", {}, {}}, inside{"contained", "kg", {}, {}},
            outside{"uncontained", "kg", {}, {}};
        for (std::size_t s = 0; s < ids_.size(); ++s)
            for (std::size_t p = 0; p < 2; ++p) {
                substance.texts.push_back(ids_[s]);
                phase.texts.emplace_back(p == 0 ? "dissolved" : "sorbed");
                inside.numbers.push_back(contained_[4 * s + 2 * p]);
                outside.numbers.push_back(contained_[4 * s + 2 * p + 1]);
            }
        table.columns = {substance, phase, inside, outside};
        return table;
    }

    [[nodiscard]] Table total_table() const {
        const auto sum = totals();
        Table table{"cost_total", "Cost of all measures together", {}};
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
    std::vector<std::shared_ptr<Measure>> measures_;
    const std::vector<LedgerEntry>* entries_ = nullptr;
    double now_ = 0;
    std::vector<std::string> ids_;
    std::vector<double> contained_;  ///< by substance: dissolved within and without, sorbed within and without [kg]
};

const bool registered =
    ObserverIndex::instance().add({"remediation", [](const Site& site, Domain&, Diagnostics& diagnostics) -> std::unique_ptr<Observer> {
                                       if (!site.has("measure")) return nullptr;
                                       return std::make_unique<RemediationObserver>(site, diagnostics);
                                   }});

}  // namespace

}  // namespace galena
