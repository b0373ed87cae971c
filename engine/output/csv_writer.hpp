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

/// Rows are surely in the file after flush(). Whatever cannot be written throws std::runtime_error that names the file.
class CsvWriter {
public:
    using Field = std::variant<double, std::string_view>;

    /// Replaces the file and writes the header.
    CsvWriter(const std::filesystem::path& file, std::initializer_list<std::string_view> header);
    CsvWriter(const std::filesystem::path& file, const std::vector<std::string>& header);
    /// Continues a file after its first `bytes`; what lies beyond is cut off. Throws std::runtime_error when the file is shorter.
    CsvWriter(const std::filesystem::path& file, std::uint64_t bytes);

    /// NaN becomes an empty field: not known.
    void row(std::initializer_list<Field> fields);
    void row(const std::vector<Field>& fields);
    /// Hands everything to the system and returns the length of the file [bytes].
    std::uint64_t flush();

private:
    template <class Fields>
    void put(const Fields& fields);

    std::filesystem::path file_;
    std::ofstream out_;
    std::string line_;
};

/// A field as it is written: quoted when it holds a comma, a quote or a line break, when it begins or ends with a blank, or begins with #,
/// which would make its row a comment to many readers (RFC 4180).
std::string csv_quoted(std::string_view text);

}  // namespace galena
