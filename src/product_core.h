/* The product of two matrices, for the layers around an LSTM. A BLAS has one of its own; but its threads
 * spin for milliseconds after each call, in case there is another one, and take the processors from the
 * crew. A part of the template that lstm_core.h begins.
 *
 * b is packed into strips as a kernel is, its columns in their own order; then tiles of a times a strip,
 * DEPTH columns of a at a time, so that the piece of the strip stays in the first-level cache. */

#define DEPTH 256

/* Writes strip s of b, [K, WIDE], zeros where b has no columns. */
TARGET static void F(pack_columns)(const core_product *j, ptrdiff_t s, REAL *to) {
  const ptrdiff_t K = j->K, left = j->N - s * WIDE, n = left < WIDE ? left : WIDE;
  const REAL *b = (const REAL *)j->b + s * WIDE * j->b_next;
  if (n < WIDE) memset(to, 0, SIZE(K * WIDE));
  if (j->b_next == 1) {
    for (ptrdiff_t k = 0; k < K; k++) memcpy(to + k * WIDE, b + k * j->b_row, SIZE(n));
    return;
  }
  for (ptrdiff_t k0 = 0; k0 < K; k0 += 16) /* 16 rows: whole cache lines of a transposed b */
    for (ptrdiff_t c = 0; c < n; c++)
      for (ptrdiff_t k = k0; k < k0 + 16 && k < K; k++)
        to[k * WIDE + c] = b[k * j->b_row + c * j->b_next];
}

/* out, rows [m0, m1), columns of strip s. */
TARGET static void F(tiles_of_strip)(const core_product *j, ptrdiff_t m0, ptrdiff_t m1, ptrdiff_t s) {
  const ptrdiff_t K = j->K, N = j->N, left = N - s * WIDE;
  const REAL *strip = (const REAL *)j->strips + s * K * WIDE;
  const REAL zeros[WIDE] = {0};
  REAL part[TILE_ROWS][WIDE];
  for (ptrdiff_t m = m0, R; m < m1; m += R) {
    R = m1 - m < TILE_ROWS ? m1 - m : TILE_ROWS;
    const REAL *a = (const REAL *)j->a + m * j->a_row;
    REAL *out = (REAL *)j->out + m * N + s * WIDE, *to = left < WIDE ? part[0] : out;
    const ptrdiff_t to_row = left < WIDE ? WIDE : N;
    for (ptrdiff_t k = 0; k == 0 || k < K; k += DEPTH) {
      const ptrdiff_t n = K - k < DEPTH ? K - k : DEPTH;
      const REAL *in = k == 0 ? zeros : to, *piece = strip + k * WIDE;
      F(tile)[R](a + k * j->a_next, j->a_row, j->a_next, piece, n, in, k == 0 ? 0 : to_row, to, to_row,
                 piece, 0);
    }
    for (ptrdiff_t r = 0; r < R && left < WIDE; r++) memcpy(out + r * N, part[r], SIZE(left));
  }
}

/* Row m of out, columns [n0, n1): rows of b as they lie, four at a time. */
TARGET static void F(row_by_rows)(const core_product *j, ptrdiff_t m, ptrdiff_t n0, ptrdiff_t n1) {
  const ptrdiff_t K = j->K, row = j->b_row, next = j->a_next;
  const REAL *a = (const REAL *)j->a + m * j->a_row, *b = (const REAL *)j->b + n0;
  REAL *restrict out = (REAL *)j->out + m * j->N + n0;
  ptrdiff_t k = 0;
  memset(out, 0, SIZE(n1 - n0));
  for (; k + 4 <= K; k += 4, a += 4 * next, b += 4 * row)
    for (ptrdiff_t n = 0; n < n1 - n0; n++)
      out[n] = out[n] + a[0] * b[n] + a[next] * b[row + n] + a[2 * next] * b[2 * row + n] +
               a[3 * next] * b[3 * row + n];
  for (; k < K; k++, a += next, b += row)
    for (ptrdiff_t n = 0; n < n1 - n0; n++) out[n] += a[0] * b[n];
}

TARGET static void F(product_member)(crew *w, int id, void *job) {
  const core_product *j = job;
  const ptrdiff_t strips = (j->N + WIDE - 1) / WIDE, heights = (j->M + ROWS - 1) / ROWS;
  crew_place at = crew_start(id);
  ptrdiff_t chunk;
  if (j->strips == NULL) {
    const ptrdiff_t share = (j->N + w->threads - 1) / w->threads; /* rows as long as they can be */
    const ptrdiff_t width = (share + WIDE - 1) / WIDE * WIDE, widths = width > 0 ? (j->N + width - 1) / width : 0;
    while ((chunk = crew_claim(w, &at, j->M * widths)) >= 0) {
      const ptrdiff_t n0 = chunk % widths * width;
      F(row_by_rows)(j, chunk / widths, n0, n0 + width < j->N ? n0 + width : j->N);
    }
    crew_meet(w, &at, j->M * widths);
    return;
  }
  while ((chunk = crew_claim(w, &at, strips)) >= 0)
    F(pack_columns)(j, chunk, (REAL *)j->strips + chunk * j->K * WIDE);
  crew_meet(w, &at, strips);
  while ((chunk = crew_claim(w, &at, strips * heights)) >= 0) {
    const ptrdiff_t m0 = chunk / strips * ROWS;
    F(tiles_of_strip)(j, m0, m0 + ROWS < j->M ? m0 + ROWS : j->M, chunk % strips);
  }
  crew_meet(w, &at, strips * heights);
}

TARGET static void F(product)(int threads, void *job) { crew_run(threads, F(product_member), job); }
