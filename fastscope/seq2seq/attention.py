"""Attention: a cell that looks, in each step, at a memory by how well it fits what the cell says.

Legend: N batch_size, L steps of the memory, S its depth, U units.

Source: tensorflow/contrib/seq2seq/python/ops/attention_wrapper.py (TF 1.15); Bahdanau et al., arXiv:1409.0473; Luong et
al., arXiv:1508.04025.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from .. import ops
from ..arrays import nest
from ..arrays.dtypes import as_dtype, float32, int32
from ..arrays.shapes import TensorShape
from ..errors import seq2seq as errors
from ..graph import name_scope
from ..layers import Dense
from ..ops.tensor_array import TensorArray
from ..ops.weights import static_shape
from ..rnn import RNNCell
from ..scoping.initializers import Constant, Ones, Zeros
from ..scoping.scopes import get_variable, variable_scope

__all__ = [
    "AttentionMechanism",
    "AttentionWrapper",
    "AttentionWrapperState",
    "BahdanauAttention",
    "LuongAttention",
    "hardmax",
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
        keys: the memory times a weight, `[N, L, U]`.
        values: the memory.

    Raises:
        ValueError: the depth of the memory is not known.
    """

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
        self.num_units, self.dtype = num_units, as_dtype(dtype or float32)
        memory = ops.convert_to_tensor(memory)
        if static_shape(memory).rank is None or None in static_shape(memory).as_list()[2:]:
            raise errors.memory_depth_unknown(str(static_shape(memory)))
        self._lengths = None if memory_sequence_length is None else ops.convert_to_tensor(memory_sequence_length)
        self._share, self._masked = (
            probability_fn or ops.softmax,
            -np.inf if score_mask_value is None else score_mask_value,
        )
        if self._lengths is not None:
            there = ops.sequence_mask(self._lengths, ops.shape(memory)[1], as_dtype(memory.dtype).base_dtype)
            memory = ops.multiply(memory, ops.expand_dims(there, -1))
        self.values = memory
        self.memory_layer = Dense(num_units, name="memory_layer", use_bias=False, dtype=self.dtype)
        self.keys = self.memory_layer(memory)
        if custom_key_value_fn is not None:
            self.keys, self.values = custom_key_value_fn(self.keys, self.values)

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

    def _shares(self, score: Any) -> Any:
        if self._lengths is not None:
            there = ops.sequence_mask(self._lengths, ops.shape(score)[1])
            score = ops.where(there, score, self._masked * ops.ones_like(score))
        return self._share(score)


def _size(x: Any, axis: int) -> Any:
    size = static_shape(x).as_list()[axis]
    return ops.shape(x)[axis] if size is None else size


class LuongAttention(AttentionMechanism):
    """Scores are products of query and keys; U must be the depth of the query.

    Args:
        scale: whether the scores are multiplied by a variable "attention_g".
        others: as those of AttentionMechanism.
    """

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

    def __call__(self, query: Any, state: Any) -> tuple[Any, Any]:
        """Return the shares, twice."""
        with variable_scope(None, "luong_attention", [query]):
            depth, units = static_shape(query).as_list()[-1], static_shape(self.keys).as_list()[-1]
            if depth != units:
                raise errors.query_differs(depth, units)
            score: Any = ops.squeeze(ops.matmul(ops.expand_dims(query, 1), self.keys, transpose_b=True), [1])
            if self._scale:
                score = get_variable("attention_g", [], as_dtype(query.dtype).base_dtype, Ones) * score
        shares = self._shares(score)
        return shares, shares


