/* What every kernel of this folder shares: integer types and how kernels are inlined. */
#ifndef TM_KERNEL_H
#define TM_KERNEL_H

#include <stdint.h>

/* A kernel is called with the address of a constant tm_NAME_params. Inlined into such a call, its loops and
 * branches fold to what the one layer needs (pads, strides and activations that are not used cost nothing).
 * A compiler left to itself inlines only the first layers of a model, so inlining is forced. */
#define TM_INLINE static inline __attribute__((always_inline))

/* Hides where a pointer comes from, at no cost. Inputs and outputs lie in one array; where their elements differ
 * in size, GCC 12 may compute one address from the other in such a way (ivopts, with a base of 0) that a later
 * pass takes the access for one of a null pointer, and drops the whole kernel. */
#define TM_HIDE_ORIGIN(pointer) __asm__("" : "+r"(pointer))

TM_INLINE int32_t tm_min(int32_t a, int32_t b) { return a < b ? a : b; }

TM_INLINE int32_t tm_max(int32_t a, int32_t b) { return a > b ? a : b; }

TM_INLINE int32_t tm_clamp(int32_t value, int32_t low, int32_t high) { return tm_min(tm_max(value, low), high); }

#endif
