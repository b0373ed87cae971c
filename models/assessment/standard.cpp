#include "assessment/standard.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "core/csv.hpp"
#include "core/data_folder.hpp"
#include "core/suggestion.hpp"
#include "core/units.hpp"
#include "transport/substance.hpp"

namespace galena {

namespace {

std::optional<LimitKind> kind_of(std::string_view word) {
    for (const auto kind : {LimitKind::screening, LimitKind::intervention, LimitKind::limit})
        if (word == word_of(kind)) return kind;
    return {};
}

/// The key of a substance that a table may name by an alias: "Cr(VI)" is CrVI.
std::string key_of(std::string_view name) {
    for (const auto& [key, identity] : known_substances())
        if (std::find(identity.aliases.begin(), identity.aliases.end(), name) != identity.aliases.end()) return key;
    return std::string(name);
}

/// Letters and digits in lower case: what counts when names are compared.
std::string plain(std::string_view name) {
    std::string text;
    for (const char c : name)
        if (std::isalnum(static_cast<unsigned char>(c))) text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

/// The columns of a table of limits.
struct Columns {
    std::optional<std::size_t> standard, use, low, high, substance, kind, value, unit, confidence, medium, source;

    Columns(const CsvTable& table, const Place& asked_at, Diagnostics& diagnostics) {
        const auto column = [&](std::string_view name) { return table.require_column(name, asked_at, diagnostics); };
        standard = column("standard"), use = column("class_or_use"), low = column("ph_min"), high = column("ph_max");
        substance = column("substance"), kind = column("kind"), value = column("value"), unit = column("unit");
        confidence = column("confidence");
        medium = table.find_column("medium"), source = table.find_column("source");
    }
};

Limit read_limit(const CsvTable& table, std::size_t row, const Columns& column, Diagnostics& diagnostics) {
    Limit limit;
    limit.standard = table.text(row, *column.standard);
    limit.use = table.text(row, *column.use);
    limit.substance = key_of(table.text(row, *column.substance));
    limit.unit = table.text(row, *column.unit);
    limit.confidence = table.text(row, *column.confidence);
    if (column.source) limit.source = table.text(row, *column.source);
    const auto known_kind = kind_of(table.text(row, *column.kind));
    if (!known_kind)
        diagnostics.error(table.place(row, *column.kind),
                          fmt::format("{}: '{}' is no kind of limit", table.describe(row, *column.kind), table.text(row, *column.kind)),
                          "allowed: screening, intervention, limit");
    limit.kind = known_kind.value_or(LimitKind::limit);
    const auto published = Unit::parse(limit.unit);
    const bool content = published && published->same_dimension(unit("mg/kg"));
    if (!content && !(published && published->same_dimension(unit("mg/L"))))
        diagnostics.error(table.place(row, *column.unit),
                          fmt::format("{}: '{}' is no unit of a limit", table.describe(row, *column.unit), limit.unit),
                          "e.g. mg/kg or mg/L");
    limit.medium = column.medium ? std::string(table.text(row, *column.medium)) : content ? "soil" : "groundwater";
    if (published && limit.medium == "soil" && !content)
        diagnostics.error(table.place(row, *column.unit),
                          fmt::format("{}: '{}' is no unit of a limit of soil", table.describe(row, *column.unit), limit.unit),
                          "a content such as mg/kg");
    const auto number = table.required_number(row, *column.value, diagnostics);
    if (number && !(*number > 0))
        diagnostics.error(table.place(row, *column.value), fmt::format("{}: a limit is positive", table.describe(row, *column.value)));
    if (published && number) limit.value = published->to_si(*number);
    limit.ph_above = table.number(row, *column.low, diagnostics).value_or(-1e9);
    limit.ph_upto = table.number(row, *column.high, diagnostics).value_or(1e9);
    return limit;
}

}  // namespace

std::string element_of(const std::string& substance) {
    const auto found = known_substances().find(substance);
    return found == known_substances().end() || found->second.form_of.empty() ? substance : found->second.form_of;
}

bool Limit::well_known() const { return confidence.starts_with("verified") || confidence.ends_with("reproduced"); }

std::string_view word_of(LimitKind kind) {
    return kind == LimitKind::screening ? "screening" : kind == LimitKind::intervention ? "intervention" : "limit";
}

Standard Standard::read(const std::filesystem::path& file, const Place& asked_at, Diagnostics& diagnostics) {
    Standard standard;
    const auto before = diagnostics.error_count();
    const auto table = read_csv(file.string(), asked_at, diagnostics);
    if (diagnostics.error_count() != before) return standard;
    const Columns columns(table, asked_at, diagnostics);
    if (diagnostics.error_count() != before) return standard;
    for (std::size_t row = 0; row < table.row_count(); ++row) standard.limits_.push_back(read_limit(table, row, columns, diagnostics));
    return standard;
}

Standard Standard::library(const std::vector<std::pair<std::filesystem::path, Place>>& own, Diagnostics& diagnostics) {
    Standard all;
    const auto take = [&](const std::filesystem::path& file, const Place& place) {
        auto more = read(file, place, diagnostics);
        std::move(more.limits_.begin(), more.limits_.end(), std::back_inserter(all.limits_));
    };
    for (const auto& [file, place] : own) take(file, place);
    std::vector<std::filesystem::path> shipped;
    for (const auto& entry : std::filesystem::directory_iterator(data_folder() / "standards"))
        if (entry.path().extension() == ".csv") shipped.push_back(entry.path());
    std::sort(shipped.begin(), shipped.end());
    for (const auto& file : shipped) take(file, {});
    return all;
}

Standard Standard::named(const std::string& name) const {
    Standard one;
    for (const auto& limit : limits_)
        if (plain(limit.standard) == plain(name)) one.limits_.push_back(limit);
    return one;
}

std::vector<std::string> Standard::names_of_standards() const {
    std::vector<std::string> all;
    for (const auto& limit : limits_) all.push_back(limit.standard);
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
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
    for (const auto& limit : limits_)
        if (std::find(all.begin(), all.end(), limit.use) == all.end()) all.push_back(limit.use);
    return all;
}

std::string Standard::refusal(const std::vector<std::string>& uses, const std::string& substance) const {
    if (names(uses, substance)) return {};
    for (const auto& limit : limits_)
        if (std::find(uses.begin(), uses.end(), limit.use) != uses.end() && element_of(limit.substance) == element_of(substance))
            return fmt::format("{} limits {}; {} is not the same, and the two are never compared", limit.standard, limit.substance,
                               substance);
    return limits_.empty() ? "there is no such standard" : fmt::format("{} has no value for it", limits_.front().standard);
}

std::vector<std::string> uses_to_try(const std::string& use) {
    std::vector<std::string> uses{use};
    if (use.starts_with("farmland"))
        for (const auto* wider : {"farmland_other", "farmland_all"})
            if (use != wider) uses.emplace_back(wider);
    if (use == "polished_rice" || use == "paddy_brown_rice") uses.emplace_back("rice");
    if (use.ends_with("rice") || use == "wheat") uses.emplace_back("cereal");
    if (use.ends_with("_vegetable") && use != "fresh_vegetable") uses.emplace_back("fresh_vegetable");
    if (use != "all") uses.emplace_back("all");
    return uses;
}

}  // namespace galena
