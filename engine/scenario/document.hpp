#pragma once
// A site file as a tree of values that remember where they stand. The only files that know toml++ are this one's .cpp.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/date.hpp"
#include "core/error.hpp"

namespace galena {

struct Entry;
struct Spread;

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
    /// Of a value that stands for a distribution: what else it may become. Checked like the value itself.
    std::shared_ptr<const Spread> spread;

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

/// What a value with a distribution may become besides its central value.
struct Spread {
    std::string distribution;  ///< in words
    double low = 0, high = 0;  ///< ends of a continuous distribution, in the unit of the value
    std::vector<Node> values;  ///< of a discrete distribution; empty for a continuous one
};

/// Reads a TOML file. Throws ScenarioError with the place of a syntax mistake (a key given twice is one).
Node read_toml(const std::filesystem::path& file);

/// Reads TOML from text; `name` stands for the file in messages.
Node parse_toml(std::string_view text, const std::string& name);

}  // namespace galena
