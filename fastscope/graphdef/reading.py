"""A message as a graph: `import_graph_def`.

Each node becomes an operation of its name, made by the reader of its type. A loop is made as a whole. A node of a type
that is not here becomes an operation that raises when it runs, and says what else is not here; what depends on it does
so, too. So a graph that was saved while it was trained can be used as far as the library goes.

Source: tensorflow/python/framework/importer.py, tensorflow/core/graph/graph_constructor.cc (TF 1.15).
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from importlib import import_module
from typing import Any

from .._store import name_scope
from ..arrays.dtypes import float32
from ..errors import graphdef as errors
from ..graph import Branch, Graph, Operation, Recorder, Tensor, get_default_graph, inside, without_controls
from ..graph.blocks import after
from ..graph.conversion import as_tensor, brought_in
from ..messages import GraphDef, NodeDef
from ..ops.function import Definition
from .checks import check_names, check_nodes
from .encoding import ATTRIBUTE, INNER, decoded
from .layout import Frame, Layout, producer
from .node import READERS, Node, NotHereError, Origin, plain_attribute
from .signatures import signature_of

__all__ = ["Reader", "import_graph_def", "innermost", "reader_of"]

_READ_FROM = ("ops", "gradients", "rnn", "training", "seq2seq")  # packages whose functions a file may name
_FAMILIES = ("arithmetic", "arrays", "networks", "slopes", "state", "flow", "files", "own")


def import_graph_def(
    graph_def: GraphDef,
    input_map: Mapping[str, Any] | None = None,
    return_elements: Sequence[str] | None = None,
    name: str | None = None,
    op_dict: Any = None,
    producer_op_list: Any = None,
) -> list[Any] | None:
    """Add the operations of a message to the default graph.

        graph_def = tf.GraphDef()
        graph_def.ParseFromString(open("frozen.pb", "rb").read())
        (logits,) = tf.import_graph_def(graph_def, return_elements=["logits:0"])

    Operations of types that are not here raise when they run, and list all such types.

    Args:
        graph_def: the message.
        input_map: names of inputs as they stand in the message, "x:0", and the tensors to take in their place.
        return_elements: names of tensors and operations in the message.
        name: of the name scope, "import" by default; "" = none.
        op_dict, producer_op_list: kept for TF's sake.

    Returns:
        What is called as `return_elements` say; None without them.

    Raises:
        TypeError: an argument is something else.
        ValueError: the message is no graph, or lacks a return element.
        RuntimeError: everything is computed at once here.
    """
    given = _checked(graph_def)
    if input_map is not None and not isinstance(input_map, Mapping):
        raise errors.map_is_no_dict(input_map)
    if isinstance(return_elements, (list, tuple)):
        return_elements = [each.decode() if isinstance(each, bytes) else each for each in return_elements]
    if return_elements is not None and not _are_names(return_elements):
        raise errors.elements_no_list(return_elements)
    reader = reader_of(given, input_map, name)
    return None if return_elements is None else [reader.element(each) for each in return_elements]


def reader_of(
    graph_def: GraphDef, input_map: Mapping[str, Any] | None, name: str | None, told: Mapping[str, Any] | None = None
) -> Reader:
    """Add the operations of a message to the default graph; return what knows them by the message's names.

    Args:
        input_map, name: see `import_graph_def`.
        told: the VariableDefs of variables, by their names.
    """
    given = {key.decode() if isinstance(key, bytes) else key: value for key, value in (input_map or {}).items()}
    mapped = {_full(key): value for key, value in given.items()}
    graph = get_default_graph()
    if graph.recorder is None:
        raise errors.needs_a_graph()
    with _scope(name) as scope:
        recorder = graph.recorder
        assert recorder is not None
        reader = Reader(graph, graph_def, scope, _tensors(recorder, mapped, scope), told or {})
        reader.read()
        reader.check_map(mapped)
    return reader


def _are_names(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value)


def _checked(graph_def: Any) -> GraphDef:
    if isinstance(graph_def, GraphDef):
        return graph_def
    try:  # protocol buffers' own message has the same bytes
        return GraphDef.FromString(graph_def.SerializeToString())
    except AttributeError:
        raise errors.not_a_graph_def(graph_def) from None


class _Nothing:
    def __enter__(self) -> str:
        return ""

    def __exit__(self, *ignored: object) -> None:
        pass


def _scope(name: str | None) -> Any:
    """Return a block that gives the prefix of the names."""
    return _Nothing() if name == "" else name_scope("import" if name is None else name)


def _full(name: str) -> str:
    return name if ":" in name or name.startswith("^") else f"{name}:0"


def _tensors(recorder: Recorder, mapped: Mapping[str, Any], scope: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in mapped.items():
        if key.startswith("^") or type(value) is Tensor:
            found[key] = value
        elif not scope:
            raise errors.map_needs_a_name(key)
        else:
            found[key] = as_tensor(value, recorder, name=recorder.claim("_inputs"))
    return found


class Reader:
    """Makes the operations of one message.

    Args:
        graph: where.
        graph_def: the message.
        scope: the prefix of the names, with a slash; "" = none.
        mapped: tensors in place of inputs.
        told: the VariableDefs of variables, by their names.
    """

    def __init__(
        self, graph: Graph, graph_def: GraphDef, scope: str, mapped: dict[str, Any], told: Mapping[str, Any]
    ) -> None:
        for family in _FAMILIES:
            import_module(f".readers.{family}", __package__)
        self.graph, self.scope = graph, scope
        self.told = told
        self._mapped = mapped
        self._used: set[str] = set()
        self._own = _own_nodes(graph_def)
        nodes = [node for node in graph_def.node if node.name not in self._own.skipped]
        check_names(nodes)
        self.layout = Layout(self._with_places(nodes))
        check_nodes(self.layout.by_name, self._inputs_to_check, mapped, scope)
        self._names: dict[str, str] = {}
        self._made: dict[str, list[Tensor]] = {}
        self._operations: dict[str, Operation] = {}
        self._aliases: dict[str, Tensor] = {}
        self._missing: dict[str, list[str]] = {}
        self._blocked: dict[Operation, tuple[str, str, str] | None] = {}
        self._switched: dict[tuple[Tensor, bool, Branch | None], Branch] = {}

    def _with_places(self, nodes: list[NodeDef]) -> list[NodeDef]:
        """Return the nodes without the inputs that others take the place of, an own one's with those that it has."""
        found = []
        for node in nodes:
            inputs = list(node.input)
            if node.name in self._own.encodings:
                inputs = self._own.needs[node.name] + [source for source in inputs if source.startswith("^")]
            kept = [self._own.owner_of(source) for source in inputs if not self._is_mapped(source)]
            if kept != node.input:
                self._given_inputs[node.name] = inputs
                copy = NodeDef(name=node.name, op=node.op, device=node.device, input=kept)
                dict.update(copy.attr, node.attr)
                node = copy
            found.append(node)
        return found

    @property
    def _given_inputs(self) -> dict[str, list[str]]:
        return self.__dict__.setdefault("_inputs_given", {})

    def _inputs_to_check(self, node: NodeDef) -> list[str] | None:
        """Return the inputs of a node as the message has them; None for one of the library's own."""
        return None if node.name in self._own.encodings else self._given_inputs.get(node.name, list(node.input))

    def _is_mapped(self, source: str) -> bool:
        return _full(source) in self._mapped

    def name_of(self, name: str) -> str:
        """Return what the operation of a node is called: as the node, in the scope, with a number if that is taken."""
        return self._names[name]

    # ---- all of it

    def read(self) -> None:
        """Make all operations."""
        recorder = self.graph.recorder
        assert recorder is not None
        self._claim_names(recorder)
        with recorder.recording(), inside(None), without_controls():
            self.read_frame(self.layout.root, recorder)
        for operation in self._blocked:
            operation.function = partial(self._refuse, operation)

    def _claim_names(self, recorder: Recorder) -> None:
        for name, node in self.layout.by_name.items():
            full_name, count = self.scope + name, 0
            while full_name in recorder.by_name:
                count += 1
                full_name = f"{self.scope}{name}_{count}"
            self._names[name] = full_name
            if node.op not in HOLDING:  # a variable takes its name when it is declared
                self.graph.unique_name(name)
            if node.op not in READERS and name not in self._own.encodings:
                self._missing.setdefault(node.op, []).append(full_name)

    def read_frame(self, frame: Frame, recorder: Recorder, skipped: Iterable[str] = ()) -> None:
        """Make the operations of a frame, and the loops in it."""
        passed = set(skipped)
        for unit in self.layout.units(frame):
            if isinstance(unit, Frame):
                if not passed.issuperset(node.name for node in unit.nodes):
                    self._read_loop(unit, recorder)
            elif unit.name not in passed:
                self.read_node(unit, recorder)

    def _read_loop(self, frame: Frame, recorder: Recorder) -> None:
        from .loops import read_loop

        try:
            read_loop(self, frame, recorder)
        except NotHereError as reason:
            self.block_loop(frame, recorder, str(reason))

    def block_loop(self, frame: Frame, recorder: Recorder, problem: str) -> None:
        """Make a loop one that raises when it runs."""
        for node in self.leaving(frame):
            self._block(node, recorder, (node.name, "loop", problem))

    def leaving(self, frame: Frame) -> list[NodeDef]:
        """Return the Exits of a loop."""
        inside_names = {node.name for node in frame.nodes}
        outer = frame.outer or self.layout.root
        return [
            node for node in outer.nodes if node.op in ("Exit", "RefExit") and producer(node.input[0]) in inside_names
        ]

    def read_node(self, message: NodeDef, recorder: Recorder) -> None:
        """Make the operation of a node."""
        if message.name in self._operations:
            return
        inputs, controls = self.inputs_of(message, recorder)
        blocked = next((op for op in [*(t.op for t in inputs), *controls] if op in self._blocked), None)
        encoding = self._own.encodings.get(message.name)
        if encoding is None and message.op not in READERS:
            return self._block(message, recorder, None)
        around = [operation for operation in [*(t.op for t in inputs), *controls] if operation.recorder is recorder]
        branch = innermost(around)
        start = len(recorder.operations)
        try:
            is_inner = message.op == "Const" and recorder.outer is not None
            # what a constant of a body waits for says only that it is in there
            waits = [each for each in controls if not (is_inner and each.type in ("Identity", "Placeholder"))]
            with inside(branch), after(waits), name_scope(f"{self._names[message.name]}/"):
                node = Node(message, self._names[message.name], recorder, inputs, self)
                made = (
                    self._from_encoding(node, encoding) if encoding is not None else READERS[message.op](node, *inputs)
                )
        except Exception as reason:
            for operation in recorder.operations[start:]:
                recorder.by_name.pop(operation.name, None)
            del recorder.operations[start:]
            if message.op == "Const" and not isinstance(reason, NotHereError):
                raise  # it needs nothing that could be fed: the message is broken
            own = (self._names[message.name], message.op, _sentence(reason))
            return self._block(message, recorder, own if blocked is None else self._blocked[blocked])
        self._note(message, made, inputs, controls, recorder)
        return None

    def _note(
        self, message: NodeDef, made: Any, inputs: list[Tensor], controls: list[Operation], recorder: Recorder
    ) -> None:
        """Note what a node became."""
        outputs = [] if isinstance(made, Operation) else list(made) if isinstance(made, (list, tuple)) else [made]
        operation = made if isinstance(made, Operation) else next((t.op for t in outputs if t is not None), None)
        if isinstance(made, Operation):
            outputs = list(made.outputs)
        assert operation is not None
        self._made[message.name], self._operations[message.name] = outputs, operation
        if operation.recorder is not recorder or operation.name != self._names[message.name]:
            return  # it stands for one that is there
        operation.device = operation.device or message.device
        if message.op not in _REBUILT and message.name not in self._own.encodings:
            sources = [
                brought_in(tensor, recorder) if tensor.op.recorder is not recorder else tensor for tensor in inputs
            ]
            operation.message = Origin(message, sources, controls)
        groups = plain_attribute(message.attr["_class"]) if "_class" in message.attr else []
        own = [f"loc:@{self.scope}{group[5:]}".encode() for group in groups if group.startswith("loc:@")]
        if own and own != [b"loc:@" + operation.name.encode()]:
            operation.attributes = {**operation.attributes, "_class": own}

    def inputs_of(self, message: NodeDef, recorder: Recorder) -> tuple[list[Tensor], list[Operation]]:
        """Return the tensors that a node takes, and the operations that run before it."""
        tensors, controls = [], []
        for source in self._given_inputs.get(message.name, message.input):
            if source.startswith("^"):
                mapped = self._mapped.get(source)
                if mapped is not None:
                    self._used.add(source)
                own = self._operations.get(self._own.owner_of(source)[1:])
                found = own if mapped is None else getattr(mapped, "op", mapped)
                if found is not None and found not in controls:
                    controls.append(found)
            else:
                tensors.append(self.tensor(source, message.name))
        return tensors, controls

    def tensor(self, source: str, name: str = "") -> Tensor:
        """Return the tensor that an input names, or the one that was given in its place."""
        if self._is_mapped(source):
            self._used.add(_full(source))
            return self._mapped[_full(source)]
        if source in self._aliases:
            return self._aliases[source]
        node, _, number = source.partition(":")
        outputs = self._made.get(node)
        if outputs is None:
            raise NotHereError(f"'{name}' takes '{source}', which is made in another part of the loop.")
        place = int(number or 0)
        if place >= len(outputs):
            raise errors.no_such_output(name, source, len(outputs))
        if outputs[place] is None:
            raise NotHereError(f"'{name}' takes '{source}', which there is only when the loop ends.")
        return outputs[place]

    def set_outputs(self, name: str, outputs: list[Any], operation: Operation | None = None) -> None:
        """Let tensors stand for the outputs of a node."""
        self._made[name] = outputs
        known = [tensor for tensor in outputs if tensor is not None]
        self._operations[name] = operation or known[0].op

    def forget(self, names: Iterable[str]) -> None:
        """Let nodes be made again."""
        for name in names:
            self._made.pop(name, None)
            self._operations.pop(name, None)

    # ---- conditions

    def branch(self, pred: Tensor, taken: bool, outer: Branch | None) -> Branch:
        """Return a side of a condition, by whatever copy of it is asked for."""
        while pred.op.type == "Identity" and "variable" not in pred.op.attributes:
            pred = pred.op.inputs[0]
        key = (pred, taken, outer)
        if key not in self._switched:
            self._switched[key] = Branch(pred, taken, outer)
        return self._switched[key]

    # ---- what is not here

    def _block(self, message: NodeDef, recorder: Recorder, reason: tuple[str, str, str] | None) -> None:
        """Make an operation that raises when it runs.

        Args:
            reason: the name and the type of the node that could not be made, and why; None = its type is not here.
        """
        specs = _guessed(message, max(self.consumed.get(message.name, {-1})) + 1)
        full_name = self._names[message.name]
        inputs = self._inputs_there(message, recorder)
        type = _UNREAD.get(message.op, message.op)
        with inside(innermost(tensor.op for tensor in inputs if tensor.op.recorder is recorder)):
            shown = [tensor for tensor in inputs if tensor.op.recorder is recorder]
            operation = recorder.add(
                type, full_name, _nothing, (), shown, specs, is_list=len(specs) != 1, shown=len(shown)
            )
        self._blocked[operation] = reason
        self._made[message.name], self._operations[message.name] = operation.outputs, operation
        operation.message = Origin(message, shown, [])

    def _inputs_there(self, message: NodeDef, recorder: Recorder) -> list[Tensor]:
        """Return the tensors that a node takes, as far as they were made."""
        try:
            return [tensor for tensor in self.inputs_of(message, recorder)[0] if tensor is not None]
        except NotHereError:
            return []  # it leaves a loop that was not made

    @functools.cached_property
    def consumed(self) -> dict[str, set[int]]:
        """For each node the numbers of the outputs that others take."""
        found: dict[str, set[int]] = {}
        for node in self.layout.by_name.values():
            for source in node.input:
                if not source.startswith("^"):
                    name, _, number = source.partition(":")
                    found.setdefault(name, set()).add(int(number or 0))
        return found

    def _refuse(self, operation: Operation) -> None:
        reason = self._blocked[operation]
        if reason is None:
            raise errors.types_not_here(operation.name, self._missing)
        raise errors.cannot_be_made(operation.name, *reason)

    # ---- the library's own

    def _from_encoding(self, node: Node, encoding: dict[str, Any]) -> Any:
        if "function" not in encoding:
            made = READERS["Fastscope"](node, encoding, self.tensor)
            self._stand_for(encoding, made)
            return made
        definition = _definition(encoding["function"])
        values = {key: decoded(value, self.tensor) for key, value in encoding["arguments"].items()}
        if "seed2" in values:
            values["seed"] = _source(self.graph, values["seed"], values.pop("seed2"))
        made = definition.write_as(node.recorder, values, node.name)
        operation = (made[0] if isinstance(made, (list, tuple)) else made).op
        if hasattr(values.get("seed"), "seed2"):
            operation.attributes |= {"seed": values["seed"].seed, "seed2": values["seed"].seed2}
        self._stand_for(encoding, operation)
        return operation

    def _stand_for(self, encoding: dict[str, Any], made: Any) -> None:
        """Let what an own operation makes stand for what the nodes in its place make."""
        outputs = made.outputs if isinstance(made, Operation) else made if isinstance(made, list) else [made]
        for name, tensor in zip(encoding.get("outputs") or [], outputs, strict=False):
            self._aliases[name] = tensor

    # ---- what was asked for

    def check_map(self, mapped: Mapping[str, Any]) -> None:
        """Check that every key of the input map is an input, or a tensor, of the message."""
        unknown = [key for key in mapped if key not in self._used and self.find(key.removeprefix("^")) is None]
        if unknown:
            raise errors.not_in_the_graph_def(unknown)

    def find(self, name: str) -> Any:
        """Return the tensor or the operation of a name of the message, None if there is none."""
        node, colon, number = name.partition(":")
        found = self._operations.get(node)
        if found is None or (colon and int(number) >= len(self._made[node])):
            recorder = self.graph.recorder
            found = None if recorder is None else recorder.by_name.get(self._names.get(node, self.scope + node))
            if found is None or not colon:
                return found
            return found.outputs[int(number)] if int(number) < len(found.outputs) else None
        return self._made[node][int(number)] if colon else found

    def variable(self, told: Any) -> Any:
        """Return the variable that a VariableDef names, with what it says of it; None if there is none."""
        operation = self.find(producer(told.variable_name))
        variable = None if operation is None else operation.attributes.get("variable")
        if variable is None:
            return None
        recorder, first = self.graph.recorder, self.find(told.initial_value_name)
        assert recorder is not None
        if type(first) is Tensor:
            variable._initializer = first
        snapshot = self.find(told.snapshot_name)
        if type(snapshot) is Tensor:
            recorder.reads[variable] = snapshot
        initializer = self.find(told.initializer_name)
        if initializer is not None:
            recorder.by_name.setdefault(f"{variable.op.name}/Assign", initializer)
        return variable

    def element(self, name: str) -> Any:
        """Return the tensor or the operation of a name of the message."""
        mapped = self._mapped.get(name if ":" in name else "")
        if mapped is not None:
            return mapped
        node, colon, number = name.partition(":")
        found = self._operations.get(node)
        if found is None:
            raise errors.no_such_element(name, self.layout.by_name)
        if colon and int(number) >= len(self._made[node]):
            raise errors.no_such_output_returned(node, number, len(self._made[node]))
        return self._made[node][int(number)] if colon else found


