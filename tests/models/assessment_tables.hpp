#pragma once
// Finding a number in the tables that assessments hand over.

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include <doctest/doctest.h>

#include "simulation/observer.hpp"

namespace galena::verification {

inline const Table::Column& column_of(const Table& table, std::string_view name) {
    for (const auto& column : table.columns)
        if (column.name == name) return column;
    FAIL("table ", table.name, " has no column ", std::string(name));
    return table.columns.front();
}

/// The first row at or after `from` whose text columns hold the given words; fails when there is none.
inline std::size_t row_of(const Table& table, std::initializer_list<std::pair<std::string_view, std::string_view>> words,
                          std::size_t from = 0) {
    const auto rows = [&] {
        std::size_t most = 0;
        for (const auto& c : table.columns) most = std::max({most, c.texts.size(), c.numbers.size()});
        return most;
    }();
    for (std::size_t row = from; row < rows; ++row) {
        bool fits = true;
        for (const auto& [name, word] : words) fits = fits && column_of(table, name).texts[row] == word;
        if (fits) return row;
    }
    std::string asked;
    for (const auto& [name, word] : words) asked += std::string(name) + "=" + std::string(word) + " ";
    FAIL("table ", table.name, " has no row ", asked);
    return 0;
}

inline double number_at(const Table& table, std::string_view column, std::size_t row) { return column_of(table, column).numbers[row]; }

inline double number(const Table& table, std::string_view column,
                     std::initializer_list<std::pair<std::string_view, std::string_view>> words, std::size_t from = 0) {
    return number_at(table, column, row_of(table, words, from));
}

/// A table of the observers of a finished run.
template <class Run>
Table table_of(const Run& run, std::string_view name) {
    for (const auto& observer : run.simulation().model_observers())
        for (auto& table : observer->tables())
            if (table.name == name) return table;
    FAIL("no table ", std::string(name));
    return {};
}

}  // namespace galena::verification
