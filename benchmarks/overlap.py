"""Whether it pays to send gradients while the way back goes on: the same work in three orders, which take turns.

    mpiexec -n 2 python benchmarks/overlap.py [batch] [layers] [units] [rounds]

The way back of a network of dense layers, in NumPy. Each gradient is added up over all ranks by an Iallreduce, begun
where the way back ends, where the gradient is ready, or there with a look at those under way after each product. One
thread a rank: set OMP_NUM_THREADS=1 where there are no more cores than ranks.
"""

import json
import statistics
import sys
import time
from typing import Any

import numpy as np
from mpi4py import MPI

ORDERS = ("at the end", "when ready", "when ready, looked at")


class Network:
    """Layers of `units` and their inputs `[batch, units]`; `means` are the sums over all ranks, one a layer."""

    def __init__(self, batch: int, layers: int, units: int) -> None:
        random = np.random.default_rng(MPI.COMM_WORLD.rank)
        self._weights = [random.normal(0, units**-0.5, (units, units)).astype(np.float32) for _ in range(layers)]
        self._inputs = [random.normal(0, 1, (batch, units)).astype(np.float32) for _ in range(layers)]
        self._gradients = [np.empty((units, units), np.float32) for _ in range(layers)]
        self.sums = [np.empty((units, units), np.float32) for _ in range(layers)]

    def step(self, order: str, sends: bool = True) -> None:
        """Go the way back, and add up the gradients in one of the orders."""
        under_way: list[Any] = []

        def send(layer: int) -> None:
            under_way.append(MPI.COMM_WORLD.Iallreduce(self._gradients[layer], self.sums[layer], MPI.SUM))

        layers = range(len(self._weights))[::-1]
        error = self._inputs[-1]
        for layer in layers:
            np.matmul(self._inputs[layer].T, error, out=self._gradients[layer])
            if sends and order != ORDERS[0]:
                send(layer)
            error = error @ self._weights[layer].T
            if order == ORDERS[2]:
                MPI.Request.Testall(under_way)
        if sends and order == ORDERS[0]:
            for layer in layers:
                send(layer)
        MPI.Request.Waitall(under_way)


def main(batch: int = 64, layers: int = 6, units: int = 1024, rounds: int = 60) -> None:
    """Measure, and print lines of JSON on the first rank."""
    network = Network(batch, layers, units)
    found: dict[str, list[float]] = {order: [] for order in (*ORDERS, "nothing sent")}
    answers = []
    for order in ORDERS:
        network.step(order)
        answers.append([each.copy() for each in network.sums])
    assert all(np.array_equal(a, b) for other in answers[1:] for a, b in zip(answers[0], other, strict=True))
    for number in range(rounds):
        for order in (*ORDERS, "nothing sent")[:: 1 if number % 2 else -1]:
            MPI.COMM_WORLD.Barrier()
            begun = time.perf_counter()
            network.step(order, sends=order in ORDERS)
            MPI.COMM_WORLD.Barrier()
            found[order].append(time.perf_counter() - begun)
    for order, seconds in found.items():
        ratios = [a / b for a, b in zip(seconds, found[ORDERS[0]], strict=True)]
        figures = {
            "min_ms": min(seconds) * 1e3,
            "median_ms": statistics.median(seconds) * 1e3,
            "ratio": statistics.median(ratios),
        }
        if MPI.COMM_WORLD.rank == 0:
            print(json.dumps({"ranks": MPI.COMM_WORLD.size, "sent": order, **figures}))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
