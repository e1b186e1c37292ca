/* The LSTM on the CPU, for one real type and one instruction set: a template, included four times by
 * engines.h with
 *
 *     CORE_BITS 32 or 64     the real type
 *     CORE_AVX2 0 or 1       portable C (GCC's vector extensions), or AVX2 and FMA
 *
 * The problem. A step is h.U, [N, H] times [H, 4H], and some arithmetic on each unit's four columns.
 * Matrix libraries pack U anew in every call, write the product to memory and leave the gates to
 * further passes. Here U is packed once per version of the kernel, and the gates are computed while
 * the product is still in the first-level cache.
 *
 * The packing. LANES = 8 floats (4 doubles) fill one vector, WIDE = 2 * LANES. The units are cut into
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
 * the 16 vector registers and run at 95 % of the FMA peak. block_product takes many rows to a strip.
 * With one row nothing is reused: stream4 reads four strips at once, as fast as memory gives them.
 *
 * A worked example. N = 1, H = 128, float: 16 blocks, 32 strips of 128 x 16 floats (8 KiB). A step
 * claims 8 chunks of two blocks; each chunk reads four strips while h stays in the first-level cache,
 * then runs the gates on two vectors of 8 units.
 *
 * The passes, each run by every thread of a crew (crew.h) over chunks of strips:
 *   forward    per z block of time steps: z = bias + x.W; per step: z += h.U, gates
 *   backward   per step, last first: dh = d_outputs + dz.U', gates backward; then the kernel's
 *              gradient, the bias's and x's as one product each over all time
 *
 * Shapes: T max_time, N batch_size, D input_depth, H num_units; Hp = LANES * NB. Arrays that belong to
 * the caller are row-major and not padded; our own have rows of Hp or G reals.
 */

#if CORE_BITS == 32 && CORE_AVX2
#  define F(name) name##_f32_avx2
#elif CORE_BITS == 32
#  define F(name) name##_f32_any
#elif CORE_AVX2
#  define F(name) name##_f64_avx2
#else
#  define F(name) name##_f64_any
#endif

#if CORE_BITS == 32
#  define REAL float
#  define LANES 8
#else
#  define REAL double
#  define LANES 4
#endif
#define WIDE (2 * LANES)
#define SIZE(n) ((size_t)(n) * sizeof(REAL))

#if CORE_AVX2
#  define TARGET __attribute__((target("avx2,fma")))
#  define TILE_ROWS 6
#  if CORE_BITS == 32
#    define VEC __m256
#    define LOAD(p) _mm256_loadu_ps(p)
#    define STORE(p, v) _mm256_storeu_ps(p, v)
#    define ALL(p) _mm256_broadcast_ss(p)
#    define MULADD(a, b, c) _mm256_fmadd_ps(a, b, c)
#    define PLUS(a, b) _mm256_add_ps(a, b)
#    define NONE _mm256_setzero_ps()
#  else
#    define VEC __m256d
#    define LOAD(p) _mm256_loadu_pd(p)
#    define STORE(p, v) _mm256_storeu_pd(p, v)
#    define ALL(p) _mm256_broadcast_sd(p)
#    define MULADD(a, b, c) _mm256_fmadd_pd(a, b, c)
#    define PLUS(a, b) _mm256_add_pd(a, b)
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
#  define ALL(p) (*(p) - (F(vec)){0})
#  define MULADD(a, b, c) ((c) + (a) * (b))
#  define PLUS(a, b) ((a) + (b))
#  define NONE ((F(vec)){0})
#  define PIN(v)
typedef REAL F(vec) __attribute__((vector_size(32), aligned(sizeof(REAL)), may_alias));
#endif

