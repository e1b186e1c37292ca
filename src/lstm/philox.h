/* Philox-4x32-10, the random numbers of TensorFlow's operations: ten rounds turn a counter (c0 .. c3, of which c0 and
 * c1 are the number of the block) under a key (k0, k1) into a block of four words. fastscope/arrays/philox.py says
 * what is made of them. */

#include <float.h>
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

/* ---- outputs that draw anew what is not accepted ---- */

#define PHILOX_STRETCH 256 /* blocks that each of them has for itself */

/* The numbers of one output. A block gives two uniforms or two normals of float64, of which the second is used first;
 * the other one waits, uniforms and normals apart. */
struct philox_output {
  uint64_t key, high, block;
  int uniforms, normals; /* how many are left */
  double uniform[2], normal[2];
};

static double philox_next(struct philox_output *from) {
  if (from->uniforms == 0) {
    uint32_t words[4];
    philox_blocks(from->key, from->high, from->block++, 1, words);
    from->uniform[0] = philox_unit64(words);
    from->uniform[1] = philox_unit64(words + 2);
    from->uniforms = 2;
  }
  return from->uniform[--from->uniforms];
}

static double philox_next_normal(struct philox_output *from) {
  if (from->normals == 0) {
    uint32_t words[4];
    philox_blocks(from->key, from->high, from->block++, 1, words);
    philox_normal64(words, 1, from->normal);
    from->normals = 2;
  }
  return from->normal[--from->normals];
}

/* A draw from the gamma distribution of a shape, by Marsaglia and Tsang: the cube of a normal of mean 1, scaled. A
 * shape below 1 is raised by 1, and the draw brought down by a power of a uniform. */
static double philox_gamma(struct philox_output *from, double shape) {
  const int raised = shape < 1;
  const double d = shape + (raised ? 2.0 / 3 : -1.0 / 3), c = 1.0 / 3 / sqrt(d);
  if (shape == 1) return -log(1 - philox_next(from));
  if (!(d > 0)) return NAN; /* nothing would ever be accepted */
  for (;;) {
    const double x = philox_next_normal(from), root = 1 + c * x;
    if (root <= 0) continue;
    const double v = root * root * root, u = philox_next(from);
    if (u < 1 - 0.0331 * (x * x) * (x * x) || log(u) < 0.5 * x * x + d * (1 - v + log(v))) {
      const double share = raised ? pow(philox_next(from), 1 / shape) : 1;
      return share < DBL_MIN ? 0 : d * v * share; /* TensorFlow takes numbers below DBL_MIN for 0 */
    }
  }
}

/* A draw from the Poisson distribution of a rate. Below 10 by Knuth: how many uniforms are multiplied before the
 * product is exp(-rate) at the most. From 10 on by Hoermann's transformed rejection PTRS, in his letters. */
static double philox_poisson(struct philox_output *from, double rate) {
  if (!(rate < HUGE_VAL)) return rate; /* nothing would ever be accepted */
  if (rate < 10) {
    const double end = exp(-rate);
    double product = philox_next(from), count = 0;
    for (; product > end; count += 1) product *= philox_next(from);
    return count;
  }
  const double log_rate = log(rate), b = 0.931 + 2.53 * sqrt(rate), a = -0.059 + 0.02483 * b;
  const double inv_alpha = 1.1239 + 1.1328 / (b - 3.4), v_r = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const double u = philox_next(from) - 0.5, v = philox_next(from), us = 0.5 - fabs(u);
    const double k = floor((2 * a / us + b) * u + rate + 0.43);
    if (us >= 0.07 && v <= v_r) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    if (log(v * inv_alpha / (a / (us * us) + b)) <= -rate + k * log_rate - lgamma(k + 1)) return k;
  }
}

/* Writes draws [samples, n] by one of the two; the draws of one parameter are numbered one after the other. */
static void philox_accepted(double (*draw)(struct philox_output *, double), uint64_t key, uint64_t high, uint64_t block,
                            const double *parameter, ptrdiff_t n, ptrdiff_t samples, double *out) {
  uint64_t number = 0;
  for (ptrdiff_t p = 0; p < n; p++)
    for (ptrdiff_t k = 0; k < samples; k++, number++) {
      struct philox_output from = {key, high, block + PHILOX_STRETCH * number, 0, 0, {0}, {0}};
      out[k * n + p] = draw(&from, parameter[p]);
    }
}
