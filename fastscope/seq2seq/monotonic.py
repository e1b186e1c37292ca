"""Attention that only moves on: what was passed in a memory is not looked at again.

Legend: N batch_size, L steps of the memory, S its depth, U units.

Source: tensorflow/contrib/seq2seq/python/ops/attention_wrapper.py (TF 1.15); Raffel et al., arXiv:1704.00784.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import ops
from ..arrays.dtypes import as_dtype, int32
from ..errors import seq2seq as errors
from ..graph import name_scope
from ..ops.mapping import scan
from ..ops.weights import static_shape
from ..scoping.scopes import get_variable
from .mechanisms import BahdanauAttention, ByScores, LuongAttention

__all__ = ["BahdanauMonotonicAttention", "LuongMonotonicAttention", "monotonic_attention", "safe_cumprod"]


def safe_cumprod(x: Any, *args: Any, **kwargs: Any) -> Any:
    """Return `cumprod` of numbers of 0 to 1 as the exponential of a sum of logarithms, which does not underflow.

    Args:
        x: floats; below the smallest normal number they count as that.
        args, kwargs: as `tf.cumsum` has them.
    """
    with name_scope(None, "SafeCumprod", [x]):
        x = ops.convert_to_tensor(x)
        tiny = np.finfo(as_dtype(x.dtype).as_numpy_dtype).tiny
        bounded = ops.minimum(ops.maximum(x, tiny), ops.ones_like(x))
        return ops.exp(ops.cumsum(ops.log(bounded), *args, **kwargs))


def monotonic_attention(p_choose_i: Any, previous_attention: Any, mode: str) -> Any:
    """Return the shares of a memory's steps, of which each is passed for good when it is not chosen.

    Args:
        p_choose_i: probability that a step is chosen when it is come to, `[N, L]`, 0 to 1.
        previous_attention: the shares before, `[N, L]`; at first 1 for the first step.
        mode: "recursive" goes step by step and is exact; "parallel" is one formula, which rounds where the memory is
            long or probabilities are near 0 or 1; "hard" is for probabilities of 0 and 1.

    Returns:
        `[N, L]`.

    Raises:
        ValueError: another mode.
    """
    p: Any = ops.convert_to_tensor(p_choose_i)
    before: Any = ops.convert_to_tensor(previous_attention)
    if mode == "recursive":
        count = static_shape(p).as_list()[0] or ops.shape(p)[0]
        passed = ops.concat([ops.ones((count, 1), as_dtype(p.dtype).base_dtype), 1 - p[:, :-1]], 1)
        reached = scan(
            lambda x, yz: ops.reshape(yz[0] * x + yz[1], (count,)),
            [ops.transpose(passed), ops.transpose(before)],
            ops.zeros((count,), as_dtype(p.dtype).base_dtype),
        )
        return p * ops.transpose(reached)
    if mode == "parallel":
        passed = safe_cumprod(1 - p, axis=1, exclusive=True)
        bounded = ops.minimum(ops.maximum(passed, 1e-10), ops.ones_like(passed))
        return p * passed * ops.cumsum(before / bounded, axis=1)
    if mode == "hard":
        p = p * ops.cumsum(before, axis=1)
        return p * ops.cumprod(1 - p, axis=1, exclusive=True)
    raise errors.unknown_mode(mode)


class _Monotonic(ByScores):
    """What both have: noise, a bias of the scores, and a state that begins at the first step."""

    _noise: float
    _noise_seed: int | None
    _score_bias_init: float
    _mode: str

    def _set(self, noise: float, seed: int | None, bias: float, mode: str) -> None:
        self._noise, self._noise_seed, self._score_bias_init, self._mode = noise, seed, bias, mode

    def initial_alignments(self, batch_size: Any, dtype: Any) -> Any:
        """Return 1 for the first step of each memory, 0 for the others, `[N, L]`."""
        return ops.one_hot(ops.zeros((batch_size,), int32), self.alignments_size, dtype=dtype)

    def _score(self, query: Any) -> Any:
        score = super()._score(query)
        first = np.asarray(self._score_bias_init, as_dtype(score.dtype).as_numpy_dtype)
        return score + get_variable("attention_score_bias", initializer=first)

    def _shares(self, score: Any, state: Any) -> Any:
        if self._noise > 0:
            drawn = ops.random_normal(ops.shape(score), dtype=as_dtype(score.dtype).base_dtype, seed=self._noise_seed)
            score = score + self._noise * drawn
        hard = self._mode == "hard"
        chosen = ops.cast(ops.greater(score, 0), score.dtype) if hard else ops.sigmoid(score)
        return monotonic_attention(chosen, state, self._mode)


class BahdanauMonotonicAttention(_Monotonic, BahdanauAttention):
    """BahdanauAttention whose shares are `monotonic_attention`.

    Args:
        num_units: U, the depth of the keys.
        memory: `[N, L, S]`.
        memory_sequence_length: how much of each memory there is, `[N]`.
        normalize: see BahdanauAttention.
        score_mask_value: score of what is not there; None = minus infinity.
        sigmoid_noise: deviation of the noise that is added to scores, which drives them apart in training.
        sigmoid_noise_seed: joins the seed of the graph.
        score_bias_init: first value of a bias of all scores; below zero for long memories.
        mode: see `monotonic_attention`.
        dtype: of the weights.
        name: of the name scope.
    """

    _scope_name = "bahdanau_monotonic_attention"

    def __init__(
        self,
        num_units: int,
        memory: Any,
        memory_sequence_length: Any = None,
        normalize: bool = False,
        score_mask_value: float | None = None,
        sigmoid_noise: float = 0.0,
        sigmoid_noise_seed: int | None = None,
        score_bias_init: float = 0.0,
        mode: str = "parallel",
        dtype: Any = None,
        name: str = "BahdanauMonotonicAttention",
    ) -> None:
        self._set(sigmoid_noise, sigmoid_noise_seed, score_bias_init, mode)
        super().__init__(
            num_units, memory, memory_sequence_length, normalize,
            score_mask_value=score_mask_value, dtype=dtype, name=name,
        )  # fmt: skip


class LuongMonotonicAttention(_Monotonic, LuongAttention):
    """LuongAttention whose shares are `monotonic_attention`.

    Args:
        scale: see LuongAttention.
        others: as those of BahdanauMonotonicAttention.
    """

    _scope_name = "luong_monotonic_attention"

    def __init__(
        self,
        num_units: int,
        memory: Any,
        memory_sequence_length: Any = None,
        scale: bool = False,
        score_mask_value: float | None = None,
        sigmoid_noise: float = 0.0,
        sigmoid_noise_seed: int | None = None,
        score_bias_init: float = 0.0,
        mode: str = "parallel",
        dtype: Any = None,
        name: str = "LuongMonotonicAttention",
    ) -> None:
        self._set(sigmoid_noise, sigmoid_noise_seed, score_bias_init, mode)
        super().__init__(
            num_units, memory, memory_sequence_length, scale,
            score_mask_value=score_mask_value, dtype=dtype, name=name,
        )  # fmt: skip