/* The gates: a vector at a time with AVX2, a number at a time elsewhere. */
#if CORE_AVX2 && CORE_BITS == 32
#  define GATE(name) fs_##name##_f32x8
#elif CORE_AVX2
#  define GATE(name) fs_##name##_f64x4
#elif CORE_BITS == 32
#  define GATE(name) fs_##name##_f32
#else
#  define GATE(name) fs_##name##_f64
#endif
#if CORE_AVX2
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
#define K_BLOCK (65536 / (WIDE * (ptrdiff_t)sizeof(REAL))) /* rows of a strip: 16 KiB, half of L1 */
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
    l##r = MULADD(a, left, l##r); \
    h##r = MULADD(a, right, h##r); \
  }
#define END_ROW(r) STORE(out + r * out_row, l##r), STORE(out + r * out_row + LANES, h##r);
#define EACH1(X) X(0)
#define EACH2(X) EACH1(X) X(1)
#define EACH3(X) EACH2(X) X(2)
#define EACH4(X) EACH3(X) X(3)
#define EACH5(X) EACH4(X) X(4)
#define EACH6(X) EACH5(X) X(5)
TILE(1, EACH1)
TILE(2, EACH2)
#if TILE_ROWS == 6
TILE(3, EACH3)
TILE(4, EACH4)
TILE(5, EACH5)
TILE(6, EACH6)
#endif

/* The tiles by their number of rows. */
typedef void (*F(tiles))(const REAL *restrict A, ptrdiff_t row, ptrdiff_t next,
                         const REAL *restrict strip, ptrdiff_t K, const REAL *in, ptrdiff_t in_row,
                         REAL *out, ptrdiff_t out_row, const REAL *later, ptrdiff_t later_step);
#if TILE_ROWS == 6
static const F(tiles) F(tile)[7] = {NULL,     F(tile1), F(tile2), F(tile3),
                                    F(tile4), F(tile5), F(tile6)};
#else
static const F(tiles) F(tile)[3] = {NULL, F(tile1), F(tile2)};
#endif

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
#define STREAM(r)                             \
  l##r = MULADD(x, LOAD(s##r), l##r);         \
  h##r = MULADD(x, LOAD(s##r + LANES), h##r); \
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

/* ---- forward --------------------------------------------------------------------------------- */

/* z of the time steps [t0, t1): bias + x.W, blocks [b0, b1). */
TARGET static void F(inputs)(const core_forward *j, ptrdiff_t t0, ptrdiff_t t1, ptrdiff_t b0,
                             ptrdiff_t b1, REAL *z) {
  const ptrdiff_t M = (t1 - t0) * j->N, D = j->D, H = j->H, G = 4 * LANES * F(blocks)(H);
  const REAL *bias = j->bias, *W = j->W;
  REAL start[WIDE];
  if (j->rows != NULL) {
    for (ptrdiff_t n = 0; n < j->N; n++) {
      const REAL *row = (const REAL *)j->rows + j->ids[n] * j->row_size;
      for (ptrdiff_t s = 2 * b0; s < 2 * b1; s++) {
        REAL *to = z + n * G + s * WIDE;
        F(gather)(bias, H, s, to);
        if (j->rows_packed)
          memcpy(start, row + s * WIDE, sizeof start);
        else
          F(gather)(row, H, s, start);
        STORE(to, PLUS(LOAD(to), LOAD(start)));
        STORE(to + LANES, PLUS(LOAD(to + LANES), LOAD(start + LANES)));
      }
    }
    return;
  }
  const REAL *x = (const REAL *)j->x + t0 * j->N * D;
  if (M == 1) {
    for (ptrdiff_t s = 2 * b0; s < 2 * b1; s += 4) {
      const ptrdiff_t strips = 2 * b1 - s < 4 ? 2 * b1 - s : 4;
      for (ptrdiff_t q = s; q < s + strips; q++) F(gather)(bias, H, q, z + q * WIDE);
      F(stream)(x, W + s * D * WIDE, strips, D, z + s * WIDE);
    }
    return;
  }
  for (ptrdiff_t m = 0, R; m < M; m += R) {
    R = F(some_rows)(M, m);
    for (ptrdiff_t s = 2 * b0; s < 2 * b1; s++) {
      const REAL *strip = W + s * D * WIDE;
      F(gather)(bias, H, s, start);
      F(block_product)(x + m * D, R, D, strip, D, start, 0, z + m * G + s * WIDE, G,
                       strip + D * WIDE);
    }
  }
}

