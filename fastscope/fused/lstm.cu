/* The CUDA kernels of the LSTM, around the gate arithmetic of lstm_gates.h.
 *
 * A step is one matrix product and one launch. The product of all inputs with their part of the
 * kernel is made once for the sequence, the product of h with its part once a step, both by cuBLAS;
 * what is left, the gates, is bound by memory and done here in one pass:
 *
 *     forward            xw[t] --+                        backward      d_outputs[t] --+
 *     h --- h.U --> hu ----------+--> lstm_forward        dz[t+1].U' --> dh -----------+--> lstm_backward
 *     c -------------------------+      |  |  |           dc --------------------------+      |  |
 *                                       h  c  outputs[t]                                  dz[t]  dc
 *
 * After the last step backward, dz [T, N, 4H] is multiplied once with x, once with the h of all
 * steps and once with W, and summed over its rows by lstm_column_sum: the gradients of W, U, x and
 * the bias.
 *
 * Every kernel is a template: Real is float or double, WIDTH the units of one thread. With WIDTH =
 * 16 / sizeof(Real) all accesses have 128 bits; that takes H % WIDTH == 0 and 16-byte aligned
 * pointers. One thread does WIDTH units of one row, and no thread reads what another one writes in
 * the same launch; where two arguments may be the same array, the comment says so.
 *
 * Compiled by NVRTC with --fmad=false, and by g++ for the tests that run it on the host. Integers
 * arrive as long long and numbers as double: what CuPy makes of Python's.
 *
 * Letters and shapes: T max_time, N batch_size, D input_depth, H num_units; gates in the order i, j,
 * f, o; the rest as in lstm_gates.h. Row n is live at time t while t < lengths[n]; without lengths
 * always.
 *
 * Source: TF 1.15 core/kernels/lstm_ops.h (fused gates), python/ops/rnn.py, _rnn_step (lengths).
 */

#include "lstm_units.h"

/* WIDTH neighbours in memory, moved by one instruction. */
template <class Real, int WIDTH>
struct alignas(sizeof(Real) * WIDTH) Pack {
  Real at[WIDTH];
};

template <class Real, int WIDTH>
static __device__ __forceinline__ Pack<Real, WIDTH> load(const Real* from) {
  return *reinterpret_cast<const Pack<Real, WIDTH>*>(from);
}

template <class Real>
static __device__ __forceinline__ void store(Real* to, const Pack<Real, 1>& pack) {
  *to = pack.at[0];
}

/* __stwb is an ordinary store that the compiler cannot take apart: as an assignment, one of the stores
 * of lstm_backward<float, 4> became four of 32 bits on sm_75 to sm_90. */
#ifdef __CUDA_ON_HOST__
#  define __stwb(to, value) (*(to) = (value))
#endif

static __device__ __forceinline__ void store(double* to, const Pack<double, 2>& pack) {
  __stwb(reinterpret_cast<double2*>(to), make_double2(pack.at[0], pack.at[1]));
}

static __device__ __forceinline__ void store(float* to, const Pack<float, 4>& pack) {
  __stwb(reinterpret_cast<float4*>(to), make_float4(pack.at[0], pack.at[1], pack.at[2], pack.at[3]));
}

template <class Real, int WIDTH>
static __device__ __forceinline__ Pack<Real, WIDTH> zeros() {
  Pack<Real, WIDTH> pack;
#pragma unroll
  for (int e = 0; e < WIDTH; e++) pack.at[e] = Real(0);
  return pack;
}

/* One step of the sequence, time t.
 *
 *   xw        [T, N, 4H] x.W; or [rows, 4H] and row n is xw[ids[n]], zeros if that is none; or null
 *   ids, rows [N] or null
 *   hu        [N, 4H] h_before.U
 *   bias      [4H]
 *   c_before  [N, H], c_after [N, H]: written; may be the same array. With gates both start t * N * H
 *             further on: then they lie in one array [T + 1, N, H], c_after a step after c_before
 *   h_before  [N, H], h_after [N, H]: written; may be the same array
 *   outputs   [T, N, H] or null: row t is written, zero where a row is not live
 *   gates     [T, N, 4H] or null: row t is written for the backward pass, only where a row is live
 *   lengths   [N] or null
 */
