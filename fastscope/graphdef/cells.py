"""Cells and sequences of cells: one operation here, in TensorFlow a loop over the steps of the cell's formulas.

Besides, the node says which cell it is, so that the library makes the one operation again.

Source: tensorflow/python/ops/rnn_cell_impl.py, rnn.py (TF 1.15).
Shapes: T max_time, N batch_size, D input_depth. Sequences are time major.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from ..arrays.dtypes import int32
from ..graph import Operation, Tensor
from ..scoping.variables import Variable
from .flow_rules import needed_of, stand_for_captured
from .writer import Ref, Writer

__all__ = ["CELLS", "encoding_of", "write_cell", "write_steps"]

Step = Callable[[Writer, Any, Ref, list[Ref], list[Ref]], tuple[Ref, list[Ref]]]
"""(writer, cell, inputs, state, weights) -> the output and the next state."""

_ACTIVATIONS = {
    "tanh": "Tanh", "sigmoid": "Sigmoid", "relu": "Relu", "linear": "Identity", "elu": "Elu", "selu": "Selu",
    "softplus": "Softplus", "softsign": "Softsign",
}  # fmt: skip


def _activated(w: Writer, cell: Any, x: Ref) -> Ref:
    return w.add(_ACTIVATIONS[cell._activation.name], [x])[0]


def _affine(w: Writer, parts: Sequence[Ref], kernel: Ref, bias: Ref) -> Ref:
    joined = w.add("ConcatV2", [list(parts), w.const(1, "axis")])[0]
    return w.add("BiasAdd", [w.add("MatMul", [joined, kernel])[0], bias])[0]


def _split(w: Writer, x: Ref, count: int) -> list[Ref]:
    return w.add("Split", [w.const(1, "split_dim"), x], num_split=count)


def _simple(w: Writer, cell: Any, x: Ref, state: list[Ref], weights: list[Ref]) -> tuple[Ref, list[Ref]]:
    made = _activated(w, cell, _affine(w, [x, state[0]], *weights))
    return made, [made]


def _gru(w: Writer, cell: Any, x: Ref, state: list[Ref], weights: list[Ref]) -> tuple[Ref, list[Ref]]:
    (h,), gates = state, weights[:2]
    r, u = _split(w, w.add("Sigmoid", [_affine(w, [x, h], *gates)])[0], 2)
    candidate = _activated(w, cell, _affine(w, [x, w.add("Mul", [r, h])[0]], *weights[2:]))
    rest = w.add("Mul", [w.add("Sub", [w.const(1, "sub/x", x.dtype), u])[0], candidate])[0]
    new = w.add("AddV2", [w.add("Mul", [u, h])[0], rest])[0]
    return new, [new]


def _lstm(w: Writer, cell: Any, x: Ref, state: list[Ref], weights: list[Ref]) -> tuple[Ref, list[Ref]]:
    options, (kernel, bias, *more) = cell._options, weights
    c, h = state if cell._state_is_tuple else _parts(w, cell, state[0])
    peepholes = [more.pop(0) for _ in range(3)] if getattr(cell, "_use_peepholes", False) else []
    i, j, f, o = _split(w, _affine(w, [x, h], kernel, bias), 4)
    f = w.add("AddV2", [f, w.const(options.forget_bias, "forget_bias", x.dtype)])[0]
    if peepholes:
        f, i = (_plus(w, gate, diagonal, c) for gate, diagonal in zip((f, i), peepholes, strict=False))
    kept = w.add("Mul", [w.add("Sigmoid", [f])[0], c])[0]
    taken = w.add("Mul", [w.add("Sigmoid", [i])[0], _activated(w, cell, j)])[0]
    new = _clipped(w, w.add("AddV2", [kept, taken])[0], options.cell_clip)
    if peepholes:
        o = _plus(w, o, peepholes[2], new)
    out = w.add("Mul", [w.add("Sigmoid", [o])[0], _activated(w, cell, new)])[0]
    if more:
        out = _clipped(w, w.add("MatMul", [out, more[0]])[0], options.proj_clip)
    if cell._state_is_tuple:
        return out, [new, out]
    return out, [w.add("ConcatV2", [[new, out], w.const(1, "axis")])[0]]


def _parts(w: Writer, cell: Any, state: Ref) -> list[Ref]:
    sizes = w.const(list(cell._sizes), "sizes", int32)
    return w.add("SplitV", [state, sizes, w.const(1, "split_dim")], num_split=2)


def _plus(w: Writer, gate: Ref, diagonal: Ref, c: Ref) -> Ref:
    return w.add("AddV2", [gate, w.add("Mul", [diagonal, c])[0]])[0]


def _clipped(w: Writer, x: Ref, limit: float | None) -> Ref:
    if limit is None:
        return x
    low, high = (w.const(end, name, x.dtype) for end, name in ((-limit, "low"), (limit, "high")))
    return w.add("Maximum", [w.add("Minimum", [x, high])[0], low])[0]


CELLS: dict[str, tuple[Step, tuple[str, ...]]] = {
    "BasicRNNCell": (_simple, ("num_units",)),
    "GRUCell": (_gru, ("num_units",)),
    "BasicLSTMCell": (_lstm, ("num_units", "state_is_tuple")),
    "LSTMCell": (
        _lstm,
        ("num_units", "state_is_tuple", "use_peepholes", "cell_clip", "num_proj", "proj_clip"),
    ),
}
"""By the names of the classes: the formulas of a step, and the arguments that a cell keeps."""


def _known(cell: Any) -> tuple[Step, tuple[str, ...]] | None:
    """Return what is known of a cell: of one of the library's own classes, with an activation that has a name."""
    found = CELLS.get(type(cell).__name__)
    if found is None or not type(cell).__module__.startswith(f"{__package__.partition('.')[0]}.rnn."):
        return None
    from ..rnn.activations import resolve

    activation = cell._activation
    if activation.name not in _ACTIVATIONS or resolve(activation.name) != activation:
        return None
    return (
        found
        if all(isinstance(weight, Variable) and weight._save_slice_info is None for weight in cell.weights)
        else None
    )


