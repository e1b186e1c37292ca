/* The LSTM on the CPU, for one real type and one instruction set: the first part of a template (packing
 * and products; then the passes in forward_core.h to softmax_core.h), included ten times by cores.h with
 *
 *     CORE_BITS 32 or 64           the real type
 *     CORE_VECTOR 0, 256 or 512    portable C (GCC's vector extensions), AVX2 and FMA, or AVX-512
 *     CORE_PAIRS                   undefined, or with CORE_BITS 32: 1 where what is multiplied is bfloat16, 2 where
 *                                  an instruction of the processor multiplies it; see pairs_core.h
 *
 * The problem. A step is h.U, [N, H] times [H, 4H], and some arithmetic on each unit's four columns.
 * Matrix libraries pack U anew in every call, write the product to memory and leave the gates to
 * further passes. Here U is packed once per version of the kernel, and the gates are computed while
 * the product is still in the first-level cache.
 *
 * The packing. LANES = 8 floats (4 doubles; with AVX-512 16 and 8) fill one vector, WIDE = 2 * LANES. The units are cut into
 * NB = ceil(H / LANES) blocks; the 4 * LANES columns of a block are two strips of WIDE columns:
 *
 *     kernel [K, 4H]           strips, each [K, WIDE], one after the other
 *     i0..  j0..  f0..  o0..   strip 0: i0-7 j0-7   strip 1: f0-7 o0-7   strip 2: i8-15 j8-15 ...
 *
 * so one vector holds one gate of 8 units, and what fs_forward wants lies in four vectors without
 * shuffling. Missing units of the last block are zeros and stay zeros. "Strip order" of a row means
 * G = 4 * LANES * NB reals in the order of the strips: the order of z, of the kept gates, of dz. For
 * the way back the kernel is packed transposed: strips of WIDE rows, [G, WIDE].
 *
 * The product. tile<R>: R rows of A times a strip, R x 2 accumulators in registers; 6 rows need 12 of
 * the 16 vector registers (with AVX-512 12 rows 24 of 32) and run at 95 % of the FMA peak. block_product takes many rows to a strip.
 * With one row nothing is reused: stream4 reads four strips at once, as fast as memory gives them.
 *
 * A worked example. N = 1, H = 128, float: 16 blocks, 32 strips of 128 x 16 floats (8 KiB). A step
 * claims 8 chunks of two blocks; each chunk reads four strips while h stays in the first-level cache,
 * then runs the gates on two vectors of 8 units.
 *
 * The passes, each run by every thread of a crew (crew.h) over chunks of strips:
 *   forward    few rows:  z = bias + x.W for a block of time steps; then per step z += h.U, gates
 *              many rows: per step z = bias + x.W + h.U, gates: z never leaves the first-level cache
 *   backward   per step, last first: dh = d_outputs + dz.U', gates backward; then the kernel's
 *              gradient, the bias's and x's as one product each over all time
 *
 * Shapes: T max_time, N batch_size, D input_depth, H num_units; Hp = LANES * NB. Arrays that belong to
 * the caller are row-major and not padded; our own have rows of Hp or G reals.
 */

#if CORE_BITS == 32
#  define REAL float
#  if !defined(CORE_PAIRS)
#    define CORE_NAME(name, set) name##_f32_##set
#  elif CORE_PAIRS == 1
#    define CORE_NAME(name, set) name##_bf16_##set
#  else
#    define CORE_NAME(name, set) name##_bf16_by_instruction_##set
#  endif
#else
#  define REAL double
#  define CORE_NAME(name, set) name##_f64_##set
#endif
#if CORE_VECTOR == 512
#  define F(name) CORE_NAME(name, avx512)
#elif CORE_VECTOR == 256
#  define F(name) CORE_NAME(name, avx2)
#else
#  define F(name) CORE_NAME(name, any)
#endif
#define LANES ((CORE_VECTOR == 512 ? 512 : 256) / CORE_BITS)
#define WIDE (2 * LANES)
#define SIZE(n) ((size_t)(n) * sizeof(REAL))

