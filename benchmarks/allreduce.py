"""The mean of 100 MB of gradients beside a bare MPI.Allreduce, and what one small message takes.

    mpiexec -n 2 python benchmarks/allreduce.py [elements] [rounds]

Both take turns, on the same array. fastscope's also agrees with all ranks on what comes, scales, and looks for NaN.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
from mpi4py import MPI

import fastscope as fs
import fastscope.distributed as hvd


def seconds(subjects: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Return what each round took, in seconds; subjects take turns."""
    found: dict[str, list[float]] = {label: [] for label in subjects}
    for _ in range(rounds):
        for label, function in subjects.items():
            MPI.COMM_WORLD.Barrier()
            begun = time.perf_counter()
            function()
            found[label].append(time.perf_counter() - begun)
    return found


def measure(elements: int, rounds: int) -> dict[str, float]:
    """Return medians in ms, and the median ratio within a round, of one array of float32."""
    gradient = np.full(elements, hvd.rank() + 1, np.float32)
    variable = fs.get_variable(f"w{elements}", initializer=np.zeros(elements, np.float32))
    received = np.empty_like(gradient)

    def bare() -> None:
        MPI.COMM_WORLD.Allreduce(gradient, received)

    def ours() -> np.ndarray:
        return hvd.allreduce_gradients([(gradient, variable)])[0][0]

    bare()
    assert np.array_equal(ours() * hvd.size(), received)
    found = seconds({"bare": bare, "fastscope": ours}, rounds)
    ratios = [a / b for a, b in zip(found["fastscope"], found["bare"], strict=True)]
    medians = {f"{label}_ms": statistics.median(values) * 1e3 for label, values in found.items()}
    return {"megabytes": elements * 4e-6, **medians, "ratio": statistics.median(ratios)}


def main(elements: int = 25_000_000, rounds: int = 15) -> None:
    """Measure, and print lines of JSON on the first rank."""
    hvd.init(timeout=60.0)
    for count in (elements, 1):
        figures = measure(count, rounds)
        if hvd.rank() == 0:
            print(json.dumps({"ranks": hvd.size(), **figures}))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
