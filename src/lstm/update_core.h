/* The optimizers' updates: one pass over the arrays, in place, nothing in between. A part of the template
 * that lstm_core.h begins; plain loops, which the compiler turns into vectors (with
 * -fno-math-errno, or a call would stand behind every square root).
 *
 * A vector of AVX-512 is a whole cache line, and NumPy's big arrays begin 16 bytes into one: each load and each store
 * would touch two lines. So the first few elements are a loop of their own, up to where a line of w begins; slots made
 * as w was begin lines there as well. And all arrays begin at the same place of a page: a load behind a store to another
 * array at that place waits for it, so an element is read from all arrays before it is written to any. Adam on 1e7
 * elements, one thread: from 45 to 62 GB/s, which neither of the two did alone.
 *
 * Letters: w the weights, g their gradient, a and b the slots; n elements each. */

#if CORE_BITS == 32
#  define ROOT(x) __builtin_sqrtf(x)
#else
#  define ROOT(x) __builtin_sqrt(x)
#endif

/* w -= lr * g */
TARGET static void F(sgd)(ptrdiff_t n, REAL *restrict w, const REAL *restrict g, REAL lr) {
  for (ptrdiff_t k = 0; k < n; k++) w[k] -= lr * g[k];
}

/* a = momentum * a + g, w -= lr * a */
TARGET static void F(momentum)(ptrdiff_t n, REAL *restrict w, REAL *restrict a, const REAL *restrict g, REAL lr,
                               REAL momentum) {
  for (ptrdiff_t k = 0; k < n; k++) {
    const REAL new_a = momentum * a[k] + g[k], new_w = w[k] - lr * new_a;
    a[k] = new_a;
    w[k] = new_w;
  }
}

/* a = momentum * a + g, w -= lr * (g + momentum * a) */
TARGET static void F(nesterov)(ptrdiff_t n, REAL *restrict w, REAL *restrict a, const REAL *restrict g, REAL lr,
                               REAL momentum) {
  for (ptrdiff_t k = 0; k < n; k++) {
    const REAL new_a = momentum * a[k] + g[k], new_w = w[k] - lr * (g[k] + momentum * new_a);
    a[k] = new_a;
    w[k] = new_w;
  }
}

/* a += fresh * (g * g - a), b = momentum * b + lr * g / sqrt(a + eps), w -= b */
TARGET static void F(rmsprop)(ptrdiff_t n, REAL *restrict w, REAL *restrict a, REAL *restrict b,
                              const REAL *restrict g, REAL lr, REAL momentum, REAL fresh, REAL eps) {
  for (ptrdiff_t k = 0; k < n; k++) {
    const REAL new_a = a[k] + fresh * (g[k] * g[k] - a[k]);
    const REAL new_b = momentum * b[k] + lr * g[k] / ROOT(new_a + eps), new_w = w[k] - new_b;
    a[k] = new_a;
    b[k] = new_b;
    w[k] = new_w;
  }
}

/* a += fresh * (g - a), b += fresh2 * (g * g - b), w -= lr * a / (sqrt(b) + eps) */
TARGET static void F(adam)(ptrdiff_t n, REAL *restrict w, REAL *restrict a, REAL *restrict b, const REAL *restrict g,
                           REAL lr, REAL fresh, REAL fresh2, REAL eps) {
  for (ptrdiff_t k = 0; k < n; k++) {
    const REAL new_a = a[k] + fresh * (g[k] - a[k]), new_b = b[k] + fresh2 * (g[k] * g[k] - b[k]);
    const REAL new_w = w[k] - lr * new_a / (ROOT(new_b) + eps);
    a[k] = new_a;
    b[k] = new_b;
    w[k] = new_w;
  }
}

/* Elements [from, to) of all arrays. */
TARGET static void F(update_part)(const core_update *u, ptrdiff_t from, ptrdiff_t to) {
  const ptrdiff_t n = to - from;
  REAL *w = (REAL *)u->w + from, *a = u->a == NULL ? NULL : (REAL *)u->a + from;
  REAL *b = u->b == NULL ? NULL : (REAL *)u->b + from;
  const REAL *g = (const REAL *)u->g + from;
  const REAL lr = (REAL)u->lr, momentum = (REAL)u->momentum, eps = (REAL)u->eps;
  const REAL fresh = (REAL)(1.0 - u->decay), fresh2 = (REAL)(1.0 - u->decay2);
  switch (u->rule) {
    case UPDATE_SGD: F(sgd)(n, w, g, lr); break;
    case UPDATE_MOMENTUM: (u->nesterov ? F(nesterov) : F(momentum))(n, w, a, g, lr, momentum); break;
    case UPDATE_RMSPROP: F(rmsprop)(n, w, a, b, g, lr, momentum, fresh, eps); break;
    case UPDATE_ADAM: F(adam)(n, w, a, b, g, lr, fresh, fresh2, eps); break;
  }
}

TARGET static void F(update_member)(crew *w, int id, void *job) {
  const core_update *u = job;
  const ptrdiff_t before = (ptrdiff_t)(-(uintptr_t)u->w % 64 / sizeof(REAL)), first = before < u->n ? before : u->n;
  const ptrdiff_t chunks = (u->n - first + UPDATE_CHUNK - 1) / UPDATE_CHUNK;
  crew_place at = crew_start(id);
  ptrdiff_t chunk;
  if (id == 0) F(update_part)(u, 0, first);
  while ((chunk = crew_claim(w, &at, chunks)) >= 0) {
    const ptrdiff_t from = first + chunk * UPDATE_CHUNK;
    F(update_part)(u, from, from + UPDATE_CHUNK < u->n ? from + UPDATE_CHUNK : u->n);
  }
  crew_meet(w, &at, chunks);
}

TARGET static void F(update)(int threads, void *job) { crew_run(threads, F(update_member), job); }
