"""TensorFlow's random numbers: what its operations draw from their two seeds, to the bit.

    >>> draws = Philox(*get_seed(None, 1, 0))
    >>> draws.uniform([3], float32)
    array([0.2390374 , 0.92039955, 0.05051243], dtype=float32)

The generator is Philox-4x32-10: ten rounds of multiplying and mixing turn a counter of 128 bits, under a key of 64,
into a block of four 32-bit words. The key is an operation's `seed`; its `seed2` is the upper half of the counter, and
the lower half counts blocks. A run of an operation with n outputs leaves 256 n blocks behind it, whatever it used, so
what a run draws does not depend on how many threads share it. One `Philox` stands for one operation in one session:
another session has another one, which begins at block 0.

What is drawn is an array on the host; for a GPU it is copied. The numbers are TensorFlow's to the bit; normal ones are
made by the C library's log, sin and cos, so with another library than glibc their last bit may differ.

Source: tensorflow/core/lib/random/philox_random.h and random_distributions.h of TF 1.15; Salmon et al., Parallel random
numbers: as easy as 1, 2, 3 (2011). Gamma and Poisson: random_op.cc and random_poisson_op.cc; Marsaglia and Tsang, A
simple method for generating gamma variables (2000); Hoermann, The transformed rejection method for generating Poisson
random variables (1993).
"""

from __future__ import annotations

import copy
import math
import os
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final, Self

import numpy as np

from . import dtypes

__all__ = ["Philox", "Shuffled", "exact_below", "get_seed", "salted", "unit_of"]

Array = np.ndarray[Any, Any]
_BLOCKS_EACH: Final = 256  # blocks that are left behind for each output of a run
_SEEDS: Final = 2**31 - 1
_DEFAULT_GRAPH_SEED: Final = 87654321


def get_seed(graph_seed: int | None, op_seed: int | None, operations: int) -> tuple[int, int]:
    """Return the two seeds of a random operation; 0, 0 if they are to come from the operating system.

    Args:
        graph_seed: that of `tf.set_random_seed`.
        op_seed: the operation's own.
        operations: how many operations the graph has already; stands for the second, if only the first is given.
    """
    if graph_seed is None and op_seed is None:
        return 0, 0
    seed = (_DEFAULT_GRAPH_SEED if graph_seed is None else graph_seed) % _SEEDS
    seed2 = (operations if op_seed is None else op_seed) % _SEEDS
    return (seed, seed2) if seed or seed2 else (0, _SEEDS)


def salted(seed: int | None, salt: str) -> int | None:
    """Return another seed for a second operation of the same seed; None for none."""
    from hashlib import md5

    if seed is None:
        return None
    digest = md5(f"{seed}{salt}".encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[:4], "big") & 0x7FFFFFFF