def encoding_of(op: Operation, name_of: Callable[[Tensor], str], outputs: list[Ref]) -> str | None:
    """Return what is needed to make the operation of a cell again; None if that cannot be."""
    cell = op.attributes["cell"]
    found = _known(cell)
    if found is None:
        return None
    config = {key: getattr(cell, f"_{key}") for key in found[1]} | {"activation": cell._activation.name}
    if hasattr(cell, "_options"):
        config["forget_bias"] = cell._options.forget_bias
    told: dict[str, Any] = {"class": type(cell).__name__, "config": config, "has_lengths": op.attributes["has_lengths"]}
    told["is_sequence"] = op.type.endswith("Sequence")
    arguments = {"list": [{"tensor": name_of(tensor)} for tensor in op.inputs]}
    return json.dumps({"cell": told, "arguments": arguments, "outputs": [ref.name for ref in outputs]})


def _inputs(w: Writer, op: Operation) -> tuple[Ref, list[Ref], Ref | None, list[Ref]]:
    """Return what stands for inputs, state, lengths and weights."""
    count = 1 + op.attributes["states"]
    x, *states = (w.ref(tensor) for tensor in op.inputs[:count])
    rest = [w.ref(tensor) for tensor in op.inputs[count:]]
    lengths = rest.pop(0) if op.attributes["has_lengths"] else None
    return x, states, lengths, rest


def write_cell(w: Writer, op: Operation) -> list[Ref] | None:
    """Write a step or a sequence of a cell."""
    cell = op.attributes["cell"]
    found = _known(cell)
    if found is None:
        return None
    x, states, lengths, weights = _inputs(w, op)
    if not op.type.endswith("Sequence"):
        output, after = found[0](w, cell, x, states, weights)
        return [w.add("Identity", [output], op.name)[0], *after]
    return _loop(w, op, x, states, lengths, weights, lambda *given: found[0](w, cell, *given))


def write_steps(w: Writer, op: Operation, write: Callable[[list[Operation], list[str]], None]) -> list[Ref]:
    """Write a loop over a cell that a program wrote itself: its body is recorded."""
    body, count = op.attributes["steps"], op.attributes["states"]
    x, *states = (w.ref(tensor) for tensor in op.inputs[: 1 + count])
    rest = list(op.inputs[1 + count :])
    lengths = w.ref(rest.pop()) if op.attributes["has_lengths"] else None
    captured = [w.ref(tensor) for tensor in rest]

    def step(x: Ref, before: list[Ref], given: list[Ref]) -> tuple[Ref, list[Ref]]:
        for tensor, ref in zip(body.inputs, [x, *before], strict=True):
            w.stand_for(tensor, ref)
        stand_for_captured(w, body.captured, given)
        write(needed_of(body), w.pivots())
        output, *after = (w.ref(tensor) for tensor in body.outputs)
        return output, after

    return _loop(w, op, x, states, lengths, captured, step)


