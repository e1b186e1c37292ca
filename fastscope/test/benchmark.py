"""Benchmarks as classes, whose methods time operations.

Source: tensorflow/python/platform/benchmark.py (TF 1.15).
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Mapping
from typing import Any

from ..session.options import ConfigProto

__all__ = ["Benchmark", "benchmark_config"]


def benchmark_config() -> ConfigProto:
    """Return the configuration of a benchmark's session: the usual one."""
    return ConfigProto()


class Benchmark:
    """What a class of benchmarks is made from; a program calls its methods itself."""

    def report_benchmark(
        self,
        iters: int | None = None,
        cpu_time: float | None = None,
        wall_time: float | None = None,
        throughput: float | None = None,
        extras: Mapping[str, Any] | None = None,
        name: str | None = None,
        metrics: Any = None,
    ) -> None:
        """Print what was measured, as a line of JSON.

        Args:
            iters: how often it ran.
            cpu_time, wall_time: seconds that it took.
            throughput: megabytes a second.
            extras: other numbers and texts.
            name: of the benchmark; None = of the class.
            metrics: what else was measured.
        """
        given = {
            "iters": iters,
            "cpu_time": cpu_time,
            "wall_time": wall_time,
            "throughput": throughput,
            "extras": dict(extras or {}) or None,
            "metrics": metrics,
        }
        told = {key: value for key, value in given.items() if value is not None}
        print(json.dumps({"name": name or type(self).__name__, **told}, default=str))

    def run_op_benchmark(
        self,
        sess: Any,
        op_or_tensor: Any,
        feed_dict: Mapping[Any, Any] | None = None,
        burn_iters: int = 2,
        min_iters: int = 10,
        store_trace: bool = False,
        store_memory_usage: bool = True,
        name: str | None = None,
        extras: Mapping[str, Any] | None = None,
        mbs: float = 0,
    ) -> dict[str, Any]:
        """Run something again and again, report the median of the seconds, and return it.

        Args:
            sess: the session.
            op_or_tensor: what it runs.
            feed_dict: what is fed.
            burn_iters: runs that are not timed.
            min_iters: runs that are.
            store_trace, store_memory_usage: kept for TF's sake.
            name: of the benchmark.
            extras: other numbers and texts to report.
            mbs: megabytes that one run moves.
        """
        for _ in range(burn_iters):
            sess.run(op_or_tensor, feed_dict)
        seconds = []
        for _ in range(min_iters):
            begin = time.perf_counter()
            sess.run(op_or_tensor, feed_dict)
            seconds.append(time.perf_counter() - begin)
        median = statistics.median(seconds)
        found: dict[str, Any] = {"iters": min_iters, "wall_time": median, "throughput": mbs / median}
        found |= {"extras": dict(extras or {}), "name": name}
        self.report_benchmark(**found)
        return found