HOLDING = ("Variable", "VariableV2", "VarHandleOp")
_REBUILT = ("Switch", "RefSwitch", "Merge", "RefMerge", "Enter", "RefEnter", "Exit", "RefExit")


_UNREAD = {"Const": "UnreadConst"}
"""Types of what could not be made, where a run would not call the operation: a Const's value lies there."""


def _source(graph: Graph, seed: int, seed2: int) -> Any:
    from ..arrays.draws import Source

    assert graph.recorder is not None
    graph.recorder.draws = True
    return Source(seed, seed2)


def _nothing() -> None:
    return None


def _sentence(reason: Exception) -> str:
    text = str(reason) or type(reason).__name__
    return text if text.endswith(".") else f"{text}."


def innermost(operations: Iterable[Operation]) -> Branch | None:
    """Return the branch that what comes after these operations is in."""
    found: Branch | None = None
    for operation in operations:
        branch = operation.branch
        if branch is not None and (found is None or found.holds(branch)):
            found = branch
    return found


def _guessed(message: NodeDef, count: int) -> list[Any]:
    """Return shapes and dtypes of the outputs of a node that is not made, as far as the message tells."""
    shapes = plain_attribute(message.attr["_output_shapes"]) if "_output_shapes" in message.attr else []
    dtype = float32
    for key in ("dtype", "out_type", "output_type", "DstT", "T"):
        found = plain_attribute(message.attr[key]) if key in message.attr else None
        if found is not None and not isinstance(found, list):
            dtype = found
            break
    count = max(count, len(shapes), _least(message))
    return [(shapes[k] if k < len(shapes) else None, dtype) for k in range(count)]


