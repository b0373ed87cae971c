#include "core/array_memory.hpp"

#include <new>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace galena {

void* allocate_array(std::size_t bytes) {
    constexpr std::size_t vector = 64, large_page = std::size_t{2} << 20, large = 2 * large_page;
    const std::size_t alignment = bytes >= large ? large_page : vector, size = (bytes + vector - 1) / vector * vector;
    void* memory = nullptr;
    if (posix_memalign(&memory, alignment, size) != 0) throw std::bad_alloc();
#ifdef MADV_HUGEPAGE
    if (bytes >= large) madvise(memory, size, MADV_HUGEPAGE);  // a wish: where it is not granted pages stay small
#endif
    return memory;
}

}  // namespace galena
