#pragma once
// exp, log and their kin for several numbers at once: glibc's libmvec has them (to 4 units in the last place), but says so to the compiler
// under -ffast-math only, which would take more liberties than these. Loops under `omp simd` that call std::exp and so on then run on
// whole registers. Where there is no libmvec the same loops are scalar. Last places may differ from processor to processor, as those of
// libm itself do; they do not from one number of threads to another.

#include <cmath>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && defined(__GLIBC__)
#if __GLIBC_PREREQ(2, 35)
extern "C" {
__attribute__((__simd__("notinbranch"))) extern double exp(double) noexcept;
__attribute__((__simd__("notinbranch"))) extern double expm1(double) noexcept;
__attribute__((__simd__("notinbranch"))) extern double log(double) noexcept;
__attribute__((__simd__("notinbranch"))) extern double log1p(double) noexcept;
__attribute__((__simd__("notinbranch"))) extern double pow(double, double) noexcept;
}
#endif
#endif
