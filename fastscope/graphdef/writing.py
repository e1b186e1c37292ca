"""A graph as a message: what TensorBoard draws, what `tf.train.write_graph` writes, and what TensorFlow runs.

Where TensorFlow has an operation, or several, for one of the library's, these are written, and TensorFlow computes the
same from them. What it has nothing for is a node whose type begins with "Fastscope": TensorFlow refuses it, and
`import_graph_def` makes the operation again, unless a function of Python is in it.

Source: tensorflow/python/framework/ops.py (Graph.as_graph_def).
"""

from __future__ import annotations

import contextlib
import gc
import json
from collections.abc import Iterable, Iterator, Sequence

from ..graph import Graph, Operation, Tensor
from ..messages import AttrValue, GraphDef, NodeDef
from ..messages.tensors import shape_proto
from .cells import encoding_of, write_cell, write_steps
from .encoding import ATTRIBUTE, INNER, NotWritableError, encoded
from .flow_rules import Frames, write_loop
from .gates import Gates
from .rules import rule_of
from .state_rules import marker
from .writer import NoCounterpartError, Ref, Writer, number_of, set_attribute

__all__ = ["GRAPH_VERSION", "graph_def_of", "key_of", "written_alone"]

GRAPH_VERSION = 134  # of TensorFlow 1.15
_BODILY = ("Placeholder", "Enter")  # what stands in a body for what comes from outside


def graph_def_of(graph: Graph, add_shapes: bool = False, from_version: int | None = None) -> GraphDef:
    """Return the operations of a graph as a message; where everything is computed at once there are none.

    Args:
        add_shapes: write the static shapes of the outputs, too, as "_output_shapes".
        from_version: only operations from this number on.
    """
    made = GraphDef()
    made.versions.producer = GRAPH_VERSION
    recorder = graph.recorder
    if recorder is not None:
        exporter = _Exporter(recorder.operations, add_shapes, recorder.by_name)
        with _uncollected():
            exporter.write(recorder.operations, from_version or 0)
        list.extend(made.node, exporter.nodes)
    return made


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Open a block in which Python looks for no garbage: the messages that are made are none, and there are many."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def written_alone(operation: Operation) -> NodeDef | None:
    """Return the node of an operation, written without those around it; None where none has its name."""
    exporter = _Exporter([operation], False)
    exporter.write([operation])
    return next((node for node in exporter.nodes if node.name == operation.name), None)


def key_of(operation: Operation) -> str:
    """Return the name by which the function of an operation is found again."""
    definition = operation.definition
    function = definition.function
    return f"{function.__module__.partition('.')[2]}:{function.__qualname__}:{definition.type}"