class BahdanauAttention(AttentionMechanism):
    """Scores are sum(v * tanh(keys + query @ weights)).

    Args:
        normalize: whether v has the length of a variable "attention_g", and a bias "attention_b" joins the sum.
        others: as those of AttentionMechanism.
    """

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

    def __call__(self, query: Any, state: Any) -> tuple[Any, Any]:
        """Return the shares, twice."""
        with variable_scope(None, "bahdanau_attention", [query]):
            dtype = as_dtype(query.dtype).base_dtype
            sums: Any = self.keys + ops.expand_dims(self.query_layer(query), 1)
            v: Any = get_variable("attention_v", [self.num_units], dtype)
            if self._normalize:
                length = get_variable("attention_g", [], dtype, Constant(math.sqrt(1 / self.num_units)))
                bias = get_variable("attention_b", [self.num_units], dtype, Zeros)
                v, sums = length * v * ops.rsqrt(ops.reduce_sum(ops.square(v))), sums + bias
            score = ops.reduce_sum(v * ops.tanh(sums), [2])
        shares = self._shares(score)
        return shares, shares


class AttentionWrapperState(NamedTuple):
    """State of an AttentionWrapper.

    Attributes:
        cell_state: of the cell.
        attention: what was seen in the last step.
        time: how many steps there were.
        alignments: the shares of the last step, for each mechanism.
        alignment_history: a TensorArray of all, or ().
        attention_state: of the mechanism.
    """

    cell_state: Any
    attention: Any
    time: Any
    alignments: Any
    alignment_history: Any
    attention_state: Any

    def clone(self, **kwargs: Any) -> AttentionWrapperState:
        """Return a copy with other parts: `state.clone(cell_state=encoder_state)`."""
        return self._replace(**kwargs)


