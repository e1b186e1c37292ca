"""Each damage to a kernel's source is noticed by a test of test_host.py: what those tests are worth.

A damaged kernel stays within its arrays, since it runs in this process.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import test_host
from host import GXX, Kernels, build, precompile
from steps import persist, problem

from fastscope.fused.cuda_source import source

pytestmark = pytest.mark.skipif(GXX is None, reason="needs g++")

SINGLE = np.dtype(np.float32)


def check_forward(kernels: Kernels) -> None:
    test_host.TestForward().test_bits_are_those_of_the_formulas(kernels, SINGLE, True)


def check_ids(kernels: Kernels) -> None:
    test_host.TestForward().test_rows_by_id(kernels, SINGLE)


def check_backward(kernels: Kernels) -> None:
    test_host.TestBackward().test_bits_are_those_of_the_formulas(kernels, SINGLE, True, True)


def check_column_sum(kernels: Kernels) -> None:
    test_host.TestColumnSum().test_order_is_fixed(kernels, SINGLE, (37, 70, 10))


def check_join(kernels: Kernels) -> None:
    test_host.TestJoin().test_rows_beside_h(kernels, SINGLE, True)


def check_persist(kernels: Kernels) -> None:
    """Against itself in another order of the threads, and against numbers."""
    p = problem(SINGLE, 4, 3, 6, True)
    got, plain = persist(kernels, p, 2), persist(Kernels(kernels.path), p, 2)
    for a, b in zip(got, plain, strict=True):
        test_host.same_bits(a, b)
    z = (p.xw[0] + p.h @ p.u + p.bias).astype(np.float64)
    i, j, f, _ = np.split(z, 4, axis=1)
    sigmoid = lambda x: 1 / (1 + np.exp(-x))  # noqa: E731
    c = p.c * sigmoid(f + p.forget_bias) + sigmoid(i) * np.tanh(j)
    np.testing.assert_allclose(got.cells[1], np.where(p.lengths[:, None] > 0, c, p.c), atol=1e-5)


def check_updates(kernels: Kernels) -> None:
    test_host.TestUpdates().test_momentum(kernels, SINGLE, True)
    test_host.TestUpdates().test_two_slots(kernels, SINGLE, "adam_update")


# name: file, what notices it, text, text in its place
MUTATIONS: dict[str, tuple[str, Callable[[Kernels], None], str, str]] = {
    "no barrier in the column sum": (
        "lstm.cu",
        check_column_sum,
        "__syncthreads();",
        "",
    ),
    "columns of the sum one further": (
        "lstm.cu",
        check_column_sum,
        "sum += a[row * columns + column];",
        "sum += a[row * columns + (column + 1) % columns];",
    ),
    "j and f swapped": (
        "lstm.cu",
        check_forward,
        "forward(z[0].at[e], z[1].at[e], z[2].at[e]",
        "forward(z[0].at[e], z[2].at[e], z[1].at[e]",
    ),
    "i and o kept for each other": (
        "lstm.cu",
        check_backward,
        "g[0].at[e] = d.zi;",
        "g[0].at[e] = d.zo;",
    ),
    "a step too short": (
        "lstm.cu",
        check_forward,
        "step = t * N * H, wide = n * 4 * H + k;\n  if (gates",
        "step = t * N * H, wide = n * 3 * H + k;\n  if (gates",
    ),
    "x.W of another step": (
        "lstm.cu",
        check_forward,
        "xw + 4 * step + wide",
        "xw + 3 * step + wide",
    ),
    "bias of another gate": (
        "lstm.cu",
        check_forward,
        "load<Real, WIDTH>(bias + gate * H + k)",
        "load<Real, WIDTH>(bias + (3 - gate) * H + k)",
    ),
    "state not frozen past a length": (
        "lstm.cu",
        check_forward,
        "if (t >= steps_of(lengths, n, t + 1)) {",
        "if (t > steps_of(lengths, n, t + 1)) {",
    ),
    "final h's gradient a step late": (
        "lstm.cu",
        check_backward,
        "d_last && t + 1 == steps",
        "d_last && t + 2 == steps",
    ),
    "cell after the step for the one before": (
        "lstm.cu",
        check_backward,
        "c_prev = load<Real, WIDTH>(cells + step + unit)",
        "c_prev = load<Real, WIDTH>(cells + step + N * H + unit)",
    ),
    "h handed to the wrong step": (
        "lstm.cu",
        check_backward,
        "if (has_next) store(hiddens + step + N * H + unit, h);",
        "store(hiddens + step + unit, h);",
    ),
    "row 0 taken for none": (
        "lstm.cu",
        check_ids,
        "const bool found = xw && (!ids || (ids[n] >= 0 && ids[n] < rows));",
        "const bool found = xw && (!ids || (ids[n] > 0 && ids[n] < rows));",
    ),
    "joined the other way round": (
        "lstm.cu",
        check_join,
        "k >= D ? h[n * H + k - D] : found ? x[row * D + k] : Real(0)",
        "k < H ? h[n * H + k] : found ? x[row * D + k - H] : Real(0)",
    ),
    "no barrier of the grid": (
        "lstm_persist.cu",
        check_persist,
        "grid_barrier(arrived, (unsigned)((t + 1) * gridDim.x));",
        "__syncthreads();",
    ),
    "no barrier before the gates": (
        "lstm_persist.cu",
        check_persist,
        "      z[at] = sum;\n    }\n    __syncthreads();",
        "      z[at] = sum;\n    }",
    ),
    "a barrier that not all threads reach": (
        "lstm_persist.cu",
        check_persist,
        "      z[at] = sum;\n    }\n    __syncthreads();",
        "      z[at] = sum;\n    }\n    if (threadIdx.x) __syncthreads(); else coc_grid_sync();",
    ),
    "share of another block": (
        "lstm_persist.cu",
        check_persist,
        "U[(row * 4 + gate) * H + unit]",
        "U[(row * 4 + gate) * H + (unit + 1) % H]",
    ),
    "Nesterov with the old momentum": (
        "updates.cu",
        check_updates,
        "g[k] + (Real)momentum * sum",
        "g[k] + (Real)momentum * m[k] * 2",
    ),
    "betas swapped": (
        "updates.cu",
        check_updates,
        "m[k] + (Real)(1.0 - beta1)",
        "m[k] + (Real)(1.0 - beta2)",
    ),
}


def noticed(library: Path, check: Callable[[Kernels], None]) -> bool:
    """Return whether the check fails, in one of two orders of the threads."""
    for seed in (0, 12345):
        try:
            check(Kernels(library, seed))
        except (AssertionError, RuntimeError):
            return True
    return False


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mutations")
    precompile(folder)
    return folder


@pytest.mark.parametrize("name", MUTATIONS)
def test_damage_is_noticed(name: str, folder: Path) -> None:
    file, check, old, new = MUTATIONS[name]
    text = source(file)
    assert text.count(old) == 1, "the kernel has changed: write this mutation anew"
    library = build(file, folder, text=text.replace(old, new), reals=("float",))
    assert noticed(library, check)


@pytest.mark.parametrize("file", ["lstm.cu", "lstm_persist.cu", "updates.cu"])
def test_sound_kernels_are_not_accused(file: str, folder: Path) -> None:
    library = build(file, folder, reals=("float",))
    checks: set[Any] = {check for of, check, _, _ in MUTATIONS.values() if of == file}
    assert not [check for check in checks if noticed(library, check)]