class Philox:
    """The numbers of one random operation in one session, run after run.

    Args:
        seed: the key, taken modulo 2**64.
        seed2: the upper half of the counter, taken modulo 2**64. Both 0: both come from the operating system.
    """

    __slots__ = ("_high", "_key", "block")

    def __init__(self, seed: int, seed2: int) -> None:
        if seed == seed2 == 0:
            seed, seed2 = (int.from_bytes(os.urandom(8), "little") for _ in range(2))
        self._key: Final = seed % 2**64
        self._high: Final = seed2 % 2**64
        self.block = 0
        """The first block that the next run uses."""

    @classmethod
    def stateless(cls, seed: Any) -> Self:
        """Return the generator of `tf.random.stateless_*` with the two integers `seed`, which scramble each other."""
        low, high = (int(part) for part in seed)
        words = cls(0x02461E293EC8F720, high)._blocks(np.array([low]), 1)
        return cls(*words.view(np.uint64)[0].tolist())

    def uniform(self, shape: Any, dtype: dtypes.DType) -> Array:
        """Draw floats evenly from [0, 1): float16 in steps of 2**-10, float32 of 2**-23, float64 of 2**-52."""
        count = math.prod(shape)
        if dtype == dtypes.float64:
            values = _unit64(self._words(2 * count, count))
        elif dtype == dtypes.float16:
            values = ((self._words(count, count) & 0x3FF) * np.float32(2.0**-10)).astype(np.float16)
        else:
            values = _unit32(self._words(count, count)).astype(dtype.dtype, copy=False)
        return values.reshape(shape)

    def uniform_int(self, shape: Any, low: int, high: int, dtype: dtypes.DType) -> Array:
        """Draw integers from [low, high): the rest of a word of 32 bits, or 64 for int64, by `high - low`."""
        count = math.prod(shape)
        word: Any = np.uint64 if dtype.size == 8 else np.uint32
        words = self._words(count * word().itemsize // 4, count).view(word)
        values = words % word(high - low) + word(low % 2 ** (8 * word().itemsize))  # wraps, as a signed sum does
        result: Array = values.astype(dtype.dtype).reshape(shape)
        return result

    def normal(self, shape: Any, dtype: dtypes.DType) -> Array:
        """Draw from the normal distribution of mean 0 and deviation 1."""
        count = math.prod(shape)
        wide = dtype == dtypes.float64
        words = self._words((count + count % 2) * (2 if wide else 1), count)
        values = _normals(words, np.float64 if wide else np.float32)
        return values[:count].reshape(shape).astype(dtype.dtype, copy=False)

    def truncated_normal(self, shape: Any, dtype: dtypes.DType) -> Array:
        """Draw from the normal distribution, anew what is not within (-2, 2).

        Outputs come in groups, each with blocks of its own: where one draws anew, the next ones stay what they are.
        """
        count = math.prod(shape)
        size, apart, made = (2, 128, np.float64) if dtype == dtypes.float64 else (4, 256, np.float32)
        groups = np.arange(-(-count // size))
        values = np.empty((groups.size, size), made)
        blocks = 1
        while groups.size:
            words = self._blocks(self.block + groups * apart, blocks)
            drawn = _normals(words, made).reshape(groups.size, -1)
            kept = np.abs(drawn) < 2
            kept &= np.cumsum(kept, 1) <= size
            full = kept.sum(1) == size
            values[groups[full]] = drawn[full][kept[full]].reshape(-1, size)
            groups = groups[~full]
            blocks *= 2
        self.block += count * _BLOCKS_EACH
        return values.ravel()[:count].reshape(shape).astype(dtype.dtype, copy=False)

    def permutation(self, count: int) -> Array:
        """Return what `tf.random_shuffle` puts in each of `count` places: the first one swaps with any, and so on."""
        order = list(range(count))
        if count > 1:
            blocks = -(-(count - 1) // 4)
            words = self._blocks(np.array([self.block]), blocks)[0, : count - 1]
            self.block += blocks
            swaps = words % np.arange(count, 1, -1, dtype=np.uint32)
            for place, step in enumerate(swaps.tolist()):
                other = place + step
                order[place], order[other] = order[other], order[place]
        return np.array(order, np.int64)

    def multinomial(self, logits: Array, count: int) -> Array:
        """Draw `count` classes by each row of `logits` `[N, classes]`, log-probabilities up to a constant."""
        finite = np.isfinite(logits)
        largest = np.max(logits, 1, where=finite, initial=-np.inf, keepdims=True)
        sums = np.cumsum(np.where(finite, np.exp((logits - largest).astype(np.float64)), 0), 1)
        words = self._words(2 * len(logits) * count, 2 * len(logits) * (-(-count // 4) * 4))
        drawn = _unit64(words).reshape(len(logits), count) * sums[:, -1:]
        found = [np.searchsorted(row, values, "right") for row, values in zip(sums, drawn, strict=True)]
        return np.array(found, np.int64).reshape(len(logits), count)

    def gamma(self, shape: Any, concentrations: Array) -> Array:
        """Draw `shape` times from the gamma distribution of each concentration; NaN where there is none."""
        return self._accepted(False, shape, concentrations)

    def poisson(self, shape: Any, rates: Array) -> Array:
        """Draw `shape` times from the Poisson distribution of each rate."""
        return self._accepted(True, shape, rates)

    def _accepted(self, poisson: bool, shape: Any, parameters: Array) -> Array:
        """Draw float64 `shape` times for each parameter, each anew until it is accepted."""
        from .. import _lstm

        given = parameters.ravel().astype(np.float64, copy=False)
        values = np.empty((math.prod(shape), given.size))
        _lstm.philox_draws(poisson, self._key, self._high, self.block % 2**64, given, values)
        self.block += values.size * _BLOCKS_EACH
        return values.reshape((*shape, *parameters.shape))

    def reserved(self, blocks: int) -> Iterator[int]:
        """Return the words from the next block on, without end, and leave so many blocks behind."""
        apart = copy.copy(self)
        self.block += blocks
        return apart.words()

    def words(self) -> Iterator[int]:
        """Yield the words one by one, without end."""
        while True:
            words = self._blocks(np.array([self.block]), 64)
            self.block += 64
            yield from words[0].tolist()

    def _words(self, count: int, outputs: int) -> Array:
        """Return the next `count` words, and go on to the run after one with so many `outputs`."""
        words = self._blocks(np.array([self.block]), -(-count // 4))[0, :count]
        self.block += outputs * _BLOCKS_EACH
        return words

    def _blocks(self, starts: Array, blocks: int) -> Array:
        """Return the words `[len(starts), 4 * blocks]` of so many blocks from each of `starts` on."""
        from .. import _lstm  # compiled code is loaded by the first draw

        words = np.empty((starts.size, blocks, 4), np.uint32)
        _lstm.philox(self._key, self._high, starts, words)
        return words.reshape(starts.size, -1)


class Shuffled(Iterator[Any]):
    """The elements in the order of `Dataset.shuffle(size)`.

    A buffer of `size` elements is kept full; a word draws one, and the first one takes its place. Elements of the next
    epoch enter the buffer while the last ones of this epoch are drawn, which come first all the same. An error of
    `waiting` is raised, and the next call goes on behind it.

    Args:
        waiting: (epoch, element): all epochs for `.shuffle(size).repeat(n)`, which TensorFlow makes one operation of;
            else one.
        size: of the buffer.
        words: of the operation's seeds; or, where each epoch is an iteration of its own with another order, of two
            words as seeds, which a generator of the operation's seeds gives for each.
    """

    def __init__(self, waiting: Iterator[tuple[int, Any]], size: int, words: Iterator[int]) -> None:
        self._waiting, self._words = waiting, words
        self._ring: list[Any] = [None] * size
        self._head = self._filled = 0
        self._left = Counter[int]()  # elements in the buffer, by epoch

    def __next__(self) -> Any:
        ring, head, size = self._ring, self._head, len(self._ring)
        while self._filled < size and (item := next(self._waiting, None)) is not None:
            ring[(head + self._filled) % size] = item
            self._left[item[0]] += 1
            self._filled += 1
        if not self._filled:
            raise StopIteration
        epoch = ring[head][0]
        place = (head + next(self._words) % self._left[epoch]) % size
        drawn = ring[place][1]
        ring[place], ring[head] = ring[head], None
        self._head = (head + 1) % size
        self._left[epoch] -= 1
        self._filled -= 1
        return drawn


def unit_of(high: int, low: int) -> float:
    """Return the float64 in [0, 1) of two words."""
    return float(_unit64(np.array([high, low], np.uint32))[0])


def unit32_of(word: int) -> np.float32:
    """Return the float32 in [0, 1) of one word."""
    return np.float32(_unit32(np.array([word], np.uint32))[0])


def exact_below(words: Iterator[int], end: int, of_two: bool = True) -> int:
    """Return an integer in [0, end): the rest of two words, of such as give each integer the same share.

    Args:
        words: the generator's.
        end: above all that is returned.
        of_two: False takes one word instead.

    Source: tensorflow/core/lib/random/exact_uniform_int.h, simple_philox.cc.
    """
    least = (2**64 if of_two else 2**32) % end  # nothing is drawn anew where `end` is a power of 2
    while (drawn := next(words) | (next(words) << 32 if of_two else 0)) < least:
        pass
    return drawn % end


def _unit32(words: Array) -> Array:
    """Return float32 in [0, 1): the low 23 bits are the mantissa of a number in [1, 2)."""
    values: Array = (words & np.uint32(0x7FFFFF) | np.uint32(0x3F800000)).view(np.float32)
    values -= np.float32(1)
    return values


def _unit64(words: Array) -> Array:
    """Return float64 in [0, 1): 20 bits of the first word of two above all of the second."""
    high, low = words[::2].astype(np.uint64), words[1::2]
    values: Array = ((high & np.uint64(0xFFFFF)) << np.uint64(32) | low | np.uint64(0x3FF << 52)).view(np.float64)
    values -= 1
    return values


def _normals(words: Array, dtype: Any) -> Array:
    """Return a normal for each word, float32, or for each two, float64."""
    from .. import _lstm

    values = np.empty(words.size // (np.dtype(dtype).itemsize // 4), dtype)
    _lstm.philox_normals(words, values)
    return values
