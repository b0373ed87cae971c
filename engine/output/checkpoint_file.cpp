#include "output/checkpoint_file.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "output/replace_file.hpp"

namespace galena {

namespace {

std::string path_of(std::string_view name) { return "/state/" + std::string(name); }

}  // namespace

CheckpointFileWriter::CheckpointFileWriter(std::filesystem::path file)
    : file_(std::move(file)), out_(std::make_unique<Hdf5File>(unfinished(file_), Hdf5File::Mode::create)) {
    out_->make_group("/state");
}

void CheckpointFileWriter::write(std::string_view name, std::span<const double> values) { out_->write(path_of(name), values); }
void CheckpointFileWriter::set(std::string_view name, std::string_view text) { out_->set("/", name, text); }

void CheckpointFileWriter::commit() {
    out_->flush();  // tells of a full disk while the old checkpoint is still there; closing cannot
    out_.reset();
    finish(file_);
}

CheckpointFileReader::CheckpointFileReader(const std::filesystem::path& file) : in_(file, Hdf5File::Mode::read) {}

bool CheckpointFileReader::has(std::string_view name) const { return in_.has(path_of(name)); }

void CheckpointFileReader::read(std::string_view name, std::span<double> values) {
    const auto stored = in_.read(path_of(name));
    if (stored.size() != values.size())
        throw std::runtime_error(
            fmt::format("the checkpoint holds {} numbers of '{}', the site needs {}", stored.size(), name, values.size()));
    std::copy(stored.begin(), stored.end(), values.begin());
}

std::string CheckpointFileReader::text(std::string_view name) const { return in_.text_attribute("/", name); }

}  // namespace galena
