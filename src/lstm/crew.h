/* A crew: the threads that work on one LSTM call together.
 *
 * The work of a call is a series of phases (one matrix product, then one phase per time step, ...),
 * a phase a number of chunks. Every thread walks through the same phases:
 *
 *     crew_place at = crew_start(id);
 *     for (t = 0; t < T; t++) {
 *       while ((chunk = crew_claim(w, &at, chunks)) >= 0) ...;
 *       crew_meet(w, &at, chunks);          // all chunks of the phase are done and visible
 *     }
 *
 * A phase ends when its chunks are done, not when every thread has come: a thread that the scheduler
 * holds back delays nobody unless it holds chunks, and one that wakes late runs through the finished
 * phases and joins the current one. Each thread has a range of the chunks of its own, so that the
 * weights it streams stay in its own cache, and takes from the others' when it is through. What it
 * has done it says once a phase, in crew_meet: all of them write that count.
 *
 * The threads are started once and sleep on a condition variable between calls: they never spin
 * while another library's threads want the cores. Within a call they spin for some microseconds,
 * then yield. One call at a time has the crew; a call that finds it taken runs alone. A child of fork
 * starts with no threads and makes its own.
 */
#ifndef FASTSCOPE_CREW_H
#define FASTSCOPE_CREW_H

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define CREW_MOST 64
#define CREW_SPINS 2000

typedef struct crew crew;
typedef void (*crew_work)(crew *w, int id, void *job);

/* One cache line each, or two threads that count would take it from each other. */
typedef struct {
  uint64_t value;
  char pad[56];
} crew_count;

struct crew {
  crew_count next[CREW_MOST]; /* per range: phase << 32 | chunks claimed in it */
  crew_count done;            /* chunks done, over all phases */
  crew_count active;          /* hired threads that are inside work() */
  crew_work work;
  void *job;
  int threads; /* ranges, and the most threads that may join, the caller included */
  int joined;
};

/* Where a thread stands in the series of phases; its own, not shared. */
typedef struct {
  uint64_t phase;
  uint64_t done; /* crew.done at the end of the phases before this one */
  ptrdiff_t alone;
  ptrdiff_t mine; /* chunks of this phase that it took */
  int id;
} crew_place;

static struct {
  pthread_mutex_t lock;
  pthread_cond_t wake;
  crew *current; /* what a waking thread may join */
  uint64_t posted;
  int started;
  int busy;
  int prepared;
} crew_pool = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, NULL, 0, 0, 0, 0};

