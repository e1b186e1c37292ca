/* The gate arithmetic of an LSTM: one (batch row, unit), forward and backward.
 *
 * This text is compiled by gcc and clang (C99, or C++ when a kernel file is run on the host) and by
 * NVRTC. It is a template without include guard: say which real type you want, include it, and
 * again for the next type.
 *
 *     FS_BITS 32 or 64   width of a real
 *     FS_LANES 1         float or double; on CUDA and everywhere else          suffix f32, f64
 *     FS_LANES 8 or 4    a vector of 8 floats or 4 doubles, for functions      suffix f32x8, f64x4
 *                        with __attribute__((target("avx2,fma")))
 *     FS_LANES 16 or 8   a vector of 16 floats or 8 doubles, for functions     suffix f32x16, f64x8
 *                        with __attribute__((target("avx512f")))
 *
 *     #define FS_BITS 32
 *     #define FS_LANES 1
 *     #include "lstm_gates.h"      // defines fs_sigmoid_f32, fs_tanh_f32, fs_forward_f32, ...
 *
 * Equal bits. All variants of one width give the same bits for the same arguments (the bits of a NaN
 * apart), so the CPU, the GPU and a test on paper can be compared with ==. Two rules hold this up:
 * only operations that IEEE 754 defines exactly are used (add, sub, mul, div, fused multiply-add,
 * min, max, and one shift of bits that makes a power of two); and no product is an operand of a sum,
 * so a compiler that contracts a * b + c behind our back finds nothing to contract. Keep both.
 *
 * Letters: i, j, f, o are the input gate, the new input, the forget gate and the output gate, in
 * TensorFlow's order; c the cell, h the output; d<x> the gradient of the loss with respect to x; z<x>
 * the argument of a gate's activation.
 *
 *     i = sigmoid(zi)   j = tanh(zj)   f = sigmoid(zf + forget_bias)   o = sigmoid(zo)
 *     c = f * c_prev + i * j           h = o * tanh(c)
 *
 * Source: TF 1.15 python/ops/rnn_cell_impl.py, BasicLSTMCell.call; Hochreiter and Schmidhuber 1997,
 * Gers et al. 2000 (the forget gate).
 */

#if !defined(FS_BITS) || !defined(FS_LANES)
#  error "define FS_BITS (32, 64) and FS_LANES (1; 8 or 4 with AVX2; 16 or 8 with AVX-512) before this header"
#endif

/* ---- the operations of each type ------------------------------------------------------------- */

#if defined(__CUDACC__) || defined(__CUDACC_RTC__)
#  define FS_FUNCTION static __device__ __forceinline__
#else
#  include <math.h>
#  include <stdint.h>
#  include <string.h>
#  if FS_LANES == 1
#    define FS_FUNCTION static inline __attribute__((always_inline, unused))
#  elif FS_LANES * FS_BITS == 256
#    include <immintrin.h>
#    define FS_FUNCTION static inline __attribute__((always_inline, unused, target("avx2,fma")))
#  else
#    include <immintrin.h>
#    define FS_FUNCTION static inline __attribute__((always_inline, unused, target("avx512f")))
#  endif
#endif

/* FS_MIN and FS_MAX return their second argument when either is a NaN: the literal goes first. fmin
 * and fmax would return the literal and turn a NaN into a saturated gate. */
