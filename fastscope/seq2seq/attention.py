"""AttentionWrapper: a cell that looks, in each step, at a memory by how well it fits what the cell says.

Source: tensorflow/contrib/seq2seq/python/ops/attention_wrapper.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from .. import ops
from ..arrays import nest
from ..arrays.dtypes import int32
from ..arrays.shapes import TensorShape
from ..errors import seq2seq as errors
from ..graph import name_scope
from ..layers import Dense
from ..ops.tensor_array import TensorArray
from ..ops.weights import static_shape
from ..rnn import RNNCell
from .mechanisms import AttentionMechanism

__all__ = ["AttentionWrapper", "AttentionWrapperState", "attended"]

Function = Callable[..., Any]


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
        self._initial, self._attention_fn = initial_cell_state, attention_fn or attended
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


def attended(mechanism: AttentionMechanism, output: Any, state: Any, layer: Any) -> tuple[Any, Any, Any]:
    """Return what is seen, its shares, and the mechanism's next state."""
    alignments, after = mechanism(output, state)
    context: Any = ops.squeeze(ops.matmul(ops.expand_dims(alignments, 1), mechanism.values), [1])
    return (context if layer is None else layer(ops.concat([output, context], 1))), alignments, after
