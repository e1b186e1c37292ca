/* The product of two matrices, for the layers around an LSTM. A BLAS has one of its own; but its threads
 * spin for milliseconds after each call, in case there is another one, and take the processors from the
 * crew. A part of the template that lstm_core.h begins.
 *
 * b is packed into strips as a kernel is, its columns in their own order; then tiles of a times a strip,
 * DEPTH columns of a at a time, so that the piece of the strip stays in the first-level cache. An a whose
 * columns lie apart (a layer's inputs, transposed for the gradient of its weights) is packed as well, HEIGHT
 * rows and DEPTH columns at a time: what a tile wants of it would lie in as many cache lines, and those in
 * the same few places of a cache. [1024, 2560] times [2560, 1000]: from 56 to 130 GFLOP/s. */

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

/* Writes columns [k, k + n) of the rows [m0, m1) of a: tile after tile, each [n, its rows]. */
TARGET static void F(pack_rows)(const core_product *j, ptrdiff_t m0, ptrdiff_t m1, ptrdiff_t k, ptrdiff_t n,
                                REAL *to) {
  for (ptrdiff_t c = 0; c < n; c++) {
    for (ptrdiff_t u = 0; u < m1 - m0 && j->a_row == 1; u += 64 / (ptrdiff_t)sizeof(REAL))
      PREFETCH((const REAL *)j->a + m0 + u + (k + c + 16) * j->a_next);
    for (ptrdiff_t m = m0; m < m1; m += TILE_ROWS) {
      const REAL *from = (const REAL *)j->a + m * j->a_row + (k + c) * j->a_next;
      const ptrdiff_t R = m1 - m < TILE_ROWS ? m1 - m : TILE_ROWS;
      REAL *row = to + (m - m0) * n + c * R;
      if (R == TILE_ROWS && j->a_row == 1)
        memcpy(row, from, SIZE(TILE_ROWS));
      else
        for (ptrdiff_t r = 0; r < R; r++) row[r] = from[r * j->a_row];
    }
  }
}

/* The same of an array with windows: row after row, each [n]. A convolution's matrix of windows is many times as
 * large as the array, and never lies in memory: only the piece that a tile takes does, in a cache. */
TARGET static void F(pack_windows)(const core_product *j, ptrdiff_t m0, ptrdiff_t m1, ptrdiff_t k, ptrdiff_t n,
                                   REAL *to) {
  for (ptrdiff_t m = m0; m < m1; m++) {
    const REAL *window = (const REAL *)j->a + j->at[m];
    ptrdiff_t run = k / j->run, from = k % j->run;
    for (ptrdiff_t left = n; left > 0; run++, from = 0) {
      const ptrdiff_t some = j->run - from < left ? j->run - from : left;
      memcpy(to, window + j->runs[run] + from, SIZE(some));
      to += some;
      left -= some;
    }
  }
}

/* The same with the windows as columns: rows [m0, m1) are elements of the windows [k, k + n); tile after tile. */
TARGET static void F(pack_elements)(const core_product *j, ptrdiff_t m0, ptrdiff_t m1, ptrdiff_t k, ptrdiff_t n,
                                    REAL *to) {
  ptrdiff_t at[HEIGHT];
  for (ptrdiff_t m = m0; m < m1; m++) at[m - m0] = (ptrdiff_t)j->runs[m / j->run] + m % j->run;
  for (ptrdiff_t c = 0; c < n; c++) {
    const REAL *window = (const REAL *)j->a + j->at[k + c];
    for (ptrdiff_t m = 0; m < m1 - m0; m += TILE_ROWS) {
      const ptrdiff_t R = m1 - m0 - m < TILE_ROWS ? m1 - m0 - m : TILE_ROWS;
      REAL *row = to + m * n + c * R;
      if (R == TILE_ROWS && at[m + R - 1] - at[m] == R - 1)
        memcpy(row, window + at[m], SIZE(TILE_ROWS));
      else
        for (ptrdiff_t r = 0; r < R; r++) row[r] = window[at[m + r]];
    }
  }
}

/* out, rows [m0, m1), columns of the strips [s0, s1). rows: [HEIGHT, DEPTH], this thread's own, or NULL. */
TARGET static void F(tiles_of_strips)(const core_product *j, ptrdiff_t m0, ptrdiff_t m1, ptrdiff_t s0,
                                      ptrdiff_t s1, REAL *rows) {
  const ptrdiff_t K = j->K, N = j->N;
  const REAL zeros[WIDE] = {0};
  REAL part[HEIGHT][WIDE]; /* of the last strip, if it is cut short */
  for (ptrdiff_t k = 0; k == 0 || k < K; k += DEPTH) {
    const ptrdiff_t n = K - k < DEPTH ? K - k : DEPTH;
    if (j->at != NULL && j->turned)
      F(pack_elements)(j, m0, m1, k, n, rows);
    else if (j->at != NULL)
      F(pack_windows)(j, m0, m1, k, n, rows);
    else if (rows != NULL)
      F(pack_rows)(j, m0, m1, k, n, rows);
    const int tiled = rows != NULL && (j->at == NULL || j->turned); /* else row after row */
    const ptrdiff_t a_row = rows != NULL ? n : j->a_row;
    for (ptrdiff_t s = s0; s < s1; s++) {
      const REAL *piece = (const REAL *)j->strips + (s * K + k) * WIDE;
      const ptrdiff_t to_row = (s + 1) * WIDE > N ? WIDE : N;
      REAL *out = (s + 1) * WIDE > N ? part[0] : (REAL *)j->out + m0 * N + s * WIDE;
      for (ptrdiff_t m = m0, R; m < m1; m += R) {
        R = m1 - m < TILE_ROWS ? m1 - m : TILE_ROWS;
        const REAL *a = rows != NULL ? rows + (m - m0) * n : (const REAL *)j->a + m * j->a_row + k;
        REAL *to = out + (m - m0) * to_row;
        F(tile)[R](a, tiled ? 1 : a_row, tiled ? R : 1, piece, n, k == 0 ? zeros : to,
                   k == 0 ? 0 : to_row, to, to_row, piece, 0);
      }
    }
  }
  const ptrdiff_t left = N - (s1 - 1) * WIDE;
  for (ptrdiff_t m = m0; m < m1 && left < WIDE; m++)
    memcpy((REAL *)j->out + m * N + (s1 - 1) * WIDE, part[m - m0], SIZE(left));
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
  const ptrdiff_t strips = (j->N + WIDE - 1) / WIDE, heights = (j->M + HEIGHT - 1) / HEIGHT;
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
  /* as many strips to a chunk as leave each thread some chunks: the rows of a are packed for each */
  const ptrdiff_t width = w->threads == 1 ? strips : 1 + strips * heights / (8 * w->threads);
  const ptrdiff_t widths = strips > 0 ? (strips + width - 1) / width : 0;
  REAL *rows = j->rows != NULL ? (REAL *)j->rows + at.id * HEIGHT * DEPTH : NULL;
  while ((chunk = crew_claim(w, &at, widths * heights)) >= 0) {
    const ptrdiff_t m0 = chunk / widths * HEIGHT, s0 = chunk % widths * width;
    F(tiles_of_strips)(j, m0, m0 + HEIGHT < j->M ? m0 + HEIGHT : j->M, s0,
                       s0 + width < strips ? s0 + width : strips, rows);
  }
  crew_meet(w, &at, widths * heights);
}

TARGET static void F(product)(int threads, void *job) { crew_run(threads, F(product_member), job); }