#if FS_BITS == 32 && FS_LANES == 1
#  define FS_REAL float
#  define FS_NAME(name) name##_f32
#  define FS_C(literal) literal##f
#elif FS_BITS == 64 && FS_LANES == 1
#  define FS_REAL double
#  define FS_NAME(name) name##_f64
#  define FS_C(literal) literal
#elif FS_BITS == 32 && FS_LANES == 8
#  define FS_REAL __m256
#  define FS_NAME(name) name##_f32x8
#  define FS_C(literal) _mm256_set1_ps(literal##f)
#  define FS_ADD(a, b) _mm256_add_ps(a, b)
#  define FS_SUB(a, b) _mm256_sub_ps(a, b)
#  define FS_MUL(a, b) _mm256_mul_ps(a, b)
#  define FS_DIV(a, b) _mm256_div_ps(a, b)
#  define FS_FMA(a, b, c) _mm256_fmadd_ps(a, b, c)
#  define FS_FNMA(a, b, c) _mm256_fnmadd_ps(a, b, c)
#  define FS_MIN(a, b) _mm256_min_ps(a, b)
#  define FS_MAX(a, b) _mm256_max_ps(a, b)
#elif FS_BITS == 64 && FS_LANES == 4
#  define FS_REAL __m256d
#  define FS_NAME(name) name##_f64x4
#  define FS_C(literal) _mm256_set1_pd(literal)
#  define FS_ADD(a, b) _mm256_add_pd(a, b)
#  define FS_SUB(a, b) _mm256_sub_pd(a, b)
#  define FS_MUL(a, b) _mm256_mul_pd(a, b)
#  define FS_DIV(a, b) _mm256_div_pd(a, b)
#  define FS_FMA(a, b, c) _mm256_fmadd_pd(a, b, c)
#  define FS_FNMA(a, b, c) _mm256_fnmadd_pd(a, b, c)
#  define FS_MIN(a, b) _mm256_min_pd(a, b)
#  define FS_MAX(a, b) _mm256_max_pd(a, b)
#elif FS_BITS == 32 && FS_LANES == 16
#  define FS_REAL __m512
#  define FS_NAME(name) name##_f32x16
#  define FS_C(literal) _mm512_set1_ps(literal##f)
#  define FS_ADD(a, b) _mm512_add_ps(a, b)
#  define FS_SUB(a, b) _mm512_sub_ps(a, b)
#  define FS_MUL(a, b) _mm512_mul_ps(a, b)
#  define FS_DIV(a, b) _mm512_div_ps(a, b)
#  define FS_FMA(a, b, c) _mm512_fmadd_ps(a, b, c)
#  define FS_FNMA(a, b, c) _mm512_fnmadd_ps(a, b, c)
#  define FS_MIN(a, b) _mm512_min_ps(a, b)
#  define FS_MAX(a, b) _mm512_max_ps(a, b)
#elif FS_BITS == 64 && FS_LANES == 8
#  define FS_REAL __m512d
#  define FS_NAME(name) name##_f64x8
#  define FS_C(literal) _mm512_set1_pd(literal)
#  define FS_ADD(a, b) _mm512_add_pd(a, b)
#  define FS_SUB(a, b) _mm512_sub_pd(a, b)
#  define FS_MUL(a, b) _mm512_mul_pd(a, b)
#  define FS_DIV(a, b) _mm512_div_pd(a, b)
#  define FS_FMA(a, b, c) _mm512_fmadd_pd(a, b, c)
#  define FS_FNMA(a, b, c) _mm512_fnmadd_pd(a, b, c)
#  define FS_MIN(a, b) _mm512_min_pd(a, b)
#  define FS_MAX(a, b) _mm512_max_pd(a, b)
#else
#  error "no such combination of FS_BITS and FS_LANES"
#endif

#if FS_LANES == 1
#  define FS_MIN(a, b) ((a) < (b) ? (a) : (b))
#  define FS_MAX(a, b) ((a) > (b) ? (a) : (b))
#  if defined(__CUDA_ARCH__) && FS_BITS == 32 /* _rn: rounded alone whatever the compiler's flags */
#    define FS_ADD(a, b) __fadd_rn(a, b)
#    define FS_SUB(a, b) __fsub_rn(a, b)
#    define FS_MUL(a, b) __fmul_rn(a, b)
#    define FS_DIV(a, b) __fdiv_rn(a, b)
#    define FS_FMA(a, b, c) __fmaf_rn(a, b, c)
#    define FS_FNMA(a, b, c) __fmaf_rn(-(a), b, c)
#  elif defined(__CUDA_ARCH__)
#    define FS_ADD(a, b) __dadd_rn(a, b)
#    define FS_SUB(a, b) __dsub_rn(a, b)
#    define FS_MUL(a, b) __dmul_rn(a, b)
#    define FS_DIV(a, b) __ddiv_rn(a, b)
#    define FS_FMA(a, b, c) __fma_rn(a, b, c)
#    define FS_FNMA(a, b, c) __fma_rn(-(a), b, c)
#  else
#    define FS_ADD(a, b) ((a) + (b))
#    define FS_SUB(a, b) ((a) - (b))
#    define FS_MUL(a, b) ((a) * (b))
#    define FS_DIV(a, b) ((a) / (b))
#    if FS_BITS == 32
#      define FS_FMA(a, b, c) fmaf(a, b, c)
#      define FS_FNMA(a, b, c) fmaf(-(a), b, c)
#    else
#      define FS_FMA(a, b, c) fma(a, b, c)
#      define FS_FNMA(a, b, c) fma(-(a), b, c)
#    endif
#  endif
#endif

