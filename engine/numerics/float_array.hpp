#pragma once
// Single precision for preconditioners: half the memory traffic, and the outer iteration in double keeps the accuracy.

#include "core/array_memory.hpp"
#include "core/parallel.hpp"

namespace galena {

/// A contiguous, 64-byte aligned block of floats, zero when made (by the threads that will use it).
class FloatArray {
public:
    FloatArray() = default;
    explicit FloatArray(Index size) : size_(size), data_(allocate_numbers<float>(size)) { clear(); }

    [[nodiscard]] Index size() const { return size_; }
    [[nodiscard]] float* data() { return data_.get(); }
    [[nodiscard]] const float* data() const { return data_.get(); }
    [[nodiscard]] std::size_t bytes() const { return static_cast<std::size_t>(size_) * sizeof(float); }

    void clear() {
        float* out = data();
        parallel_for(size_, [=](Index i) { out[i] = 0; });
    }

private:
    Index size_ = 0;
    ArrayMemory<float> data_;
};

}  // namespace galena