#if CORE_VECTOR == 512
#  if defined(CORE_PAIRS) && CORE_PAIRS == 2
#    define TARGET __attribute__((target("avx512bf16,avx512f,avx2,fma")))
#  else
#    define TARGET __attribute__((target("avx512f,avx2,fma")))
#  endif
#  define TILE_ROWS 12
#  if CORE_BITS == 32
#    define VEC __m512
#    define LOAD(p) _mm512_loadu_ps(p)
#    define STORE(p, v) _mm512_storeu_ps(p, v)
#    define ALL(p) _mm512_set1_ps(*(p))
#    define MULADD(a, b, c) _mm512_fmadd_ps(a, b, c)
#    define PLUS(a, b) _mm512_add_ps(a, b)
#    define LARGER(a, b) _mm512_max_ps(a, b)
#    define NONE _mm512_setzero_ps()
#  else
#    define VEC __m512d
#    define LOAD(p) _mm512_loadu_pd(p)
#    define STORE(p, v) _mm512_storeu_pd(p, v)
#    define ALL(p) _mm512_set1_pd(*(p))
#    define MULADD(a, b, c) _mm512_fmadd_pd(a, b, c)
#    define PLUS(a, b) _mm512_add_pd(a, b)
#    define LARGER(a, b) _mm512_max_pd(a, b)
#    define NONE _mm512_setzero_pd()
#  endif
#  define PIN(v) __asm__("" : "+v"(v));
#elif CORE_VECTOR == 256
#  define TARGET __attribute__((target("avx2,fma")))
#  ifdef CORE_PAIRS
#    define TILE_ROWS 4 /* the halves of two vectors and of a row's pair want six registers */
#  else
#    define TILE_ROWS 6
#  endif
#  if CORE_BITS == 32
#    define VEC __m256
#    define LOAD(p) _mm256_loadu_ps(p)
#    define STORE(p, v) _mm256_storeu_ps(p, v)
#    define ALL(p) _mm256_broadcast_ss(p)
#    define MULADD(a, b, c) _mm256_fmadd_ps(a, b, c)
#    define PLUS(a, b) _mm256_add_ps(a, b)
#    define LARGER(a, b) _mm256_max_ps(a, b)
#    define NONE _mm256_setzero_ps()
#  else
#    define VEC __m256d
#    define LOAD(p) _mm256_loadu_pd(p)
#    define STORE(p, v) _mm256_storeu_pd(p, v)
#    define ALL(p) _mm256_broadcast_sd(p)
#    define MULADD(a, b, c) _mm256_fmadd_pd(a, b, c)
#    define PLUS(a, b) _mm256_add_pd(a, b)
#    define LARGER(a, b) _mm256_max_pd(a, b)
#    define NONE _mm256_setzero_pd()
#  endif
/* Without this GCC folds the load into each of the six multiply-adds that use it, and the loads
 * become the bottleneck: 60 instead of 97 GFLOP/s. */
#  define PIN(v) __asm__("" : "+x"(v));
#else
#  define TARGET
#  define TILE_ROWS 2
#  define VEC F(vec)
#  define LOAD(p) (*(const F(vec) *)(const void *)(p))
#  define STORE(p, v) (*(F(vec) *)(void *)(p) = (v))
#  define MULADD(a, b, c) ((c) + (a) * (b))
#  define PLUS(a, b) ((a) + (b))
#  define LARGER(a, b)                                                               \
    __extension__({                                                                  \
      const VEC a_ = (a), b_ = (b);                                                  \
      const __typeof__(a_ > b_) mask = a_ > b_; /* all bits of a number, or none */  \
      (VEC)(((__typeof__(mask))a_ & mask) | ((__typeof__(mask))b_ & ~mask));         \
    })
#  define NONE ((F(vec)){0})
#  define PIN(v)
/* By integers: of floats GCC 12 makes such a vector in memory, number by number, and tiles of several rows take eight
 * times as long; and a pair (pairs_core.h) could be a NaN as a float, whose bits arithmetic may change. */
#  define ALL(p)                      \
    __extension__({                   \
      WORD word_;                     \
      memcpy(&word_, p, sizeof word_); \
      (VEC)((F(words)){0} + word_);   \
    })
#  if CORE_BITS == 32
#    define WORD uint32_t
#  else
#    define WORD uint64_t
#  endif
typedef REAL F(vec) __attribute__((vector_size(32), aligned(sizeof(REAL)), may_alias));
typedef WORD F(words) __attribute__((vector_size(32), aligned(sizeof(REAL)), may_alias));
#endif

