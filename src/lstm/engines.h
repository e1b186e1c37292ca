/* The compiled cores and the choice among them: the template of cores.h, once per real type and
 * instruction set, behind one table of functions. A job is a struct of pointers, filled by _lstm.pyx;
 * `void *` in it is float or double, as the engine says. */
#ifndef FASTSCOPE_ENGINES_H
#define FASTSCOPE_ENGINES_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#if defined(__linux__)
#  include <sys/mman.h>
#endif

#include "crew.h"

#if defined(__x86_64__) && defined(__GNUC__)
#  define HAVE_X86 1
#  include <immintrin.h>
#else
#  define HAVE_X86 0
#endif
#if HAVE_X86 && (defined(__clang__) ? __clang_major__ >= 9 : __GNUC__ >= 10) /* compilers that know vdpbf16ps */
#  define HAVE_BF16 1
#else
#  define HAVE_BF16 0
#endif

/* Shapes: T max_time, N batch_size, D input_depth, H num_units; Hp, G as in lstm_core.h. `steps` is
 * the number of time steps to run, at most T; `lengths` [N], each 0 to steps, or NULL for all steps. */
typedef struct {
  ptrdiff_t T, N, D, H, steps;
  const void *x;                    /* [T, N, D] */
  const int64_t *ids;               /* [N]: instead of x, T = 1 */
  const void *rows;                 /* [.., row_size]: row ids[n] is x.W already; NULL with x */
  ptrdiff_t row_size;               /* 4H in gate order, or G in strip order if rows_packed */
  int rows_packed;
  const void *c0, *h0;              /* [N, H] */
  const void *bias;                 /* [4H] */
  const void *W, *U;                /* strips: [2 NB, D, WIDE], [2 NB, H, WIDE] */
  const void *raw;                  /* [D + H, 4H]: the kernel itself, for one step of one row; or NULL */
  void *x_pairs, *h_pairs;          /* scratch, for pairs: [steps, N, (D + 1) / 2], [2, N, (H + 1) / 2] */
  double forget_bias;
  const int64_t *lengths;
  int keep;                         /* leave the gates in z */
  int fuse;                         /* x.W in each step instead of ahead of the steps */
  int turn;                         /* 1 to go through the weights the other way round */
  void *z;                          /* [z_steps or T, N, G]: scratch, or with keep the gates; [2, G] if raw */
  ptrdiff_t z_steps;                /* time steps per product x.W */
  void *c;                          /* [N, Hp], or with keep [T + 1, N, Hp]: every cell */
  ptrdiff_t c_step;                 /* from one step's c to the next: 0, or with keep N * Hp */
  void *outputs, *new_c, *new_h;    /* [T, N, H], [N, H], [N, H]: written; c may be new_c */
} core_forward;

typedef struct {
  ptrdiff_t T, N, D, H, steps;
  const void *x, *h0;               /* as forward */
  const int64_t *lengths;
  const void *gates, *cells;        /* as forward left them: z, c */
  const void *W_across, *U_across;  /* strips: [.., G, WIDE] */
  const void *d_outputs;            /* [T, N, H] */
  const void *d_c, *d_h;            /* [N, H] or NULL */
  void *dz, *dc, *h;                /* scratch: [steps, N, G], [N, Hp], [steps + 1, N, H] */
  void *across;                     /* scratch: see transpose() and core_across_size() */
  void *pieces;                     /* scratch: [threads, 4, core_piece(steps * N), WIDE] */
  void *d_x, *new_dc, *new_dh;      /* [T, N, D] or NULL, [N, H], [N, H]: written */
  void *d_kernel, *d_bias;          /* [D + H, 4H], [4H]: written */
} core_backward;

typedef struct {
  ptrdiff_t D, H;
  const void *kernel;               /* [D + H, 4H] */
  void *pairs;                      /* scratch, for pairs: [(D + 1) / 2 + (H + 1) / 2, 4H] */
  void *W, *U, *W_across, *U_across; /* written, each if not NULL */
} core_pack;

typedef struct {
  ptrdiff_t D, H;
  const void *row, *W;              /* [D], and W as forward */
  void *pairs;                      /* scratch, for pairs: [(D + 1) / 2] */
  void *to;                         /* [G], written: row.W */
} core_project;

