"""static_state_saving_rnn: a cell whose state is kept by an object of the program's between runs.

Source: TF 1.15 python/ops/rnn.py (static_state_saving_rnn).
"""

from __future__ import annotations

from typing import Any

from ..arrays import nest
from ..errors import rnn as errors
from ..errors.places import in_one_frame
from ..graph import control_dependencies
from ..ops.creation import identity
from .dynamic import static_rnn
from .sequences import check_cell

__all__ = ["static_state_saving_rnn"]


@in_one_frame
def static_state_saving_rnn(
    cell: Any, inputs: Any, state_saver: Any, state_name: Any, sequence_length: Any = None, scope: Any = None
) -> tuple[list[Any], Any]:
    """Run a cell over a list of steps, from a state that an object gives to one that it is given.

    Args:
        cell: an RNNCell, or anything with its attributes.
        inputs: list of T arrays `[N, D]`.
        state_saver: an object with `state(name)`, which returns an array or tensor `[N, size]`, and
            `save_state(name, value)`, which returns the operation that keeps it.
        state_name: the name of the state, or a structure of names as `cell.state_size` is one of sizes.
        sequence_length: int `[N]`: past it a row's outputs are zero and its state stays.
        scope: variable scope of the cell's weights; None = "rnn".

    Returns:
        A list of T outputs, and the final state. To compute the last output is to save the state.

    Raises:
        ValueError: names in another structure than sizes.
    """
    check_cell("cell", cell)
    size = cell.state_size
    names = nest.flattened(state_name)
    if nest.is_structure(size) != nest.is_structure(state_name) or len(names) != len(nest.flattened(size)):
        raise errors.state_names_differ(state_name, size)
    state = nest.packed(size, [state_saver.state(name) for name in names])
    outputs, final = static_rnn(cell, inputs, state, sequence_length=sequence_length, scope=scope)
    saved = [state_saver.save_state(name, part) for name, part in zip(names, nest.flattened(final), strict=True)]
    with control_dependencies(saved):
        last = nest.mapped(identity, outputs[-1])
    return [*outputs[:-1], last], final