#ifdef CORE_PAIRS
#  include "pairs_core.h"
#else
#  define DOT(a, b, c) MULADD(a, b, c)
/* Reals that K numbers of a row take in a product. */
static inline ptrdiff_t F(taken)(ptrdiff_t K) { return K; }
#endif

/* The gates: a vector at a time with AVX2 and AVX-512, a number at a time elsewhere. */
#if CORE_VECTOR == 512
#  define GATE(name) FS_OF(name, x16, x8)
#elif CORE_VECTOR == 256
#  define GATE(name) FS_OF(name, x8, x4)
#else
#  define GATE(name) FS_OF(name, , )
#endif
#if CORE_BITS == 32
#  define FS_OF(name, floats, doubles) fs_##name##_f32##floats
#else
#  define FS_OF(name, floats, doubles) fs_##name##_f64##doubles
#endif
#if CORE_VECTOR
#  define GATE_LANES LANES
#  define GET(p) LOAD(p)
#  define PUT(p, v) STORE(p, v)
#  define GET_ALL(p) ALL(p)
#else
#  define GATE_LANES 1
#  define GET(p) (*(p))
#  define PUT(p, v) (*(p) = (v))
#  define GET_ALL(p) (*(p))
#endif

#define PREFETCH(p) __builtin_prefetch(p)        /* to the first-level cache */
#define PREFETCH_FAR(p) __builtin_prefetch(p, 0, 2) /* to the second */
#define PREFETCH_WRITE(p) __builtin_prefetch(p, 1, 2)
#define AHEAD (2048 / (ptrdiff_t)sizeof(REAL)) /* reals; past L2's latency, within L1's size */
#define ROWS 64

static inline ptrdiff_t F(blocks)(ptrdiff_t H) { return (H + LANES - 1) / LANES; }

/* ---- packing --------------------------------------------------------------------------------- */

/* Writes to `to` [WIDE] the WIDE columns of one strip out of a row [4H] in gate order. */
TARGET static inline void F(gather)(const REAL *row, ptrdiff_t H, ptrdiff_t strip, REAL *to) {
  const ptrdiff_t unit = strip / 2 * LANES;
  const REAL *from = row + strip % 2 * 2 * H + unit;
  if (unit + LANES <= H) {
    STORE(to, LOAD(from));
    STORE(to + LANES, LOAD(from + H));
    return;
  }
  memset(to, 0, SIZE(WIDE));
  memcpy(to, from, SIZE(H - unit));
  memcpy(to + LANES, from + H, SIZE(H - unit));
}

/* The inverse: writes the columns of one strip to a row [4H]. */
TARGET static inline void F(scatter)(const REAL *from, ptrdiff_t H, ptrdiff_t strip, REAL *row) {
  const ptrdiff_t unit = strip / 2 * LANES;
  REAL *to = row + strip % 2 * 2 * H + unit;
  if (unit + LANES <= H) {
    STORE(to, LOAD(from));
    STORE(to + H, LOAD(from + LANES));
    return;
  }
  memcpy(to, from, SIZE(H - unit));
  memcpy(to + H, from + LANES, SIZE(H - unit));
}

/* Packs the strips [s0, s1) of kernel rows [K, 4H]; `to` is strip 0, [K, WIDE]. A few rows at a time,
 * so that what is read lies together. */
TARGET static void F(pack_strips)(const REAL *rows, ptrdiff_t K, ptrdiff_t H, ptrdiff_t s0,
                                  ptrdiff_t s1, REAL *to) {
  for (ptrdiff_t k0 = 0; k0 < K; k0 += 16) {
    const ptrdiff_t k1 = k0 + 16 < K ? k0 + 16 : K;
    for (ptrdiff_t s = s0; s < s1; s++)
      for (ptrdiff_t k = k0; k < k1; k++)
        F(gather)(rows + k * 4 * H, H, s, to + (s * K + k) * WIDE);
  }
}

/* Packs WIDE rows of the kernel, from `first` of K on, as columns: `to` [G, WIDE] in strip order. */
TARGET static void F(pack_across)(const REAL *rows, ptrdiff_t K, ptrdiff_t H, ptrdiff_t first,
                                  REAL *to) {
  const ptrdiff_t n = first + WIDE <= K ? WIDE : K - first;
  const ptrdiff_t strips = 2 * F(blocks)(H);
  REAL part[WIDE][WIDE];
  memset(part, 0, sizeof part);
  for (ptrdiff_t s = 0; s < strips; s++, to += WIDE * WIDE) {
    for (ptrdiff_t r = 0; r < n; r++) F(gather)(rows + (first + r) * 4 * H, H, s, part[r]);
    for (ptrdiff_t g = 0; g < WIDE; g++)
      for (ptrdiff_t r = 0; r < WIDE; r++) to[g * WIDE + r] = part[r][g];
  }
}

