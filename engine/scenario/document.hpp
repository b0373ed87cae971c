#pragma once
// A site file as a tree of values that remember where they stand. The only files that know toml++ are this one's .cpp.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/date.hpp"
#include "core/error.hpp"

namespace galena {

struct Entry;

/// One value of a site file with its place; a tree when it is an array or a table.
struct Node {
    enum class Kind { text, integer, number, boolean, date, array, table };

    Kind kind = Kind::table;
    Place place;
    std::string text;
    std::int64_t integer = 0;
    double number = 0;
    bool boolean = false;
    Date date;
    std::vector<Node> items;     ///< of an array
    std::vector<Entry> entries;  ///< of a table, in the order of the file

    /// The entry of a table, or nullptr.
    [[nodiscard]] const Entry* find(std::string_view key) const;
    [[nodiscard]] bool is_table() const { return kind == Kind::table; }
    [[nodiscard]] bool is_array() const { return kind == Kind::array; }
    /// "the text "abc"", "the number 3", "a table": what was found, for messages.
    [[nodiscard]] std::string found() const;
};

struct Entry {
    std::string key;
    Place place;  ///< of the key
    Node value;
};

/// Reads a TOML file. Throws ScenarioError with the place of a syntax mistake (a key given twice is one).
Node read_toml(const std::filesystem::path& file);

/// Reads TOML from text; `name` stands for the file in messages.
Node parse_toml(std::string_view text, const std::string& name);

}  // namespace galena
