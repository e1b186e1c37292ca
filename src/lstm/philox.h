/* Philox-4x32-10, the random numbers of TensorFlow's operations: ten rounds turn a counter (c0 .. c3, of which c0 and
 * c1 are the number of the block) under a key (k0, k1) into a block of four words. fastscope/arrays/philox.py says
 * what is made of them. */

#include <math.h>
#include <stddef.h>
#include <stdint.h>

/* Writes `count` blocks, words [count, 4], whose numbers count up from `block`. */
static void philox_blocks(uint64_t key, uint64_t high, uint64_t block, ptrdiff_t count, uint32_t *words) {
  for (ptrdiff_t n = 0; n < count; n++, block++, words += 4) {
    uint32_t c0 = (uint32_t)block, c1 = (uint32_t)(block >> 32), c2 = (uint32_t)high, c3 = (uint32_t)(high >> 32);
    uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
    for (int round = 0; round < 10; round++) {
      const uint64_t a = (uint64_t)0xD2511F53 * c0, b = (uint64_t)0xCD9E8D57 * c2;
      c0 = (uint32_t)(b >> 32) ^ c1 ^ k0;
      c1 = (uint32_t)b;
      c2 = (uint32_t)(a >> 32) ^ c3 ^ k1;
      c3 = (uint32_t)a;
      k0 += 0x9E3779B9;
      k1 += 0xBB67AE85;
    }
    words[0] = c0;
    words[1] = c1;
    words[2] = c2;
    words[3] = c3;
  }
}

/* float32 in [0, 1): 23 bits of a word; float64: 20 bits of one word above all of the next. */
static inline float philox_unit32(uint32_t word) { return (float)(word & 0x7FFFFF) * 0x1p-23f; }
static inline double philox_unit64(const uint32_t *words) {
  return (double)((uint64_t)(words[0] & 0xFFFFF) << 32 | words[1]) * 0x1p-52;
}

#define PHILOX_TWO_PI 6.283185307179586476925286766559
#define PHILOX_LEAST 1.0e-7 /* what the logarithm is taken of at the least */

/* Writes two normals for each two words; Box and Muller's sine comes first. */
static void philox_normal32(const uint32_t *words, ptrdiff_t pairs, float *out) {
  for (ptrdiff_t n = 0; n < pairs; n++, words += 2, out += 2) {
    const float u = philox_unit32(words[0]), angle = (float)(PHILOX_TWO_PI * (double)philox_unit32(words[1]));
    const float radius = sqrtf(-2.0f * logf(u < (float)PHILOX_LEAST ? (float)PHILOX_LEAST : u));
    out[0] = sinf(angle) * radius;
    out[1] = cosf(angle) * radius;
  }
}

/* The same for each four words. */
static void philox_normal64(const uint32_t *words, ptrdiff_t pairs, double *out) {
  for (ptrdiff_t n = 0; n < pairs; n++, words += 4, out += 2) {
    const double u = philox_unit64(words), angle = PHILOX_TWO_PI * philox_unit64(words + 2);
    const double radius = sqrt(-2.0 * log(u < PHILOX_LEAST ? PHILOX_LEAST : u));
    out[0] = sin(angle) * radius;
    out[1] = cos(angle) * radius;
  }
}
