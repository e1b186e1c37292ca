"""What char_rnn.py asks of the processes that train: one alone, or several that mpiexec started."""

import os
import sys
from typing import Any

import numpy as np

import fastscope as tf
import fastscope.distributed as hvd


class Alone:
    """One process."""

    rank, size = 0, 1

    def part(self, array: Any, axis: int) -> Any:
        """Return this process's part of an array."""
        return array

    def whole(self, array: Any) -> Any:
        """Return the parts [n, ...] of all, behind one another."""
        return array

    def mean(self, pairs: list[tuple[Any, tf.Variable]]) -> list[tuple[Any, tf.Variable]]:
        """Return the means of all processes' gradients, [(gradient, variable), ...]."""
        return pairs

    def seed(self, seed: int) -> int:
        """Return a seed of this process's own."""
        return seed

    def agreed(self, value: float) -> float:
        """Return the first process's number: clocks differ."""
        return value

    def average(self, value: float) -> float:
        """Return the mean of all processes' numbers."""
        return value

    def save(self, saver: tf.train.Saver, *args: Any, **kwargs: Any) -> str:
        """Let the first process save."""
        return saver.save(*args, **kwargs)

    def restore(self, saver: tf.train.Saver, *args: Any, **kwargs: Any) -> None:
        """Give all the values of a checkpoint."""
        saver.restore(*args, **kwargs)


class Together(Alone):
    """The processes that mpiexec started; the first one talks."""

    def __init__(self) -> None:
        hvd.init()
        self.rank, self.size = hvd.rank(), hvd.size()
        self.mean, self.seed, self.save, self.restore = hvd.allreduce_gradients, hvd.rank_seed, hvd.save, hvd.restore
        self.part, self.whole = hvd.shard, hvd.allgather
        if self.rank:
            sys.stdout = open(os.devnull, "w")  # noqa: SIM115  # until the process ends

    def agreed(self, value: float) -> float:
        """Return the first process's number: clocks differ."""
        return float(hvd.broadcast(np.float64(value), 0))

    def average(self, value: float) -> float:
        """Return the mean of all processes' numbers."""
        return float(hvd.allreduce(np.float64(value)))