/* ---- exp, sigmoid, tanh ---------------------------------------------------------------------- */

/* y as n * ln 2 + r with |r| <= ln(2) / 2: then e**y = 2**n * (1 + q) with q = e**r - 1. Returned in
 * this form because both users lose less by combining the two parts themselves. */
typedef struct {
  FS_REAL scale; /* 2**n */
  FS_REAL q;     /* e**r - 1, relative error below 2 ulp */
} FS_NAME(fs_exp);

/* The bits of n + 1.5 * 2**23 + 127 are a constant plus n + 127; moved to where a float keeps its
 * exponent they are 2**n, and the constant falls off the top. n from -127 (gives 0) to 128 (inf).
 * The same with 2**52, 1023 and -1023 to 1024 for a double. */
FS_FUNCTION FS_REAL FS_NAME(fs_power_of_two)(FS_REAL shifted) {
#if FS_BITS == 32 && FS_LANES == 8
  return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_castps_si256(shifted), 23));
#elif FS_BITS == 32 && FS_LANES == 16
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_castps_si512(shifted), 23));
#elif FS_BITS == 64 && FS_LANES == 8
  return _mm512_castsi512_pd(_mm512_slli_epi64(_mm512_castpd_si512(shifted), 52));
#elif FS_LANES == 4
  return _mm256_castsi256_pd(_mm256_slli_epi64(_mm256_castpd_si256(shifted), 52));
#elif defined(__CUDA_ARCH__) && FS_BITS == 32
  return __uint_as_float(__float_as_uint(shifted) << 23);
#elif defined(__CUDA_ARCH__)
  return __longlong_as_double(
      (long long)((unsigned long long)__double_as_longlong(shifted) << 52));
#else
#  if FS_BITS == 32
  uint32_t bits;
  memcpy(&bits, &shifted, sizeof bits);
  bits <<= 23;
#  else
  uint64_t bits;
  memcpy(&bits, &shifted, sizeof bits);
  bits <<= 52;
#  endif
  memcpy(&shifted, &bits, sizeof bits);
  return shifted;
#endif
}

/* Minimax polynomials of (e**r - 1 - r) / r**2 on |r| <= ln(2) / 2, each coefficient rounded to its
 * type before the next was fitted: 1.4e-8 (float) and 3e-19 (double) relative to e**r - 1. The part
 * of ln 2 that a float does not hold would change e**y by n * 2e-9 of itself: a float does without.
 * Adding to FS_SHIFT rounds to the nearest integer. FS_MOST is where sigmoid(-FS_MOST) becomes 0 and
 * FS_ENOUGH is past the point where sigmoid(FS_ENOUGH) and tanh(FS_ENOUGH / 2) round to 1. FS_LEAST is
 * where fs_reduce's scale is 0. */
#if FS_BITS == 32
#  define FS_SHIFT FS_C(12583039.0)
#  define FS_LOG2E FS_C(1.44269502)
#  define FS_LN2 FS_C(0.693147182)
#  define FS_MOST FS_C(89.0)
#  define FS_ENOUGH FS_C(20.0)
#  define FS_LEAST FS_C(-88.0)
#else
#  define FS_SHIFT FS_C(6755399441056767.0)
#  define FS_LOG2E FS_C(1.4426950408889634)
#  define FS_LN2 FS_C(0.6931471805599453)
#  define FS_LN2_LOW FS_C(2.3190468138462996e-17)
#  define FS_MOST FS_C(710.0)
#  define FS_ENOUGH FS_C(40.0)
#  define FS_LEAST FS_C(-709.0)
#endif

