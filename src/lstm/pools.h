/* Largest elements of windows, and their way back, over [N, H, W, C] in one pass: as array functions they take one
 * for each place in a window, there and back. Plain loops over the channels, which the compiler turns into vectors. */
#ifndef FASTSCOPE_POOLS_H
#define FASTSCOPE_POOLS_H

#include <string.h>

#include "crew.h"

typedef struct {
  ptrdiff_t N, H, W, C;             /* of x, padding included */
  ptrdiff_t rows, columns;          /* windows of an image */
  ptrdiff_t height, width;          /* of a window */
  ptrdiff_t down, right;            /* from one to the next */
  const void *x;                    /* [N, H, W, C] */
  void *y;                          /* [N, rows, columns, C]: written, or on the way back read */
  const void *d;                    /* like y, on the way back; or NULL */
  void *d_x;                        /* like x: written on the way back */
  void *left;                       /* scratch on the way back: [threads, C] */
} pool_job;

#define POOLS(REAL, suffix)                                                                                    \
  static void pool_image##suffix(const pool_job *j, ptrdiff_t image) {                                         \
    const ptrdiff_t C = j->C, line = j->W * C;                                                                 \
    const REAL *x = (const REAL *)j->x + image * j->H * line;                                                  \
    REAL *restrict y = (REAL *)j->y + image * j->rows * j->columns * C;                                        \
    for (ptrdiff_t row = 0; row < j->rows; row++)                                                              \
      for (ptrdiff_t column = 0; column < j->columns; column++, y += C) {                                      \
        const REAL *window = x + row * j->down * line + column * j->right * C;                                 \
        memcpy(y, window, (size_t)C * sizeof(REAL));                                                           \
        for (ptrdiff_t h = 0; h < j->height; h++)                                                              \
          for (ptrdiff_t w = h == 0; w < j->width; w++) {                                                      \
            const REAL *place = window + h * line + w * C;                                                     \
            for (ptrdiff_t c = 0; c < C; c++) y[c] = place[c] > y[c] || place[c] != place[c] ? place[c] : y[c]; \
          }                                                                                                    \
      }                                                                                                        \
  }                                                                                                            \
  /* left: what has found no place yet; the first element that is the largest takes it. */                     \
  static void pool_image_back##suffix(const pool_job *j, ptrdiff_t image, REAL *restrict left) {               \
    const ptrdiff_t C = j->C, line = j->W * C, windows = image * j->rows * j->columns;                         \
    const REAL *x = (const REAL *)j->x + image * j->H * line;                                                  \
    REAL *d_x = (REAL *)j->d_x + image * j->H * line;                                                          \
    const REAL *y = (const REAL *)j->y + windows * C, *d = (const REAL *)j->d + windows * C;                   \
    memset(d_x, 0, (size_t)(j->H * line) * sizeof(REAL));                                                      \
    for (ptrdiff_t row = 0; row < j->rows; row++)                                                              \
      for (ptrdiff_t column = 0; column < j->columns; column++, y += C, d += C) {                              \
        const ptrdiff_t at = row * j->down * line + column * j->right * C;                                     \
        memcpy(left, d, (size_t)C * sizeof(REAL));                                                             \
        for (ptrdiff_t h = 0; h < j->height; h++)                                                              \
          for (ptrdiff_t w = 0; w < j->width; w++) {                                                           \
            const REAL *place = x + at + h * line + w * C;                                                     \
            REAL *restrict to = d_x + at + h * line + w * C;                                                   \
            for (ptrdiff_t c = 0; c < C; c++) {                                                                \
              const int here = place[c] == y[c];                                                               \
              to[c] += here ? left[c] : 0;                                                                     \
              left[c] = here ? 0 : left[c];                                                                    \
            }                                                                                                  \
          }                                                                                                    \
      }                                                                                                        \
  }                                                                                                            \
  static void pool_member##suffix(crew *w, int id, void *job) {                                                \
    const pool_job *j = job;                                                                                   \
    crew_place at = crew_start(id);                                                                            \
    ptrdiff_t image;                                                                                           \
    while ((image = crew_claim(w, &at, j->N)) >= 0)                                                            \
      if (j->d == NULL)                                                                                        \
        pool_image##suffix(j, image);                                                                          \
      else                                                                                                     \
        pool_image_back##suffix(j, image, (REAL *)j->left + at.id * j->C);                                     \
    crew_meet(w, &at, j->N);                                                                                   \
  }                                                                                                            \
  static void pool##suffix(int threads, void *job) { crew_run(threads, pool_member##suffix, job); }

POOLS(float, _f32)
POOLS(double, _f64)
#undef POOLS

#endif
