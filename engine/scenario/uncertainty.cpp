#include "scenario/uncertainty.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

#include <fmt/format.h>

#include "core/csv.hpp"
#include "core/suggestion.hpp"
#include "scenario/catalogue.hpp"
#include "scenario/value_schemas.hpp"

namespace galena {

namespace {

Node number_node(double number, const std::string& unit_text, const Place& place) {
    Node node;
    node.place = place;
    node.number = number;
    if (unit_text.empty()) {
        node.kind = Node::Kind::number;
        return node;
    }
    node.kind = Node::Kind::text;
    node.text = fmt::format("{} {}", number, unit_text);  // the shortest text that reads back to the same bits
    return node;
}

/// A number of a distribution with its unit as written.
struct Quantity {
    double number = 0;
    std::string unit;
};

std::optional<Quantity> quantity_of(const Node& node) {
    if (node.kind == Node::Kind::integer || node.kind == Node::Kind::number) return Quantity{node.number, ""};
    if (node.kind != Node::Kind::text) return {};
    const auto split = split_quantity(node.text);
    if (!split || !std::isfinite(split->number) || !Unit::parse(split->unit)) return {};
    return Quantity{split->number, split->unit};
}

/// Reads the numbers of one distribution into one unit: that of the first.
class NumberReader {
public:
    NumberReader(std::string_view title, Diagnostics& diagnostics) : title_(title), diagnostics_(diagnostics) {}

    /// `difference`: a spread, which an offset between units (degC, K) does not shift.
    std::optional<double> quantity(const Node& node, std::string_view key, bool difference = false) {
        const auto given = quantity_of(node);
        if (!given) {
            diagnostics_.error(node.place, fmt::format("{}: {} should be a number or a quantity, not {}", title_, key, node.found()),
                               "give a plain number, or a quantity in quotes such as \"5 m/d\"");
            return {};
        }
        if (!unit_) unit_ = given->unit;
        if (given->unit == *unit_) return given->number;
        const auto from = *Unit::parse(given->unit), to = *Unit::parse(*unit_);
        if (!from.same_dimension(to)) {
            diagnostics_.error(node.place,
                               fmt::format("{}: {} is in '{}', the numbers before it in '{}'", title_, key, given->unit, *unit_),
                               "give all numbers of a distribution in units of one dimension");
            return {};
        }
        return difference ? given->number * from.factor / to.factor : to.from_si(from.to_si(given->number));
    }

    std::optional<double> plain(const Node& node, std::string_view key, double low, bool low_included) {
        if (node.kind != Node::Kind::integer && node.kind != Node::Kind::number) {
            diagnostics_.error(node.place, fmt::format("{}: {} should be a plain number, not {}", title_, key, node.found()));
            return {};
        }
        if (node.number > low || (low_included && node.number == low)) return node.number;
        diagnostics_.error(node.place, fmt::format("{}: {} = {} is out of bounds", title_, key, node.number),
                           fmt::format("{} must be {} {}", key, low_included ? "at least" : "above", low));
        return {};
    }