FS_FUNCTION FS_NAME(fs_exp) FS_NAME(fs_reduce)(FS_REAL y) {
  FS_NAME(fs_exp) e;
  const FS_REAL shifted = FS_FMA(y, FS_LOG2E, FS_SHIFT);
  const FS_REAL n = FS_SUB(shifted, FS_SHIFT);
#if FS_BITS == 32
  const FS_REAL r = FS_FNMA(n, FS_LN2, y);
#else
  const FS_REAL r = FS_FNMA(n, FS_LN2_LOW, FS_FNMA(n, FS_LN2, y));
#endif
  /* The polynomial in pieces side by side, not as one chain (Horner): a step of a chain waits
   * for the one before, and the four gates of a unit do not fill the time. */
  const FS_REAL r2 = FS_MUL(r, r);
#if FS_BITS == 32
  const FS_REAL p0 = FS_FMA(FS_C(0.16666548), r, FS_C(0.5));
  const FS_REAL p2 = FS_FMA(FS_C(0.00836612005), r, FS_C(0.0416668393));
  const FS_REAL p = FS_FMA(FS_FMA(FS_C(0.0013899639), r2, p2), r2, p0);
#else
  const FS_REAL r4 = FS_MUL(r2, r2);
  const FS_REAL p0 = FS_FMA(FS_C(0.16666666666666677), r, FS_C(0.5));
  const FS_REAL p2 = FS_FMA(FS_C(0.008333333333321799), r, FS_C(0.041666666666666685));
  const FS_REAL p4 = FS_FMA(FS_C(0.00019841269885329224), r, FS_C(0.0013888888888893502));
  const FS_REAL p6 = FS_FMA(FS_C(2.7557245168549626e-06), r, FS_C(2.480158727962064e-05));
  const FS_REAL p8 = FS_FMA(FS_C(2.510868047904035e-08), r, FS_C(2.7557328820491425e-07));
  const FS_REAL q0 = FS_FMA(p2, r2, p0);
  const FS_REAL q4 = FS_FMA(p6, r2, p4);
  const FS_REAL q8 = FS_FMA(FS_C(2.0894173924487385e-09), r2, p8);
  const FS_REAL p = FS_FMA(FS_FMA(q8, r4, q4), r4, q0);
#endif
  e.q = FS_FMA(p, r2, r);
  e.scale = FS_NAME(fs_power_of_two)(shifted);
  return e;
}

/* e**(x - top) for x <= top, as a softmax wants it; what is too small for a normal number may be 0. */
FS_FUNCTION FS_REAL FS_NAME(fs_exp_below)(FS_REAL x, FS_REAL top) {
  const FS_NAME(fs_exp) e = FS_NAME(fs_reduce)(FS_MAX(FS_LEAST, FS_SUB(x, top)));
  return FS_FMA(e.scale, e.q, e.scale);
}

/* 1 / (1 + e**-x). Exactly 0, 1/2 and 1 at -inf, 0 and inf; relative error a few ulp down to the
 * smallest normal number. */
FS_FUNCTION FS_REAL FS_NAME(fs_sigmoid)(FS_REAL x) {
  const FS_REAL y = FS_MIN(FS_MOST, FS_MAX(FS_SUB(FS_C(0.0), FS_ENOUGH), FS_SUB(FS_C(0.0), x)));
  const FS_NAME(fs_exp) e = FS_NAME(fs_reduce)(y);
  /* scale may be infinite, and 1 + q is positive: scale * q + scale could be inf - inf */
  return FS_DIV(FS_C(1.0), FS_FMA(e.scale, FS_ADD(FS_C(1.0), e.q), FS_C(1.0)));
}

/* (e**2x - 1) / (e**2x + 1). Exactly -1, 0 and 1 at -inf, 0 and inf; relative error a few ulp
 * everywhere, since near 0 the scale is 1 and the numerator is q itself. */
