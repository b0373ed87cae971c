#pragma once
// The release build is portable: a function marked GALENA_CLONES is compiled once more for AVX2, and the loader picks. Both give the same
// bits, because no products are contracted (-ffp-contract=off) and sums keep their own lanes. Sanitizers do not get on with the picking.

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__AVX2__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define GALENA_CLONES [[gnu::target_clones("avx2", "default")]]
#else
#define GALENA_CLONES
#endif

// The same with AVX-512 in addition: for loops that computing bounds, not memory.
#if defined(__x86_64__) && defined(__GNUC__) && __GNUC__ >= 12 && !defined(__clang__) && !defined(__AVX2__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define GALENA_WIDE_CLONES [[gnu::target_clones("arch=x86-64-v4", "avx2", "default")]]
#else
#define GALENA_WIDE_CLONES GALENA_CLONES
#endif