    [[nodiscard]] std::string unit() const { return unit_.value_or(""); }
    [[nodiscard]] const std::string& title() const { return title_; }
    Diagnostics& diagnostics() { return diagnostics_; }

private:
    std::string title_;
    Diagnostics& diagnostics_;
    std::optional<std::string> unit_;
};

/// The keys of a distribution's table; every one that is not among them is a mistake. nullptr for absent ones.
std::vector<const Node*> keys_of(const Node& table, const std::vector<std::string>& required, const std::vector<std::string>& optional,
                                 NumberReader& reader) {
    auto known = required;
    known.insert(known.end(), optional.begin(), optional.end());
    for (const auto& entry : table.entries)
        if (std::find(known.begin(), known.end(), entry.key) == known.end())
            reader.diagnostics().error(entry.place, fmt::format("'{}' is not a key of {}", entry.key, reader.title()),
                                       suggestion(entry.key, known));
    std::vector<const Node*> found;
    for (std::size_t n = 0; n < known.size(); ++n) {
        const auto* entry = table.find(known[n]);
        found.push_back(entry ? &entry->value : nullptr);
        if (!entry && n < required.size())
            reader.diagnostics().error(table.place, fmt::format("{} lacks '{}'", reader.title(), known[n]),
                                       fmt::format("it needs {}", joined(required)));
    }
    return found;
}

using Made = std::optional<Distribution>;

Made make_normal(const Node& table, NumberReader& reader) {
    const auto keys = keys_of(table, {"mean", "sd"}, {}, reader);
    if (!keys[0] || !keys[1]) return {};
    const auto mean = reader.quantity(*keys[0], "mean"), sd = reader.quantity(*keys[1], "sd", true);
    if (!mean || !sd) return {};
    if (*sd >= 0) return Distribution::normal(*mean, *sd);
    reader.diagnostics().error(keys[1]->place, fmt::format("{}: sd = {} is negative", reader.title(), *sd), "sd must be at least 0");
    return {};
}

Made make_lognormal(const Node& table, NumberReader& reader) {
    const auto keys = keys_of(table, {"median"}, {"sigma_ln", "sigma_log10"}, reader);
    if (!keys[0]) return {};
    if ((keys[1] == nullptr) == (keys[2] == nullptr)) {
        reader.diagnostics().error(
            table.place,
            fmt::format("{} gives {} sigma_ln {} sigma_log10", reader.title(), keys[1] ? "both" : "neither", keys[1] ? "and" : "nor"),
            "give one of them");
        return {};
    }
    const auto median = reader.quantity(*keys[0], "median");
    const auto sigma = reader.plain(keys[1] ? *keys[1] : *keys[2], keys[1] ? "sigma_ln" : "sigma_log10", 0, true);
    if (!median || !sigma) return {};
    if (*median > 0) return Distribution::lognormal(*median, keys[1] ? *sigma : *sigma * std::log(10.0));
    reader.diagnostics().error(keys[0]->place, fmt::format("{}: median = {} has no logarithm", reader.title(), *median),
                               "the median must be positive");
    return {};
}

/// Two or three numbers that ascend, as a list or by their keys.
std::vector<double> ascending(const Node& node, const std::vector<std::string>& keys, NumberReader& reader) {
    std::vector<const Node*> nodes;
    if (node.is_array()) {
        for (const auto& item : node.items) nodes.push_back(&item);
        if (nodes.size() != keys.size()) {
            reader.diagnostics().error(node.place, fmt::format("{} has {} numbers", reader.title(), nodes.size()),
                                       fmt::format("give [{}]", joined(keys)));
            return {};
        }
    } else {
        nodes = keys_of(node, keys, {}, reader);
    }
    std::vector<double> numbers;
    for (std::size_t n = 0; n < nodes.size(); ++n) {
        const auto number = nodes[n] ? reader.quantity(*nodes[n], keys[n]) : std::nullopt;
        if (!number) return {};
        if (!numbers.empty() && *number < numbers.back()) {
            reader.diagnostics().error(nodes[n]->place, fmt::format("{}: {} lies below {}", reader.title(), keys[n], keys[n - 1]),
                                       fmt::format("order them: {}", joined(keys)));
            return {};
        }
        numbers.push_back(*number);
    }
    return numbers;
}

Made make_triangular(const Node& node, NumberReader& reader) {
    const auto n = ascending(node, {"low", "mode", "high"}, reader);
    return n.empty() ? Made{} : Distribution::triangular(n[0], n[1], n[2]);
}

Made make_uniform(const Node& node, NumberReader& reader) {
    const auto n = ascending(node, {"low", "high"}, reader);
    return n.empty() ? Made{} : Distribution::uniform(n[0], n[1]);
}

Made make_loguniform(const Node& node, NumberReader& reader) {
    const auto n = ascending(node, {"low", "high"}, reader);
    if (n.empty()) return {};
    if (n[0] > 0) return Distribution::loguniform(n[0], n[1]);
    reader.diagnostics().error(node.place, fmt::format("{}: low = {} has no logarithm", reader.title(), n[0]), "low must be positive");
    return {};
}

Made make_beta(const Node& table, NumberReader& reader) {
    const auto keys = keys_of(table, {"a", "b"}, {"low", "high"}, reader);
    if (!keys[0] || !keys[1]) return {};
    const auto a = reader.plain(*keys[0], "a", 0, false), b = reader.plain(*keys[1], "b", 0, false);
    if ((keys[2] == nullptr) != (keys[3] == nullptr))
        reader.diagnostics().error(table.place, fmt::format("{} gives only one of low and high", reader.title()), "give both or neither");
    const auto low = keys[2] ? reader.quantity(*keys[2], "low") : 0.0, high = keys[3] ? reader.quantity(*keys[3], "high") : 1.0;
    if (!a || !b || !low || !high) return {};
    if (*low <= *high) return Distribution::beta(*a, *b, *low, *high);
    reader.diagnostics().error(keys[3]->place, fmt::format("{}: high lies below low", reader.title()), "exchange the two");
    return {};
}

Made make_empirical(const Node& table, NumberReader& reader, ReadContext& context, std::string& unit_text) {
    const auto keys = keys_of(table, {"file", "column"}, {"unit"}, reader);
    if (!keys[0] || !keys[1]) return {};
    FilePath file;
    std::string column_name;
    if (!reading::read_value(*keys[0], {"file", "", anything}, context, file) ||
        !reading::read_value(*keys[1], {"column", "", anything}, context, column_name) ||
        (keys[2] && !reading::read_value(*keys[2], {"unit", "", anything}, context, unit_text)))
        return {};
    auto& d = context.diagnostics;
    const auto before = d.error_count();
    const auto csv = read_csv(file.path.string(), file.place, d);
    if (d.error_count() != before) return {};
    const auto column = csv.require_column(column_name, keys[1]->place, d);
    if (!column) return {};
    auto values = csv.numbers(*column, d);
    std::erase_if(values, [](double v) { return std::isnan(v); });
    if (values.empty()) d.error(keys[1]->place, fmt::format("{}: the column '{}' holds no number", reader.title(), column_name));
    if (d.error_count() != before) return {};
    return Distribution::empirical(std::move(values));
}

/// Values may be of any kind; numbers with unit keep theirs.
Made make_discrete(const Node& table, NumberReader& reader, std::vector<Node>& values) {
    auto& d = reader.diagnostics();
    const auto keys = keys_of(table, {"values"}, {"probabilities"}, reader);
    if (!keys[0]) return {};
    if (!keys[0]->is_array() || keys[0]->items.empty()) {
        d.error(keys[0]->place, fmt::format("{}: values should be a list, not {}", reader.title(), keys[0]->found()));
        return {};
    }
    values = keys[0]->items;
    const auto n = values.size();
    std::vector<double> probabilities(n, 1.0 / static_cast<double>(n));
    if (!keys[1]) return Distribution::discrete(std::move(probabilities));
    const bool list = keys[1]->is_array();
    if (!list || keys[1]->items.size() != n) {
        d.error(keys[1]->place,
                fmt::format("{}: there are {} values and {} probabilities", reader.title(), n, list ? keys[1]->items.size() : 1),
                "give one probability per value");
        return {};
    }
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) {
        const auto p = reader.plain(keys[1]->items[i], "a probability", 0, true);
        if (!p) return {};
        sum += probabilities[i] = *p;
    }
    if (std::abs(sum - 1) < 1e-6) return Distribution::discrete(std::move(probabilities));
    d.error(keys[1]->place, fmt::format("{}: the probabilities sum to {:.6g}", reader.title(), sum), "they must sum to 1");
    return {};
}

const std::vector<std::string> kinds{"normal", "lognormal", "triangular", "uniform", "loguniform", "beta", "discrete", "empirical"};

const Entry* kind_entry(const Node& node) {
    if (!node.is_table()) return nullptr;
    for (const auto& entry : node.entries)
        if ((entry.value.is_table() || entry.value.is_array()) && std::find(kinds.begin(), kinds.end(), entry.key) != kinds.end())
            return &entry;
    return nullptr;
}

bool is_reference(const Node& node) {
    return node.is_table() && node.entries.size() == 1 && node.entries[0].key == "same_as" &&
           node.entries[0].value.kind == Node::Kind::text;
}

class Taker {
public:
    explicit Taker(ReadContext& context) : context_(context) {}

