/* Products of bfloat16, for inference: half the bytes of a kernel. A part of lstm_core.h, with CORE_PAIRS.
 *
 * A bfloat16 is the upper half of a float. Two of them, of rows 2k and 2k + 1, fill the place of one float, and K rows
 * are (K + 1) / 2 rows of such pairs, the last one with a zero if K is odd: so strips, tiles and streams are those of
 * floats, with DOT in the place of a multiply-add. What the kernel is multiplied with, x and h, lies in pairs as well.
 * The products of two bfloat16 are exact in a float. Sums, bias, gates and cell stay float.
 *
 * vdpbf16ps does both products of a pair; without it shifts and masks make floats of the halves. Both add the upper
 * product first and round after each, so that they differ in denormal numbers at most, which the instruction takes
 * for zeros. */

/* a pair's dot product with a pair, in each lane: a.upper * b.upper + c, then + a.lower * b.lower */
#if CORE_PAIRS == 2
#  define DOT(a, b, c) _mm512_dpbf16_ps(c, (__m512bh)(b), (__m512bh)(a))
#else
#  if CORE_VECTOR == 512
#    define UPPER(v) \
      _mm512_castsi512_ps(_mm512_and_si512(_mm512_castps_si512(v), _mm512_set1_epi32((int)0xffff0000u)))
#    define LOWER(v) _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_castps_si512(v), 16))
#  elif CORE_VECTOR == 256
#    define UPPER(v) \
      _mm256_castsi256_ps(_mm256_and_si256(_mm256_castps_si256(v), _mm256_set1_epi32((int)0xffff0000u)))
#    define LOWER(v) _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_castps_si256(v), 16))
#  else
#    define UPPER(v) ((VEC)((F(words))(v) & 0xffff0000u))
#    define LOWER(v) ((VEC)((F(words))(v) << 16))
#  endif
#  define DOT(a, b, c) MULADD(LOWER(a), LOWER(b), MULADD(UPPER(a), UPPER(b), c))
#endif

static inline ptrdiff_t F(taken)(ptrdiff_t K) { return (K + 1) / 2; }

/* The nearest bfloat16, of two the even one, as the upper half of a word. A NaN stays one. */
static inline uint32_t F(rounded)(REAL x) {
  uint32_t u;
  memcpy(&u, &x, sizeof u);
  const uint32_t nearest = u + 0x7fffu + (u >> 16 & 1u), nan = u | 0x400000u;
  return ((u & 0x7fffffffu) > 0x7f800000u ? nan : nearest) & 0xffff0000u;
}

static inline void F(put_pair)(REAL *to, REAL even, REAL odd) {
  const uint32_t pair = F(rounded)(even) >> 16 | F(rounded)(odd);
  memcpy(to, &pair, sizeof pair);
}

/* n numbers of one row as pairs: to [taken(n)]. */
TARGET static inline void F(pair_up)(const REAL *from, ptrdiff_t n, REAL *to) {
  for (ptrdiff_t k = 0; k < n / 2; k++) F(put_pair)(to + k, from[2 * k], from[2 * k + 1]);
  if (n % 2 == 1) F(put_pair)(to + n / 2, from[n - 1], 0);
}

/* Rows [K, width], two at a time, as pairs: to [taken(K), width]. */
TARGET static void F(pair_rows)(const REAL *rows, ptrdiff_t K, ptrdiff_t width, REAL *to) {
  for (ptrdiff_t k = 0; k < K; k += 2, rows += 2 * width, to += width)
    for (ptrdiff_t c = 0; c < width; c++) F(put_pair)(to + c, rows[c], k + 1 < K ? rows[width + c] : 0);
}
