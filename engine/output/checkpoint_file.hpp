#pragma once
// checkpoint.h5: what equations and observers need to continue bit by bit.

#include <memory>

#include "output/hdf5.hpp"
#include "simulation/checkpoint.hpp"

namespace galena {

/// Collects a checkpoint in a new file; commit() puts it in the place of the old one in one go.
class CheckpointFileWriter final : public CheckpointWriter {
public:
    explicit CheckpointFileWriter(std::filesystem::path file);
    using CheckpointWriter::write;
    void write(std::string_view name, std::span<const double> values) override;
    void set(std::string_view name, std::string_view text);
    void commit();

private:
    std::filesystem::path file_;
    std::unique_ptr<Hdf5File> out_;
};

class CheckpointFileReader final : public CheckpointReader {
public:
    explicit CheckpointFileReader(const std::filesystem::path& file);
    using CheckpointReader::read;
    [[nodiscard]] bool has(std::string_view name) const override;
    void read(std::string_view name, std::span<double> values) override;
    [[nodiscard]] std::string text(std::string_view name) const;

private:
    Hdf5File in_;
};

}  // namespace galena
