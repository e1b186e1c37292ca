"""A loop of a message as a `while_loop`: one operation over a recorded condition and a recorded body.

TensorFlow's loop has for each variable an Enter, a Merge, a Switch, a NextIteration and an Exit. What LoopCond depends
on is the condition; what the NextIterations depend on is the body.

Source: tensorflow/python/ops/control_flow_ops.py (WhileContext, TF 1.15).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ..graph import Branch, Recorder, StaticShape, Tensor, inside
from ..graph.conversion import brought_in
from ..messages import NodeDef
from ..ops.bodies import Body
from ..ops.branching import truth_of
from ..ops.loops import leave_loop, record_loop
from ..ops.shape_rules import common
from .layout import EXITS, MERGES, NEXTS, Frame, producer
from .node import NotHereError

if TYPE_CHECKING:
    from .reading import Reader

__all__ = ["read_loop"]

_SWITCHES = ("Switch", "RefSwitch")
_TRIES = 5  # at which shapes that change are no longer looked for


class _Variable(NamedTuple):
    """A variable of a loop: its nodes.

    Attributes:
        enter, merge, next: names.
        switch: name; "" where there is none.
    """

    enter: str
    merge: str
    next: str
    switch: str


class _Parts(NamedTuple):
    """The parts of a loop.

    Attributes:
        variables: of the loop.
        condition: what LoopCond hands on, as an input has it.
        skipped: nodes that are no operations of the condition or the body.
        tested, stepped: names of the nodes that the condition and the body need.
    """

    variables: list[_Variable]
    condition: str
    skipped: set[str]
    tested: set[str]
    stepped: set[str]


def read_loop(reader: Reader, frame: Frame, recorder: Recorder) -> None:
    """Make a loop.

    Raises:
        NotHereError: it is none that a while_loop is.
    """
    parts = _parts_of(reader, frame)
    for node in frame.enters:  # what comes in stands for itself
        source = reader.inputs_of(node, recorder)[0][0]
        reader.set_outputs(node.name, [source])
    initial = [brought_in(reader.tensor(variable.enter), recorder) for variable in parts.variables]
    shapes = [tensor.dims for tensor in initial]
    for _ in range(_TRIES):
        condition, body = _recorded(reader, frame, recorder, parts, initial, shapes)
        after = [tensor.dims for tensor in body.outputs]
        wider = [common(a, b) for a, b in zip(shapes, after, strict=True)]
        if wider == shapes:
            break
        shapes = wider
        for each in (condition, body):
            each.recorder.withdraw()
    scope = reader.name_of(frame.nodes[0].name).rpartition("/")[0]
    with inside(_branch_of(initial)):
        operation = record_loop(recorder, f"{scope}/While".lstrip("/"), initial, shapes, condition, body, None)
    _leave(reader, frame, parts, operation.outputs, recorder)


def _branch_of(tensors: Sequence[Tensor]) -> Branch | None:
    from .reading import innermost

    return innermost(tensor.op for tensor in tensors)


def _recorded(
    reader: Reader, frame: Frame, recorder: Recorder, parts: _Parts, initial: list[Tensor], shapes: list[StaticShape]
) -> tuple[Body, Body]:
    """Record the condition and the body, for variables of these shapes."""
    specs = [(dims, tensor.dtype.base_dtype) for dims, tensor in zip(shapes, initial, strict=True)]
    everything = {node.name for node in frame.nodes} | {node.name for inner in frame.inner for node in inner.nodes}
    inner_names = everything - {node.name for node in frame.enters}
    reader.forget(inner_names)
    names = [reader.name_of(variable.merge) for variable in parts.variables]

    def test(*states: Tensor) -> list[Tensor]:
        inner = states[0].op.recorder
        for variable, state in zip(parts.variables, states, strict=True):
            reader.set_outputs(variable.merge, [state])
        reader.read_frame(frame, inner, inner_names - parts.tested)
        return [truth_of(inner, reader.tensor(parts.condition), reader.name_of(_loop_cond(frame).name))]

    def step(*states: Tensor) -> list[Tensor]:
        inner = states[0].op.recorder
        reader.forget(inner_names)
        for variable, state in zip(parts.variables, states, strict=True):
            reader.set_outputs(variable.merge, [state])  # what a body takes before the Switch is the same
            if variable.switch:
                reader.set_outputs(variable.switch, [None, state])
        reader.read_frame(frame, inner, inner_names - parts.stepped)
        return [reader.tensor(variable.next) for variable in parts.variables]

    switches = [reader.name_of(variable.switch or variable.next) for variable in parts.variables]
    return Body(recorder, test, specs, names), Body(recorder, step, specs, switches)


def _loop_cond(frame: Frame) -> NodeDef:
    return next(node for node in frame.nodes if node.op == "LoopCond")


def _parts_of(reader: Reader, frame: Frame) -> _Parts:
    """Tell the parts of a loop from each other.

    Raises:
        NotHereError: there is no one condition, or a variable without its nodes.
    """
    nodes = {node.name: node for node in frame.nodes}
    conditions = [node for node in frame.nodes if node.op == "LoopCond"]
    if len(conditions) != 1:
        raise NotHereError(f"the loop '{frame.name}' has {len(conditions)} conditions.")
    loop_cond = conditions[0].name
    switches = {
        producer(node.input[0]): node.name
        for node in frame.nodes
        if node.op in _SWITCHES and producer(node.input[1]) == loop_cond
    }
    variables = []
    for node in frame.nodes:
        if node.op not in MERGES:
            continue
        sources = [producer(name) for name in node.input if not name.startswith("^")]
        nexts = [name for name in sources if name in nodes and nodes[name].op in NEXTS]
        if nexts:
            enter = next(name for name in sources if name not in nexts)
            variables.append(_Variable(enter, node.name, nexts[0], switches.get(node.name, "")))
    if not variables:
        raise NotHereError(f"the loop '{frame.name}' has no variables.")
    borders = {node.name for node in frame.enters} | {variable.merge for variable in variables}
    skipped = borders | set(switches.values()) | {loop_cond}
    condition = conditions[0].input[0]
    tested = _needed(reader, frame, [producer(condition)], skipped)
    stepped = _needed(reader, frame, [variable.next for variable in variables], skipped)
    return _Parts(variables, condition, skipped, tested, stepped)


def _needed(reader: Reader, frame: Frame, names: Iterable[str], borders: set[str]) -> set[str]:
    """Return the nodes of a loop, and of those inside it, that these need, up to its borders."""
    layout = reader.layout
    found: set[str] = set()
    waiting = [name for name in names if name not in borders]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        node = layout.by_name[name]
        sources = [producer(source) for source in node.input]
        waiting += [source for source in sources if source not in borders and layout.is_within(source, frame)]
    return found


def _leave(reader: Reader, frame: Frame, parts: _Parts, outputs: Sequence[Tensor], recorder: Recorder) -> None:
    """Make the Exits."""
    numbers = {variable.switch: k for k, variable in enumerate(parts.variables) if variable.switch}
    for node in reader.leaving(frame):
        if node.op not in EXITS:
            continue
        source = producer(node.input[0])
        while reader.layout.by_name[source].op in ("Identity", "RefIdentity"):
            source = producer(reader.layout.by_name[source].input[0])
        number = numbers.get(source)
        if number is None:
            raise NotHereError(f"'{node.name}' leaves the loop with what is no variable of it.")
        with inside(outputs[number].op.branch):
            reader.set_outputs(node.name, [leave_loop(recorder, outputs[number], reader.name_of(node.name))])