/* ---- products -------------------------------------------------------------------------------- */

/* out = in + A [R, K] . strip [K, WIDE]. A[r][k] lies at A + r * row + k * next; rows of `in` and `out`,
 * WIDE reals each, lie in_row and out_row apart (in_row = 0: the same for all). What is wanted later
 * is fetched meanwhile, `later_step` reals further on for every k. Accumulators have names of their
 * own, since GCC 12 keeps an array of them in memory. */
#define TILE(R, EACH)                                                                             \
  TARGET static __attribute__((noinline)) void F(tile##R)(                                        \
      const REAL *restrict A, ptrdiff_t row, ptrdiff_t next, const REAL *restrict strip,          \
      ptrdiff_t K, const REAL *in, ptrdiff_t in_row, REAL *out, ptrdiff_t out_row,                \
      const REAL *later, ptrdiff_t later_step) {                                                  \
    (void)row, (void)in_row, (void)out_row;                                                       \
    EACH(BEGIN_ROW)                                                                               \
    _Pragma("GCC unroll 2") for (ptrdiff_t k = 0; k < K; k++) {                                   \
      VEC left = LOAD(strip), right = LOAD(strip + LANES);                                        \
      PIN(left) PIN(right) PREFETCH(strip + AHEAD), PREFETCH_FAR(later);                          \
      EACH(STEP_ROW)                                                                              \
      A += next;                                                                                  \
      strip += WIDE;                                                                              \
      later += later_step;                                                                        \
    }                                                                                             \
    EACH(END_ROW)                                                                                 \
  }
#define BEGIN_ROW(r) VEC l##r = LOAD(in + r * in_row), h##r = LOAD(in + r * in_row + LANES);
#define STEP_ROW(r)               \
  {                               \
    const VEC a = ALL(A + r * row); \
    l##r = DOT(a, left, l##r);    \
    h##r = DOT(a, right, h##r);   \
  }
#define END_ROW(r) STORE(out + r * out_row, l##r), STORE(out + r * out_row + LANES, h##r);
#define EACH1(X) X(0)
#define EACH2(X) EACH1(X) X(1)
#define EACH3(X) EACH2(X) X(2)
#define EACH4(X) EACH3(X) X(3)
#define EACH5(X) EACH4(X) X(4)
#define EACH6(X) EACH5(X) X(5)
#define EACH7(X) EACH6(X) X(6)
#define EACH8(X) EACH7(X) X(7)
#define EACH9(X) EACH8(X) X(8)
#define EACH10(X) EACH9(X) X(9)
#define EACH11(X) EACH10(X) X(10)
#define EACH12(X) EACH11(X) X(11)
TILE(1, EACH1)
TILE(2, EACH2)
#if TILE_ROWS >= 4
TILE(3, EACH3)
TILE(4, EACH4)
#endif
#if TILE_ROWS >= 6
TILE(5, EACH5)
TILE(6, EACH6)
#endif
#if TILE_ROWS >= 12
TILE(7, EACH7)
TILE(8, EACH8)
TILE(9, EACH9)
TILE(10, EACH10)
TILE(11, EACH11)
TILE(12, EACH12)
#endif

/* The tiles by their number of rows. */
typedef void (*F(tiles))(const REAL *restrict A, ptrdiff_t row, ptrdiff_t next,
                         const REAL *restrict strip, ptrdiff_t K, const REAL *in, ptrdiff_t in_row,
                         REAL *out, ptrdiff_t out_row, const REAL *later, ptrdiff_t later_step);
static const F(tiles) F(tile)[TILE_ROWS + 1] = {
    NULL, F(tile1), F(tile2),
#if TILE_ROWS >= 4
    F(tile3), F(tile4),
#endif
#if TILE_ROWS >= 6
    F(tile5), F(tile6),
#endif
#if TILE_ROWS >= 12
    F(tile7), F(tile8), F(tile9), F(tile10), F(tile11), F(tile12),
#endif
};