enum { UPDATE_SGD, UPDATE_MOMENTUM, UPDATE_RMSPROP, UPDATE_ADAM };
#define UPDATE_CHUNK 16384
#define FEW_ROWS 2 /* of a product: packing would cost more than the product itself */
#define HEIGHT 60  /* rows of a product that are taken at a time, whole tiles of all engines, */
#define DEPTH 256  /* and columns */

typedef struct {
  ptrdiff_t n;
  int rule, nesterov;
  void *w, *a, *b;                  /* [n], written */
  const void *g;                    /* [n] */
  double lr, momentum, decay, decay2, eps;
} core_update;

typedef struct {
  ptrdiff_t M, K, N;
  const void *a, *b;                /* [M, K] and [K, N], in any layout: */
  ptrdiff_t a_row, a_next;          /* reals from a row to the next, from a column to the next */
  ptrdiff_t b_row, b_next;
  const int64_t *at;                /* NULL; or a is no matrix but an array with windows, the rows of a matrix: */
                                    /* where each window begins in it, in reals */
  const int64_t *runs;              /* [.. / run]: where each run of a window's elements begins, from there */
  ptrdiff_t run;                    /* elements that lie side by side */
  int turned;                       /* the windows are columns */
  void *strips;                     /* scratch: [ceil(N / WIDE), K, WIDE]; NULL takes b as it lies, */
                                    /* whose b_next is 1 then */
  void *rows;                       /* scratch: [threads, HEIGHT, DEPTH]; NULL if a_next is 1 and there is no `at` */
  void *out;                        /* [M, N], written */
} core_product;

typedef struct {
  ptrdiff_t M, V;
  const void *x;                    /* [M, V] */
  const int64_t *labels;            /* [M], each less than V */
  void *d_x, *losses;               /* [M, V], [M]: written */
} core_softmax;

/* Blocks per chunk: about four chunks a thread, so that one can help another out, and an even number,
 * since a single row takes two blocks at a time. */
static inline ptrdiff_t core_group(ptrdiff_t blocks, int threads) {
  if (threads == 1) return blocks > 0 ? blocks : 1;
  const ptrdiff_t group = (blocks + 4 * threads - 1) / (4 * threads);
  return group + group % 2 > 0 ? group + group % 2 : 2;
}

/* Rows of dz that are multiplied at a time for the kernel's gradient: M cut evenly. */
static inline ptrdiff_t core_piece(ptrdiff_t M) {
  const ptrdiff_t pieces = (M + 1535) / 1536;
  return pieces > 0 ? (M + pieces - 1) / pieces : 1;
}

#include "cores.h"

typedef void (*engine_pass)(int threads, void *job);

typedef struct {
  ptrdiff_t size;      /* bytes of a real */
  ptrdiff_t rows;      /* rows of a kernel in one row of a strip: 1, or 2 with pairs */
  ptrdiff_t lanes;     /* units of a block */
  ptrdiff_t tile_rows; /* columns of a group in core_backward.across */
  engine_pass pack, project, forward, backward, update, product, softmax;
} engine;

