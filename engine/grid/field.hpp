#pragma once
// Numbers on a grid: plain contiguous doubles, first touched by the threads that will use them.

#include <span>
#include <utility>

#include "core/array_memory.hpp"
#include "grid/grid.hpp"

namespace galena {

/// A contiguous, 64-byte aligned block of doubles that is filled in parallel when it is made.
class DoubleArray {
public:
    DoubleArray() = default;
    explicit DoubleArray(Index size, double value = 0.0) : size_(size), data_(allocate_numbers<double>(size)) { fill(value); }
    DoubleArray(const DoubleArray& other) : size_(other.size_), data_(allocate_numbers<double>(other.size_)) { copy(other.data()); }
    DoubleArray(DoubleArray&& other) noexcept : size_(std::exchange(other.size_, 0)), data_(std::move(other.data_)) {}
    DoubleArray& operator=(const DoubleArray& other) {
        if (this == &other) return *this;
        if (size_ != other.size_) {
            data_ = allocate_numbers<double>(other.size_);
            size_ = other.size_;
        }
        copy(other.data());
        return *this;
    }
    DoubleArray& operator=(DoubleArray&& other) noexcept {
        data_ = std::move(other.data_);
        size_ = std::exchange(other.size_, 0);
        return *this;
    }

    [[nodiscard]] Index size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    [[nodiscard]] double* data() { return data_.get(); }
    [[nodiscard]] const double* data() const { return data_.get(); }
    [[nodiscard]] double& operator[](Index i) { return data_[static_cast<std::size_t>(i)]; }
    [[nodiscard]] double operator[](Index i) const { return data_[static_cast<std::size_t>(i)]; }
    [[nodiscard]] double* begin() { return data(); }
    [[nodiscard]] double* end() { return data() + size_; }
    [[nodiscard]] const double* begin() const { return data(); }
    [[nodiscard]] const double* end() const { return data() + size_; }
    [[nodiscard]] std::span<double> span() { return {data(), static_cast<std::size_t>(size_)}; }
    [[nodiscard]] std::span<const double> span() const { return {data(), static_cast<std::size_t>(size_)}; }
    operator std::span<double>() { return span(); }
    operator std::span<const double>() const { return span(); }

    void fill(double value) {
        double* out = data();
        parallel_for(size_, [=](Index i) { out[i] = value; });
    }
    void swap(DoubleArray& other) noexcept {
        std::swap(size_, other.size_);
        std::swap(data_, other.data_);
    }

private:
    void copy(const double* from) {
        double* out = data();
        parallel_for(size_, [=](Index i) { out[i] = from[i]; });
    }

    Index size_ = 0;
    ArrayMemory<double> data_;
};

/// One number per cell, inactive cells included; index = cell.
class CellField : public DoubleArray {
public:
    CellField() = default;
    explicit CellField(const Grid& grid, double value = 0.0) : DoubleArray(grid.cell_count(), value) {}
};

/// One number per face in three dense arrays, the box's own sides included. Face f of the x array lies left of cell i in its row:
/// index (k·ny + j)·(nx + 1) + i; y: (k·(ny + 1) + j)·nx + i; z: (k·ny + j)·nx + i with k from 0 to nz.
/// Positive values point towards growing i, j, k.
class FaceField {
public:
    FaceField() = default;
    explicit FaceField(const Grid& g, double value = 0.0)
        : x((g.nx() + 1) * g.ny() * g.nz(), value), y(g.nx() * (g.ny() + 1) * g.nz(), value), z(g.nx() * g.ny() * (g.nz() + 1), value) {}

    [[nodiscard]] DoubleArray& along(Axis axis) { return axis == Axis::x ? x : axis == Axis::y ? y : z; }
    [[nodiscard]] const DoubleArray& along(Axis axis) const { return axis == Axis::x ? x : axis == Axis::y ? y : z; }
    [[nodiscard]] double& operator[](const Face& f) { return along(f.axis)[f.index]; }
    [[nodiscard]] double operator[](const Face& f) const { return along(f.axis)[f.index]; }

    DoubleArray x, y, z;
};

/// One contiguous block of cells per species, so that a pass over a matrix can serve several species at once.
class SpeciesField {
public:
    SpeciesField() = default;
    SpeciesField(const Grid& grid, Index species, double value = 0.0)
        : cells_(grid.cell_count()), species_(species), values_(grid.cell_count() * species, value) {}

    [[nodiscard]] Index species_count() const { return species_; }
    [[nodiscard]] std::span<double> operator[](Index s) {
        return values_.span().subspan(static_cast<std::size_t>(s * cells_), static_cast<std::size_t>(cells_));
    }
    [[nodiscard]] std::span<const double> operator[](Index s) const {
        return values_.span().subspan(static_cast<std::size_t>(s * cells_), static_cast<std::size_t>(cells_));
    }
    [[nodiscard]] DoubleArray& all() { return values_; }
    [[nodiscard]] const DoubleArray& all() const { return values_; }

private:
    Index cells_ = 0, species_ = 0;
    DoubleArray values_;
};

}  // namespace galena
