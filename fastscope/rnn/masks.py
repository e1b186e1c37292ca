"""Dropout masks: where they come from and how they scale.

Masks are drawn on the device that uses them: copying them there would cost more than the step.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import array_module
from ..arrays.streams import generator, random_stream
from ..arrays.typing import Array
from ..gradients.registry import no_gradient
from ..graph import get_default_graph
from ..ops.function import op
from ..ops.operands import drawing


class Masks:
    """A source of dropout masks that goes on from mask to mask.

    Args:
        seed: decides the masks together with the graph's seed; None draws from the graph's stream of
            ops, so that two sources differ and `tf.set_random_seed` makes both repeatable.
    """

    def __init__(self, seed: int | None) -> None:
        self._seed = seed
        self._host: Any = None
        self._device: Any = None

    def uniform(self, xp: Any, shape: tuple[int, ...]) -> Array:
        """Return float32 numbers in [0, 1) on the host or, with xp = cupy, on the device."""
        if self._host is None:
            graph_seed = get_default_graph().seed
            own = None if self._seed is None else random_stream(graph_seed, "dropout")
            with own or drawing():
                self._host = generator(self._seed)
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


def drawn_mask(like: Any, keep_prob: Any, masks: Masks, noise: Any = None) -> Any:
    """Return `mask_of` for `like`: of numbers drawn now, or of `noise`; in a graph a tensor, drawn in each run.

    Args:
        keep_prob: a number or a scalar tensor.
        noise: what `variational_noise` returned, or None.
    """
    return _mask(like, keep_prob, noise, masks=masks)


def _like(like: Any, keep_prob: Any, noise: Any = None) -> Any:
    return like if noise is None else noise


@op("DropoutMask", "like | keep_prob | noise?", name="mask", shape=_like)
def _mask(like: Any, keep_prob: Any, noise: Any, masks: Any) -> Any:
    uniform = masks.uniform(array_module(like), like.shape) if noise is None else noise
    return mask_of(uniform, float(keep_prob), like.dtype)


def _one_row(like: Any) -> Any:
    return None if like is None else (1, *like[-1:])


@op("DropoutNoise", "like", name="noise", shape=_one_row)
def variational_noise(like: Any, masks: Any) -> Any:
    """Return numbers `[1, D]` for a mask that all steps and rows of `like` share."""
    return masks.uniform(array_module(like), (1, *like.shape[-1:]))


no_gradient("DropoutMask", "DropoutNoise")