/* The gates of row n, block b at time t. z: [4 * LANES], complete. gates: [4 * LANES], written if the
 * job keeps them, may be z. */
TARGET static inline void F(advance)(const core_forward *j, ptrdiff_t t, ptrdiff_t n, ptrdiff_t b,
                                     const REAL *z, REAL *gates) {
  const ptrdiff_t H = j->H, Hp = LANES * F(blocks)(H), left = H - b * LANES;
  const REAL *c_prev = (const REAL *)j->c + t * j->c_step + n * Hp + b * LANES;
  REAL *c = (REAL *)j->c + (t + 1) * j->c_step + n * Hp + b * LANES;
  REAL *to = (REAL *)j->outputs + (t * j->N + n) * H + b * LANES;
  REAL h[LANES];
  if (j->lengths != NULL && t >= j->lengths[n]) {
    memset(h, 0, sizeof h);
    memmove(c, c_prev, SIZE(LANES));
    F(write_row)(to, left, LANES, h);
    return;
  }
  F(gates_forward)(z, c_prev, (REAL)j->forget_bias, c, left >= LANES ? to : h,
                   j->keep ? gates : NULL);
  if (left < LANES) F(write_row)(to, left, LANES, h);
}

/* Step t of the blocks [b0, b1): z += h.U, then the gates. z: [N, G] of this step. */
TARGET static void F(step)(const core_forward *j, ptrdiff_t t, ptrdiff_t b0, ptrdiff_t b1,
                           REAL *z) {
  const ptrdiff_t N = j->N, D = j->D, H = j->H, G = 4 * LANES * F(blocks)(H);
  const REAL *W = j->W, *U = j->U;
  const REAL *x = (const REAL *)j->x + t * N * D;
  const REAL *h = t > 0 ? (const REAL *)j->outputs + (t - 1) * N * H : j->h0;
  REAL part[ROWS][2 * WIDE], start[WIDE];
  if (N == 1) {
    /* to and fro over the weights: what the last step read last is still in a near cache */
    for (ptrdiff_t k = b0; k < b1; k += 2) {
      const ptrdiff_t b = t % 2 == 0 ? k : b0 + (b1 - 1 - k) / 2 * 2;
      const ptrdiff_t n = b1 - b < 2 ? 1 : 2;
      F(stream)(h, U + 2 * b * H * WIDE, 2 * n, H, z + 2 * b * WIDE);
      for (ptrdiff_t q = b; q < b + n; q++)
        F(advance)(j, t, 0, q, z + 2 * q * WIDE, z + 2 * q * WIDE);
    }
    return;
  }
  for (ptrdiff_t m = 0, R; m < N; m += R) {
    R = F(some_rows)(N, m);
    for (ptrdiff_t b = b0; b < b1; b++) {
      for (ptrdiff_t r = 0; r < R && (j->keep || !j->fuse); r++) { /* as in expect_back() */
        PREFETCH_WRITE(z + (m + r) * G + 2 * b * WIDE);
        PREFETCH_WRITE(z + (m + r) * G + (2 * b + 1) * WIDE);
      }
      for (ptrdiff_t s = 2 * b; s < 2 * b + 2; s++) {
        const REAL *Ws = W + s * D * WIDE, *Us = U + s * H * WIDE;
        REAL *out = part[0] + s % 2 * WIDE;
        if (j->fuse) {
          F(gather)(j->bias, H, s, start);
          F(block_product)(x + m * D, R, D, Ws, D, start, 0, out, 2 * WIDE, Us);
          F(block_product)(h + m * H, R, H, Us, H, out, 2 * WIDE, out, 2 * WIDE, Ws + D * WIDE);
        } else {
          F(block_product)(h + m * H, R, H, Us, H, z + m * G + s * WIDE, G, out, 2 * WIDE,
                           Us + H * WIDE);
        }
      }
      for (ptrdiff_t r = 0; r < R; r++)
        F(advance)(j, t, m + r, b, part[r], z + (m + r) * G + 2 * b * WIDE);
    }
  }
}

