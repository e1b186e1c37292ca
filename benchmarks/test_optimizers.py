"""An optimizer's update of one variable: one fused pass, beside plain array code and torch's fused kernels."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from benchmarks.timing import Subject
from fastscope.fused import cpu, reference

SIZES = [10_000, 1_000_000, 10_000_000]  # elements: in a near cache, in a far one, in memory
RATE, BETA1, BETA2, EPSILON = 1e-3, 0.9, 0.999, 1e-8


def repeat(label: str, call: Callable[[], Any]) -> Subject:
    def loop(turns: int) -> float:
        start = time.perf_counter()
        for _ in range(turns):
            call()
        return time.perf_counter() - start

    return Subject(label, loop, operations=1)


def arrays(count: int, elements: int) -> list[Any]:
    rng = np.random.default_rng(elements)
    return [rng.uniform(0.5, 1.5, elements).astype(np.float32) for _ in range(count)]


@pytest.mark.benchmark(group="optimizers")
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("elements", SIZES)
def test_adam(measure: Any, benchmark: Any, elements: int, threads: int) -> None:
    elements = 1000 if benchmark.disabled else elements
    cpu.set_num_threads(threads)
    w, m, v, g = arrays(4, elements)
    plain = [a.copy() for a in (w, m, v)]
    arguments = (g, RATE, BETA1, BETA2, EPSILON)
    cpu.adam_update(w, m, v, *arguments)
    reference.adam_update(*plain, *arguments)
    np.testing.assert_allclose(w, plain[0], rtol=1e-6)
    others = [repeat("reference", lambda: reference.adam_update(*plain, *arguments))]
    if importlib.util.find_spec("torch"):
        import torch

        torch.set_num_threads(threads)
        parameter = torch.nn.Parameter(torch.from_numpy(w.copy()))
        parameter.grad = torch.from_numpy(g.copy())
        optimizer = torch.optim.Adam([parameter], lr=RATE, betas=(BETA1, BETA2), eps=EPSILON, fused=True)
        others.append(repeat("torch, fused", optimizer.step))
    bars = {other.label: 1.0 for other in others}
    subject = repeat(f"Adam, {elements:,} elements, threads {threads}", lambda: cpu.adam_update(w, m, v, *arguments))
    measure(subject, others, bars, bytes_moved=7 * 4 * elements)


@pytest.mark.benchmark(group="optimizers")
@pytest.mark.parametrize("name", ["sgd", "momentum", "rmsprop"])
def test_others(measure: Any, benchmark: Any, name: str) -> None:
    elements = 1000 if benchmark.disabled else 1_000_000
    cpu.set_num_threads(1)
    slots = {"sgd": 0, "momentum": 1, "rmsprop": 2}[name]
    more = {"sgd": (), "momentum": (0.9, False), "rmsprop": (0.9, 0.5, 1e-8)}[name]
    *state, g = arrays(slots + 2, elements)
    plain = [a.copy() for a in state]
    fast, slow = getattr(cpu, f"{name}_update"), getattr(reference, f"{name}_update")
    fast(*state, g, RATE, *more)
    slow(*plain, g, RATE, *more)
    for got, expected in zip(state, plain, strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-6)
    subject = repeat(f"{name}, {elements:,} elements", lambda: fast(*state, g, RATE, *more))
    measure(subject, [repeat("reference", lambda: slow(*plain, g, RATE, *more))], {"reference": 1.0})