def _loop(
    w: Writer,
    op: Operation,
    x: Ref,
    states: list[Ref],
    lengths: Ref | None,
    given: list[Ref],
    step: Callable[[Ref, list[Ref], list[Ref]], tuple[Ref, list[Ref]]],
) -> list[Ref]:
    """Write a loop over time, whose outputs are collected; the first node's name is the operation's.

    Args:
        given: what each step gets besides, weights say.
    """
    shape = w.add("Shape", [x])[0]
    ends = [w.const([n], f"strided_slice/stack_{n}") for n in (0, 1)]
    count = w.add("StridedSlice", [shape, *ends, ends[1]], shrink_axis_mask=1)[0]
    zero, one = w.const(0, "zero"), w.const(1, "one")
    places = w.add("Range", [zero, count, one])[0]
    handle_in, flow_in = w.add("TensorArrayV3", [count], dtype=x.dtype.base_dtype)
    flow_in = w.add("TensorArrayScatterV3", [handle_in, places, x, flow_in])[0]
    dtype = op.outputs[0].dtype.base_dtype
    handle, flow = w.add("TensorArrayV3", [count], dtype=dtype)

    def test(now: list[Ref], constants: list[Ref]) -> Ref:
        return w.add("Less", [now[0], constants[0]])[0]

    def body(now: list[Ref], constants: list[Ref]) -> list[Ref]:
        time, flow, *before = now
        _, handle_in, flow_in, handle, *more = constants
        until = more.pop(0) if lengths is not None else None
        element = w.add("TensorArrayReadV3", [handle_in, time, flow_in], dtype=x.dtype.base_dtype)[0]
        output, after = step(element, before, more)
        if until is not None:
            done = w.add("GreaterEqual", [w.cast(time, until.dtype.base_dtype), until])[0]
            after = [w.add("Select", [done, old, new])[0] for old, new in zip(before, after, strict=True)]
            output = w.add("Select", [done, w.add("ZerosLike", [output])[0], output])[0]
        flow = w.add("TensorArrayWriteV3", [handle, time, output, flow])[0]
        return [w.add("AddV2", [time, w.const(1, "add/y")])[0], flow, *after]

    constants = [count, handle_in, flow_in, handle, *([] if lengths is None else [lengths]), *given]
    _, flow, *final = write_frame(w, [zero, flow, *states], constants, test, body)
    made = w.add("TensorArrayGatherV3", [handle, places, flow], op.name, dtype=dtype)[0]
    return [made, *final]


def write_frame(
    w: Writer,
    initial: list[Ref],
    constants: list[Ref],
    test: Callable[[list[Ref], list[Ref]], Ref],
    body: Callable[[list[Ref], list[Ref]], list[Ref]],
) -> list[Ref]:
    """Write a loop whose condition and body are written by functions of its variables and of what is constant in it."""
    frame = w.unique(f"{w.scope}/while_context")
    outside = w.after, w.pivots
    with w.below(f"{w.scope}/while"):
        facts: dict[str, Any] = {"frame_name": frame, "parallel_iterations": 10}
        entered = [w.add("Enter", [ref], **facts)[0] for ref in initial]
        inner = [w.add("Enter", [ref], is_constant=True, **facts)[0] for ref in constants]
        w.after = []
        next_names = [w.unique(f"{w.scope}/NextIteration") for _ in entered]
        merges = [
            w.add("Merge", [[ref, Ref(name, ref.dtype)]])[0] for ref, name in zip(entered, next_names, strict=True)
        ]
        w.pivots = lambda: [merges[0].name]
        go_on = w.add("LoopCond", [test(merges, inner)])[0]
        switches = [w.add("Switch", [merge, go_on]) for merge in merges]
        states = [w.add("Identity", [sides[1]])[0] for sides in switches]
        w.pivots = lambda: [states[0].name]
        for name, ref in zip(next_names, body(states, inner), strict=True):
            w.add("NextIteration", [ref], name)
        w.after, w.pivots = outside
        return [w.add("Exit", [sides[0]])[0] for sides in switches]