TARGET static void F(forward_member)(crew *w, int id, void *job) {
  const core_forward *j = job;
  const ptrdiff_t NB = F(blocks)(j->H), G = 4 * LANES * NB;
  const ptrdiff_t group = core_group(NB, w->threads), chunks = (NB + group - 1) / group;
  crew_place at = crew_start(id);
  ptrdiff_t chunk;
  for (ptrdiff_t t0 = 0; t0 < j->steps; t0 += j->z_steps) {
    const ptrdiff_t t1 = t0 + j->z_steps < j->steps ? t0 + j->z_steps : j->steps;
    REAL *z = (REAL *)j->z + (j->keep ? t0 * j->N * G : 0);
    if (!j->fuse) while ((chunk = crew_claim(w, &at, chunks)) >= 0) {
      const ptrdiff_t b1 = (chunk + 1) * group;
      F(inputs)(j, t0, t1, chunk * group, b1 < NB ? b1 : NB, z);
      crew_did(w);
    }
    if (!j->fuse) crew_meet(w, &at, chunks);
    for (ptrdiff_t t = t0; t < t1; t++) {
      while ((chunk = crew_claim(w, &at, chunks)) >= 0) {
        const ptrdiff_t b0 = (t % 2 == 0 ? chunk : crew_mirror(w, chunks, chunk)) * group;
        F(step)(j, t, b0, b0 + group < NB ? b0 + group : NB, z + (t - t0) * j->N * G);
        crew_did(w);
      }
      crew_meet(w, &at, chunks);
    }
  }
}

TARGET static void F(forward)(int threads, void *job) {
  core_forward *j = job;
  const ptrdiff_t N = j->N, H = j->H, Hp = LANES * F(blocks)(H);
  REAL *outputs = j->outputs, *c = j->c;
  for (ptrdiff_t n = 0; n < N; n++)
    F(read_row)((const REAL *)j->c0 + n * H, H, Hp, c + n * Hp);
  crew_run(threads, F(forward_member), job);
  memset(outputs + j->steps * N * H, 0, SIZE((j->T - j->steps) * N * H));
  c += j->steps * j->c_step;
  for (ptrdiff_t n = 0; n < N; n++) {
    const ptrdiff_t length = j->lengths != NULL ? j->lengths[n] : j->steps;
    const REAL *h = length > 0 ? outputs + ((length - 1) * N + n) * H : (const REAL *)j->h0 + n * H;
    memmove((REAL *)j->new_h + n * H, h, SIZE(H));
    memmove((REAL *)j->new_c + n * H, c + n * Hp, SIZE(H));
  }
}

/* ---- backward -------------------------------------------------------------------------------- */

/* dh [WIDE] of row n at time t before the product: d_outputs, and d_h at the row's last step. */
TARGET static inline void F(arriving)(const core_backward *j, ptrdiff_t t, ptrdiff_t n, ptrdiff_t q,
                                      REAL *dh) {
  const ptrdiff_t H = j->H, left = H - q * WIDE, N = j->N;
  const ptrdiff_t last = (j->lengths != NULL ? j->lengths[n] : j->steps) - 1;
  F(read_row)((const REAL *)j->d_outputs + (t * N + n) * H + q * WIDE, left, WIDE, dh);
  if (t != last || j->d_h == NULL) return;
  const REAL *d_h = (const REAL *)j->d_h + n * H + q * WIDE;
  for (ptrdiff_t u = 0; u < left && u < WIDE; u++) dh[u] += d_h[u];
}

