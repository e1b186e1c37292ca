"""An optimizer's step on one variable: one fused pass, beside plain array code and torch's fused Adam."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import fastscope as tf
from benchmarks.timing import calls

SIZES = [10_000, 1_000_000, 10_000_000]  # elements: in a near cache, in a far one, in memory
RATE, BETA1, BETA2, EPSILON = 1e-3, 0.9, 0.999, 1e-8


def draw(elements: int, seed: int) -> Any:
    return np.random.default_rng([elements, seed]).uniform(0.5, 1.5, elements).astype(np.float32)


def ours(optimizer: Any, w: Any, g: Any) -> tuple[Any, Callable[[], Any]]:
    """A variable of w's values, and a step on it with the gradient g."""
    variable = tf.Variable(w)
    optimizer.create_slots([variable])
    return variable, lambda: optimizer.apply_gradients([(g, variable)])


@pytest.mark.benchmark(group="optimizers")
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("elements", SIZES)
def test_adam(measure: Any, benchmark: Any, elements: int, threads: int) -> None:
    elements = 1000 if benchmark.disabled else elements
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    w, g = draw(elements, 1), draw(elements, 2)
    variable, step = ours(tf.train.AdamOptimizer(RATE, BETA1, BETA2, EPSILON), w, g)
    m, v, powers = np.zeros_like(w), np.zeros_like(w), np.array([1.0, 1.0])

    def plain() -> None:
        nonlocal m, v, w
        powers[:] *= BETA1, BETA2
        rate = np.float32(RATE * np.sqrt(1 - powers[1]) / (1 - powers[0]))
        m += np.float32(1 - BETA1) * (g - m)
        v += np.float32(1 - BETA2) * (g * g - v)
        w -= rate * m / (np.sqrt(v) + np.float32(EPSILON))

    others = []
    if importlib.util.find_spec("torch"):
        import torch

        torch.set_num_threads(threads)
        parameter = torch.nn.Parameter(torch.from_numpy(w.copy()))
        parameter.grad = torch.from_numpy(g.copy())
        theirs = torch.optim.Adam([parameter], lr=RATE, betas=(BETA1, BETA2), eps=EPSILON, fused=True)
        others.append(calls("torch, fused", theirs.step, threads))
    step(), plain()
    np.testing.assert_allclose(variable.numpy(), w, rtol=1e-6)
    if others:
        theirs.step()
        np.testing.assert_allclose(variable.numpy(), parameter.detach().numpy(), rtol=1e-5)
    others.append(calls("NumPy", plain))
    subject = calls(f"Adam, {elements:,} elements, threads {threads}", step, threads)
    measure(subject, others, {other.label: 1.0 for other in others}, bytes_moved=7 * 4 * elements)
    tf.config.threading.set_intra_op_parallelism_threads(0)


@pytest.mark.benchmark(group="optimizers")
@pytest.mark.parametrize("name", ["sgd", "momentum", "rmsprop"])
def test_others(measure: Any, benchmark: Any, name: str) -> None:
    """One thread; the bytes are those of weights and slots, read and written, and of the gradient, read."""
    elements = 1000 if benchmark.disabled else 1_000_000
    tf.config.threading.set_intra_op_parallelism_threads(1)
    w, g, a, b = draw(elements, 1), draw(elements, 2), np.zeros(elements, np.float32), np.zeros(elements, np.float32)

    def sgd() -> None:
        nonlocal w
        w -= np.float32(RATE) * g

    def momentum() -> None:
        nonlocal w, a
        a *= np.float32(0.9)
        a += g
        w -= np.float32(RATE) * a

    def rmsprop() -> None:
        nonlocal w, a, b
        a += np.float32(1 - 0.9) * (g * g - a)
        b *= np.float32(0.5)
        b += np.float32(RATE) * g / np.sqrt(a + np.float32(1e-8))
        w -= b

    plain, optimizer, slots = {
        "sgd": (sgd, tf.train.GradientDescentOptimizer(RATE), 0),
        "momentum": (momentum, tf.train.MomentumOptimizer(RATE, 0.9), 1),
        "rmsprop": (rmsprop, tf.train.RMSPropOptimizer(RATE, 0.9, 0.5, 1e-8), 2),
    }[name]
    a += name == "rmsprop"  # its mean of squares starts at one
    variable, step = ours(optimizer, w, g)
    step(), plain()
    np.testing.assert_allclose(variable.numpy(), w, rtol=1e-6)
    subject = calls(f"{name}, {elements:,} elements, threads 1", step)
    measure(subject, [calls("NumPy", plain)], {"NumPy": 1.0}, bytes_moved=4 * elements * (3 + 2 * slots))
    tf.config.threading.set_intra_op_parallelism_threads(0)