static inline void crew_relax(unsigned *spins) {
  if (++*spins > CREW_SPINS) {
    sched_yield();
    return;
  }
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static inline crew_place crew_start(int id) {
  crew_place at = {1, 0, 0, 0, id};
  return at;
}

/* Takes a chunk of one range of the phase; -1 when none is left. */
static inline ptrdiff_t crew_claim_from(crew *w, const crew_place *at, ptrdiff_t chunks, int range) {
  const ptrdiff_t first = chunks * range / w->threads;
  const ptrdiff_t size = chunks * (range + 1) / w->threads - first;
  uint64_t seen = __atomic_load_n(&w->next[range].value, __ATOMIC_RELAXED);
  for (;;) {
    const uint64_t phase = seen >> 32;
    const uint64_t claimed = phase == at->phase ? seen & 0xffffffffu : 0;
    if (phase > at->phase || (ptrdiff_t)claimed >= size) return -1;
    if (__atomic_compare_exchange_n(&w->next[range].value, &seen, (at->phase << 32) + claimed + 1, 0,
                                    __ATOMIC_RELAXED, __ATOMIC_RELAXED))
      return first + (ptrdiff_t)claimed;
  }
}

/* Takes the next chunk of the phase, 0 <= chunk < chunks < 2**32; -1 when none is left. */
static inline ptrdiff_t crew_claim(crew *w, crew_place *at, ptrdiff_t chunks) {
  if (w->threads == 1) return at->alone < chunks ? at->alone++ : -1;
  for (int k = 0; k < w->threads; k++) {
    const int range = at->id + k < w->threads ? at->id + k : at->id + k - w->threads;
    const ptrdiff_t chunk = crew_claim_from(w, at, chunks, range);
    if (chunk >= 0) {
      at->mine++;
      return chunk;
    }
  }
  return -1;
}

/* The chunk opposite to this one in its range: in this order a thread meets first what it used last. */
static inline ptrdiff_t crew_mirror(const crew *w, ptrdiff_t chunks, ptrdiff_t chunk) {
  int range = 0;
  while (chunk >= chunks * (range + 1) / w->threads) range++;
  const ptrdiff_t first = chunks * range / w->threads;
  return first + chunks * (range + 1) / w->threads - 1 - chunk;
}

/* Says that the chunks it took are finished, waits until all are, and goes on to the next phase. */
static inline void crew_meet(crew *w, crew_place *at, ptrdiff_t chunks) {
  at->alone = 0;
  if (w->threads == 1) return;
  if (at->mine > 0) __atomic_fetch_add(&w->done.value, (uint64_t)at->mine, __ATOMIC_RELEASE);
  at->mine = 0;
  at->phase++;
  at->done += (uint64_t)chunks;
  unsigned spins = 0;
  while (__atomic_load_n(&w->done.value, __ATOMIC_ACQUIRE) < at->done) crew_relax(&spins);
}

static void *crew_member(void *unused) {
  (void)unused;
  uint64_t seen = 0;
  pthread_mutex_lock(&crew_pool.lock);
  for (;;) {
    crew *w = crew_pool.current;
    if (w == NULL || seen == crew_pool.posted || w->joined >= w->threads) {
      pthread_cond_wait(&crew_pool.wake, &crew_pool.lock);
      continue;
    }
    seen = crew_pool.posted;
    const int id = w->joined++;
    __atomic_fetch_add(&w->active.value, 1, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&crew_pool.lock);
    w->work(w, id, w->job);
    __atomic_fetch_sub(&w->active.value, 1, __ATOMIC_RELEASE); /* w may be gone after this */
    pthread_mutex_lock(&crew_pool.lock);
  }
  return NULL;
}

/* In the child of a fork only the forking thread lives on: the crew begins anew. */
static void crew_after_fork(void) {
  pthread_mutex_init(&crew_pool.lock, NULL);
  pthread_cond_init(&crew_pool.wake, NULL);
  crew_pool.current = NULL;
  crew_pool.started = 0;
  crew_pool.busy = 0;
}

/* Starts threads until there are `wanted` besides the caller, or no more can be had. Lock held. */
static void crew_hire(int wanted) {
  sigset_t all, before;
  if (!crew_pool.prepared) {
    pthread_atfork(NULL, NULL, crew_after_fork);
    crew_pool.prepared = 1;
  }
  sigfillset(&all); /* signals belong to the interpreter's threads */
  pthread_sigmask(SIG_SETMASK, &all, &before);
  while (crew_pool.started < wanted) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, crew_member, NULL) != 0) break;
    pthread_detach(thread);
    crew_pool.started++;
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* Runs work(w, id, job) on the calling thread and on up to `threads` - 1 others; returns when all
 * that came have left. */
static void crew_run(int threads, crew_work work, void *job) {
  crew w;
  int taken = 0;
  w.work = work;
  w.job = job;
  w.threads = 1;
  if (threads > 1) {
    pthread_mutex_lock(&crew_pool.lock);
    if (!crew_pool.busy) {
      w.threads = threads < CREW_MOST ? threads : CREW_MOST;
      w.joined = 1;
      memset(w.next, 0, (size_t)w.threads * sizeof w.next[0]);
      w.done.value = w.active.value = 0;
      taken = crew_pool.busy = 1;
      if (crew_pool.started < w.threads - 1) crew_hire(w.threads - 1);
      crew_pool.current = &w;
      crew_pool.posted++;
      pthread_cond_broadcast(&crew_pool.wake);
    }
    pthread_mutex_unlock(&crew_pool.lock);
  }
  work(&w, 0, job);
  if (!taken) return;
  pthread_mutex_lock(&crew_pool.lock);
  crew_pool.current = NULL;
  crew_pool.busy = 0;
  pthread_mutex_unlock(&crew_pool.lock);
  unsigned spins = 0;
  while (__atomic_load_n(&w.active.value, __ATOMIC_ACQUIRE) > 0) crew_relax(&spins);
}

#endif
