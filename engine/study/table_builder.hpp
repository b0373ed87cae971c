#pragma once
// Tables filled row by row.

#include <string>
#include <variant>
#include <vector>

#include "simulation/observer.hpp"

namespace galena {

class TableBuilder {
public:
    struct Head {
        std::string name, unit;
        bool text = false;
    };
    TableBuilder(std::string name, std::string title, std::vector<Head> columns) : columns_(std::move(columns)) {
        table_.name = std::move(name);
        table_.title = std::move(title);
        for (const auto& c : columns_) table_.columns.push_back({c.name, c.unit, {}, {}});
    }

    using Field = std::variant<double, std::string>;
    void row(const std::vector<Field>& fields) {
        for (std::size_t c = 0; c < columns_.size(); ++c)
            if (columns_[c].text) table_.columns[c].texts.push_back(std::get<std::string>(fields[c]));
            else table_.columns[c].numbers.push_back(std::get<double>(fields[c]));
        ++rows_;
    }

    [[nodiscard]] bool empty() const { return rows_ == 0; }
    Table take() { return std::move(table_); }

private:
    std::vector<Head> columns_;
    Table table_;
    std::size_t rows_ = 0;
};

}  // namespace galena