FS_FUNCTION FS_REAL FS_NAME(fs_tanh)(FS_REAL x) {
  const FS_REAL y = FS_MIN(FS_ENOUGH, FS_MAX(FS_SUB(FS_C(0.0), FS_ENOUGH), FS_ADD(x, x)));
  const FS_NAME(fs_exp) e = FS_NAME(fs_reduce)(y);
  return FS_DIV(FS_FMA(e.scale, e.q, FS_SUB(e.scale, FS_C(1.0))),
                FS_FMA(e.scale, e.q, FS_ADD(e.scale, FS_C(1.0))));
}

/* ---- the cell -------------------------------------------------------------------------------- */

typedef struct {
  FS_REAL i, j, f, o; /* the gates after their activations: what the backward pass wants kept */
  FS_REAL c, h;       /* the new state */
} FS_NAME(fs_cell);

/* One step of one unit. zi, zj, zf, zo hold x.W + h.U + bias; forget_bias is added here. */
FS_FUNCTION FS_NAME(fs_cell) FS_NAME(fs_forward)(FS_REAL zi, FS_REAL zj, FS_REAL zf, FS_REAL zo,
                                                 FS_REAL c_prev, FS_REAL forget_bias) {
  FS_NAME(fs_cell) s;
  s.i = FS_NAME(fs_sigmoid)(zi);
  s.j = FS_NAME(fs_tanh)(zj);
  s.f = FS_NAME(fs_sigmoid)(FS_ADD(zf, forget_bias));
  s.o = FS_NAME(fs_sigmoid)(zo);
  s.c = FS_FMA(s.f, c_prev, FS_MUL(s.i, s.j));
  s.h = FS_MUL(s.o, FS_NAME(fs_tanh)(s.c));
  return s;
}

typedef struct {
  FS_REAL zi, zj, zf, zo; /* gradients of the four arguments */
  FS_REAL c_prev;         /* gradient of the cell before the step */
  FS_REAL h;              /* not a gradient: the output once more, equal in every bit */
} FS_NAME(fs_cell_grad);

/* Back through one step of one unit: the gates and cells as fs_forward left them, dh all that the
 * loss says about h, dc what it says about the new c other than through h. tanh(c) is computed again
 * rather than kept: it is cheaper than the memory, and gives h back for the kernel's gradient. */
FS_FUNCTION FS_NAME(fs_cell_grad) FS_NAME(fs_backward)(FS_REAL i, FS_REAL j, FS_REAL f, FS_REAL o,
                                                       FS_REAL c_prev, FS_REAL c, FS_REAL dh,
                                                       FS_REAL dc) {
  FS_NAME(fs_cell_grad) d;
  const FS_REAL one = FS_C(1.0);
  const FS_REAL t = FS_NAME(fs_tanh)(c);
  /* dc = dc + dh * o * (1 - t**2) */
  const FS_REAL dcell = FS_FMA(FS_MUL(dh, o), FS_FNMA(t, t, one), dc);
  /* dzi = dc * j * i * (1 - i) */
  d.zi = FS_MUL(FS_MUL(dcell, j), FS_MUL(i, FS_SUB(one, i)));
  /* dzj = dc * i * (1 - j**2) */
  d.zj = FS_MUL(FS_MUL(dcell, i), FS_FNMA(j, j, one));
  /* dzf = dc * c_prev * f * (1 - f) */
  d.zf = FS_MUL(FS_MUL(dcell, c_prev), FS_MUL(f, FS_SUB(one, f)));
  /* dzo = dh * t * o * (1 - o) */
  d.zo = FS_MUL(FS_MUL(dh, t), FS_MUL(o, FS_SUB(one, o)));
  d.c_prev = FS_MUL(dcell, f);
  d.h = FS_MUL(o, t);
  return d;
}

#undef FS_BITS
#undef FS_LANES
#undef FS_FUNCTION
#undef FS_REAL
#undef FS_NAME
#undef FS_C
#undef FS_ADD
#undef FS_SUB
#undef FS_MUL
#undef FS_DIV
#undef FS_FMA
#undef FS_FNMA
#undef FS_MIN
#undef FS_MAX
#undef FS_SHIFT
#undef FS_LOG2E
#undef FS_LN2
#undef FS_LN2_LOW
#undef FS_MOST
#undef FS_ENOUGH
#undef FS_LEAST
