/* The optimizers' updates: one launch a variable, in place, each element read and written once.
 *
 * w: [n] the weights, written; g: [n] their gradient; m, v, ms, mom: [n] the slots, written. No two
 * are the same array. Numbers arrive as double and are rounded to Real once, 1 - decay after the
 * subtraction. Compiled with --fmad=false: the bits are those of the formulas as they stand.
 */

#define FOR_EACH_ELEMENT(k)                                                   \
  const long long k = blockIdx.x * (long long)blockDim.x + threadIdx.x;       \
  if (k >= n) return

static __device__ __forceinline__ float root(float x) { return sqrtf(x); }
static __device__ __forceinline__ double root(double x) { return sqrt(x); }

/* w -= lr * g */
template <class Real>
__global__ void __launch_bounds__(256) sgd_update(Real* w, const Real* g, double lr, long long n) {
  FOR_EACH_ELEMENT(k);
  w[k] -= (Real)lr * g[k];
}

/* m = momentum * m + g, w -= lr * m; Nesterov: w -= lr * (g + momentum * m) */
template <class Real>
__global__ void __launch_bounds__(256)
    momentum_update(Real* w, Real* m, const Real* g, double lr, double momentum, bool nesterov, long long n) {
  FOR_EACH_ELEMENT(k);
  const Real sum = (Real)momentum * m[k] + g[k];
  m[k] = sum;
  w[k] -= (Real)lr * (nesterov ? g[k] + (Real)momentum * sum : sum);
}

/* ms += (1 - decay) * (g^2 - ms), mom = momentum * mom + lr * g / sqrt(ms + eps), w -= mom */
template <class Real>
__global__ void __launch_bounds__(256)
    rmsprop_update(Real* w, Real* ms, Real* mom, const Real* g, double lr, double decay, double momentum,
                   double eps, long long n) {
  FOR_EACH_ELEMENT(k);
  const Real square = ms[k] + (Real)(1.0 - decay) * (g[k] * g[k] - ms[k]);
  const Real change = (Real)momentum * mom[k] + (Real)lr * g[k] / root(square + (Real)eps);
  ms[k] = square;
  mom[k] = change;
  w[k] -= change;
}

/* m += (1 - beta1) * (g - m), v += (1 - beta2) * (g^2 - v), w -= lr_t * m / (sqrt(v) + eps) */
template <class Real>
__global__ void __launch_bounds__(256)
    adam_update(Real* w, Real* m, Real* v, const Real* g, double lr_t, double beta1, double beta2, double eps,
                long long n) {
  FOR_EACH_ELEMENT(k);
  const Real mean = m[k] + (Real)(1.0 - beta1) * (g[k] - m[k]);
  const Real square = v[k] + (Real)(1.0 - beta2) * (g[k] * g[k] - v[k]);
  m[k] = mean;
  v[k] = square;
  w[k] -= (Real)lr_t * mean / (root(square) + (Real)eps);
}