/* Back through the gates of row n, the units of strip q, at time t. dh: [WIDE] complete. */
TARGET static inline void F(retreat)(const core_backward *j, ptrdiff_t t, ptrdiff_t n, ptrdiff_t q,
                                     const REAL *dh) {
  const ptrdiff_t N = j->N, H = j->H, NB = F(blocks)(H), Hp = LANES * NB, G = 4 * Hp;
  const int live = j->lengths == NULL || t < j->lengths[n];
  REAL h[LANES];
  for (ptrdiff_t b = 2 * q; b < 2 * q + 2 && b < NB; b++, dh += LANES) {
    const ptrdiff_t at = n * Hp + b * LANES, z = (t * N + n) * G + 4 * b * LANES;
    const REAL *cells = (const REAL *)j->cells + t * N * Hp + at;
    REAL *dz = (REAL *)j->dz + z, *dc = (REAL *)j->dc + at;
    if (live) {
      F(gates_backward)((const REAL *)j->gates + z, cells, cells + N * Hp, dh, dc, dz, h);
    } else {
      memset(dz, 0, SIZE(4 * LANES));
      memset(h, 0, sizeof h);
    }
    F(write_row)((REAL *)j->h + ((t + 1) * N + n) * H + b * LANES, H - b * LANES, LANES, h);
  }
}

/* Fetches what retreat() will want of R rows from m on: they lie too far apart for the hardware to
 * see them coming, and the product that comes first gives the time. */
TARGET static inline void F(expect_back)(const core_backward *j, ptrdiff_t t, ptrdiff_t m, ptrdiff_t R,
                                         ptrdiff_t q) {
  const ptrdiff_t N = j->N, Hp = LANES * F(blocks)(j->H), line = 64 / (ptrdiff_t)sizeof(REAL);
  for (ptrdiff_t n = m; n < m + R; n++) {
    const ptrdiff_t z = (t * N + n) * 4 * Hp + 4 * q * WIDE, c = (t * N + n) * Hp + q * WIDE;
    for (ptrdiff_t u = 0; u < 4 * WIDE; u += line) {
      PREFETCH_FAR((const REAL *)j->gates + z + u);
      PREFETCH_WRITE((REAL *)j->dz + z + u);
    }
    PREFETCH_FAR((const REAL *)j->cells + c);
    PREFETCH_FAR((const REAL *)j->cells + c + N * Hp);
    PREFETCH_WRITE((REAL *)j->dc + n * Hp + q * WIDE);
    PREFETCH_WRITE((REAL *)j->h + ((t + 1) * N + n) * j->H + q * WIDE);
  }
}

/* Time t, the units of the strips [q0, q1): dh = what arrives + dz[t + 1].U', then the gates. With
 * t = -1 there are no gates: dh is the gradient of the initial h, written out. */
