/* The backward pass, last step first, and the products over all time that follow it. The third part of
 * the template that lstm_core.h begins. */

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

/* Fetches the columns of one strip in R rows [4H], which lie a page or more apart. */
TARGET static inline void F(expect_strip)(const REAL *row, ptrdiff_t R, ptrdiff_t H, ptrdiff_t strip) {
  row += strip % 2 * 2 * H + strip / 2 * LANES;
  for (ptrdiff_t r = 0; r < R; r++, row += 4 * H) {
    PREFETCH_WRITE(row);
    PREFETCH_WRITE(row + H);
  }
}

/* The kernel's and the bias's gradient, blocks [b0, b1), at most two, so that whole cache lines of it
 * are written: [x, h].T . dz over M rows, M cut into pieces whose dz stays in a cache. While the tiles of
 * a group run, the next group is fetched, and its rows of the gradient: from 138 to 160 GFLOP/s, of 175
 * at most. piece: [4, core_piece(M), WIDE], this thread's own. */
TARGET static void F(kernel_gradient)(const core_backward *j, ptrdiff_t b0, ptrdiff_t b1,
                                      REAL *piece) {
  const ptrdiff_t M = j->steps * j->N, D = j->D, H = j->H, G = 4 * LANES * F(blocks)(H);
  const ptrdiff_t most = core_piece(M), strips = 2 * (b1 - b0), share = (TILE_ROWS + strips - 1) / strips;
  const REAL zeros[WIDE] = {0};
  REAL sum[4 * WIDE] = {0}, out[4][TILE_ROWS][WIDE];
  ptrdiff_t k = 0;
  do { /* at least once: with no rows at all the gradient is written as zeros */
    const ptrdiff_t n = M - k < most ? M - k : most;
    for (ptrdiff_t r = 0; r < n; r++) {
      const REAL *dz = (const REAL *)j->dz + (k + r) * G + 2 * b0 * WIDE;
      for (ptrdiff_t u = 0; u < strips * WIDE; u++) sum[u] += dz[u];
      for (ptrdiff_t s = 0; s < strips; s++) {
        PREFETCH_FAR(dz + 8 * G + s * WIDE);
        PREFETCH_FAR(dz + 8 * G + s * WIDE + LANES);
        memcpy(piece + (s * most + r) * WIDE, dz + s * WIDE, SIZE(WIDE));
      }
    }
    const REAL *group = (const REAL *)j->across + k * TILE_ROWS;
    for (ptrdiff_t m = 0; m < D + H; group += M * TILE_ROWS) {
      const ptrdiff_t left = (m < D ? D : D + H) - m, R = left < TILE_ROWS ? left : TILE_ROWS;
      REAL *row = (REAL *)j->d_kernel + m * 4 * H;
      for (ptrdiff_t s = 0; s < strips; s++) {
        const REAL *in = k == 0 ? zeros : out[s][0];
        for (ptrdiff_t r = 0; k > 0 && r < R; r++)
          F(gather)(row + r * 4 * H, H, 2 * b0 + s, out[s][r]);
        F(expect_strip)(row + R * 4 * H, R, H, 2 * b0 + s);
        F(tile)[R](group, 1, TILE_ROWS, piece + s * most * WIDE, n, in, k == 0 ? 0 : WIDE, out[s][0], WIDE,
                   group + M * TILE_ROWS + s * n * share, share);
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
    }
    crew_meet(w, &at, chunks);
  }
  while ((chunk = crew_claim(w, &at, (M + ROWS - 1) / ROWS)) >= 0) {
    F(transpose)(j, chunk * ROWS, (chunk + 1) * ROWS < M ? (chunk + 1) * ROWS : M);
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
