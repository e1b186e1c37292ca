"""Timing of things that take 25 ns: unrolled loops, in rounds that take turns.

A Python function call costs more than a dict look-up, so what is timed is a compiled loop with the statement written
out ten times in its body. Clock speed and neighbours change from one second to the next, so all subjects of a
comparison run once in every round, and a ratio is taken within its round.
"""

from __future__ import annotations

import gc
import itertools
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["UNROLL", "Ratio", "Subject", "calls", "interleaved", "ratio", "statement", "turns_of"]

UNROLL = 10


@dataclass(frozen=True)
class Subject:
    """Something to time.

    Attributes:
        label: what tables call it.
        loop: callable(n) -> seconds that n * operations took; what it prepares and cleans up does not count.
        operations: how often one turn of the loop does the thing.
        turns: n of each round; None = as many as fill `seconds` of `interleaved`.
    """

    label: str
    loop: Callable[[int], float]
    operations: int = UNROLL
    turns: int | None = None


@dataclass(frozen=True)
class Ratio:
    """How many times as long as something else, over all rounds.

    Attributes:
        median, least: of the rounds.
        low, high: quartiles.
    """

    median: float
    least: float
    low: float
    high: float


def statement(label: str, code: str, names: dict[str, Any]) -> Subject:
    """Return a Subject that runs `code`, with `names` as its globals.

    Args:
        code: one statement, or several lines.
    """
    body = "".join(f"        {line}\n" for _ in range(UNROLL) for line in code.splitlines())
    source = f"def loop(n):\n    start = clock()\n    for _ in repeat(None, n):\n{body}    return clock() - start\n"
    space = {**names, "clock": time.perf_counter, "repeat": itertools.repeat}
    exec(source, space)
    return Subject(label, space["loop"])


REST, WARM_UP = 0.06, 0.02  # seconds


def calls(label: str, call: Callable[[], Any], threads: int = 1) -> Subject:
    """Return a Subject that calls something long, alone on the machine.

    A library's threads spin for up to 40 ms after a call, in case there is another one, and take the processors from
    whoever comes next; and a processor that rested is slow at first. So with several threads a round begins with a
    rest, and with calls that do not count.
    """

    def loop(turns: int) -> float:
        if threads > 1:
            time.sleep(REST)
            begun = time.perf_counter()
            while time.perf_counter() - begun < WARM_UP:
                call()
        start = time.perf_counter()
        for _ in range(turns):
            call()
        return time.perf_counter() - start

    return Subject(label, loop, operations=1)


def interleaved(subjects: Sequence[Subject], rounds: int = 31, seconds: float = 0.005) -> dict[str, list[float]]:
    """Time all subjects in turns.

    Args:
        seconds: length of one subject's part of a round.

    Returns:
        label -> nanoseconds of one operation, one float for each round.
    """
    turns = {subject.label: turns_of(subject, seconds) for subject in subjects}
    samples: dict[str, list[float]] = {subject.label: [] for subject in subjects}
    gc.collect()
    gc.disable()
    try:
        for k in range(rounds):
            first = k % len(subjects)  # nobody always runs after the same neighbour
            for subject in [*subjects[first:], *subjects[:first]]:
                n = turns[subject.label]
                samples[subject.label].append(subject.loop(n) / (n * subject.operations) * 1e9)
    finally:
        gc.enable()
    return samples


def turns_of(subject: Subject, seconds: float = 0.005) -> int:
    """Return how many turns of the loop fill so many seconds; at least one."""
    if subject.turns is not None:
        return subject.turns
    turns = 1
    while True:
        took = subject.loop(turns)
        if took > seconds / 4:
            return max(1, round(turns * seconds / took))
        turns *= 4


def ratio(samples: Sequence[float], others: Sequence[float]) -> Ratio:
    """Return `samples` over `others`, round by round."""
    ratios = [ours / theirs for ours, theirs in zip(samples, others, strict=True)]
    if len(ratios) == 1:
        return Ratio(*ratios * 4)
    low, median, high = statistics.quantiles(ratios, n=4, method="inclusive")
    return Ratio(median, min(ratios), low, high)
