// What the processor has, by function: the addon loads on every processor.
#ifndef ESPALIER_INSTRUCTIONS_H
#define ESPALIER_INSTRUCTIONS_H

#if defined(__x86_64__)

#include <immintrin.h>

#define ESPALIER_HAS_VECTORS
#define ESPALIER_AVX512 __attribute__((target("avx512f")))
#define ESPALIER_AVX2 __attribute__((target("avx2,fma")))

namespace espalier {

inline bool has_avx512() { return __builtin_cpu_supports("avx512f"); }
inline bool has_avx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

}  // namespace espalier

#else

namespace espalier {

inline bool has_avx512() { return false; }
inline bool has_avx2() { return false; }

}  // namespace espalier

#endif
#endif
