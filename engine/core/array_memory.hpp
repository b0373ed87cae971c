#pragma once
// Memory for arrays over cells: aligned to what a processor loads at once, and in large pages where there is much of it, so that walks over many
// arrays side by side do not wait for page tables.

#include <cstddef>
#include <cstdlib>
#include <memory>

namespace galena {

struct FreeArray {
    void operator()(void* p) const { std::free(p); }
};
template <class Number>
using ArrayMemory = std::unique_ptr<Number[], FreeArray>;

/// Not initialised. Throws std::bad_alloc.
void* allocate_array(std::size_t bytes);

template <class Number>
ArrayMemory<Number> allocate_numbers(std::ptrdiff_t count) {
    if (count == 0) return nullptr;
    return ArrayMemory<Number>(static_cast<Number*>(allocate_array(static_cast<std::size_t>(count) * sizeof(Number))));
}

}  // namespace galena