template <class Real, int WIDTH>
__global__ void __launch_bounds__(256)
    lstm_forward(const Real* xw, const long long* ids, long long rows, const Real* hu, const Real* bias,
                 const Real* c_before, Real* c_after, const Real* h_before, Real* h_after, Real* outputs,
                 Real* gates, const long long* lengths, double forget_bias, long long t, long long N,
                 long long H) {
  const unsigned thread = blockIdx.x * blockDim.x + threadIdx.x, per_row = (unsigned)(H / WIDTH);
  const long long n = thread / per_row, k = (long long)(thread % per_row) * WIDTH;
  if (n >= N) return;
  const long long unit = n * H + k, step = t * N * H, wide = n * 4 * H + k;
  if (gates) {
    c_before += step;
    c_after += step;
  }
  const Pack<Real, WIDTH> c = load<Real, WIDTH>(c_before + unit);
  if (t >= steps_of(lengths, n, t + 1)) {
    store(c_after + unit, c);
    store(h_after + unit, load<Real, WIDTH>(h_before + unit));
    if (outputs) store(outputs + step + unit, zeros<Real, WIDTH>());
    return;
  }
  const bool found = xw && (!ids || (ids[n] >= 0 && ids[n] < rows));
  const Real* x = !found ? nullptr : ids ? xw + ids[n] * 4 * H + k : xw + 4 * step + wide;
  Pack<Real, WIDTH> z[4], new_c, new_h;
#pragma unroll
  for (int gate = 0; gate < 4; gate++) {
    const Pack<Real, WIDTH> from_x = found ? load<Real, WIDTH>(x + gate * H) : zeros<Real, WIDTH>();
    const Pack<Real, WIDTH> from_h = load<Real, WIDTH>(hu + wide + gate * H);
    const Pack<Real, WIDTH> b = load<Real, WIDTH>(bias + gate * H + k);
    /* z = x.W + h.U + bias */
#pragma unroll
    for (int e = 0; e < WIDTH; e++) z[gate].at[e] = from_x.at[e] + from_h.at[e] + b.at[e];
  }
#pragma unroll
  for (int e = 0; e < WIDTH; e++) {
    /* c = f * c + i * j, h = o * tanh(c) */
    const auto cell = forward(z[0].at[e], z[1].at[e], z[2].at[e], z[3].at[e], c.at[e], (Real)forget_bias);
    z[0].at[e] = cell.i;
    z[1].at[e] = cell.j;
    z[2].at[e] = cell.f;
    z[3].at[e] = cell.o;
    new_c.at[e] = cell.c;
    new_h.at[e] = cell.h;
  }
  store(c_after + unit, new_c);
  store(h_after + unit, new_h);
  if (outputs) store(outputs + step + unit, new_h);
  if (gates) {
#pragma unroll
    for (int gate = 0; gate < 4; gate++) store(gates + 4 * step + wide + gate * H, z[gate]);
  }
}

/* One step back, time t; the launches go from T - 1 to 0.
 *
 *   gates     [T, N, 4H], cells [T + 1, N, H]: what the forward pass kept
 *   d_outputs [T, N, H]: not read where a row is not live
 *   dh        [N, H] dz[t + 1].U', or null at t = T - 1
 *   d_last    [N, H] gradient of the final h, or null: reaches a row at its last live step
 *   dc_before [N, H] gradient of the cell after step t, or null for zeros; dc_after [N, H]: written,
 *             the gradient of the cell before step t; may be the same array. They are named in the
 *             order of the launches
 *   dz        [T, N, 4H]: row t is written, zero where a row is not live
 *   hiddens   [T, N, H]: row t + 1, if there is one, is written: the h after step t, which is the
 *             h that step t + 1 multiplied with U
 */