def _least(message: NodeDef) -> int:
    """Return how many outputs a node has at least."""
    signature = signature_of(message.op)
    if signature is None:
        listed = plain_attribute(message.attr["T"]) if "T" in message.attr else []
        return len(listed) if isinstance(listed, list) else 1
    count = 0
    for argument in signature.outputs:
        told = message.attr[argument.number].i if argument.number in message.attr else 0
        listed = (
            plain_attribute(message.attr[argument.dtype]) if argument.is_list and argument.dtype in message.attr else []
        )
        count += told if argument.number else len(listed) if argument.is_list else 1
    return count


class _OwnNodes:
    """The library's own operations in a message.

    Attributes:
        encodings: what they are made from, by the names of the nodes.
        needs: what they need besides the inputs of their nodes.
        skipped: the nodes that are not read, for an operation stands for them.
        owners: the names of these operations, by those of the nodes.
    """

    def __init__(self) -> None:
        self.encodings: dict[str, dict[str, Any]] = {}
        self.needs: dict[str, list[str]] = {}
        self.skipped: set[str] = set()
        self.owners: dict[str, str] = {}

    def owner_of(self, source: str) -> str:
        """Return an input, or the operation that stands for the node that it names."""
        name = producer(source)
        if name not in self.skipped:
            return source
        return ("^" if source.startswith("^") else "") + self.owners[name]


