#include "output/table_csv.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "output/csv_writer.hpp"

namespace galena {

void write_table_csv(const std::filesystem::path& folder, const Table& table) {
    std::filesystem::create_directories(folder);
    std::vector<std::string> header;
    std::size_t rows = 0;
    for (const auto& c : table.columns) {
        header.push_back(c.unit.empty() || c.unit == "1" ? c.name : fmt::format("{} [{}]", c.name, c.unit));
        rows = std::max({rows, c.numbers.size(), c.texts.size()});
    }
    CsvWriter out(folder / (table.name + ".csv"), header);
    for (std::size_t row = 0; row < rows; ++row) {
        std::vector<CsvWriter::Field> fields;
        for (const auto& c : table.columns) {
            if (c.texts.empty()) fields.emplace_back(c.numbers[row]);
            else fields.emplace_back(std::string_view(c.texts[row]));
        }
        out.row(fields);
    }
    out.flush();
}

}  // namespace galena
