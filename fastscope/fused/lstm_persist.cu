/* Experimental: a whole LSTM sequence in one launch. No GPU has timed it yet, so nothing uses it unless
 * the environment variable FASTSCOPE_EXPERIMENTAL_PERSIST asks for it.
 *
 * What it saves is the launches and products of the single steps, and reading U from memory T times;
 * what it costs is a barrier of the whole grid after each step. Letters and shapes as in lstm.cu.
 */

#include "lstm_units.h"

/* Waits for all blocks of the grid, which must run at the same time: a cooperative launch. `arrived`
 * starts at 0 and counts on from barrier to barrier; `expected` is what this one has to reach. */
static __device__ __forceinline__ void grid_barrier(unsigned* arrived, unsigned expected) {
#ifdef __CUDA_ON_HOST__ /* threads take turns there: one that spun would spin for ever */
  coc_grid_sync();
#else
  __syncthreads();
  if (threadIdx.x == 0) {
    __threadfence(); /* what this block wrote comes before its arrival */
    atomicAdd(arrived, 1u);
    while (*(volatile unsigned*)arrived < expected) {
    }
    __threadfence(); /* what the others wrote is read after theirs */
  }
  __syncthreads();
#endif
}

/* All steps in one cooperative launch. A block keeps its share of U, the columns of
 * `units` units, in shared memory for the whole sequence; h passes from block to block through
 * `outputs`, with a barrier of the whole grid after each step.
 *
 *   U        [H, 4H]
 *   arrived  one 0
 *   units    of a block; shared memory holds (H + N) * 4 * units reals
 *
 * The rest as in lstm_forward, with T >= 1, outputs not null, c_before and h_before not written.
 */
template <class Real>
__global__ void __launch_bounds__(256)
    lstm_persist(const Real* xw, const Real* U, const Real* bias, const Real* c_before, Real* c_after,
                 const Real* h_before, Real* h_after, Real* outputs, Real* gates, const long long* lengths,
                 double forget_bias, long long T, long long N, long long H, long long units,
                 unsigned* arrived) {
  extern __shared__ double shared[];
  const int first = (int)(blockIdx.x * units), wide = 4 * (int)units;
  Real* share = reinterpret_cast<Real*>(shared); /* [H, 4, units], zeros past the last unit */
  Real* z = share + H * wide;                    /* [N, 4, units] */
  for (int at = threadIdx.x; at < H * wide; at += blockDim.x) {
    const int row = at / wide, gate = at % wide / (int)units, unit = first + at % (int)units;
    share[at] = unit < H ? U[(row * 4 + gate) * H + unit] : Real(0);
  }
  __syncthreads();
  for (long long t = 0; t < T; t++) {
    const Real* h = t ? outputs + (t - 1) * N * H : h_before;
    for (int at = threadIdx.x; at < N * wide; at += blockDim.x) {
      const int n = at / wide, gate = at % wide / (int)units, unit = first + at % (int)units;
      if (unit >= H) continue;
      /* z = x.W + bias + h.U */
      Real sum = xw[((t * N + n) * 4 + gate) * H + unit] + bias[gate * H + unit];
      for (int row = 0; row < H; row++) sum = fma(h[n * H + row], share[row * wide + at % wide], sum);
      z[at] = sum;
    }
    __syncthreads();
    for (int at = threadIdx.x; at < N * units; at += blockDim.x) {
      const int n = at / (int)units, unit = first + at % (int)units;
      if (unit >= H) continue;
      const long long steps = steps_of(lengths, n, T), place = n * H + unit, kept = gates ? N * H : 0;
      const Real c = t == 0 ? c_before[place] : c_after[(t - 1) * kept + place];
      if (t == 0 && steps <= 0) h_after[place] = h_before[place];
      if (t >= steps) {
        c_after[t * kept + place] = c;
        outputs[t * N * H + place] = Real(0);
        continue;
      }
      const Real* own = z + n * wide + at % (int)units;
      const auto cell = forward(own[0], own[units], own[2 * units], own[3 * units], c, (Real)forget_bias);
      c_after[t * kept + place] = cell.c;
      outputs[t * N * H + place] = cell.h;
      if (t + 1 == steps) h_after[place] = cell.h;
      if (gates) {
        Real* kept_gates = gates + (t * N + n) * 4 * H + unit;
        kept_gates[0] = cell.i;
        kept_gates[H] = cell.j;
        kept_gates[2 * H] = cell.f;
        kept_gates[3 * H] = cell.o;
      }
    }
    grid_barrier(arrived, (unsigned)((t + 1) * gridDim.x));
  }
}