TARGET static void F(step_back)(const core_backward *j, ptrdiff_t t, ptrdiff_t q0, ptrdiff_t q1) {
  const ptrdiff_t N = j->N, H = j->H, G = 4 * LANES * F(blocks)(H);
  const REAL *U = j->U_across;
  const REAL *dz = t + 1 < j->steps ? (const REAL *)j->dz + (t + 1) * N * G : NULL;
  const ptrdiff_t at_once = N == 1 ? 4 : 1;
  REAL dh[ROWS][WIDE];
  for (ptrdiff_t k = q0; k < q1; k += at_once) {
    const ptrdiff_t q = t % 2 == 0 ? k : q0 + (q1 - 1 - k) / at_once * at_once; /* as in step() */
    const ptrdiff_t strips = q1 - q < at_once ? q1 - q : at_once;
    for (ptrdiff_t m = 0, R; m < N; m += R) {
      R = F(some_rows)(N, m);
      /* either one row and several strips, or one strip and several rows */
      for (ptrdiff_t r = 0; r < R; r++)
        for (ptrdiff_t s = 0; s < strips; s++) {
          memset(dh[r + s], 0, sizeof dh[0]);
          if (t >= 0) F(arriving)(j, t, m + r, q + s, dh[r + s]);
        }
      if (t >= 0 && N > 1) F(expect_back)(j, t, m, R, q);
      if (dz != NULL && N == 1)
        F(stream)(dz, U + q * G * WIDE, strips, G, dh[0]);
      else if (dz != NULL)
        F(block_product)(dz + m * G, R, G, U + q * G * WIDE, G, dh[0], WIDE, dh[0], WIDE,
                         U + (q + 1) * G * WIDE);
      for (ptrdiff_t r = 0; r < R; r++)
        for (ptrdiff_t s = 0; s < strips; s++) {
          const ptrdiff_t at = (m + r) * H + (q + s) * WIDE, left = H - (q + s) * WIDE;
          if (t >= 0)
            F(retreat)(j, t, m + r, q + s, dh[r + s]);
          else
            F(write_row)((REAL *)j->new_dh + at, left, WIDE, dh[r + s]);
        }
    }
  }
}

/* Rows [k0, k1) of [x, h before], [M, D + H], transposed for the kernel's gradient: groups of
 * TILE_ROWS columns, each [M, TILE_ROWS]; x's groups, then h's. */
TARGET static void F(transpose)(const core_backward *j, ptrdiff_t k0, ptrdiff_t k1) {
  const ptrdiff_t M = j->steps * j->N;
  REAL *to = j->across;
  for (int part = 0; part < 2; part++) {
    const ptrdiff_t K = part == 0 ? j->D : j->H;
    const REAL *from = part == 0 ? j->x : j->h;
    const ptrdiff_t groups = (K + TILE_ROWS - 1) / TILE_ROWS;
    for (ptrdiff_t k = k0; k < k1; k++)
      for (ptrdiff_t g = 0; g < groups; g++) {
        const REAL *row = from + k * K + g * TILE_ROWS;
        REAL *group = to + (g * M + k) * TILE_ROWS;
        if ((g + 1) * TILE_ROWS <= K)
          memcpy(group, row, SIZE(TILE_ROWS));
        else
          memcpy(group, row, SIZE(K - g * TILE_ROWS));
      }
    to += groups * M * TILE_ROWS;
  }
}

/* The kernel's and the bias's gradient, blocks [b0, b1), at most two, so that whole cache lines of it
 * are written: [x, h].T . dz over M rows, M cut into pieces whose dz stays in a cache. piece:
 * [4, core_piece(M), WIDE], this thread's own. */
TARGET static void F(kernel_gradient)(const core_backward *j, ptrdiff_t b0, ptrdiff_t b1,
                                      REAL *piece) {
  const ptrdiff_t M = j->steps * j->N, D = j->D, H = j->H, G = 4 * LANES * F(blocks)(H);
  const ptrdiff_t most = core_piece(M), strips = 2 * (b1 - b0);
  REAL sum[4 * WIDE] = {0}, out[4][TILE_ROWS][WIDE];
  ptrdiff_t k = 0;
  do { /* at least once: with no rows at all the gradient is written as zeros */
    const ptrdiff_t n = M - k < most ? M - k : most;
    for (ptrdiff_t r = 0; r < n; r++) {
      const REAL *dz = (const REAL *)j->dz + (k + r) * G + 2 * b0 * WIDE;
      for (ptrdiff_t u = 0; u < strips * WIDE; u++) sum[u] += dz[u];
      for (ptrdiff_t s = 0; s < strips; s++)
        memcpy(piece + (s * most + r) * WIDE, dz + s * WIDE, SIZE(WIDE));
    }
    const REAL *group = (const REAL *)j->across + k * TILE_ROWS;
    for (ptrdiff_t m = 0; m < D + H; group += M * TILE_ROWS) {
      const ptrdiff_t left = (m < D ? D : D + H) - m, R = left < TILE_ROWS ? left : TILE_ROWS;
      REAL *row = (REAL *)j->d_kernel + m * 4 * H;
      if (k == 0) memset(out, 0, sizeof out);
      for (ptrdiff_t s = 0; s < strips; s++) {
        for (ptrdiff_t r = 0; k > 0 && r < R; r++)
          F(gather)(row + r * 4 * H, H, 2 * b0 + s, out[s][r]);
        F(tile)[R](group, 1, TILE_ROWS, piece + s * most * WIDE, n, out[s][0], WIDE, out[s][0], WIDE,
                   group + M * TILE_ROWS + s * n * 2, 2);
      }
      for (ptrdiff_t r = 0; r < R; r++)
        for (ptrdiff_t s = 0; s < strips; s++)
          F(scatter)(out[s][r], H, 2 * b0 + s, row + r * 4 * H);
      m += R;
    }
    k += n;
  } while (k < M);
  for (ptrdiff_t s = 0; s < strips; s++) F(scatter)(sum + s * WIDE, H, 2 * b0 + s, j->d_bias);
}