    Uncertainty take(Node& tree) {
        visit(tree, "");
        for (const auto& reference : references_) resolve(tree, reference);
        if (context_.diagnostics.has_errors()) return {};
        for (const auto& value : found_.values)
            for (const auto& path : value.paths) install(node_at(tree, path), value);
        return std::move(found_);
    }

    static Node& node_at(Node& tree, const std::vector<std::size_t>& path) {
        Node* node = &tree;
        for (const auto step : path) node = node->is_table() ? &node->entries[step].value : &node->items[step];
        return *node;
    }

private:
    struct Reference {
        std::vector<std::size_t> path;
        std::string title;
    };

    void visit(Node& node, const std::string& title) {
        if (const auto* kind = kind_entry(node)) return read(node, *kind, title);
        if (is_reference(node)) {
            references_.push_back({path_, title});
            return;
        }
        path_.push_back(0);
        for (std::size_t n = 0; n < node.entries.size(); ++n) {
            path_.back() = n;
            visit(node.entries[n].value, title.empty() ? node.entries[n].key : title + "." + node.entries[n].key);
        }
        for (std::size_t n = 0; n < node.items.size(); ++n) {
            path_.back() = n;
            visit(node.items[n], fmt::format("{}[{}]", title, n + 1));
        }
        path_.pop_back();
    }

