"""Stacks of bidirectional layers: each gets the outputs of both directions of the one below.

Source: TF 1.15 contrib/rnn/python/ops/rnn.py.
Shapes: T max_time, N batch_size, D input_depth.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import ops
from ..arrays.typing import Array
from ..errors import rnn as errors
from ..errors.places import in_one_frame
from ..scoping.sharing import own_scope
from .base import making
from .dynamic import bidirectional_dynamic_rnn, static_bidirectional_rnn

__all__ = ["stack_bidirectional_dynamic_rnn", "stack_bidirectional_rnn"]

_Layer = Callable[[Any, Any, Any, Any, Any, Any], tuple[Any, Any, Any]]
"""(cell_fw, cell_bw, inputs, initial_state_fw, initial_state_bw, scope) -> outputs, state forward, state backward."""


@in_one_frame
def stack_bidirectional_dynamic_rnn(
    cells_fw: Any,
    cells_bw: Any,
    inputs: Any,
    initial_states_fw: Any = None,
    initial_states_bw: Any = None,
    dtype: Any = None,
    sequence_length: Any = None,
    parallel_iterations: int | None = None,
    time_major: bool = False,
    scope: Any = None,
    swap_memory: bool = False,
) -> tuple[Array, tuple[Any, ...], tuple[Any, ...]]:
    """Run layers of `bidirectional_dynamic_rnn`, the weights of layer k in cell_<k>/bidirectional_rnn/.

    Args:
        cells_fw, cells_bw: lists of cells, one a layer.
        inputs: `[N, T, D]`, or `[T, N, D]` if `time_major`.
        initial_states_fw, initial_states_bw: lists of states, one a layer.
        scope: variable scope; None = "stack_bidirectional_rnn". The rest as in `bidirectional_dynamic_rnn`.

    Returns:
        The last layer's outputs, forward and backward beside each other, and the final states of all layers forward and
        backward.

    Raises:
        ValueError: lists that are empty, no lists or of different lengths.
    """

    def layer(fw: Any, bw: Any, below: Any, start_fw: Any, start_bw: Any, _: Any) -> tuple[Any, Any, Any]:
        outputs, states = bidirectional_dynamic_rnn(
            fw, bw, below, sequence_length, start_fw, start_bw, dtype, time_major=time_major
        )
        return ops.concat(list(outputs), 2), *states

    return _stack(layer, cells_fw, cells_bw, inputs, initial_states_fw, initial_states_bw, scope)


@in_one_frame
def stack_bidirectional_rnn(
    cells_fw: Any,
    cells_bw: Any,
    inputs: Any,
    initial_states_fw: Any = None,
    initial_states_bw: Any = None,
    dtype: Any = None,
    sequence_length: Any = None,
    scope: Any = None,
) -> tuple[list[Array], tuple[Any, ...], tuple[Any, ...]]:
    """Run layers of `static_bidirectional_rnn` over a list of steps, the weights of layer k in cell_<k>/fw/ and bw/.

    Args:
        inputs: list of T arrays `[N, D]`. The rest as in `stack_bidirectional_dynamic_rnn`.

    Returns:
        The last layer's list of outputs, and the final states of all layers forward and backward.
    """

    def layer(fw: Any, bw: Any, below: Any, start_fw: Any, start_bw: Any, inside: Any) -> tuple[Any, Any, Any]:
        return static_bidirectional_rnn(fw, bw, below, start_fw, start_bw, dtype, sequence_length, inside)

    return _stack(layer, cells_fw, cells_bw, inputs, initial_states_fw, initial_states_bw, scope)


def _stack(
    layer: _Layer, cells_fw: Any, cells_bw: Any, inputs: Any, starts_fw: Any, starts_bw: Any, scope: Any
) -> tuple[Any, tuple[Any, ...], tuple[Any, ...]]:
    for direction, cells, starts in (("fw", cells_fw, starts_fw), ("bw", cells_bw, starts_bw)):
        if not isinstance(cells, (list, tuple)) or not cells:
            raise errors.no_layers(f"cells_{direction}", cells)
        if starts is not None and (not isinstance(starts, (list, tuple)) or len(starts) != len(cells)):
            raise errors.states_of_layers(f"initial_states_{direction}", starts, len(cells))
    if len(cells_fw) != len(cells_bw):
        raise errors.uneven_layers(len(cells_fw), len(cells_bw))
    states: list[tuple[Any, Any]] = []
    with making(*cells_fw, *cells_bw), own_scope("stack_bidirectional_rnn" if scope is None else scope):
        for k, (fw, bw) in enumerate(zip(cells_fw, cells_bw, strict=True)):
            start_fw, start_bw = (None if starts is None else starts[k] for starts in (starts_fw, starts_bw))
            with own_scope(f"cell_{k}") as inside:
                inputs, *both = layer(fw, bw, inputs, start_fw, start_bw, inside)
            states.append((both[0], both[1]))
    return inputs, tuple(fw for fw, _ in states), tuple(bw for _, bw in states)
