#include "assessment/standard.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/csv.hpp"
#include "core/suggestion.hpp"
#include "core/units.hpp"

namespace galena {

namespace {

std::optional<LimitKind> kind_of(std::string_view word) {
    if (word == "screening") return LimitKind::screening;
    if (word == "intervention") return LimitKind::intervention;
    if (word == "limit") return LimitKind::limit;
    return {};
}

}  // namespace

Standard Standard::read(const std::filesystem::path& file, const Place& asked_at, Diagnostics& diagnostics) {
    Standard standard;
    const auto before = diagnostics.error_count();
    const auto table = read_csv(file.string(), asked_at, diagnostics);
    if (diagnostics.error_count() != before) return standard;
    const auto column = [&](std::string_view name) { return table.require_column(name, asked_at, diagnostics); };
    const auto name = column("standard"), use = column("class_or_use"), low = column("ph_min"), high = column("ph_max"),
               substance = column("substance"), kind = column("kind"), value = column("value"), unit_column = column("unit"),
               confidence = column("confidence");
    if (diagnostics.error_count() != before) return standard;
    for (std::size_t row = 0; row < table.row_count(); ++row) {
        Limit limit;
        limit.standard = table.text(row, *name);
        limit.use = table.text(row, *use);
        limit.substance = table.text(row, *substance);
        limit.unit = table.text(row, *unit_column);
        limit.confidence = table.text(row, *confidence);
        const auto known_kind = kind_of(table.text(row, *kind));
        if (!known_kind)
            diagnostics.error(table.place(row, *kind),
                              fmt::format("{}: '{}' is no kind of limit", table.describe(row, *kind), table.text(row, *kind)),
                              "allowed: screening, intervention, limit");
        limit.kind = known_kind.value_or(LimitKind::limit);
        const auto published = Unit::parse(limit.unit);
        if (!published || !(published->same_dimension(unit("mg/kg")) || published->same_dimension(unit("mg/L"))))
            diagnostics.error(table.place(row, *unit_column),
                              fmt::format("{}: '{}' is no unit of a limit", table.describe(row, *unit_column), limit.unit),
                              "e.g. mg/kg or mg/L");
        const auto number = table.required_number(row, *value, diagnostics);
        if (published && number) limit.value = published->to_si(*number);
        limit.ph_above = table.number(row, *low, diagnostics).value_or(-1e9);
        limit.ph_upto = table.number(row, *high, diagnostics).value_or(1e9);
        standard.limits_.push_back(std::move(limit));
    }
    return standard;
}

const Limit* Standard::find(const std::vector<std::string>& uses, const std::string& substance, LimitKind kind, double ph) const {
    for (const auto& use : uses)
        for (const auto& limit : limits_)
            if (limit.use == use && limit.substance == substance && limit.kind == kind && ph > limit.ph_above && ph <= limit.ph_upto)
                return &limit;
    return nullptr;
}

bool Standard::names(const std::vector<std::string>& uses, const std::string& substance) const {
    return std::any_of(limits_.begin(), limits_.end(), [&](const Limit& l) {
        return l.substance == substance && std::find(uses.begin(), uses.end(), l.use) != uses.end();
    });
}

bool Standard::has_use(const std::string& use) const {
    return std::any_of(limits_.begin(), limits_.end(), [&](const Limit& l) { return l.use == use; });
}

std::vector<std::string> Standard::uses() const {
    std::vector<std::string> all;
    for (const auto& l : limits_)
        if (std::find(all.begin(), all.end(), l.use) == all.end()) all.push_back(l.use);
    return all;
}

}  // namespace galena
