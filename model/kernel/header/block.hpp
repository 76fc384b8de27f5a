// Blocks of scenarios: vectors of W lanes, one scenario a lane; W is the width of this processor's registers.
//
// Every function of this header and of those beside it uses + - * / sqrt, comparisons and integer operations alone, in
// a fixed order, so that a scenario has the same bits at every width, with every compiler and on every processor. It is
// compiled with -ffp-contract=off; no function of the mathematics library is called.
#pragma once
#include <stdint.h>
#include <string.h>

#if defined(__AVX512F__) && defined(__AVX512DQ__)
#define W 8
#elif defined(__AVX__)
#define W 4
#else
#define W 2
#endif

typedef double V __attribute__((vector_size(8 * W)));              // W numbers
typedef double VU __attribute__((vector_size(8 * W), aligned(8)));  // the same, anywhere in memory
typedef int64_t I __attribute__((vector_size(8 * W)));             // W whole numbers, or a mask: -1 where true, else 0
typedef uint64_t U __attribute__((vector_size(8 * W)));            // W whole numbers, modulo 2^64

static const double NOT_APPLICABLE = __builtin_nan("");
static const double INFINITE = __builtin_inf();

static inline V all_of(double x) { return x - V{}; }
static inline double bits_of(uint64_t x) { double y; memcpy(&y, &x, 8); return y; }
static inline uint64_t bits(double x) { uint64_t y; memcpy(&y, &x, 8); return y; }
static inline V as_numbers(I x) { V y; memcpy(&y, &x, sizeof y); return y; }
static inline I as_bits(V x) { I y; memcpy(&y, &x, sizeof y); return y; }

static inline bool any(I mask) {
  int64_t found = 0;
  for (int k = 0; k < W; k++) found |= mask[k];
  return found != 0;
}

// The lesser and the greater of two; the second where they are equal or one is not a number, as in the other engines.
// This is one x86 instruction, for which GCC would emit two.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#if W == 8
#define ONE_INSTRUCTION(name, a, b) __builtin_ia32_##name##pd512_mask(a, b, a, (char)-1, 4)
#elif W == 4
#define ONE_INSTRUCTION(name, a, b) __builtin_ia32_##name##pd256(a, b)
#else
#define ONE_INSTRUCTION(name, a, b) __builtin_ia32_##name##pd(a, b)
#endif
static inline V lesser(V a, V b) { return ONE_INSTRUCTION(min, a, b); }
static inline V greater(V a, V b) { return ONE_INSTRUCTION(max, a, b); }
#else
static inline V lesser(V a, V b) { return a < b ? a : b; }
static inline V greater(V a, V b) { return a > b ? a : b; }
#endif
static inline double lesser(double a, double b) { return a < b ? a : b; }
static inline double greater(double a, double b) { return a > b ? a : b; }
