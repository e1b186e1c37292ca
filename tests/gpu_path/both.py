"""Both devices: the same program on /cpu:0 and on /gpu:0, and what it costs on the latter.

On a GPU the tests of this folder test results. On the CPU double of CuPy (`pytest -p cupy_on_cpu`, with the
double's folder on PYTHONPATH) launches, products, copies and synchronisations are counted exactly as
well; with CUPY_ON_CPU_DEFER=1 work waits in its stream until something synchronises, so that whatever
reads too early reads the past. Without either these tests are skipped.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import fastscope as tf
from fastscope import arrays
from fastscope.arrays import to_numpy

if not arrays.gpu_count():
    pytest.skip("needs CuPy and a GPU, or CuPy on the CPU double: -p cupy_on_cpu", allow_module_level=True)

cupy = arrays.import_cupy()
double = sys.modules.get("cupy_on_cpu")
needs_double = pytest.mark.skipif(double is None, reason="only the CPU double counts")

DEVICES = ("/cpu:0", "/gpu:0")
T, N, D, H = 5, 3, 4, 8
OPTIMIZERS: dict[str, Callable[[], Any]] = {
    "sgd": lambda: tf.train.GradientDescentOptimizer(0.1),
    "momentum": lambda: tf.train.MomentumOptimizer(0.1, 0.9),
    "nesterov": lambda: tf.train.MomentumOptimizer(0.1, 0.9, use_nesterov=True),
    "rmsprop": lambda: tf.train.RMSPropOptimizer(0.01, momentum=0.5),
    "centered": lambda: tf.train.RMSPropOptimizer(0.01, centered=True),
    "adagrad": lambda: tf.train.AdagradOptimizer(0.1),
    "adam": lambda: tf.train.AdamOptimizer(0.01),
}
FUSED_OPTIMIZERS = ("sgd", "momentum", "nesterov", "rmsprop", "adam")


def on_both(run: Callable[[], Any]) -> tuple[Any, Any]:
    """Return what `run` returns in an empty graph with /cpu:0 as the device, and with /gpu:0."""
    found = []
    for name in DEVICES:
        tf.reset_default_graph()
        tf.set_random_seed(7)
        with tf.device(name):
            found.append(run())
    return found[0], found[1]


def same(on_cpu: Any, on_gpu: Any, tolerance: float = 3e-6) -> None:
    """Compare two arrays, or nests of them; those of a GPU have to be CuPy's."""
    if isinstance(on_cpu, (list, tuple)):
        assert len(on_cpu) == len(on_gpu)
        for a, b in zip(on_cpu, on_gpu, strict=True):
            same(a, b, tolerance)
        return
    on_gpu = arrays.unwrap(on_gpu)
    assert isinstance(on_gpu, cupy.ndarray)
    assert on_gpu.dtype == on_cpu.dtype
    np.testing.assert_allclose(to_numpy(on_gpu), to_numpy(on_cpu), rtol=tolerance, atol=tolerance)


def draw(*shape: int, seed: int = 0) -> Any:
    return np.random.default_rng([seed, *shape]).normal(0.2, 0.7, shape).astype(np.float32)


def here(value: Any) -> Any:
    """Return a host array as an array of the device that is open."""
    return arrays.unwrap(tf.constant(value))


def counted(run: Callable[[], Any]) -> dict[str, int]:
    """Return what the second call does on the device, memory for the pool aside; nothing = all zero."""
    assert double is not None
    run()
    cupy.cuda.runtime.deviceSynchronize()
    before = double.counts()
    result = run()
    syncs = double.counts()["syncs"] - before["syncs"]
    cupy.cuda.runtime.deviceSynchronize()
    del result
    found = double.counts(before) | {"syncs": syncs}
    return {name: k for name, k in found.items() if k and name not in ("mallocs", "frees")}