/* The gradient of x: dz.W', rows [m, m + R), strips [q0, q1) of D. */
TARGET static void F(input_gradient)(const core_backward *j, ptrdiff_t m, ptrdiff_t R, ptrdiff_t q0,
                                     ptrdiff_t q1) {
  const ptrdiff_t D = j->D, G = 4 * LANES * F(blocks)(j->H);
  const REAL zeros[WIDE] = {0};
  REAL out[ROWS][WIDE];
  for (ptrdiff_t q = q0; q < q1; q++) {
    const REAL *dz = (const REAL *)j->dz + m * G, *W = (const REAL *)j->W_across + q * G * WIDE;
    REAL *to = (REAL *)j->d_x + m * D + q * WIDE;
    if ((q + 1) * WIDE <= D) {
      F(block_product)(dz, R, G, W, G, zeros, 0, to, D, W + G * WIDE);
      continue;
    }
    F(block_product)(dz, R, G, W, G, zeros, 0, out[0], WIDE, W + G * WIDE);
    for (ptrdiff_t r = 0; r < R; r++) F(write_row)(to + r * D, D - q * WIDE, WIDE, out[r]);
  }
}

/* All products over the whole of time, as one phase: first the blocks of the kernel's gradient, then
 * pieces of x's. */
TARGET static void F(products)(const core_backward *j, crew *w, crew_place *at) {
  const ptrdiff_t M = j->steps * j->N, NB = F(blocks)(j->H), pairs = (NB + 1) / 2, group = 8;
  const ptrdiff_t strips = (j->D + WIDE - 1) / WIDE, groups = (strips + group - 1) / group;
  const ptrdiff_t chunks = pairs + (j->d_x != NULL ? (M + ROWS - 1) / ROWS * groups : 0);
  REAL *piece = (REAL *)j->pieces + at->id * 4 * core_piece(M) * WIDE;
  ptrdiff_t chunk;
  while ((chunk = crew_claim(w, at, chunks)) >= 0) {
    if (chunk < pairs) {
      F(kernel_gradient)(j, 2 * chunk, 2 * chunk + 2 < NB ? 2 * chunk + 2 : NB, piece);
    } else {
      const ptrdiff_t m = (chunk - pairs) / groups * ROWS, q = (chunk - pairs) % groups * group;
      F(input_gradient)(j, m, M - m < ROWS ? M - m : ROWS, q,
                        q + group < strips ? q + group : strips);
    }
    crew_did(w);
  }
  crew_meet(w, at, chunks);
}

