"""The portable core on another processor: the bits of aarch64, under QEMU, are those of this machine.

What those bits are worth is told by test_fused_cpu.py, which runs the portable core here.
Shapes: T max_time, N batch_size, D input_depth, H num_units.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from fastscope import fused

SOURCES = Path(__file__).parent.parent / "src"
HEADERS = Path(fused.__file__).parent
NATIVE = shutil.which("cc") or shutil.which("gcc")
CROSS = shutil.which("aarch64-linux-gnu-gcc")
QEMU = shutil.which("qemu-aarch64") or shutil.which("qemu-aarch64-static")
FLAGS = ("-O3", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math", "-pthread", "-static")

# A sequence there and back, the updates and a product, with sizes cut short and whole; what it takes it keeps.
PROGRAM = r"""
#include <stdio.h>
#include "engines.h"

static uint64_t seed = 88172645463325252ull;

/* n numbers from `least` to 1 more. */
static void *numbers(const engine *e, ptrdiff_t n, double least) {
  char *memory = engines_alloc(n * e->size);
  for (ptrdiff_t k = 0; k < n; k++) {
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    const double value = (double)(seed >> 11) / 9007199254740992.0 + least;
    if (e->size == 4) ((float *)memory)[k] = (float)value;
    else ((double *)memory)[k] = value;
  }
  return memory;
}

/* What is still to be written starts with some numbers too. */
static void *reals(const engine *e, ptrdiff_t n) { return numbers(e, n, -0.5); }

static void show(const engine *e, const void *memory, ptrdiff_t n) { fwrite(memory, e->size, n, stdout); }

static void run(const engine *e, int threads, ptrdiff_t T, ptrdiff_t N, ptrdiff_t D, ptrdiff_t H) {
  const ptrdiff_t L = e->lanes, Hp = (H + L - 1) / L * L, G = 4 * Hp, rows = D + H;
  const ptrdiff_t strips_D = (D + 2 * L - 1) / (2 * L), strips_H = (H + 2 * L - 1) / (2 * L);
  const ptrdiff_t groups = (D + e->tile_rows - 1) / e->tile_rows + (H + e->tile_rows - 1) / e->tile_rows;
  core_pack p = {.D = D, .H = H, .kernel = reals(e, rows * 4 * H), .W = reals(e, D * G), .U = reals(e, H * G),
                 .W_across = reals(e, strips_D * 2 * L * G), .U_across = reals(e, strips_H * 2 * L * G)};
  e->pack(threads, &p);
  core_forward f = {.T = T, .N = N, .D = D, .H = H, .steps = T, .x = reals(e, T * N * D), .c0 = reals(e, N * H),
                    .h0 = reals(e, N * H), .bias = reals(e, 4 * H), .W = p.W, .U = p.U, .forget_bias = 0.75,
                    .keep = 1, .fuse = N >= 16, .z = reals(e, T * N * G), .z_steps = T,
                    .c = reals(e, (T + 1) * N * Hp), .c_step = N * Hp, .outputs = reals(e, T * N * H),
                    .new_c = reals(e, N * H), .new_h = reals(e, N * H)};
  e->forward(threads, &f);
  show(e, f.outputs, T * N * H), show(e, f.new_c, N * H), show(e, f.new_h, N * H);
  core_backward b = {.T = T, .N = N, .D = D, .H = H, .steps = T, .x = f.x, .h0 = f.h0, .gates = f.z, .cells = f.c,
                     .W_across = p.W_across, .U_across = p.U_across, .d_outputs = reals(e, T * N * H),
                     .dz = reals(e, T * N * G), .dc = reals(e, N * Hp), .h = reals(e, (T + 1) * N * H),
                     .across = reals(e, groups * T * N * e->tile_rows),
                     .pieces = reals(e, threads * core_piece(T * N) * 8 * L), .d_x = reals(e, T * N * D),
                     .new_dc = reals(e, N * H), .new_dh = reals(e, N * H), .d_kernel = reals(e, rows * 4 * H),
                     .d_bias = reals(e, 4 * H)};
  e->backward(threads, &b);
  show(e, b.d_x, T * N * D), show(e, b.new_dc, N * H), show(e, b.new_dh, N * H);
  show(e, b.d_kernel, rows * 4 * H), show(e, b.d_bias, 4 * H);
  for (int rule = UPDATE_SGD; rule <= UPDATE_ADAM; rule++) {
    core_update u = {.n = rows * 4 * H, .rule = rule, .w = reals(e, rows * 4 * H), .a = numbers(e, rows * 4 * H, 0),
                     .b = numbers(e, rows * 4 * H, 0), .g = b.d_kernel, .lr = 0.1, .momentum = 0.9, .decay = 0.8,
                     .decay2 = 0.7, .eps = 1.0};
    e->update(threads, &u);
    show(e, u.w, u.n);
  }
  core_product m = {.M = T * N, .K = H, .N = 4 * H, .a = f.outputs, .b = p.kernel, .a_row = H, .a_next = 1,
                    .b_row = 4 * H, .b_next = 1, .strips = reals(e, (4 * H + 2 * L - 1) / (2 * L) * 2 * L * H),
                    .out = reals(e, T * N * 4 * H)};
  e->product(threads, &m);
  show(e, m.out, m.M * m.N);
}

int main(void) {
  const ptrdiff_t sizes[][4] = {{1, 1, 5, 7}, {7, 1, 5, 37}, {4, 2, 17, 24}, {3, 16, 24, 32}, {2, 70, 16, 23}};
  for (int k = 0; k < 5; k++)
    for (int threads = 1; threads <= 3; threads += 2)
      for (int is_double = 0; is_double < 2; is_double++)
        run(engines_pick(is_double, 0), threads, sizes[k][0], sizes[k][1], sizes[k][2], sizes[k][3]);
}
"""


def output(folder: Path, compiler: str, runner: Sequence[str] = ()) -> bytes:
    """Return the results of PROGRAM, built by a compiler and run by a runner."""
    source, program = folder / "portable.c", folder / Path(compiler).name
    source.write_text(PROGRAM)
    command = [compiler, *FLAGS, f"-I{SOURCES}", f"-I{HEADERS}", source, "-o", program, "-lm"]
    subprocess.run([str(part) for part in command], check=True, capture_output=True)
    return subprocess.run([*runner, str(program)], check=True, capture_output=True).stdout


@pytest.mark.skipif(NATIVE is None, reason="needs a C compiler")
@pytest.mark.skipif(CROSS is None or QEMU is None, reason="needs gcc-aarch64-linux-gnu and qemu-user")
def test_bits_are_those_of_this_machine(tmp_path: Path) -> None:
    here = output(tmp_path, str(NATIVE))
    assert len(here) > 1 << 20
    assert output(tmp_path, str(CROSS), [str(QEMU)]) == here