    void read(const Node& node, const Entry& kind, const std::string& title) {
        UncertainValue value{title, Distribution::uniform(0, 0), {}, {}, node.place, {path_}};
        auto& d = context_.diagnostics;
        const auto before = d.error_count();
        NumberReader reader(kind.key + " of " + title, d);
        NumberReader outer("the distribution of " + title, d);
        auto known = kinds;
        known.insert(known.end(), {"name", "minimum", "maximum"});
        for (const auto& entry : node.entries) {
            if (std::find(known.begin(), known.end(), entry.key) == known.end())
                d.error(entry.place, fmt::format("'{}' is not a key of {}", entry.key, outer.title()), suggestion(entry.key, known));
            if (&entry != &kind && std::find(kinds.begin(), kinds.end(), entry.key) != kinds.end())
                d.error(entry.place, fmt::format("{} gives both {} and {}", outer.title(), kind.key, entry.key), "give one of them");
        }
        if (const auto* name = node.find("name")) reading::read_value(name->value, {"name", "", anything}, context_, value.name);
        const auto made = make(kind, reader, value);
        if (made && d.error_count() == before) {
            value.distribution = *made;
            if (value.unit.empty()) value.unit = reader.unit();
            cut_off(node, reader, value);
        }
        if (const auto* twin = found_.find(value.name))
            d.error(
                node.place, fmt::format("a second distribution is named '{}'", value.name),
                fmt::format("the first is at {}; one that is to vary with it is {{ same_as = \"{}\" }}", twin->place.text(), value.name));
        if (d.error_count() == before) found_.values.push_back(std::move(value));
    }

