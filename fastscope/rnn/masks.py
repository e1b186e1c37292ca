"""Dropout masks: where they come from and how they scale.

Masks are drawn on the device that uses them: copying them there would cost more than the step.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import array_module
from ..arrays.draws import Source
from ..arrays.dtypes import DType, as_dtype
from ..arrays.philox import salted
from ..arrays.streams import generator, random_stream
from ..arrays.typing import Array
from ..gradients.registry import no_gradient
from ..graph import current, get_default_graph
from ..graph.seeds import new_source, runs_in_sessions
from ..ops.function import op
from ..ops.nn import kept_of
from ..ops.operands import current_device, drawing, on_device


class Masks:
    """A source of dropout masks that goes on from mask to mask.

    Args:
        seed: decides the masks together with the graph's seed; None draws from the graph's stream of
            ops, so that two sources differ and `tf.set_random_seed` makes both repeatable.

    Attributes:
        seed: the same.
    """

    def __init__(self, seed: int | None) -> None:
        self.seed = seed
        self._host: Any = None
        self._device: Any = None

    def uniform(self, xp: Any, shape: tuple[int, ...]) -> Array:
        """Return float32 numbers in [0, 1) on the host or, with xp = cupy, on the device."""
        if self._host is None:
            graph_seed = get_default_graph().seed
            own = None if self.seed is None else random_stream(graph_seed, "dropout")
            with own or drawing():
                self._host = generator(self.seed)
        if xp is np:
            return self._host.random(shape, dtype=np.float32)
        if self._device is None:
            self._device = xp.random.RandomState(int(self._host.integers(2**32)))
        return self._device.random_sample(shape, dtype=np.float32)


def mask_of(uniform: Array, keep_prob: float, dtype: Any) -> Array:
    """Return 1 / keep_prob where the numbers are below `keep_prob`, else 0.

    What is kept is scaled up, so that the sum stays what it was on average.
    """
    kept: Array = (uniform < keep_prob).astype(dtype)
    return kept / kept.dtype.type(keep_prob) if keep_prob > 0 else kept


def recorded_masks(masks: Masks, seed: int | None, what: str) -> Masks | Source:
    """Return where a mask's numbers come from in the program that is recorded here.

    With a seed, the operation's or the graph's, they are TensorFlow's; without one they are drawn on the device.

    Args:
        masks: where eager code draws from.
        seed: the wrapper's own.
        what: "output", "state 1": each has a seed of its own, made of the wrapper's.

    Source: tensorflow/python/ops/rnn_cell_wrapper_impl.py, _gen_seed.
    """
    recorder = current()
    if recorder is None or not runs_in_sessions(recorder):
        return masks
    if seed is not None:
        where, _, place = what.partition(" ")
        seed = salted(seed, f"{where}_{place or 0}")
    source = new_source(recorder, seed)
    return source if source.is_seeded else masks


def drawn_mask(like: Any, keep_prob: Any, masks: Masks | Source, noise: Any = None) -> Any:
    """Return `mask_of` for `like`: of numbers drawn now, or of `noise`; in a graph a tensor, drawn in each run.

    Args:
        keep_prob: a number or a scalar tensor.
        masks: of `recorded_masks`.
        noise: what `variational_noise` returned, or None.
    """
    return _mask(like, keep_prob, noise, masks=masks)


def _like(like: Any, keep_prob: Any, noise: Any = None) -> Any:
    return like if noise is None else noise


@op("DropoutMask", "like | keep_prob:host | noise?", name="mask", shape=_like)
def _mask(like: Any, keep_prob: Any, noise: Any, masks: Any) -> Any:
    if isinstance(masks, Source):
        drawn = _seeded(masks, as_dtype(like.dtype), like.shape) if noise is None else noise
        uniform = array_module(like).asarray(drawn)
        return kept_of(uniform, float(keep_prob))
    uniform = masks.uniform(array_module(like), like.shape) if noise is None else noise
    return mask_of(uniform, float(keep_prob), like.dtype)


def _seeded(source: Source, dtype: DType, shape: tuple[int, ...]) -> Any:
    """Return TensorFlow's numbers of a shape, on the host; of a sequence `[T, N, D]` each step is a draw of its own."""
    with source.generator() as philox:
        if len(shape) < 3:
            return philox.uniform(shape, dtype)
        steps = [philox.uniform(shape[1:], dtype) for _ in range(shape[0])]
    return np.array(steps, dtype.dtype).reshape(shape)


def _one_row(*, depth: int) -> Any:
    return (1, depth)


@op("DropoutNoise", name="noise", shape=_one_row, dtype=lambda values: values["dtype"])
def variational_noise(depth: int, dtype: Any, masks: Any) -> Any:
    """Return numbers `[1, depth]` for a mask that all steps and rows share."""
    if isinstance(masks, Source):
        return on_device(_seeded(masks, dtype, (1, depth)))
    return masks.uniform(current_device().xp, (1, depth)).astype(dtype.dtype)


no_gradient("DropoutMask", "DropoutNoise")