#define ENGINE(suffix, size, lanes, rows)                                                              \
  {size,          1,               lanes,          rows,           pack##suffix, project##suffix, forward##suffix, \
   backward##suffix, update##suffix, product##suffix, softmax##suffix}
#define PAIRS(suffix, lanes, rows) \
  {4, 2, lanes, rows, pack##suffix, project##suffix, forward##suffix, NULL, NULL, NULL, NULL}

/* The instruction sets, each with float, double and pairs of bfloat16. A processor that has one has those before it. */
enum { SET_PORTABLE, SET_AVX2, SET_AVX512, SET_BF16 };

static const engine engines_of[][3] = {
    {ENGINE(_f32_any, 4, 8, 2), ENGINE(_f64_any, 8, 4, 2), PAIRS(_bf16_any, 8, 2)},
#if HAVE_X86
    {ENGINE(_f32_avx2, 4, 8, 6), ENGINE(_f64_avx2, 8, 4, 6), PAIRS(_bf16_avx2, 8, 4)},
    {ENGINE(_f32_avx512, 4, 16, 12), ENGINE(_f64_avx512, 8, 8, 12), PAIRS(_bf16_avx512, 16, 12)},
#endif
#if HAVE_BF16
    {ENGINE(_f32_avx512, 4, 16, 12), ENGINE(_f64_avx512, 8, 8, 12), PAIRS(_bf16_by_instruction_avx512, 16, 12)},
#endif
};

/* The last set that this processor has. */
static int engines_best(void) {
#if HAVE_X86
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return SET_PORTABLE;
  if (!__builtin_cpu_supports("avx512f")) return SET_AVX2;
#  if HAVE_BF16
  if (__builtin_cpu_supports("avx512bf16")) return SET_BF16;
#  endif
  return SET_AVX512;
#else
  return SET_PORTABLE;
#endif
}

/* float (0), double (1) or pairs (2) with an instruction set, which is at most engines_best(). */
static const engine *engines_pick(int type, int set) { return &engines_of[set][type]; }

/* ---- memory ----------------------------------------------------------------------------------
 * A call takes the same scratch as the call before, and memory fresh from the system costs a page
 * fault for every 4 KiB: more than a step of a small LSTM. So freed blocks are kept for the next call,
 * up to SPARE_BYTES of them: as much as a training step of 1024 units takes, which half as much would make
 * 3 to 5 % slower. Big blocks lie on pages of 2 MiB where the system has them, or streaming through the
 * weights would miss the TLB at every page. */
#if defined(__SANITIZE_ADDRESS__)
#  define SPARE_BYTES 0 /* or a use after free would go unseen */
#else
#  define SPARE_BYTES ((size_t)256 << 20)
#endif
#define SPARE_BLOCKS 16
#define HEADER 64 /* bytes before a block, holding its size; keeps the block aligned */

static char *engines_spare[SPARE_BLOCKS]; /* taken and put with atomic exchanges, from any thread */
static size_t engines_spared;             /* bytes in them */

static inline size_t engines_size(const char *block) {
  size_t size;
  memcpy(&size, block, sizeof size);
  return size;
}

/* Takes a spare block of `bytes` to twice as many out of the list; NULL when there is none. */
static char *engines_reuse(size_t bytes) {
  for (int k = 0; k < SPARE_BLOCKS; k++) {
    char *block = __atomic_exchange_n(&engines_spare[k], NULL, __ATOMIC_ACQ_REL);
    if (block == NULL) continue;
    const size_t size = engines_size(block);
    if (size >= bytes && size / 2 <= bytes) {
      __atomic_fetch_sub(&engines_spared, size, __ATOMIC_RELAXED);
      return block;
    }
    char *none = NULL;
    if (!__atomic_compare_exchange_n(&engines_spare[k], &none, block, 0, __ATOMIC_ACQ_REL,
                                     __ATOMIC_RELAXED)) {
      __atomic_fetch_sub(&engines_spared, size, __ATOMIC_RELAXED);
      free(block); /* another thread has filled the place meanwhile */
    }
  }
  return NULL;
}

/* Memory for `bytes` bytes, aligned to 64, not cleared; NULL when there is none. */
static void *engines_alloc(size_t bytes) {
  const size_t huge = (size_t)2 << 20;
  if (bytes > SIZE_MAX / 2) return NULL;
  const size_t align = bytes + HEADER >= huge ? huge : HEADER;
  const size_t size = (bytes + HEADER + align - 1) / align * align;
  char *block = engines_reuse(size);
  if (block == NULL) {
    void *fresh = NULL;
    if (posix_memalign(&fresh, align, size) != 0) return NULL;
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    if (size >= huge) madvise(fresh, size, MADV_HUGEPAGE);
#endif
    block = fresh;
    memcpy(block, &size, sizeof size);
  }
  return block + HEADER;
}

static void engines_free(void *memory) {
  if (memory == NULL) return;
  char *block = (char *)memory - HEADER;
  const size_t size = engines_size(block);
  if (__atomic_add_fetch(&engines_spared, size, __ATOMIC_RELAXED) <= SPARE_BYTES)
    for (int k = 0; k < SPARE_BLOCKS; k++) {
      char *none = NULL;
      if (__atomic_compare_exchange_n(&engines_spare[k], &none, block, 0, __ATOMIC_ACQ_REL,
                                      __ATOMIC_RELAXED))
        return;
    }
  __atomic_fetch_sub(&engines_spared, size, __ATOMIC_RELAXED);
  free(block);
}

#endif