    Made make(const Entry& kind, NumberReader& reader, UncertainValue& value) {
        const auto& node = kind.value;
        if (kind.key != "triangular" && kind.key != "uniform" && kind.key != "loguniform" &&
            !reading::expect(node, Node::Kind::table, {kind.key, "", anything}, context_, "a table"))
            return {};
        if (kind.key == "normal") return make_normal(node, reader);
        if (kind.key == "lognormal") return make_lognormal(node, reader);
        if (kind.key == "triangular") return make_triangular(node, reader);
        if (kind.key == "uniform") return make_uniform(node, reader);
        if (kind.key == "loguniform") return make_loguniform(node, reader);
        if (kind.key == "beta") return make_beta(node, reader);
        if (kind.key == "discrete") return make_discrete(node, reader, value.values);
        return make_empirical(node, reader, context_, value.unit);
    }

    void cut_off(const Node& node, NumberReader& reader, UncertainValue& value) {
        const auto *minimum = node.find("minimum"), *maximum = node.find("maximum");
        if (!minimum && !maximum) return;
        const auto& first = minimum ? minimum : maximum;
        if (value.distribution.kind() == Distribution::Kind::discrete) {
            context_.diagnostics.error(first->place, fmt::format("{}: a discrete distribution is not cut off", reader.title()),
                                       "leave out the values that cannot be");
            return;
        }
        const auto low = minimum ? reader.quantity(minimum->value, "minimum") : -infinite;
        const auto high = maximum ? reader.quantity(maximum->value, "maximum") : infinite;
        if (low && high && !value.distribution.truncate(*low, *high))
            context_.diagnostics.error(first->place, fmt::format("{}: nothing of it lies between minimum and maximum", reader.title()),
                                       fmt::format("it is {}", value.distribution.text()));
    }

    void resolve(Node& tree, const Reference& reference) {
        auto& node = node_at(tree, reference.path);
        const auto& name = node.entries[0].value;
        const auto at = std::find_if(found_.values.begin(), found_.values.end(), [&](const auto& v) { return v.name == name.text; });
        if (at != found_.values.end()) {
            at->paths.push_back(reference.path);
            return;
        }
        const auto names = found_.names();
        context_.diagnostics.error(name.place, fmt::format("{}: no distribution is named '{}'", reference.title, name.text),
                                   names.empty() ? "give one distribution a name" : suggestion(name.text, names));
    }

    static void install(Node& node, const UncertainValue& value) {
        const auto place = node.place;
        node = value.central();
        node.place = place;
        const auto support = value.distribution.support();
        node.spread = std::make_shared<Spread>(Spread{value.distribution.text(), support.low, support.high, value.values});
    }

    ReadContext& context_;
    Uncertainty found_;
    std::vector<std::size_t> path_;
    std::vector<Reference> references_;
};

ParameterInfo key(std::string name, std::string type, bool required, std::string meaning, std::string bounds = {}) {
    return {std::move(name), std::move(type), {}, std::move(bounds), {}, required, std::move(meaning), {}, {}, {}};
}

ParameterInfo law(std::string name, std::string meaning, std::vector<ParameterInfo> keys) {
    auto info = key(name, "table", false, std::move(meaning));
    info.nested = std::make_shared<Schema>(Schema{std::move(name), {}, std::move(keys)});
    return info;
}

}  // namespace

