#pragma once
// HDF5 behind one file: groups, arrays, text, attributes, and arrays that grow along their first dimension.
//
// Files follow the oldest HDF5 format that holds the data, so that any reader opens them. A program killed at any time leaves a file
// that is whole up to its last flush(): what is on disk is never moved or rewritten in another length between two of them.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace galena {

/// An HDF5 file. Every failure throws std::runtime_error that names the file, the operation and the path in the file.
class Hdf5File {
public:
    enum class Mode { create, read, append };

    Hdf5File(const std::filesystem::path& file, Mode mode);
    ~Hdf5File();
    Hdf5File(Hdf5File&& other) noexcept;
    Hdf5File& operator=(Hdf5File&&) = delete;

    [[nodiscard]] bool has(std::string_view path) const;
    [[nodiscard]] bool is_group(std::string_view path) const;
    void make_group(std::string_view path);  ///< with all groups above it; nothing when it is there
    [[nodiscard]] std::vector<std::string> children(std::string_view group) const;
    void remove(std::string_view path);  ///< with everything in it; nothing when it is not there

    // Whole arrays; dims: slowest first, {n} when empty. An array that is there already is replaced.
    void write(std::string_view path, std::span<const double> values, std::vector<std::uint64_t> dims = {});
    void write(std::string_view path, std::span<const std::int64_t> values, std::vector<std::uint64_t> dims = {});
    void write(std::string_view path, std::span<const std::uint8_t> values, std::vector<std::uint64_t> dims = {});
    void write(std::string_view path, const std::vector<std::string>& texts);
    void write_text(std::string_view path, std::string_view text);  ///< one long text

    [[nodiscard]] std::vector<std::uint64_t> dims(std::string_view path) const;
    [[nodiscard]] bool is_text(std::string_view path) const;
    [[nodiscard]] std::vector<double> read(std::string_view path) const;
    [[nodiscard]] std::vector<std::string> read_texts(std::string_view path) const;
    [[nodiscard]] std::string read_text(std::string_view path) const;

    // Arrays that grow by records of one shape ({}: one number). Records of a field are compressed (shuffle, deflate 1), one chunk each, in
    // pieces when they are large; small records lie side by side in chunks of fixed size, which are not compressed.
    void make_growing(std::string_view path, std::vector<std::uint64_t> record);
    void append(std::string_view path, std::span<const double> record);
    /// Writes record number `at`; records left out before it hold NaN.
    void write_record(std::string_view path, std::uint64_t at, std::span<const double> record);
    [[nodiscard]] std::vector<double> read_record(std::string_view path, std::uint64_t record) const;
    [[nodiscard]] std::uint64_t records(std::string_view path) const;
    /// Drops the records from number `records` on; nothing when there are no more.
    void truncate(std::string_view path, std::uint64_t records);
    /// A growing array of texts of at most `width` bytes; read_texts() reads it.
    void make_growing_text(std::string_view path, std::size_t width);
    void append_text(std::string_view path, std::string_view text);

    // Attributes of a group or array.
    void set(std::string_view path, std::string_view name, std::string_view text);
    void set(std::string_view path, std::string_view name, double value);
    [[nodiscard]] bool has_attribute(std::string_view path, std::string_view name) const;
    [[nodiscard]] std::string text_attribute(std::string_view path, std::string_view name) const;
    [[nodiscard]] double number_attribute(std::string_view path, std::string_view name) const;

    /// Brings everything written so far to the file.
    void flush() const;

private:
    void make_growing_of(std::int64_t type, std::string_view path, std::vector<std::uint64_t> record);
    void write_at(std::string_view path, std::uint64_t at, std::int64_t memory_type, const void* record);
    void write_raw(std::string_view path, std::int64_t type, std::int64_t memory_type, const void* data, std::size_t count,
                   std::vector<std::uint64_t> dims);

    std::string name_;
    std::int64_t file_ = -1;
};

}  // namespace galena