def _own_nodes(graph_def: GraphDef) -> _OwnNodes:
    found = _OwnNodes()
    names = {node.name for node in graph_def.node}
    parts: dict[str, list[str]] = {}
    for node in graph_def.node:
        if INNER in node.attr:
            parts.setdefault(node.attr[INNER].s.decode(), []).append(node.name)
    for node in graph_def.node:
        if ATTRIBUTE not in node.attr:
            continue
        encoding = json.loads(node.attr[ATTRIBUTE].s)
        wanted = _tensors_in(encoding.get("arguments", {}))
        inner = set(parts.get(node.name, ()))
        sources = {producer(name) for name in wanted}
        if "cell" in encoding and not _are_variables(graph_def, wanted, encoding):
            continue  # a frozen graph has the formulas
        if sources <= names and not inner & sources:
            found.encodings[node.name] = encoding
            found.needs[node.name] = wanted if "arguments" in encoding else [n for n in node.input if n[:1] != "^"]
            found.skipped |= inner
    _unskip(graph_def, found, parts)
    return found


def _are_variables(graph_def: GraphDef, names: list[str], encoding: dict[str, Any]) -> bool:
    """Return whether the weights of a cell, the last ones of its inputs, are variables that are read."""
    nodes = {node.name: node for node in graph_def.node}
    count = 2 + encoding["cell"]["has_lengths"]  # at least: the inputs and a state
    for name in names[count:]:
        node = nodes.get(producer(name))
        source = nodes.get(producer(node.input[0])) if node is not None and node.input else None
        if (
            node is not None
            and node.op in ("Identity", "ReadVariableOp")
            and source is not None
            and source.op in HOLDING
        ):
            return True
    return False