Schema distribution_schema() {
    const std::string number = "number or quantity, in the dimension of the key the distribution stands at";
    const auto low = key("low", number, true, "no value lies below; or give a list [low, high]");
    const auto high = key("high", number, true, "no value lies above");
    return {
        "distribution",
        "a number, text or truth value that is uncertain: galena risk draws it, galena run takes its central value",
        {law("normal", "{ normal = { mean = 0.3, sd = 0.05 } }",
             {key("mean", number, true, "and median"), key("sd", number, true, "standard deviation", "not negative")}),
         law("lognormal", "{ lognormal = { median = \"5 m/d\", sigma_ln = 1.0 } }",
             {key("median", number, true, "what galena run takes", "positive"),
              key("sigma_ln", "number", false, "standard deviation of the natural logarithm (or give sigma_log10)", "not negative"),
              key("sigma_log10", "number", false, "of the decimal logarithm", "not negative")}),
         law("triangular", "{ triangular = [low, mode, high] }, or by keys", {low, key("mode", number, true, "most probable value"), high}),
         law("uniform", "{ uniform = [low, high] }, or by keys", {low, high}),
         law("loguniform", "{ loguniform = [low, high] }, or by keys; low must be positive", {low, high}),
         law("beta", "{ beta = { a = 2, b = 5 } }, stretched from low to high",
             {key("a", "number", true, "shape", "positive"), key("b", "number", true, "shape", "positive"),
              key("low", number, false, "0 when absent"), key("high", number, false, "1 when absent")}),
         law("discrete", "{ discrete = { values = [...], probabilities = [...] } }: values of any kind",
             {key("values", "list", true, "what can be"), key("probabilities", "list: number", false, "they sum to 1; equal when absent")}),
         law("empirical", "{ empirical = { file = \"k.csv\", column = \"k\", unit = \"m/d\" } }: as the numbers of a file lie",
             {key("file", "file", true, "CSV"), key("column", "text", true, "of the numbers"),
              key("unit", "text", false, "of the numbers")}),
         key("name", "text", false, "beside the law: for correlations, tables and same_as; the path of the value when absent"),
         key("minimum", number, false, "beside the law: what lies below is cut off"),
         key("maximum", number, false, "beside the law: what lies above is cut off"),
         key("same_as", "text", false, "alone, { same_as = \"K\" }: varies with the distribution of that name")}};
}

Node UncertainValue::at(double u) const {
    if (std::isnan(u)) return central();
    const double q = distribution.quantile(u);
    return values.empty() ? number_node(q, unit, place) : values[static_cast<std::size_t>(q)];
}

Node UncertainValue::central() const {
    const double q = distribution.central();
    return values.empty() ? number_node(q, unit, place) : values[static_cast<std::size_t>(q)];
}

namespace {

double number_of(const UncertainValue& value, double q) {
    if (value.values.empty()) return q;
    const auto& node = value.values[static_cast<std::size_t>(q)];
    return node.kind == Node::Kind::integer || node.kind == Node::Kind::number ? node.number : q;
}

}  // namespace

double UncertainValue::number_at(double u) const { return std::isnan(u) ? central_number() : number_of(*this, distribution.quantile(u)); }
double UncertainValue::central_number() const { return number_of(*this, distribution.central()); }

std::string UncertainValue::text() const {
    const auto node = central();
    const auto shown = node.kind == Node::Kind::text      ? node.text
                       : node.kind == Node::Kind::boolean ? std::string(node.boolean ? "true" : "false")
                                                          : fmt::format("{}", node.number);
    return fmt::format("{}: {} ({})", name, shown, distribution.text());
}

const UncertainValue* Uncertainty::find(std::string_view name) const {
    const auto at = std::find_if(values.begin(), values.end(), [&](const auto& v) { return v.name == name; });
    return at == values.end() ? nullptr : &*at;
}

std::vector<std::string> Uncertainty::names() const {
    std::vector<std::string> all;
    for (const auto& v : values) all.push_back(v.name);
    return all;
}

void Uncertainty::place_into(Node& tree, const std::vector<double>& u) const {
    for (std::size_t n = 0; n < values.size(); ++n)
        for (const auto& path : values[n].paths) {
            auto& node = Taker::node_at(tree, path);
            const auto place = node.place;
            node = values[n].at(u[n]);
            node.place = place;
        }
}

Uncertainty take_distributions(Node& tree, ReadContext& context) {
    auto found = Taker(context).take(tree);
    context.diagnostics.throw_if_errors();
    return found;
}

}  // namespace galena
