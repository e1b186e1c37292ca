/* The softmax of rows and what a label loses by it, in one pass over each row while it lies in a cache:
 * the array functions read and write it six times. A part of the template that lstm_core.h begins. */

#if CORE_BITS == 32
#  define LOG(x) __builtin_logf(x)
#else
#  define LOG(x) __builtin_log(x)
#endif

/* to [LANES] = e ** (x - top), where top is at least x. */
TARGET static inline void F(exponentials)(const REAL *x, REAL top, REAL *to) {
  for (int u = 0; u < LANES; u += GATE_LANES) PUT(to + u, GATE(exp_below)(GET(x + u), GET_ALL(&top)));
}

/* Returns -log(softmax(x)[label]); p [V] is its gradient: softmax(x), less 1 at the label. A NaN or +inf in x makes
 * all of it NaN. */
TARGET static REAL F(softmax_row)(const REAL *x, ptrdiff_t V, ptrdiff_t label, REAL *p) {
  const ptrdiff_t few = V % LANES, whole = V - few;
  VEC most = ALL(x), sum = NONE;
  REAL end[LANES], lanes[LANES];
  for (ptrdiff_t k = 0; k < whole; k += LANES) most = LARGER(most, LOAD(x + k));
  STORE(end, ALL(x));
  memcpy(end, x + whole, SIZE(few));
  STORE(lanes, LARGER(most, LOAD(end)));
  for (int half = LANES / 2; half > 0; half /= 2)
    for (int u = 0; u < half; u++) lanes[u] = lanes[u] > lanes[u + half] ? lanes[u] : lanes[u + half];
  const REAL top = lanes[0];
  for (ptrdiff_t k = 0; k < whole; k += LANES) {
    F(exponentials)(x + k, top, p + k);
    sum = PLUS(sum, LOAD(p + k));
  }
  F(exponentials)(end, top, end);
  memset(end + few, 0, SIZE(LANES - few));
  memcpy(p + whole, end, SIZE(few));
  STORE(lanes, PLUS(sum, LOAD(end)));
  for (int half = LANES / 2; half > 0; half /= 2)
    for (int u = 0; u < half; u++) lanes[u] += lanes[u + half];
  const REAL share = 1 / lanes[0];
  for (ptrdiff_t k = 0; k < V; k++) p[k] *= share;
  p[label] -= 1;
  return LOG(lanes[0]) - (x[label] - top);
}

TARGET static void F(softmax_member)(crew *w, int id, void *job) {
  const core_softmax *j = job;
  const ptrdiff_t V = j->V, rows = 16, chunks = (j->M + rows - 1) / rows;
  crew_place at = crew_start(id);
  ptrdiff_t chunk;
  while ((chunk = crew_claim(w, &at, chunks)) >= 0)
    for (ptrdiff_t m = chunk * rows; m < (chunk + 1) * rows && m < j->M; m++)
      ((REAL *)j->losses)[m] =
          F(softmax_row)((const REAL *)j->x + m * V, V, j->labels[m], (REAL *)j->d_x + m * V);
  crew_meet(w, &at, chunks);
}

TARGET static void F(softmax)(int threads, void *job) { crew_run(threads, F(softmax_member), job); }
