"""Fixtures of the benchmarks: `pytest benchmarks` runs each of them once, `--benchmark-enable` times them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

import pytest

import fastscope as fs
from benchmarks.timing import Subject, interleaved, ratio, statement, turns_of

Measure = Callable[..., None]


@pytest.fixture(autouse=True)
def fresh_graph() -> Iterator[None]:
    """An empty graph for each benchmark."""
    fs.reset_default_graph()
    yield
    fs.reset_default_graph()


@pytest.fixture
def most(benchmark: Any) -> int:
    """How many variables or scopes a benchmark may make: few where nothing is timed."""
    return 1_000 if benchmark.disabled else 1_000_000


@pytest.fixture
def dicts() -> list[Subject]:
    """B0 and B1: what a look-up by full name costs where there are no scopes."""
    names = {"d": {"a/b/w": object(), "a/b/c/w": object()}, "scope": "a/b", "name": "w"}
    return [statement("B0", "d['a/b/w']", names), statement("B1", "d[f'{scope}/{name}']", names)]


@pytest.fixture
def measure(benchmark: Any) -> Measure:
    """Callable(subject, others, bars, rounds=31, **extra_info): time `subject` beside `others`.

    pytest-benchmark's own figures are for as many operations as its extra_info says, about 5 ms of them; beside that,
    extra_info gets nanoseconds for one operation of everybody, the ratios with their quartiles, and the bars.
    """

    def run(
        subject: Subject, others: list[Subject], bars: dict[str, float], rounds: int = 31, **extra_info: Any
    ) -> None:
        everybody = [subject, *others]
        turns = 1
        if not benchmark.disabled:
            samples = interleaved(everybody, rounds)
            turns = turns_of(subject)
            benchmark.extra_info.update(
                label=subject.label,
                ns={label: sorted(values)[len(values) // 2] for label, values in samples.items()},
                ratios={other.label: asdict(ratio(samples[subject.label], samples[other.label])) for other in others},
                bars=bars,
                operations=turns * subject.operations,
                **extra_info,
            )
        else:
            for one in everybody:
                one.loop(1)
        benchmark.pedantic(subject.loop, args=(turns,), rounds=5)

    return run