class AttentionWrapper(RNNCell):
    """A cell that is given, with its inputs, what was seen in the step before.

    Args:
        cell: an RNNCell.
        attention_mechanism: an AttentionMechanism, or a list of them.
        attention_layer_size: of a layer, without bias, over the cell's output and what is seen; None = no layer: the
            attention is what is seen. A list where there are several mechanisms.
        alignment_history: whether the state keeps the shares of all steps.
        cell_input_fn: callable(inputs, attention) -> the cell's inputs; None = one beside the other.
        output_attention: whether the attention is the output, else the cell's.
        initial_cell_state: of the cell, in `zero_state`.
        name: of the variable scope; None = "attention_wrapper".
        attention_layer: a layer, or a list, instead of a size.
        attention_fn: callable(mechanism, cell output, attention state, layer) -> attention, shares, next state.
        dtype: of the weights.

    Raises:
        TypeError: a mechanism is none.
        ValueError: both a size and a layer, or not one for each mechanism.
    """

    def __init__(
        self,
        cell: RNNCell,
        attention_mechanism: Any,
        attention_layer_size: Any = None,
        alignment_history: bool = False,
        cell_input_fn: Function | None = None,
        output_attention: bool = True,
        initial_cell_state: Any = None,
        name: str | None = None,
        attention_layer: Any = None,
        attention_fn: Function | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self._is_multi = isinstance(attention_mechanism, (list, tuple))
        self._mechanisms = list(attention_mechanism) if self._is_multi else [attention_mechanism]
        for mechanism in self._mechanisms:
            if not isinstance(mechanism, AttentionMechanism):
                raise errors.no_mechanism(mechanism)
        self._cell, self._history, self._output_attention = cell, alignment_history, output_attention
        self._cell_input_fn = cell_input_fn or (lambda inputs, attention: ops.concat([inputs, attention], -1))
        self._initial, self._attention_fn = initial_cell_state, attention_fn or _attended
        self._layers = self._layers_of(attention_layer_size, attention_layer)

    def _layers_of(self, sizes: Any, layers: Any) -> list[Any] | None:
        if sizes is not None and layers is not None:
            raise errors.size_and_layer()
        given = layers if sizes is None else sizes
        if given is None:
            return None
        listed: Sequence[Any] = list(given) if isinstance(given, (list, tuple)) else [given]
        if len(listed) != len(self._mechanisms):
            raise errors.layers_differ(len(listed), len(self._mechanisms))
        if sizes is None:
            return list(listed)
        return [
            Dense(size, name="attention_layer", use_bias=False, dtype=mechanism.dtype)
            for size, mechanism in zip(listed, self._mechanisms, strict=True)
        ]

    @property
    def _attention_size(self) -> int:
        depths = [static_shape(mechanism.values).as_list()[-1] for mechanism in self._mechanisms]
        if self._layers is None:
            return sum(depths)  # type: ignore[arg-type]
        widths = [self._cell.output_size + depth for depth in depths]
        shapes = (
            layer.compute_output_shape(TensorShape([None, width]))
            for layer, width in zip(self._layers, widths, strict=True)
        )
        return sum(shape.as_list()[-1] for shape in shapes)

    @property
    def output_size(self) -> Any:
        """Size of the attention, or of the cell's output."""
        return self._attention_size if self._output_attention else self._cell.output_size

    @property
    def state_size(self) -> AttentionWrapperState:
        """Sizes of the state."""
        lengths = [mechanism.alignments_size for mechanism in self._mechanisms]
        return AttentionWrapperState(
            cell_state=self._cell.state_size,
            attention=self._attention_size,
            time=TensorShape([]),
            alignments=self._one(lengths),
            alignment_history=self._one([length if self._history else () for length in lengths]),
            attention_state=self._one([mechanism.state_size for mechanism in self._mechanisms]),
        )

    def _one(self, values: Sequence[Any]) -> Any:
        return tuple(values) if self._is_multi else values[0]

    def _several(self, value: Any) -> Any:
        return value if self._is_multi else [value]

    def zero_state(self, batch_size: Any, dtype: Any) -> AttentionWrapperState:
        """Return the state before the first step; the cell's is `initial_cell_state` if that was given."""
        with name_scope(f"{type(self).__name__}ZeroState"):
            cell_state = self._cell.zero_state(batch_size, dtype) if self._initial is None else self._initial
            first = [mechanism.initial_alignments(batch_size, dtype) for mechanism in self._mechanisms]
            history = [TensorArray(dtype, 0, True, clear_after_read=False) if self._history else () for _ in first]
            return AttentionWrapperState(
                cell_state=nest.mapped(ops.identity, cell_state),
                attention=ops.zeros([batch_size, self._attention_size], dtype),
                time=ops.zeros([], int32),
                alignments=self._one(first),
                alignment_history=self._one(history),
                attention_state=self._one([m.initial_state(batch_size, dtype) for m in self._mechanisms]),
            )

    def call(self, inputs: Any, state: Any) -> tuple[Any, AttentionWrapperState]:
        """Run the cell, then look."""
        if not isinstance(state, AttentionWrapperState):
            raise errors.no_attention_state(state)
        output, cell_state = self._cell(self._cell_input_fn(inputs, state.attention), state.cell_state)
        seen, shares, states, history = [], [], [], []
        before = zip(self._several(state.attention_state), self._several(state.alignment_history), strict=True)
        for k, (mechanism, (attention_state, past)) in enumerate(zip(self._mechanisms, before, strict=True)):
            layer = None if self._layers is None else self._layers[k]
            attention, alignments, after = self._attention_fn(mechanism, output, attention_state, layer)
            seen.append(attention)
            shares.append(alignments)
            states.append(after)
            history.append(past.write(state.time, alignments) if self._history else ())
        attention = ops.concat(seen, 1) if len(seen) > 1 else seen[0]
        following = AttentionWrapperState(
            cell_state=cell_state,
            attention=attention,
            time=state.time + 1,
            alignments=self._one(shares),
            alignment_history=self._one(history),
            attention_state=self._one(states),
        )
        return (attention if self._output_attention else output), following


def _attended(mechanism: AttentionMechanism, output: Any, state: Any, layer: Any) -> tuple[Any, Any, Any]:
    """Return what is seen, its shares, and the mechanism's next state."""
    alignments, after = mechanism(output, state)
    context: Any = ops.squeeze(ops.matmul(ops.expand_dims(alignments, 1), mechanism.values), [1])
    return (context if layer is None else layer(ops.concat([output, context], 1))), alignments, after