TARGET static void F(backward_member)(crew *w, int id, void *job) {
  const core_backward *j = job;
  const ptrdiff_t M = j->steps * j->N, strips = (j->H + WIDE - 1) / WIDE;
  const ptrdiff_t group = j->N == 1 ? core_group(strips, w->threads) : 1;
  const ptrdiff_t chunks = (strips + group - 1) / group;
  crew_place at = crew_start(id);
  ptrdiff_t chunk;
  for (ptrdiff_t t = j->steps - 1; t >= -1; t--) {
    while ((chunk = crew_claim(w, &at, chunks)) >= 0) {
      const ptrdiff_t q0 = (t % 2 == 0 ? chunk : crew_mirror(w, chunks, chunk)) * group;
      F(step_back)(j, t, q0, q0 + group < strips ? q0 + group : strips);
      crew_did(w);
    }
    crew_meet(w, &at, chunks);
  }
  while ((chunk = crew_claim(w, &at, (M + ROWS - 1) / ROWS)) >= 0) {
    F(transpose)(j, chunk * ROWS, (chunk + 1) * ROWS < M ? (chunk + 1) * ROWS : M);
    crew_did(w);
  }
  crew_meet(w, &at, (M + ROWS - 1) / ROWS);
  F(products)(j, w, &at);
}

TARGET static void F(backward)(int threads, void *job) {
  core_backward *j = job;
  const ptrdiff_t N = j->N, H = j->H, Hp = LANES * F(blocks)(H), row = N * j->D;
  REAL *dc = j->dc, *new_dh = j->new_dh;
  memset(dc, 0, SIZE(N * Hp));
  if (j->d_c != NULL)
    for (ptrdiff_t n = 0; n < N; n++)
      F(read_row)((const REAL *)j->d_c + n * H, H, Hp, dc + n * Hp);
  memcpy(j->h, j->h0, SIZE(N * H));
  crew_run(threads, F(backward_member), job);
  for (ptrdiff_t n = 0; n < N; n++) {
    memcpy((REAL *)j->new_dc + n * H, dc + n * Hp, SIZE(H));
    if (j->steps > 0 && (j->lengths == NULL || j->lengths[n] > 0)) continue;
    if (j->d_h != NULL) memcpy(new_dh + n * H, (const REAL *)j->d_h + n * H, SIZE(H));
  }
  if (j->d_x != NULL)
    memset((REAL *)j->d_x + j->steps * row, 0, SIZE((j->T - j->steps) * row));
}

/* ---- packing, as a pass ---------------------------------------------------------------------- */

TARGET static void F(pack_member)(crew *w, int id, void *job) {
  const core_pack *j = job;
  const ptrdiff_t D = j->D, H = j->H, G = 4 * LANES * F(blocks)(H), strips = 2 * F(blocks)(H);
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
      if (j->U != NULL) F(pack_strips)(recurrent, H, H, s0, s1, j->U);
    } else if (chunk < along + x) {
      const ptrdiff_t q = chunk - along;
      F(pack_across)(kernel, D, H, q * WIDE, (REAL *)j->W_across + q * G * WIDE);
    } else {
      const ptrdiff_t q = chunk - along - x;
      F(pack_across)(recurrent, H, H, q * WIDE, (REAL *)j->U_across + q * G * WIDE);
    }
    crew_did(w);
  }
  crew_meet(w, &at, along + x + h);
}

TARGET static void F(pack)(int threads, void *job) { crew_run(threads, F(pack_member), job); }

/* Rows of an embedding times W: to [rows, G] in strip order, without the bias. */
TARGET static void F(project)(int threads, void *job) {
  const core_project *j = job;
  const ptrdiff_t strips = 2 * F(blocks)(j->H);
  (void)threads;
  memset(j->to, 0, SIZE(strips * WIDE));
  for (ptrdiff_t s = 0; s < strips; s += 4)
    F(stream)(j->row, (const REAL *)j->W + s * j->D * WIDE, strips - s < 4 ? strips - s : 4, j->D,
              (REAL *)j->to + s * WIDE);
}
