/* The forward pass: z = bias + x.W + h.U and the gates, step after step. The second part of the template
 * that lstm_core.h begins; its letters and its order of columns are explained there. */

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

/* What U is multiplied with in step t: [N, taken(H)], the h before it. */
static inline const REAL *F(factor)(const core_forward *j, ptrdiff_t t) {
#ifdef CORE_PAIRS
  return (const REAL *)j->h_pairs + t % 2 * j->N * F(taken)(j->H);
#else
  return t > 0 ? (const REAL *)j->outputs + (t - 1) * j->N * j->H : j->h0;
#endif
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
#ifdef CORE_PAIRS
  REAL *pairs = (REAL *)F(factor)(j, t + 1) + n * F(taken)(H) + b * LANES / 2;
  F(pair_up)(left >= LANES ? to : h, left < LANES ? left : LANES, pairs);
#endif
}

#ifndef CORE_PAIRS
/* out [n] += a [K] . K rows of n reals, `row` apart; four rows at a time, in the order of stream(). */
TARGET static void F(add_rows)(const REAL *a, ptrdiff_t K, const REAL *rows, ptrdiff_t row, ptrdiff_t n,
                               REAL *out) {
  REAL end[LANES] = {0};
  for (ptrdiff_t k = 0; k < K; k += 4) {
    const ptrdiff_t few = K - k < 4 ? K - k : 4;
    for (ptrdiff_t u = 0; u < n; u += LANES) {
      const ptrdiff_t left = n - u;
      VEC sum = LOAD(out + u);
      for (ptrdiff_t r = k; r < k + few; r++) {
        const REAL *from = rows + r * row + u;
        if (left < LANES) from = memcpy(end, from, SIZE(left));
        sum = MULADD(ALL(a + r), LOAD(from), sum);
      }
      STORE(out + u, sum);
    }
  }
}

/* z of one row, blocks [b0, b1), by the kernel as it lies: packing it costs as much as several steps. */
TARGET static void F(unpacked)(const core_forward *j, ptrdiff_t b0, ptrdiff_t b1, REAL *z) {
  const ptrdiff_t D = j->D, H = j->H, Hp = LANES * F(blocks)(H), u0 = b0 * LANES;
  const ptrdiff_t n = (b1 * LANES < H ? b1 * LANES : H) - u0;
  for (ptrdiff_t gate = 0; gate < 4; gate++) {
    const REAL *bias = (const REAL *)j->bias + gate * H + u0, *rows = (const REAL *)j->raw + gate * H + u0;
    REAL *sum = z + 4 * Hp + gate * Hp + u0;
    F(read_row)(bias, n, (b1 - b0) * LANES, sum);
    F(add_rows)(j->x, D, rows, 4 * H, n, sum);
    F(add_rows)(j->h0, H, rows + D * 4 * H, 4 * H, n, sum);
    for (ptrdiff_t b = b0; b < b1; b++)
      memcpy(z + (4 * b + gate) * LANES, sum + (b - b0) * LANES, SIZE(LANES));
  }
}
#endif

/* Whether step t goes through the weights first to last, or back. Each step, and each call of one step,
 * turns round: what was read last is still in a near cache. */
static inline int F(forth)(const core_forward *j, ptrdiff_t t) { return (t + j->turn) % 2 == 0; }

/* Step t of the blocks [b0, b1): z += h.U, then the gates. z: [N, G] of this step. */
TARGET static void F(step)(const core_forward *j, ptrdiff_t t, ptrdiff_t b0, ptrdiff_t b1,
                           REAL *z) {
  const ptrdiff_t N = j->N, D = j->D, H = j->H, K = F(taken)(H), G = 4 * LANES * F(blocks)(H);
  const REAL *W = j->W, *U = j->U;
  const REAL *x = (const REAL *)j->x + t * N * D, *h = F(factor)(j, t);
  REAL part[ROWS][2 * WIDE], start[WIDE];
#ifndef CORE_PAIRS
  if (j->raw != NULL) {
    F(unpacked)(j, b0, b1, z);
    for (ptrdiff_t b = b0; b < b1; b++) F(advance)(j, t, 0, b, z + 4 * b * LANES, NULL);
    return;
  }
#endif
  if (N == 1) {
    for (ptrdiff_t k = b0; k < b1; k += 2) {
      const ptrdiff_t b = F(forth)(j, t) ? k : b0 + (b1 - 1 - k) / 2 * 2;
      const ptrdiff_t n = b1 - b < 2 ? 1 : 2;
      if (j->fuse) F(inputs)(j, t, t + 1, b, b + n, z);
      F(stream)(h, U + 2 * b * K * WIDE, 2 * n, K, z + 2 * b * WIDE);
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
        const REAL *Ws = W + s * D * WIDE, *Us = U + s * K * WIDE;
        REAL *out = part[0] + s % 2 * WIDE;
        if (j->fuse) {
          F(gather)(j->bias, H, s, start);
          F(block_product)(x + m * D, R, D, Ws, D, start, 0, out, 2 * WIDE, Us);
          F(block_product)(h + m * K, R, K, Us, K, out, 2 * WIDE, out, 2 * WIDE, Ws + D * WIDE);
        } else {
          F(block_product)(h + m * K, R, K, Us, K, z + m * G + s * WIDE, G, out, 2 * WIDE,
                           Us + K * WIDE);
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
    }
    if (!j->fuse) crew_meet(w, &at, chunks);
    for (ptrdiff_t t = t0; t < t1; t++) {
      while ((chunk = crew_claim(w, &at, chunks)) >= 0) {
        const ptrdiff_t b0 = (F(forth)(j, t) ? chunk : crew_mirror(w, chunks, chunk)) * group;
        F(step)(j, t, b0, b0 + group < NB ? b0 + group : NB, z + (t - t0) * j->N * G);
      }
      crew_meet(w, &at, chunks);
    }
  }
}

TARGET static void F(forward)(int threads, void *job) {
  core_forward *j = job;
  const ptrdiff_t N = j->N, H = j->H, Hp = LANES * F(blocks)(H);
  REAL *outputs = j->outputs, *c = j->c;
#ifdef CORE_PAIRS
  for (ptrdiff_t m = 0; m < j->steps * N && j->x != NULL; m++)
    F(pair_up)((const REAL *)j->x + m * j->D, j->D, (REAL *)j->x_pairs + m * F(taken)(j->D));
  for (ptrdiff_t n = 0; n < N; n++) F(pair_up)((const REAL *)j->h0 + n * H, H, (REAL *)j->h_pairs + n * F(taken)(H));
  j->x = j->x_pairs;
  j->D = F(taken)(j->D);
#endif
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
