/* lstm_gates.h for templates: one name for float and double, and which steps of a row are run.
 *
 * Included by the .cu files only; cuda_source.py puts the text of both headers in its place.
 */

#define FS_BITS 32
#define FS_LANES 1
#include "lstm_gates.h"
#define FS_BITS 64
#define FS_LANES 1
#include "lstm_gates.h"

static __device__ __forceinline__ fs_cell_f32 forward(float zi, float zj, float zf, float zo, float c,
                                                      float forget_bias) {
  return fs_forward_f32(zi, zj, zf, zo, c, forget_bias);
}

static __device__ __forceinline__ fs_cell_f64 forward(double zi, double zj, double zf, double zo, double c,
                                                      double forget_bias) {
  return fs_forward_f64(zi, zj, zf, zo, c, forget_bias);
}

static __device__ __forceinline__ fs_cell_grad_f32 backward(float i, float j, float f, float o, float c_prev,
                                                            float c, float dh, float dc) {
  return fs_backward_f32(i, j, f, o, c_prev, c, dh, dc);
}

static __device__ __forceinline__ fs_cell_grad_f64 backward(double i, double j, double f, double o,
                                                            double c_prev, double c, double dh, double dc) {
  return fs_backward_f64(i, j, f, o, c_prev, c, dh, dc);
}

/* Which steps of row n are run: those below this number, at most T. */
static __device__ __forceinline__ long long steps_of(const long long* lengths, long long n, long long T) {
  return lengths && lengths[n] < T ? lengths[n] : T;
}
