/* The optimizers' updates: one pass over the arrays, in place, nothing in between. A part of the template
 * that lstm_core.h begins; plain loops, which the compiler turns into vectors (with
 * -fno-math-errno, or a call would stand behind every square root).
 *
 * Letters: w the weights, g their gradient, a and b the slots; n elements each. */

#if CORE_BITS == 32
#  define ROOT(x) __builtin_sqrtf(x)
#else
#  define ROOT(x) __builtin_sqrt(x)
#endif

/* w -= lr * g */
TARGET static void F(sgd)(const core_update *u, ptrdiff_t from, ptrdiff_t to) {
  REAL *restrict w = u->w;
  const REAL *restrict g = u->g;
  const REAL lr = (REAL)u->lr;
  for (ptrdiff_t k = from; k < to; k++) w[k] -= lr * g[k];
}

/* a = momentum * a + g, w -= lr * a; Nesterov: w -= lr * (g + momentum * a) */
TARGET static void F(momentum)(const core_update *u, ptrdiff_t from, ptrdiff_t to) {
  REAL *restrict w = u->w, *restrict a = u->a;
  const REAL *restrict g = u->g;
  const REAL lr = (REAL)u->lr, momentum = (REAL)u->momentum;
  if (u->nesterov)
    for (ptrdiff_t k = from; k < to; k++) {
      a[k] = momentum * a[k] + g[k];
      w[k] -= lr * (g[k] + momentum * a[k]);
    }
  else
    for (ptrdiff_t k = from; k < to; k++) {
      a[k] = momentum * a[k] + g[k];
      w[k] -= lr * a[k];
    }
}

/* a += (1 - decay) * (g * g - a), b = momentum * b + lr * g / sqrt(a + eps), w -= b */
TARGET static void F(rmsprop)(const core_update *u, ptrdiff_t from, ptrdiff_t to) {
  REAL *restrict w = u->w, *restrict a = u->a, *restrict b = u->b;
  const REAL *restrict g = u->g;
  const REAL lr = (REAL)u->lr, momentum = (REAL)u->momentum, eps = (REAL)u->eps;
  const REAL fresh = (REAL)(1.0 - u->decay);
  for (ptrdiff_t k = from; k < to; k++) {
    a[k] += fresh * (g[k] * g[k] - a[k]);
    b[k] = momentum * b[k] + lr * g[k] / ROOT(a[k] + eps);
    w[k] -= b[k];
  }
}

/* a += (1 - decay) * (g - a), b += (1 - decay2) * (g * g - b), w -= lr * a / (sqrt(b) + eps) */
TARGET static void F(adam)(const core_update *u, ptrdiff_t from, ptrdiff_t to) {
  REAL *restrict w = u->w, *restrict a = u->a, *restrict b = u->b;
  const REAL *restrict g = u->g;
  const REAL lr = (REAL)u->lr, eps = (REAL)u->eps;
  const REAL fresh = (REAL)(1.0 - u->decay), fresh2 = (REAL)(1.0 - u->decay2);
  for (ptrdiff_t k = from; k < to; k++) {
    a[k] += fresh * (g[k] - a[k]);
    b[k] += fresh2 * (g[k] * g[k] - b[k]);
    w[k] -= lr * a[k] / (ROOT(b[k]) + eps);
  }
}

TARGET static void F(update_member)(crew *w, int id, void *job) {
  const core_update *u = job;
  const ptrdiff_t chunks = (u->n + UPDATE_CHUNK - 1) / UPDATE_CHUNK;
  crew_place at = crew_start(id);
  ptrdiff_t chunk;
  while ((chunk = crew_claim(w, &at, chunks)) >= 0) {
    const ptrdiff_t from = chunk * UPDATE_CHUNK;
    const ptrdiff_t to = from + UPDATE_CHUNK < u->n ? from + UPDATE_CHUNK : u->n;
    switch (u->rule) {
      case UPDATE_SGD: F(sgd)(u, from, to); break;
      case UPDATE_MOMENTUM: F(momentum)(u, from, to); break;
      case UPDATE_RMSPROP: F(rmsprop)(u, from, to); break;
      case UPDATE_ADAM: F(adam)(u, from, to); break;
    }
  }
  crew_meet(w, &at, chunks);
}

TARGET static void F(update)(int threads, void *job) { crew_run(threads, F(update_member), job); }
