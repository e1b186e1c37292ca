/* host_shim.h: lets g++ compile a .cu file of fastscope/fused and run its kernels on the host.
 *
 * Every thread of a block is a fiber (ucontext), so a barrier suspends it and lets the others come up.
 * One block runs at a time; in a cooperative launch all of them take turns. The order in which
 * threads run is ascending, or shuffled at every barrier from a seed: a kernel that lacks a barrier
 * gives different results for different seeds.
 *
 *     #include "host_shim.h"
 *     ... the text of the .cu file ...
 *     HOST_KERNEL(run_sgd_float, sgd_update<float>)
 *
 * defines `const char* run_sgd_float(const host::Launch*, void** arguments)` for ctypes; arguments[k]
 * points at the k-th argument. It returns null, or a message: threads wait at different barriers. Not modelled: races between barriers, memory ordering, alignment (the
 * address and undefined sanitizers see misaligned and stray accesses), -ftz, performance.
 */
#pragma once

#include <ucontext.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

/* AddressSanitizer has to be told that the stack changes. */
#if defined(__SANITIZE_ADDRESS__)
#  include <sanitizer/common_interface_defs.h>
#  define HOST_LEAVE(kept, to) __sanitizer_start_switch_fiber(kept, (to).bottom, (to).size)
#  define HOST_ENTER(kept, from) __sanitizer_finish_switch_fiber(kept, &(from).bottom, &(from).size)
#else
#  define HOST_LEAVE(kept, to)
#  define HOST_ENTER(kept, from)
#endif

#define __CUDA_ON_HOST__ 1
#define __global__
#define __device__
#define __forceinline__ inline __attribute__((always_inline))
#define __launch_bounds__(...)
#define __shared__ static /* one block runs at a time; dynamic shared memory is a pointer, see below */

struct uint3 {
  unsigned x, y, z;
};
struct alignas(16) float4 {
  float x, y, z, w;
};
struct alignas(16) double2 {
  double x, y;
};
static inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }
static inline double2 make_double2(double x, double y) { return {x, y}; }

