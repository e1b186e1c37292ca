"""Whether the nodes of a graph that the library wrote agree with each other, as TensorFlow asks when it reads them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from fastscope.graph import Graph
from fastscope.graphdef.signatures import REQUIRED, Argument, Signature, signature_of
from fastscope.messages import NodeDef

# TensorFlow's numbers, from types.proto
NUMBERS = {
    "float32": 1, "float64": 2, "int32": 3, "uint8": 4, "int16": 5, "int8": 6, "string": 7, "complex64": 8, "int64": 9,
    "bool": 10, "bfloat16": 14, "uint16": 17, "complex128": 18, "float16": 19, "resource": 20, "variant": 21,
    "uint32": 22, "uint64": 23, "flow": 1,
}  # fmt: skip
NAMES = {number: name for name, number in NUMBERS.items() if name != "flow"}


def disagreements(graph: Graph) -> list[str]:
    """Return what is wrong with the nodes that are written for a graph."""
    graph_def = graph.as_graph_def()
    made = {node.name: _made(node) for node in graph_def.node}
    found = [f"{count} nodes '{name}'" for name, count in Counter(n.name for n in graph_def.node).items() if count > 1]
    for node in graph_def.node:
        signature = signature_of(node.op)
        if signature is not None:
            told = [*_attributes(node, signature), *_inputs(node, signature, made)]
            found += [f"{node.op} '{node.name}': {problem}" for problem in told]
    return found + list(_outputs(graph, made))


def _attributes(node: NodeDef, signature: Signature) -> Iterator[str]:
    for key, attribute in signature.attributes.items():
        if key not in node.attr:
            if attribute.default is REQUIRED:
                yield f"no attribute {key}"
            continue
        value = node.attr[key]
        if attribute.allowed is not None:
            for number in [value.type] if attribute.kind == "type" else value.list.type:
                if NAMES[number] not in attribute.allowed:
                    yield f"{key} is {NAMES[number]}"


def _inputs(node: NodeDef, signature: Signature, made: dict[str, list[str] | None]) -> Iterator[str]:
    wanted = _dtypes(node, signature, signature.inputs)
    given = [name for name in node.input if not name.startswith("^")]
    if len(wanted) != len(given):
        yield f"{len(given)} inputs for {len(wanted)}"
    for name in node.input:
        if name.removeprefix("^").partition(":")[0] not in made:
            yield f"there is no {name}"
    for name, dtype in zip(given, wanted, strict=False):
        source, _, place = name.partition(":")
        dtypes = made.get(source)
        if dtypes is None:
            continue
        if int(place or 0) >= len(dtypes):
            yield f"there is no {name}"
        elif dtypes[int(place or 0)] not in (dtype, f"{dtype}_ref"):
            yield f"{name} is {dtypes[int(place or 0)]} for {dtype}"


def _outputs(graph: Any, made: dict[str, list[str] | None]) -> Iterator[str]:
    """What does not have the dtype of the tensor of this name; a handle stands for its variable here."""
    for operation in graph.get_operations():
        dtypes = made.get(operation.name) or []
        for tensor, dtype in zip(operation.outputs, dtypes, strict=False):
            if dtype != "resource" and NUMBERS[tensor.dtype.base_dtype.name] != NUMBERS[dtype.removesuffix("_ref")]:
                yield f"{tensor.name} of {tensor.dtype.name} is written as {dtype}"


def _made(node: NodeDef) -> list[str] | None:
    """Return the dtypes of what a node makes; None for one of the library's own that does not tell."""
    signature = signature_of(node.op)
    if signature is not None:
        return _dtypes(node, signature, signature.outputs)
    return [NAMES[number] for number in node.attr["T"].list.type] if "T" in node.attr else None


def _dtypes(node: NodeDef, signature: Signature, arguments: Iterable[Argument]) -> list[str]:
    found: list[str] = []
    for argument in arguments:
        if argument.is_list:
            found += [NAMES[number] for number in node.attr[argument.dtype].list.type]
            continue
        dtype: Any = argument.dtype
        if dtype in signature.attributes:
            default = signature.attributes[dtype].default
            dtype = NAMES[node.attr[dtype].type] if dtype in node.attr else default
        count = node.attr[argument.number].i if argument.number else 1
        found += [f"{dtype}_ref" if argument.is_ref else dtype] * count
    return found