def _unskip(graph_def: GraphDef, found: _OwnNodes, parts: dict[str, list[str]]) -> None:
    """Read a node's parts after all where something else takes one of them."""
    owner = found.owners = {part: name for name, inner in parts.items() for part in inner}
    for node in graph_def.node:
        for source in node.input:
            of = owner.get(producer(source))
            if of is None or of not in found.encodings or node.name == of or owner.get(node.name) == of:
                continue
            if source[:1] != "^" and source not in (found.encodings[of].get("outputs") or []):
                found.skipped -= set(parts[of])
                found.encodings.pop(of)
                found.needs.pop(of)


def _tensors_in(value: Any) -> list[str]:
    if isinstance(value, dict):
        if set(value) == {"tensor"}:
            return [value["tensor"]]
        value = list(value.values())
    return [name for item in value for name in _tensors_in(item)] if isinstance(value, list) else []


def _definition(key: str) -> Definition:
    """Return the definition of a function that a file names.

    Raises:
        NotHereError: it is none of the library's.
    """
    module, _, rest = key.partition(":")
    function, _, type = rest.partition(":")
    if module.partition(".")[0] not in _READ_FROM or not re.fullmatch(r"[a-z_0-9.]+", module):
        raise NotHereError(f"the function '{key}' is not one that is written down.")
    for value in vars(import_module(f"..{module}", __package__)).values():
        definition = value if isinstance(value, Definition) else getattr(value, "definition", None)
        if isinstance(definition, Definition) and (definition.function.__qualname__, definition.type) == (
            function,
            type,
        ):
            return definition
    raise NotHereError(f"the function '{key}' is not here.")