/* out = in + A [M, K] . strip [K, WIDE]; rows of A lie `row` apart. A strip from the last-level cache
 * comes too slowly for the first tile that uses it: it is fetched while the strip before is in use, a
 * share by each tile. `following` is the strip that the caller will want next. */
TARGET static void F(block_product)(const REAL *A, ptrdiff_t M, ptrdiff_t row, const REAL *strip,
                                    ptrdiff_t K, const REAL *in, ptrdiff_t in_row, REAL *out,
                                    ptrdiff_t out_row, const REAL *following) {
  /* rows shared out evenly: 8 as 4 + 4 and not as 6 + 2, whose 4 accumulators would wait */
  ptrdiff_t tiles = (M + TILE_ROWS - 1) / TILE_ROWS;
  const ptrdiff_t step = tiles > 0 ? (WIDE + tiles - 1) / tiles : 0;
  for (ptrdiff_t m = 0; m < M; tiles--) {
    const ptrdiff_t R = (M - m + tiles - 1) / tiles;
    F(tile)[R](A + m * row, row, 1, strip, K, in + m * in_row, in_row, out + m * out_row, out_row,
               following, step);
    following += K * step;
    m += R;
  }
}

/* Rows [m, m + R) of M to take at a time: at most ROWS, shared out evenly. */
static inline ptrdiff_t F(some_rows)(ptrdiff_t M, ptrdiff_t m) {
  const ptrdiff_t parts = (M + ROWS - 1) / ROWS, R = (M + parts - 1) / parts;
  return M - m < R ? M - m : R;
}

/* out [4, WIDE] += a [K] . four neighbouring strips [K, WIDE]. Four even streams: the hardware fetches
 * them ahead by itself, and slower with our help. */
TARGET static void F(stream4)(const REAL *restrict a, const REAL *restrict strip, ptrdiff_t K,
                              REAL *restrict out) {
  const ptrdiff_t in_row = WIDE, out_row = WIDE;
  const REAL *in = out, *s0 = strip, *s1 = s0 + K * WIDE, *s2 = s1 + K * WIDE, *s3 = s2 + K * WIDE;
  EACH4(BEGIN_ROW)
#define STREAM(r)                          \
  l##r = DOT(x, LOAD(s##r), l##r);         \
  h##r = DOT(x, LOAD(s##r + LANES), h##r); \
  s##r += WIDE;
  _Pragma("GCC unroll 2") for (ptrdiff_t k = 0; k < K; k++) {
    const VEC x = ALL(a + k);
    EACH4(STREAM)
  }
  EACH4(END_ROW)
}

/* The same for 1 to 4 strips. */
TARGET static void F(stream)(const REAL *a, const REAL *strip, ptrdiff_t strips, ptrdiff_t K,
                             REAL *out) {
  if (strips == 4) {
    F(stream4)(a, strip, K, out);
    return;
  }
  for (ptrdiff_t s = 0; s < strips; s++)
    F(tile1)(a, 0, 1, strip + s * K * WIDE, K, out + s * WIDE, 0, out + s * WIDE, 0, strip, 0);
}

/* ---- the gates of a block -------------------------------------------------------------------- */

/* z: [4 * LANES], the block's two strips. c_prev, c: [LANES], may be one array. h: [LANES], written.
 * gates: [4 * LANES], written if not NULL, may be z. */
TARGET static inline void F(gates_forward)(const REAL *z, const REAL *c_prev, REAL forget_bias,
                                           REAL *c, REAL *h, REAL *gates) {
  for (int u = 0; u < LANES; u += GATE_LANES) {
    const GATE(cell) s = GATE(forward)(GET(z + u), GET(z + LANES + u), GET(z + 2 * LANES + u),
                                       GET(z + 3 * LANES + u), GET(c_prev + u),
                                       GET_ALL(&forget_bias));
    PUT(c + u, s.c);
    PUT(h + u, s.h);
    if (gates == NULL) continue;
    PUT(gates + u, s.i);
    PUT(gates + LANES + u, s.j);
    PUT(gates + 2 * LANES + u, s.f);
    PUT(gates + 3 * LANES + u, s.o);
  }
}

/* gates, dz: [4 * LANES]. c_prev, c, dh: [LANES]. dc: [LANES], the gradient of c before, of c_prev
 * after. h: [LANES], written. */
