#include "output/csv_writer.hpp"

#include <cmath>
#include <stdexcept>
#include <system_error>

#include <fmt/format.h>

namespace galena {

std::string csv_quoted(std::string_view text) {
    const auto blank = [](char c) { return c == ' ' || c == '\t'; };
    const bool odd_ends = !text.empty() && (blank(text.front()) || blank(text.back()) || text.front() == '#');
    if (!odd_ends && text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + "\"";
}

namespace {

std::ofstream open(const std::filesystem::path& file, std::ios::openmode mode) {
    std::ofstream out(file, mode | std::ios::binary);
    if (!out) throw std::runtime_error(fmt::format("{} cannot be written", file.string()));
    return out;
}

std::vector<CsvWriter::Field> as_fields(const std::vector<std::string>& texts) { return {texts.begin(), texts.end()}; }

}  // namespace

CsvWriter::CsvWriter(const std::filesystem::path& file, std::initializer_list<std::string_view> header)
    : file_(file), out_(open(file, std::ios::trunc)) {
    put(std::vector<Field>(header.begin(), header.end()));
}

CsvWriter::CsvWriter(const std::filesystem::path& file, const std::vector<std::string>& header)
    : file_(file), out_(open(file, std::ios::trunc)) {
    put(as_fields(header));
}

CsvWriter::CsvWriter(const std::filesystem::path& file, std::uint64_t bytes) : file_(file) {
    std::error_code trouble;
    const auto there = std::filesystem::file_size(file, trouble);
    if (trouble) throw std::runtime_error(fmt::format("{} cannot be continued: {}", file.string(), trouble.message()));
    if (there < bytes)
        throw std::runtime_error(fmt::format("{} cannot be continued after {} bytes: it has only {}", file.string(), bytes, there));
    std::filesystem::resize_file(file, bytes);
    out_ = open(file, std::ios::app);
}

template <class Fields>
void CsvWriter::put(const Fields& fields) {
    line_.clear();
    for (const auto& field : fields) {
        if (&field != &*fields.begin()) line_ += ',';
        if (const auto* number = std::get_if<double>(&field)) {
            if (!std::isnan(*number)) fmt::format_to(std::back_inserter(line_), "{}", *number);
        } else {
            line_ += csv_quoted(std::get<std::string_view>(field));
        }
    }
    line_ += '\n';
    out_ << line_;
}

void CsvWriter::row(std::initializer_list<Field> fields) { put(fields); }
void CsvWriter::row(const std::vector<Field>& fields) { put(fields); }

std::uint64_t CsvWriter::flush() {
    out_.flush();
    if (!out_) throw std::runtime_error(fmt::format("{} cannot be written: is the disk full?", file_.string()));
    // Not tellp(): it is 0 in a file opened to append until something is written.
    return std::filesystem::file_size(file_);
}

}  // namespace galena