namespace host {

struct Launch {
  uint3 grid, block;
  unsigned shared_bytes, cooperative, seed; /* seed 0: ascending order */
};

enum class Barrier { none, block, grid };

struct Stack {
  const void* bottom = nullptr;
  size_t size = 0;
};

struct Fiber {
  static constexpr size_t stack_bytes = 256 << 10; /* the sanitizers want room */
  ucontext_t context;
  Stack stack;
  uint3 thread, block;
  unsigned block_rank;
  Barrier waits_at = Barrier::none;
  bool done = false;
};

struct Body {
  virtual void call() = 0;
};

inline uint3 thread_index, block_index, block_shape, grid_shape;
inline ucontext_t scheduler;
inline Stack scheduler_stack;
inline Fiber* current = nullptr;
inline Body* body = nullptr;
inline std::vector<std::vector<double>> shared_memory; /* of each block in flight */

/* Stacks are kept: to get and to free them for every block would take longer than the kernel. */
inline Stack stack_of(size_t fiber) {
  static std::vector<std::unique_ptr<char[]>> stacks;
  while (stacks.size() <= fiber) stacks.emplace_back(new char[Fiber::stack_bytes]);
  return {stacks[fiber].get(), Fiber::stack_bytes};
}

inline void leave(Fiber& fiber, bool for_good) {
  void* kept = nullptr;
  (void)kept;
  HOST_LEAVE(for_good ? nullptr : &kept, scheduler_stack);
  swapcontext(&fiber.context, &scheduler);
  HOST_ENTER(kept, scheduler_stack);
}

inline void wait_at(Barrier barrier) {
  current->waits_at = barrier;
  leave(*current, false);
}

inline void fiber_main() {
  HOST_ENTER(nullptr, scheduler_stack);
  body->call();
  current->done = true;
  leave(*current, true);
}

inline void resume(Fiber& fiber) {
  void* kept = nullptr;
  (void)kept;
  current = &fiber;
  thread_index = fiber.thread;
  block_index = fiber.block;
  HOST_LEAVE(&kept, fiber.stack);
  swapcontext(&scheduler, &fiber.context);
  Stack ignored;
  HOST_ENTER(kept, ignored);
}

/* Lets the fibers [first, last) go on if all of them that are not done wait at `barrier`. */
inline bool release(Fiber* first, Fiber* last, Barrier barrier) {
  bool any = false;
  for (Fiber* f = first; f < last; f++) {
    if (f->done) continue;
    if (f->waits_at != barrier) return false;
    any = true;
  }
  for (Fiber* f = first; any && f < last; f++) f->waits_at = Barrier::none;
  return any;
}

/* Returns null, or what went wrong. */
inline const char* run_to_the_end(std::vector<Fiber>& fibers, size_t per_block, unsigned seed) {
  std::vector<size_t> order(fibers.size());
  for (size_t i = 0; i < order.size(); i++) order[i] = i;
  Fiber *first = fibers.data(), *last = first + fibers.size();
  for (size_t left = fibers.size(); left;) {
    for (size_t i = order.size(); seed && i > 1; i--) {
      seed = seed * 1664525u + 1013904223u;
      std::swap(order[i - 1], order[(seed >> 8) % i]);
    }
    for (size_t i : order) {
      if (fibers[i].done || fibers[i].waits_at != Barrier::none) continue;
      resume(fibers[i]);
      left -= fibers[i].done;
    }
    bool moved = !left;
    /* Shuffled, one block goes on and the others fall behind: only a barrier of the grid may hold it. */
    const size_t blocks = fibers.size() / per_block, start = seed ? (seed >> 8) % blocks : 0;
    for (size_t k = 0; k < blocks && !(seed && moved); k++) {
      Fiber* b = first + (start + k) % blocks * per_block;
      moved |= release(b, b + per_block, Barrier::block);
    }
    if (!moved && !release(first, last, Barrier::grid)) return "threads wait at different barriers";
  }
  return nullptr;
}

inline uint3 unravel(size_t i, uint3 shape) {
  return {unsigned(i % shape.x), unsigned(i / shape.x % shape.y), unsigned(i / shape.x / shape.y)};
}

inline const char* run(const Launch& launch, Body& kernel) {
  grid_shape = launch.grid;
  block_shape = launch.block;
  body = &kernel;
  const size_t threads = size_t(launch.block.x) * launch.block.y * launch.block.z;
  const size_t blocks = size_t(launch.grid.x) * launch.grid.y * launch.grid.z;
  const size_t in_flight = launch.cooperative ? blocks : 1;
  for (size_t base = 0; base < blocks; base += in_flight) {
    /* Fresh shared memory is NaN: nothing may rely on it. */
    shared_memory.assign(in_flight, std::vector<double>((launch.shared_bytes + 7) / 8, NAN));
    std::vector<Fiber> fibers(in_flight * threads);
    for (size_t i = 0; i < fibers.size(); i++) {
      Fiber& f = fibers[i];
      f.thread = unravel(i % threads, launch.block);
      f.block = unravel(base + i / threads, launch.grid);
      f.block_rank = unsigned(i / threads);
      getcontext(&f.context);
      f.stack = stack_of(i);
      f.context.uc_stack.ss_sp = const_cast<void*>(f.stack.bottom);
      f.context.uc_stack.ss_size = Fiber::stack_bytes;
      f.context.uc_link = &scheduler;
      makecontext(&f.context, fiber_main, 0);
    }
    if (const char* wrong = run_to_the_end(fibers, threads, launch.seed)) return wrong;
  }
  return nullptr;
}

template <class... A>
struct Bound : Body {
  void (*kernel)(A...);
  std::tuple<A...> arguments;
  template <size_t... I>
  Bound(void (*k)(A...), void** p, std::index_sequence<I...>) : kernel(k), arguments{*(A*)p[I]...} {}
  void call() override { std::apply(kernel, arguments); }
};

template <class... A>
const char* launch(void (*kernel)(A...), const Launch* how, void** arguments) {
  Bound<A...> bound(kernel, arguments, std::index_sequence_for<A...>{});
  return run(*how, bound);
}

}  // namespace host

#define HOST_KERNEL(symbol, ...)                                                \
  extern "C" const char* symbol(const host::Launch* how, void** arguments) {    \
    return host::launch(&__VA_ARGS__, how, arguments);                          \
  }

/* What the .cu files call. `extern __shared__ double shared[];` is replaced by HOST_SHARED before this
 * text reaches g++. */
#define threadIdx (host::thread_index)
#define blockIdx (host::block_index)
#define blockDim (host::block_shape)
#define gridDim (host::grid_shape)
#define HOST_SHARED double* shared = host::shared_memory[host::current->block_rank].data();
static inline void __syncthreads() { host::wait_at(host::Barrier::block); }
static inline void coc_grid_sync() { host::wait_at(host::Barrier::grid); }