TARGET static inline void F(gates_backward)(const REAL *gates, const REAL *c_prev, const REAL *c,
                                            const REAL *dh, REAL *dc, REAL *dz, REAL *h) {
  for (int u = 0; u < LANES; u += GATE_LANES) {
    const GATE(cell_grad) d = GATE(backward)(
        GET(gates + u), GET(gates + LANES + u), GET(gates + 2 * LANES + u),
        GET(gates + 3 * LANES + u), GET(c_prev + u), GET(c + u), GET(dh + u), GET(dc + u));
    PUT(dz + u, d.zi);
    PUT(dz + LANES + u, d.zj);
    PUT(dz + 2 * LANES + u, d.zf);
    PUT(dz + 3 * LANES + u, d.zo);
    PUT(dc + u, d.c_prev);
    PUT(h + u, d.h);
  }
}

/* ---- rows of the caller's arrays, whose last block or strip may be cut short ------------------ */

TARGET static inline void F(read_row)(const REAL *from, ptrdiff_t left, ptrdiff_t n, REAL *to) {
  if (left < n) memset(to, 0, SIZE(n));
  memcpy(to, from, SIZE(left < n ? left : n));
}

TARGET static inline void F(write_row)(REAL *to, ptrdiff_t left, ptrdiff_t n, const REAL *from) {
  memcpy(to, from, SIZE(left < n ? left : n));
}

/* ---- packing, as a pass ---------------------------------------------------------------------- */

TARGET static void F(pack_member)(crew *w, int id, void *job) {
  const core_pack *j = job;
  const ptrdiff_t D = F(taken)(j->D), H = j->H, K = F(taken)(H);
  const ptrdiff_t G = 4 * LANES * F(blocks)(H), strips = 2 * F(blocks)(H);
  const ptrdiff_t group = 16; /* strips to a chunk */
  const ptrdiff_t along = j->W != NULL || j->U != NULL ? (strips + group - 1) / group : 0;
  const ptrdiff_t x = j->W_across != NULL ? (D + WIDE - 1) / WIDE : 0;
  const ptrdiff_t h = j->U_across != NULL ? (H + WIDE - 1) / WIDE : 0;
  const REAL *kernel = j->kernel, *recurrent = kernel + D * 4 * H;
  crew_place at = crew_start(id);
  ptrdiff_t chunk;
  while ((chunk = crew_claim(w, &at, along + x + h)) >= 0) {
    if (chunk < along) {
      const ptrdiff_t s0 = chunk * group, s1 = s0 + group < strips ? s0 + group : strips;
      if (j->W != NULL) F(pack_strips)(kernel, D, H, s0, s1, j->W);
      if (j->U != NULL) F(pack_strips)(recurrent, K, H, s0, s1, j->U);
    } else if (chunk < along + x) {
      const ptrdiff_t q = chunk - along;
      F(pack_across)(kernel, D, H, q * WIDE, (REAL *)j->W_across + q * G * WIDE);
    } else {
      const ptrdiff_t q = chunk - along - x;
      F(pack_across)(recurrent, H, H, q * WIDE, (REAL *)j->U_across + q * G * WIDE);
    }
  }
  crew_meet(w, &at, along + x + h);
}

TARGET static void F(pack)(int threads, void *job) {
#ifdef CORE_PAIRS
  core_pack *j = job;
  F(pair_rows)(j->kernel, j->D, 4 * j->H, j->pairs);
  F(pair_rows)((const REAL *)j->kernel + j->D * 4 * j->H, j->H, 4 * j->H, (REAL *)j->pairs + F(taken)(j->D) * 4 * j->H);
  j->kernel = j->pairs;
#endif
  crew_run(threads, F(pack_member), job);
}

/* Rows of an embedding times W: to [rows, G] in strip order, without the bias. */
TARGET static void F(project)(int threads, void *job) {
  const core_project *j = job;
  const ptrdiff_t strips = 2 * F(blocks)(j->H), D = F(taken)(j->D);
  const REAL *row = j->row;
  (void)threads;
#ifdef CORE_PAIRS
  F(pair_up)(row, j->D, j->pairs);
  row = j->pairs;
#endif
  memset(j->to, 0, SIZE(strips * WIDE));
  for (ptrdiff_t s = 0; s < strips; s += 4)
    F(stream)(row, (const REAL *)j->W + s * D * WIDE, strips - s < 4 ? strips - s : 4, D, (REAL *)j->to + s * WIDE);
}
