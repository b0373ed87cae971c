#pragma once
// Tables of results as text: comma-separated, quoted where needed, numbers in the shortest form that reads back to the same bits.

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace galena {

class CsvWriter {
public:
    using Field = std::variant<double, std::string_view>;

    /// Replaces the file and writes the header.
    CsvWriter(const std::filesystem::path& file, std::initializer_list<std::string_view> header);
    CsvWriter(const std::filesystem::path& file, const std::vector<std::string>& header);
    /// Continues a file after its first `bytes`; what lies beyond is cut off.
    CsvWriter(const std::filesystem::path& file, std::uint64_t bytes);

    void row(std::initializer_list<Field> fields);
    void row(const std::vector<Field>& fields);
    /// Hands everything to the system and returns the length of the file [bytes].
    std::uint64_t flush();

private:
    template <class Fields>
    void put(const Fields& fields);

    std::ofstream out_;
    std::string line_;
};

/// A field as it is written: quoted when it holds a comma, a quote or a line break.
std::string csv_quoted(std::string_view text);

}  // namespace galena
