#pragma once
// Rows of numbers that an assessment gathers during a run, and that a checkpoint keeps.

#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "simulation/checkpoint.hpp"

namespace galena {

class NumberRows {
public:
    explicit NumberRows(std::size_t width) : width_(width) {}

    /// As many numbers as the width.
    void add(std::initializer_list<double> row) { numbers_.insert(numbers_.end(), row); }
    void add(std::span<const double> row) { numbers_.insert(numbers_.end(), row.begin(), row.end()); }
    [[nodiscard]] std::size_t size() const { return numbers_.size() / width_; }
    [[nodiscard]] bool empty() const { return numbers_.empty(); }
    [[nodiscard]] std::span<const double> operator[](std::size_t row) const { return {&numbers_[row * width_], width_}; }
    [[nodiscard]] std::span<double> operator[](std::size_t row) { return {&numbers_[row * width_], width_}; }

    void save(CheckpointWriter& out, const std::string& name) const {
        out.write(name + "/size", static_cast<double>(numbers_.size()));
        out.write(name + "/rows", numbers_);
    }
    void load(CheckpointReader& in, const std::string& name) {
        numbers_.resize(static_cast<std::size_t>(in.read(name + "/size")));
        in.read(name + "/rows", numbers_);
    }

private:
    std::size_t width_;
    std::vector<double> numbers_;
};

}  // namespace galena