template <class Real, int WIDTH>
__global__ void __launch_bounds__(256)
    lstm_backward(const Real* gates, const Real* cells, const Real* d_outputs, const Real* dh,
                  const Real* d_last, const Real* dc_before, Real* dc_after, Real* dz, Real* hiddens,
                  const long long* lengths, long long t, long long T, long long N, long long H) {
  const unsigned thread = blockIdx.x * blockDim.x + threadIdx.x, per_row = (unsigned)(H / WIDTH);
  const long long n = thread / per_row, k = (long long)(thread % per_row) * WIDTH;
  if (n >= N) return;
  const long long unit = n * H + k, step = t * N * H, wide = 4 * step + n * 4 * H + k;
  const long long steps = steps_of(lengths, n, T);
  const bool has_next = t + 1 < T;
  Pack<Real, WIDTH> dc = dc_before ? load<Real, WIDTH>(dc_before + unit) : zeros<Real, WIDTH>();
  if (t >= steps) {
    store(dc_after + unit, dc);
    for (int gate = 0; gate < 4; gate++) store(dz + wide + gate * H, zeros<Real, WIDTH>());
    if (has_next) store(hiddens + step + N * H + unit, zeros<Real, WIDTH>());
    return;
  }
  const Pack<Real, WIDTH> d_out = load<Real, WIDTH>(d_outputs + step + unit);
  const Pack<Real, WIDTH> rest = dh ? load<Real, WIDTH>(dh + unit) : zeros<Real, WIDTH>();
  const Pack<Real, WIDTH> last =
      d_last && t + 1 == steps ? load<Real, WIDTH>(d_last + unit) : zeros<Real, WIDTH>();
  const Pack<Real, WIDTH> c_prev = load<Real, WIDTH>(cells + step + unit);
  const Pack<Real, WIDTH> c = load<Real, WIDTH>(cells + step + N * H + unit);
  Pack<Real, WIDTH> g[4], h;
#pragma unroll
  for (int gate = 0; gate < 4; gate++) g[gate] = load<Real, WIDTH>(gates + wide + gate * H);
#pragma unroll
  for (int e = 0; e < WIDTH; e++) {
    /* dh = d_outputs[t] + dz[t + 1].U' + d_last */
    const auto d = backward(g[0].at[e], g[1].at[e], g[2].at[e], g[3].at[e], c_prev.at[e], c.at[e],
                            d_out.at[e] + rest.at[e] + last.at[e], dc.at[e]);
    g[0].at[e] = d.zi;
    g[1].at[e] = d.zj;
    g[2].at[e] = d.zf;
    g[3].at[e] = d.zo;
    dc.at[e] = d.c_prev;
    h.at[e] = d.h;
  }
  store(dc_after + unit, dc);
#pragma unroll
  for (int gate = 0; gate < 4; gate++) store(dz + wide + gate * H, g[gate]);
  if (has_next) store(hiddens + step + N * H + unit, h);
}

/* Sums of columns, in an order that depends on nothing but the shape.
 *
 *   a    [rows, columns]
 *   sums [gridDim.x, columns]: row x is written, the sum of the rows [x * chunk, (x + 1) * chunk) of a
 *
 * Blocks of 32 x 8 threads: column, and every eighth row. The blocks of a column stand along x, the only
 * axis of a grid with room for more than 65535.
 */
template <class Real>
__global__ void __launch_bounds__(256)
    lstm_column_sum(const Real* a, Real* sums, long long rows, long long columns, long long chunk) {
  __shared__ Real partial[8][32];
  const long long column = blockIdx.y * 32ll + threadIdx.x, first = blockIdx.x * chunk;
  const long long last = first + chunk < rows ? first + chunk : rows;
  Real sum = Real(0);
  if (column < columns) {
    for (long long row = first + threadIdx.y; row < last; row += 8) sum += a[row * columns + column];
  }
  partial[threadIdx.y][threadIdx.x] = sum;
  __syncthreads();
  if (threadIdx.y || column >= columns) return;
  for (int part = 1; part < 8; part++) sum += partial[part][threadIdx.x];
  sums[blockIdx.x * columns + column] = sum;
}

/* [x, h] side by side, so that one product with the whole kernel makes a step's z.
 *
 *   x    [N, D]; or [rows, D] and row n is x[ids[n]], zeros if that is none
 *   ids  [N] or null
 *   h    [N, H]
 *   both [N, D + H]: written
 */
template <class Real>
__global__ void __launch_bounds__(256)
    lstm_join(const Real* x, const long long* ids, long long rows, const Real* h, Real* both, long long N,
              long long D, long long H) {
  const long long thread = blockIdx.x * (long long)blockDim.x + threadIdx.x;
  const long long n = thread / (D + H), k = thread % (D + H);
  if (n >= N) return;
  const bool found = !ids || (ids[n] >= 0 && ids[n] < rows);
  const long long row = ids ? ids[n] : n;
  both[thread] = k >= D ? h[n * H + k - D] : found ? x[row * D + k] : Real(0);
}
