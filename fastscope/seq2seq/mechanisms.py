"""Attention mechanisms: how well each step of a memory fits what a cell says.

Legend: N batch_size, L steps of the memory, S its depth, U units.

Source: tensorflow/contrib/seq2seq/python/ops/attention_wrapper.py (TF 1.15); Bahdanau et al., arXiv:1409.0473; Luong et
al., arXiv:1508.04025.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import ops
from ..arrays.dtypes import as_dtype, float32
from ..errors import seq2seq as errors
from ..graph import name_scope
from ..layers import Dense
from ..ops.weights import static_shape
from ..scoping.initializers import Constant, Ones, Zeros
from ..scoping.scopes import get_variable, variable_scope

__all__ = [
    "AttentionMechanism",
    "BahdanauAttention",
    "BaseAttentionMechanism",
    "LuongAttention",
    "bahdanau_score",
    "hardmax",
    "luong_score",
]

Function = Callable[..., Any]


def hardmax(logits: Any, name: str | None = None) -> Any:
    """Return 1 for the largest of each row, 0 for the others."""
    with name_scope(name, "Hardmax"):
        logits = ops.convert_to_tensor(logits)
        return ops.one_hot(ops.argmax(logits, -1), ops.shape(logits)[-1], dtype=as_dtype(logits.dtype).base_dtype)


class AttentionMechanism:
    """What AttentionWrapper looks with; one of the user's defines `__call__`.

    Args:
        num_units: U, the depth of the keys.
        memory: `[N, L, S]`.
        memory_sequence_length: how much of each memory there is, `[N]`; the rest is zeros, and not looked at.
        probability_fn: callable(scores `[N, L]`) -> shares; None = softmax.
        score_mask_value: score of what is not there; None = minus infinity.
        dtype: of the weights.
        custom_key_value_fn: callable(keys, values) -> both, to be used instead.

    Attributes:
        memory_layer: the layer that makes the keys.
        query_layer: the layer of the query, or None.
        keys: the memory times a weight, `[N, L, U]`.
        values: the memory.

    Raises:
        ValueError: the depth of the memory is not known.
    """

    query_layer: Any = None

    def __init__(
        self,
        num_units: int,
        memory: Any,
        memory_sequence_length: Any = None,
        probability_fn: Function | None = None,
        score_mask_value: float | None = None,
        dtype: Any = None,
        custom_key_value_fn: Function | None = None,
    ) -> None:
        self._num_units, self.dtype = num_units, as_dtype(dtype or float32)
        memory = ops.convert_to_tensor(memory)
        if static_shape(memory).rank is None or None in static_shape(memory).as_list()[2:]:
            raise errors.memory_depth_unknown(str(static_shape(memory)))
        self._lengths = None if memory_sequence_length is None else ops.convert_to_tensor(memory_sequence_length)
        self._share = probability_fn or ops.softmax
        self._masked = -np.inf if score_mask_value is None else score_mask_value
        if self._lengths is not None:
            there = ops.sequence_mask(self._lengths, ops.shape(memory)[1], as_dtype(memory.dtype).base_dtype)
            memory = ops.multiply(memory, ops.expand_dims(there, -1))
        self.values = memory
        self.memory_layer = self._layer()
        self.keys = memory if self.memory_layer is None else self.memory_layer(memory)
        if custom_key_value_fn is not None:
            self.keys, self.values = custom_key_value_fn(self.keys, self.values)

    def _layer(self) -> Any:
        """Return the layer that makes the keys."""
        return Dense(self._num_units, name="memory_layer", use_bias=False, dtype=self.dtype)

    @property
    def batch_size(self) -> Any:
        """N."""
        return _size(self.keys, 0)

    @property
    def alignments_size(self) -> Any:
        """L."""
        return _size(self.keys, 1)

    @property
    def state_size(self) -> Any:
        """L: the state is the shares of the step before."""
        return self.alignments_size

    def initial_alignments(self, batch_size: Any, dtype: Any) -> Any:
        """Return zeros `[N, L]`."""
        return ops.zeros([batch_size, self.alignments_size], dtype)

    def initial_state(self, batch_size: Any, dtype: Any) -> Any:
        """Return the state before the first step."""
        return self.initial_alignments(batch_size, dtype)

    def __call__(self, query: Any, state: Any) -> tuple[Any, Any]:
        """Return the share of each step of the memory, `[N, L]`, and the next state."""
        raise NotImplementedError

    def _probability_fn(self, score: Any, state: Any) -> Any:
        """Return the shares by the scores `[N, L]` and the state; no share for what is not there."""
        if self._lengths is not None:
            there = ops.sequence_mask(self._lengths, ops.shape(score)[1])
            score = ops.where(there, score, self._masked * ops.ones_like(score))
        return self._shares(score, state)

    def _shares(self, score: Any, state: Any) -> Any:
        return self._share(score)


def _size(x: Any, axis: int) -> Any:
    size = static_shape(x).as_list()[axis]
    return ops.shape(x)[axis] if size is None else size


class ByScores(AttentionMechanism):
    """A mechanism whose scores are made in a scope of their own."""

    _scope_name: str

    def __call__(self, query: Any, state: Any) -> tuple[Any, Any]:
        """Return the shares, twice."""
        with variable_scope(None, self._scope_name, [query]):
            score = self._score(query)
        shares = self._probability_fn(score, state)
        return shares, shares

    def _score(self, query: Any) -> Any:
        raise NotImplementedError


class LuongAttention(ByScores):
    """Scores are products of query and keys; U must be the depth of the query.

    Args:
        scale: whether the scores are multiplied by a variable "attention_g".
        others: as those of AttentionMechanism.
    """

    _scope_name = "luong_attention"

    def __init__(
        self,
        num_units: int,
        memory: Any,
        memory_sequence_length: Any = None,
        scale: bool = False,
        probability_fn: Function | None = None,
        score_mask_value: float | None = None,
        dtype: Any = None,
        custom_key_value_fn: Function | None = None,
        name: str = "LuongAttention",
    ) -> None:
        with name_scope(name):
            super().__init__(
                num_units, memory, memory_sequence_length, probability_fn, score_mask_value, dtype, custom_key_value_fn
            )
        self._scale = scale

    def _score(self, query: Any) -> Any:
        dtype = as_dtype(query.dtype).base_dtype
        return luong_score(query, self.keys, get_variable("attention_g", [], dtype, Ones) if self._scale else None)


def luong_score(query: Any, keys: Any, scale: Any) -> Any:
    """Return the products of a query `[N, U]` and keys `[N, L, U]`, times a number or None.

    Raises:
        ValueError: another depth.
    """
    depth, units = static_shape(query).as_list()[-1], static_shape(keys).as_list()[-1]
    if depth != units:
        raise errors.query_differs(depth, units)
    score: Any = ops.squeeze(ops.matmul(ops.expand_dims(query, 1), keys, transpose_b=True), [1])
    return score if scale is None or scale is False else scale * score


class BahdanauAttention(ByScores):
    """Scores are sum(v * tanh(keys + query @ weights)).

    Args:
        normalize: whether v has the length of a variable "attention_g", and a bias "attention_b" joins the sum.
        others: as those of AttentionMechanism.
    """

    _scope_name = "bahdanau_attention"

    def __init__(
        self,
        num_units: int,
        memory: Any,
        memory_sequence_length: Any = None,
        normalize: bool = False,
        probability_fn: Function | None = None,
        score_mask_value: float | None = None,
        dtype: Any = None,
        custom_key_value_fn: Function | None = None,
        name: str = "BahdanauAttention",
    ) -> None:
        with name_scope(name):
            super().__init__(
                num_units, memory, memory_sequence_length, probability_fn, score_mask_value, dtype, custom_key_value_fn
            )
        self.query_layer = Dense(num_units, name="query_layer", use_bias=False, dtype=self.dtype)
        self._normalize = normalize

    def _score(self, query: Any) -> Any:
        dtype = as_dtype(query.dtype).base_dtype
        queried = self.query_layer(query) if self.query_layer else query
        v, length, bias = get_variable("attention_v", [self._num_units], dtype), None, None
        if self._normalize:
            length = get_variable("attention_g", [], dtype, Constant(math.sqrt(1 / self._num_units)))
            bias = get_variable("attention_b", [self._num_units], dtype, Zeros)
        return bahdanau_score(queried, self.keys, v, length, bias)


def bahdanau_score(
    processed_query: Any, keys: Any, attention_v: Any, attention_g: Any = None, attention_b: Any = None
) -> Any:
    """Return sum(v * tanh(keys + query)), `[N, L]`; with g and b of v with the length g, and of sums with b."""
    v, sums = attention_v, keys + ops.expand_dims(processed_query, 1)
    if attention_g is not None and attention_b is not None:
        v, sums = attention_g * v * ops.rsqrt(ops.reduce_sum(ops.square(v))), sums + attention_b
    return ops.reduce_sum(v * ops.tanh(sums), [2])


class BaseAttentionMechanism(AttentionMechanism):
    """An AttentionMechanism of layers that are given: what TensorFlow's own are made of, and those of some programs.

    Args:
        query_layer: layer of the query, or None.
        memory: `[N, L, S]`.
        probability_fn: callable(scores `[N, L]`, state) -> shares.
        memory_sequence_length: how much of each memory there is, `[N]`.
        memory_layer: layer that makes the keys; None = the memory itself.
        check_inner_dims_defined: kept for TF's sake: the depth of the memory has to be known.
        score_mask_value: score of what is not there; None = minus infinity.
        custom_key_value_fn: callable(keys, values) -> both, to be used instead.
        name: of the name scope.
    """

    def __init__(
        self,
        query_layer: Any,
        memory: Any,
        probability_fn: Function,
        memory_sequence_length: Any = None,
        memory_layer: Any = None,
        check_inner_dims_defined: bool = True,
        score_mask_value: float | None = None,
        custom_key_value_fn: Function | None = None,
        name: str | None = None,
    ) -> None:
        self.query_layer, self._of_score_and_state = query_layer, probability_fn
        self.memory_layer = memory_layer
        with name_scope(name, "BaseAttentionMechanismInit"):
            super().__init__(
                0, memory, memory_sequence_length, None, score_mask_value,
                getattr(memory_layer, "dtype", None), custom_key_value_fn,
            )  # fmt: skip

    def _layer(self) -> Any:
        return self.memory_layer

    def _shares(self, score: Any, state: Any) -> Any:
        return self._of_score_and_state(score, state)
