"""What TensorFlow has no operation for, read from what `writing` wrote; see `encoding`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...arrays.draws import Source
from ...arrays.streams import tensorflows
from ...arrays.structure import leaves, map_structure
from ...gradients import gradients
from ...graph import Tensor
from ...ops.creation import convert_to_tensor, zeros_like
from ...rnn import BasicLSTMCell, BasicRNNCell, GRUCell, LSTMCell
from ...rnn.recorded import record_cell, run_step, run_step_vjp
from ...rnn.sequences import run_built, run_vjp
from ...rnn.stand_ins import with_weights
from ...scoping import initializers
from ...scoping.initializers import Initializer
from ...training import optimizers
from ..encoding import decoded
from ..node import Node, NotHereError, reads
from .state import optimizer_of, update_of, variable_of

__all__: list[str] = []

_CELLS: dict[str, Any] = {kind.__name__: kind for kind in (BasicLSTMCell, BasicRNNCell, GRUCell, LSTMCell)}


@reads("Fastscope")
def _own(n: Node, encoding: dict[str, Any], tensor_of: Callable[[str], Tensor]) -> Any:
    if "update" in encoding:
        return _update(n, encoding["update"])
    if "initializer" in encoding:
        return _first_value(n, encoding)
    if "cell" in encoding:
        return _cell(n, encoding)
    if "gradient" in encoding:
        return _way_back(n, encoding["arguments"], tensor_of)
    raise NotHereError("it was written by another version of the library.")


def _update(n: Node, facts: dict[str, Any]) -> Any:
    kind = getattr(optimizers, facts["optimizer"], None)
    if kind is None or not issubclass(kind, optimizers.Optimizer):
        raise NotHereError(f"the optimizer '{facts['optimizer']}' is not here.")
    is_sparse, name = facts["is_sparse"], facts["type"]
    parts = 2 if is_sparse else 1
    count = facts["written"]
    written, gradient = n.inputs[:count], n.inputs[-parts:]
    counts = 2 if name == "Adam" else 0
    held, numbers = n.inputs[count : count + counts], n.inputs[count + counts : -parts]
    optimizer = optimizer_of(kind, name, facts["flags"]["use_nesterov"])
    made = update_of(n, optimizer, written, gradient, [*numbers, *held], is_sparse)
    made.attributes["read"] = facts, optimizer, tuple(n.inputs)
    return made


def _cell(n: Node, encoding: dict[str, Any]) -> Any:
    """A step or a sequence of a cell, whose weights are variables that were read."""
    told = encoding["cell"]
    kind = _CELLS.get(told["class"])
    if kind is None:
        raise NotHereError(f"the cell '{told['class']}' is not here.")
    cell = kind(**told["config"])
    states = len(list(leaves(cell.state_size)))
    x, *rest = n.inputs
    before, rest = rest[:states], rest[states:]
    lengths = rest.pop(0) if told["has_lengths"] else None
    cell = with_weights(cell, [variable_of(tensor) for tensor in rest])
    remaining = iter(before)
    state = map_structure(lambda _: next(remaining), cell.state_size)
    if told["is_sequence"]:
        output, _ = record_cell(cell, f"{kind.__name__}Sequence", x, state, lengths, run_built, run_vjp, n.name)
    else:
        output, _ = record_cell(cell, kind.__name__, x, state, None, run_step, run_step_vjp, n.name)
    return output.op


def _way_back(n: Node, arguments: dict[str, Any], tensor_of: Callable[[str], Tensor]) -> Any:
    """The gradient of an operation, asked for again."""
    given = {key: decoded(value, tensor_of) for key, value in arguments.items()}
    found = gradients(given["ys"], given["xs"], given["grad_ys"])
    made: list[Any] = [
        zeros_like(x) if d is None else convert_to_tensor(d) for d, x in zip(found, given["xs"], strict=True)
    ]
    return n.kernel(_listed, [(t.dims, t.dtype.base_dtype) for t in made], made, is_list=True)


def _listed(*values: Any) -> list[Any]:
    return list(values)


def _first_value(n: Node, facts: dict[str, Any]) -> Any:
    kind = getattr(initializers, facts["initializer"], None)
    if not isinstance(kind, type) or not issubclass(kind, Initializer):
        raise NotHereError(f"the initializer '{facts['initializer']}' is not here.")

    def nothing(name: str) -> Tensor:
        raise NotHereError(name)

    values = {key: decoded(value, nothing) for key, value in facts.items() if key not in ("initializer", "config")}
    config = {key: decoded(value, nothing) for key, value in facts["config"].items()}
    initializer, shape, dtype = kind.from_config(config), values["shape"], values["dtype"]
    root = n.recorder.graph.recorder
    assert root is not None
    root.draws = True
    source = Source(*(values["seeds"] or (0, 0)))

    def draw() -> Any:
        with source.generator() as philox, tensorflows(philox):
            return initializer.draw(shape, dtype=dtype)

    return n.kernel(draw, [(tuple(shape), dtype)], ())
