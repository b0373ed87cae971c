#pragma once
// What an equation needs to say to be continued bit by bit. The file behind it is the business of output/.

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace galena {

class CheckpointWriter {
public:
    virtual ~CheckpointWriter() = default;
    virtual void write(std::string_view name, std::span<const double> values) = 0;
    void write(std::string_view name, double value) { write(name, std::span<const double>(&value, 1)); }
};

class CheckpointReader {
public:
    virtual ~CheckpointReader() = default;
    [[nodiscard]] virtual bool has(std::string_view name) const = 0;
    /// Throws std::runtime_error when the name is missing or the sizes differ.
    virtual void read(std::string_view name, std::span<double> values) = 0;
    [[nodiscard]] double read(std::string_view name) {
        double value = 0;
        read(name, std::span<double>(&value, 1));
        return value;
    }
};

/// Lists whose length is not known from the site, empty ones too.
void write_list(CheckpointWriter& out, const std::string& name, std::span<const double> values);
std::vector<double> read_list(CheckpointReader& in, const std::string& name);
void write_texts(CheckpointWriter& out, const std::string& name, const std::vector<std::string>& texts);
std::vector<std::string> read_texts(CheckpointReader& in, const std::string& name);

}  // namespace galena
