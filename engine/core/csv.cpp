#include "core/csv.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "core/suggestion.hpp"
#include "core/text_file.hpp"

namespace galena {

namespace {

/// Messages of one kind before the rest are only counted: a wrong separator would else fill the screen a million times.
constexpr std::size_t most_reported = 20;

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// What the user may have meant by a field that is no number.
std::string number_hint(std::string_view text, bool limits_allowed) {
    if (text.find(',') != std::string_view::npos && text.find('.') == std::string_view::npos)
        return "write decimals with a point: 3.5, not 3,5";
    if (!text.empty() && text.front() == '<' && !limits_allowed) return "a detection limit is allowed only where values are measured";
    if (limits_allowed) return "allowed: a finite number, '<' and a positive detection limit, or an empty field (not measured)";
    return "allowed: a finite number, or an empty field where nothing was measured";
}

}  // namespace

std::optional<double> parse_number(std::string_view text) {
    text = trimmed(text);
    if (text.size() > 1 && text.front() == '+' && text[1] != '-') text.remove_prefix(1);
    double value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (fault != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
    return value;
}

std::optional<Measurement> parse_measurement(std::string_view text) {
    text = trimmed(text);
    const bool below = !text.empty() && text.front() == '<';
    const auto value = parse_number(below ? text.substr(1) : text);
    if (!value || (below && *value <= 0)) return std::nullopt;
    return Measurement{*value, below};
}

std::string_view CsvTable::text(std::size_t row, std::size_t column) const {
    const auto& f = field(row, column);
    return std::string_view(text_).substr(f.begin, f.length);
}

Place CsvTable::place_of(const Row& row, const Field& field) const {
    // A quoted field earlier in the row may hold line breaks.
    int line = row.line, column = 1;
    for (auto at = row.begin; at < field.begin; ++at) {
        const bool continues = (static_cast<unsigned char>(text_[at]) & 0xC0) == 0x80;  // of a character of several bytes
        if (!continues) ++column;
        if (text_[at] == '\n') {
            ++line;
            column = 1;
        }
    }
    return {path_, line, column};
}

Place CsvTable::place(std::size_t row, std::size_t column) const { return place_of(rows_[row], field(row, column)); }

Place CsvTable::header_place(std::size_t column) const { return place_of(header_row_, header_[column]); }

std::string CsvTable::describe(std::size_t row, std::size_t column) const {
    return fmt::format("row {}, column '{}'", rows_[row].number, columns_[column]);
}

bool CsvTable::follows_blank_line(std::size_t row) const { return std::binary_search(after_blank_.begin(), after_blank_.end(), row); }

std::optional<std::size_t> CsvTable::find_column(std::string_view name) const {
    const auto found = std::find(columns_.begin(), columns_.end(), name);
    if (found == columns_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - columns_.begin());
}

std::optional<std::size_t> CsvTable::require_column(std::string_view name, const Place& asked_at, Diagnostics& diagnostics) const {
    const auto found = find_column(name);
    // A table without columns could not be read, and has been complained about already.
    if (!found && !columns_.empty())
        diagnostics.error(asked_at, fmt::format("'{}' has no column '{}'", path_, name), suggestion(name, columns_));
    return found;
}

std::optional<std::size_t> CsvTable::column_or_position(std::string_view name, std::size_t position, const Place& asked_at,
                                                        Diagnostics& diagnostics) const {
    if (!name.empty()) return require_column(name, asked_at, diagnostics);
    if (position < columns_.size()) return position;
    if (!columns_.empty())
        diagnostics.error(header_place(0),
                          fmt::format("'{}' has only {} column{}", path_, columns_.size(), columns_.size() == 1 ? "" : "s"),
                          fmt::format("at least {} are needed here", position + 1));
    return std::nullopt;
}

std::optional<double> CsvTable::number(std::size_t row, std::size_t column, Diagnostics& diagnostics) const {
    const auto written = text(row, column);
    if (written.empty()) return std::nullopt;
    const auto value = parse_number(written);
    if (!value)
        diagnostics.error(place(row, column), fmt::format("'{}' is not a number ({})", written, describe(row, column)),
                          number_hint(written, false));
    return value;
}

std::optional<double> CsvTable::required_number(std::size_t row, std::size_t column, Diagnostics& diagnostics) const {
    if (text(row, column).empty()) {
        diagnostics.error(place(row, column), fmt::format("a number is missing ({})", describe(row, column)),
                          fmt::format("every row needs a value of '{}'", columns_[column]));
        return std::nullopt;
    }
    return number(row, column, diagnostics);
}

std::optional<Measurement> CsvTable::measurement(std::size_t row, std::size_t column, Diagnostics& diagnostics) const {
    const auto written = text(row, column);
    if (written.empty()) return std::nullopt;
    const auto value = parse_measurement(written);
    if (!value)
        diagnostics.error(place(row, column), fmt::format("'{}' is not a measured value ({})", written, describe(row, column)),
                          number_hint(written, true));
    return value;
}

std::vector<double> CsvTable::numbers(std::size_t column, Diagnostics& diagnostics) const {
    std::vector<double> values(row_count(), std::numeric_limits<double>::quiet_NaN());
    std::size_t faulty = 0;
    for (std::size_t row = 0; row < row_count(); ++row) {
        if (text(row, column).empty()) continue;
        if (const auto value = parse_number(text(row, column))) values[row] = *value;
        else if (++faulty <= most_reported) number(row, column, diagnostics);
    }
    if (faulty > most_reported)
        diagnostics.error({path_},
                          fmt::format("column '{}' has {} more fields that are not numbers", columns_[column], faulty - most_reported));
    return values;
}

/// One pass over the bytes of a file. Fields stay where they are; only doubled quotes are drawn together in place.
class CsvParser {
public:
    CsvParser(CsvTable& table, Diagnostics& diagnostics) : table_(table), text_(table.text_), diagnostics_(diagnostics) {}

    void parse(const Place& asked_at) {
        if (text_.starts_with("\xEF\xBB\xBF")) at_ = row_begin_ = 3;
        skip_to_row();
        if (at_ >= text_.size()) {
            diagnostics_.error(asked_at, fmt::format("'{}' is empty", table_.path_), "its first row must name the columns");
            return;
        }
        read_header();
        const auto width = table_.columns_.size();
        while (skip_to_row(), at_ < text_.size()) read_row(width);
        if (ragged_ > most_reported)
            diagnostics_.error({table_.path_}, fmt::format("{} more rows have a wrong number of fields", ragged_ - most_reported));
    }

private:
    /// Moves over empty lines and comments to the first byte of the next row (or the end).
    void skip_to_row() {
        blank_before_ = false;
        for (; at_ < text_.size(); end_line()) {
            if (text_[at_] == '#') {
                at_ = std::min(text_.find('\n', at_), text_.size());
                continue;
            }
            const auto content = text_.find_first_not_of(separator_ == '\t' ? " \r" : " \t\r", at_);
            if (content == std::string::npos) {
                at_ = text_.size();
                return;
            }
            if (text_[content] != '\n') break;
            at_ = content;
            blank_before_ = true;
        }
        row_begin_ = at_;
    }

    /// Steps over the line break at at_.
    void end_line() {
        ++line_;
        ++at_;
    }

    void read_header() {
        separator_ = most_frequent_separator();
        table_.header_row_ = {static_cast<std::uint32_t>(row_begin_), 0, line_};
        read_fields(table_.header_);
        for (const auto& field : table_.header_) table_.columns_.emplace_back(text_, field.begin, field.length);
        check_header();
    }

    [[nodiscard]] char most_frequent_separator() const {
        constexpr std::array<char, 3> candidates{',', ';', '\t'};
        std::array<int, 3> count{};
        bool quoted = false;
        for (auto at = at_; at < text_.size() && (quoted || text_[at] != '\n'); ++at) {
            if (text_[at] == '"') quoted = !quoted;
            for (std::size_t c = 0; c < candidates.size() && !quoted; ++c) count[c] += text_[at] == candidates[c];
        }
        return candidates[static_cast<std::size_t>(std::max_element(count.begin(), count.end()) - count.begin())];
    }

    void check_header() {
        const auto& names = table_.columns_;
        if (std::all_of(names.begin(), names.end(), [](const auto& name) { return parse_number(name).has_value(); })) {
            diagnostics_.error(table_.header_place(0), "the first row holds only numbers: the column names are missing",
                               "write a first row that names the columns, e.g. x,y,Cd");
            return;
        }
        std::set<std::string> seen;
        for (std::size_t c = 0; c < names.size(); ++c) {
            if (names[c].empty())
                diagnostics_.error(table_.header_place(c), fmt::format("column {} has no name", c + 1),
                                   "name every column in the first row");
            else if (!seen.insert(names[c]).second)
                diagnostics_.error(table_.header_place(c), fmt::format("two columns are named '{}'", names[c]),
                                   "give each column its own name");
        }
    }

    void read_row(std::size_t width) {
        const CsvTable::Row row{static_cast<std::uint32_t>(row_begin_), ++row_number_, line_};
        const bool after_blank = blank_before_;
        const auto before = table_.fields_.size();
        const bool well_formed = read_fields(table_.fields_);
        const auto found = table_.fields_.size() - before;
        if (well_formed && found == width) {
            if (after_blank) table_.after_blank_.push_back(table_.rows_.size());
            table_.rows_.push_back(row);
            return;
        }
        table_.fields_.resize(before);
        if (well_formed && ++ragged_ <= most_reported)
            diagnostics_.error({table_.path_, row.line},
                               fmt::format("row {} (line {}) has {} field{}, the header has {}", row.number, row.line, found,
                                           found == 1 ? "" : "s", width),
                               found < width ? "leave a field empty where nothing was measured, but keep its separator"
                                             : fmt::format("put a field that contains {} in double quotes", separator_name()));
    }

    [[nodiscard]] std::string separator_name() const { return separator_ == '\t' ? "a tab" : fmt::format("'{}'", separator_); }

    /// Appends the fields of the row at at_ and steps over its end. False when a quote is misplaced (already reported).
    bool read_fields(std::vector<CsvTable::Field>& fields) {
        bool well_formed = true;
        for (;;) {
            while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
            if (at_ < text_.size() && text_[at_] == '"') well_formed = read_quoted(fields) && well_formed;
            else read_plain(fields);
            if (at_ >= text_.size()) return well_formed;
            if (text_[at_] == '\n') {
                end_line();
                return well_formed;
            }
            ++at_;
        }
    }

    [[nodiscard]] bool is_blank(char c) const { return c == ' ' || (c == '\t' && separator_ != '\t'); }

    void read_plain(std::vector<CsvTable::Field>& fields) {
        const auto begin = at_;
        while (at_ < text_.size() && text_[at_] != separator_ && text_[at_] != '\n') ++at_;
        auto end = at_;
        while (end > begin && (is_blank(text_[end - 1]) || text_[end - 1] == '\r')) --end;
        append(fields, begin, end);
    }

    bool read_quoted(std::vector<CsvTable::Field>& fields) {
        const Place opened{table_.path_, line_, static_cast<int>(at_ - std::min(at_, line_begin())) + 1};
        const auto begin = ++at_;
        auto end = begin;
        for (;; ++at_) {
            if (at_ >= text_.size()) {
                diagnostics_.error(opened, "a quote is opened here and never closed",
                                   "close it with \"; write \"\" for a quote inside a field");
                return false;
            }
            if (text_[at_] == '"' && (at_ + 1 >= text_.size() || text_[at_ + 1] != '"')) break;
            if (text_[at_] == '"') ++at_;
            if (text_[at_] == '\n') ++line_;
            text_[end++] = text_[at_];
        }
        std::fill(text_.begin() + static_cast<std::ptrdiff_t>(end), text_.begin() + static_cast<std::ptrdiff_t>(at_), ' ');
        append(fields, begin, end);
        ++at_;
        const auto rest = at_;
        while (at_ < text_.size() && text_[at_] != separator_ && text_[at_] != '\n') ++at_;
        if (trimmed(std::string_view(text_).substr(rest, at_ - rest)).empty()) return true;
        diagnostics_.error(opened, "text follows the closing quote of this field", "write \"\" for a quote inside a quoted field");
        return false;
    }

    /// Offset of the first byte of the current line; only for messages.
    [[nodiscard]] std::size_t line_begin() const {
        const auto before = at_ == 0 ? std::string::npos : text_.rfind('\n', at_ - 1);
        return before == std::string::npos ? 0 : before + 1;
    }

    static void append(std::vector<CsvTable::Field>& fields, std::size_t begin, std::size_t end) {
        fields.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end - begin)});
    }

    CsvTable& table_;
    std::string& text_;
    Diagnostics& diagnostics_;
    std::size_t at_ = 0, row_begin_ = 0, ragged_ = 0;
    std::uint32_t row_number_ = 0;
    int line_ = 1;
    char separator_ = ',';
    bool blank_before_ = false;
};

CsvTable read_csv(const std::string& path, const Place& asked_at, Diagnostics& diagnostics) {
    CsvTable table;
    table.path_ = path;
    auto text = read_text_file(path, asked_at, diagnostics);
    if (!text) return table;
    if (text->size() > std::numeric_limits<std::uint32_t>::max()) {
        diagnostics.error(asked_at, fmt::format("'{}' is larger than 4 GiB", path), "split the table into several files");
        return table;
    }
    table.text_ = std::move(*text);
    CsvParser(table, diagnostics).parse(asked_at);
    return table;
}

}  // namespace galena