class _Exporter:
    """Writes operations.

    Args:
        add_shapes: write the static shapes of the outputs, too.
        operations: all that are written.
        taken: names that others have.
    """

    def __init__(self, operations: Sequence[Operation], add_shapes: bool, taken: Iterable[str] = ()) -> None:
        names = [operation.name for operation in operations if operation.type != "While"]
        self._writer = Writer([*names, *taken])
        self._writer.frames = Frames(self._writer)
        self._add_shapes = add_shapes
        self._gates = Gates(operations)
        self._writer.frames.exits = {
            operation.inputs[0]: operation.name
            for operation in reversed(operations)
            if operation.type == "Exit" and operation.inputs[0].op.type == "While"
        }

    @property
    def nodes(self) -> list[NodeDef]:
        return self._writer.nodes

    def write(self, operations: Sequence[Operation], start: int = 0, pivots: list[str] | None = None) -> None:
        """Write operations, in their order.

        Args:
            start: the first one's number.
            pivots: what operations without inputs wait for, in a body.
        """
        for operation in operations:
            if pivots is None or operation.type not in _BODILY or operation.message is not None:
                if operation.number >= start:
                    self._write_one(operation, pivots or [])
                self._writer.frames.note(operation)

    def _write_one(self, operation: Operation, pivots: list[str]) -> None:
        w = self._writer
        first = len(w.nodes)
        after = [before.name for before in operation.control_inputs if before.type != "While"]
        after += [before.name for before in self._gates.before(operation)]

        def pivot() -> list[str]:
            return pivots if operation.branch is None else [w.frames.pivot(operation.branch)]

        with w.of(operation, after, pivot):
            refs = self._refs(operation)
        for tensor, ref in zip(operation.outputs, refs, strict=False):
            if ref.name != tensor.name.removesuffix(":0"):
                w.stand_for(tensor, ref)
        for node in w.nodes[first:]:
            if node.name == operation.name:
                self._describe(operation, node)

    def _refs(self, operation: Operation) -> list[Ref]:
        """Write an operation; return what stands for its outputs."""
        w = self._writer
        if operation.message is not None:
            return self._again(operation)
        if operation.type == "While" and "loop" in operation.attributes:
            return write_loop(w, w.frames, operation, lambda body, pivots: self.write(body, 0, pivots))
        first = len(w.nodes)
        if operation.type == "While" and "steps" in operation.attributes:
            return write_steps(w, operation, lambda body, pivots: self.write(body, 0, pivots))
        rule = write_cell if "cell" in operation.attributes else rule_of(operation)
        try:
            refs = None if rule is None else rule(w, operation)
        except NoCounterpartError:
            refs = None
        if refs is not None and not _stand_for(operation, refs):
            refs = None
        encoding = None
        if "cell" in operation.attributes and refs is not None:
            encoding = encoding_of(operation, self._name_of, refs)
        elif "forward" in operation.attributes:
            encoding = self._way_back(operation)
        elif operation.definition is not None and (refs is None or _several(w.nodes[first:])):
            encoding = self._encoded(operation, refs)
        if refs is None:
            w.frames.forget({node.name for node in w.nodes[first:]})
            del w.nodes[first:]
            # what a loop keeps for its way back is nothing that a file has
            inputs = [tensor for tensor in operation.inputs if tensor.op.optional != tensor.value_index]
            return marker(w, operation, [w.ref(t) for t in inputs if t.op.type != "While"], encoding)
        if operation.name in w.encodings and _several(w.nodes[first:]):
            encoding = w.encodings[operation.name]
        if encoding is not None:
            for node in w.nodes[first:]:
                if node.name == operation.name:
                    node.attr[ATTRIBUTE].s = encoding.encode()
                else:
                    node.attr[INNER].s = operation.name.encode()
        return refs

    def _name_of(self, tensor: Tensor) -> str:
        return self._writer.standing(tensor).name

    def _way_back(self, operation: Operation) -> str:
        """Return what is needed to ask for the gradient again whose operation has no counterpart in TensorFlow."""
        forward, received = operation.attributes["forward"], operation.attributes["received"]
        pairs = [(y, d) for y, d in zip(forward.outputs, received, strict=False) if d is not None]
        lists = {
            "ys": [y for y, _ in pairs],
            "grad_ys": [d for _, d in pairs],
            "xs": operation.attributes["sources"],
        }
        arguments = {key: encoded(list(tensors), self._name_of) for key, tensors in lists.items()}
        return json.dumps({"gradient": True, "arguments": arguments})

    def _encoded(self, operation: Operation, refs: list[Ref] | None) -> str | None:
        """Return what is needed to make an operation again; None if it cannot be made from a file."""
        arguments = {key: value for key, value in operation.attributes.items() if not key.startswith("_")}
        try:
            values = {key: encoded(value, self._name_of) for key, value in arguments.items()}
        except NotWritableError:
            return None
        outputs = None if refs is None else [ref.name for ref in refs]
        return json.dumps({"function": key_of(operation), "arguments": values, "outputs": outputs})

    def _again(self, operation: Operation) -> list[Ref]:
        """Write the node that an operation was read from, with the names that its inputs have now."""
        w, message = self._writer, operation.message
        node = NodeDef()
        node.CopyFrom(message.node)
        node.name, node.device = operation.name, operation.device
        node.ClearField("input")
        list.extend(node.input, [w.ref(tensor).name for tensor in message.inputs])
        list.extend(node.input, [f"^{before.name}" for before in message.controls])
        list.append(w.nodes, node)
        return [Ref(tensor.name.removesuffix(":0"), tensor.dtype) for tensor in operation.outputs]

    def _describe(self, operation: Operation, node: NodeDef) -> None:
        """Set the attributes that all nodes can have."""
        if "_class" in operation.attributes:
            set_attribute(node, "_class", "list(string)", operation.attributes["_class"])
        count = self._writer.counts.get(node.name, len(operation.outputs))
        if self._add_shapes and operation.outputs and count == len(operation.outputs):
            shapes = [shape_proto(tensor.dims) for tensor in operation.outputs]
            listed = AttrValue.ListValue()
            list.extend(listed.shape, shapes)
            dict.__setitem__(node.attr, "_output_shapes", AttrValue.holding(list=listed))


def _stand_for(operation: Operation, refs: list[Ref]) -> bool:
    """Return whether what nodes make has the dtypes of an operation's outputs."""
    pairs = zip(operation.outputs, refs, strict=False)
    return operation.type == "VarHandleOp" or all(
        number_of(tensor.dtype.base_dtype) == number_of(ref.dtype.base_dtype) for tensor, ref in pairs
    )


def _several(nodes: list[NodeDef]) -> bool:
    return sum(node.op != "Const" for node in nodes) > 1
