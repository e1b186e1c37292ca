"""tf.graph_util: graphs cut down to what somebody wants, and variables that become constants.

Source: tensorflow/python/framework/graph_util_impl.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ..arrays import to_numpy
from ..errors import graphdef as errors
from ..messages import GraphDef, NodeDef
from ..messages.tensors import tensor_proto
from .layout import producer

__all__ = [
    "convert_variables_to_constants",
    "extract_sub_graph",
    "must_run_on_cpu",
    "remove_training_nodes",
    "tensor_shape_from_node_def_name",
]

_HELD = ("Variable", "VariableV2", "VarHandleOp")


def extract_sub_graph(graph_def: GraphDef, dest_nodes: Sequence[str]) -> GraphDef:
    """Return the nodes that some need, and those, in the order that they have.

    Args:
        graph_def: a GraphDef.
        dest_nodes: names of nodes.

    Raises:
        TypeError: `graph_def` is no GraphDef, or `dest_nodes` no list.
        AssertionError: there is no such node.
    """
    if not isinstance(graph_def, GraphDef):
        raise errors.not_a_graph_def(graph_def)
    if isinstance(dest_nodes, str):
        raise errors.names_no_list(dest_nodes)
    nodes = {node.name: node for node in graph_def.node}
    waiting = list(dest_nodes)
    for name in waiting:
        if name not in nodes:
            raise errors.no_such_node(name, nodes)
    kept: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in kept and name in nodes:
            kept.add(name)
            waiting += [producer(source) for source in nodes[name].input]
    made = _empty_like(graph_def)
    for node in graph_def.node:
        if node.name in kept:
            list.append(made.node, _copy(node))
    return made


def _empty_like(graph_def: GraphDef) -> GraphDef:
    made = GraphDef()
    made.versions.CopyFrom(graph_def.versions)
    return made


def _copy(node: NodeDef) -> NodeDef:
    made = NodeDef()
    made.CopyFrom(node)
    return made


def convert_variables_to_constants(
    sess: Any,
    input_graph_def: GraphDef,
    output_node_names: Sequence[str],
    variable_names_whitelist: Iterable[str] | None = None,
    variable_names_blacklist: Iterable[str] | None = None,
) -> GraphDef:
    """Return a graph in which the variables are constants, cut down to what some nodes need: a frozen graph.

    Args:
        sess: the session in which the variables have their values.
        input_graph_def: the graph, `sess.graph.as_graph_def()`.
        output_node_names: names of nodes.
        variable_names_whitelist, variable_names_blacklist: names of variables that become constants, or stay.

    Raises:
        ValueError: a variable has no value.
    """
    inference = extract_sub_graph(input_graph_def, output_node_names)
    allowed = None if variable_names_whitelist is None else set(variable_names_whitelist)
    refused = set(variable_names_blacklist or ())
    frozen = [
        node.name
        for node in inference.node
        if node.op in _HELD and (allowed is None or node.name in allowed) and node.name not in refused
    ]
    values = {name: _value(sess, name) for name in frozen}
    made = _empty_like(inference)
    handles = {node.name for node in inference.node if node.op == "VarHandleOp" and node.name in values}
    for node in inference.node:
        list.append(made.node, _frozen(node, values, handles))
    return made


def _value(sess: Any, name: str) -> Any:
    variable = sess.graph.get_operation_by_name(name).attributes["variable"]
    if variable._array is None:
        raise errors.uninitialized_for_export(name)
    return to_numpy(variable._array).copy()


def _frozen(node: NodeDef, values: dict[str, Any], handles: set[str]) -> NodeDef:
    if node.name in values:
        made = NodeDef(name=node.name, op="Const")
        made.attr["dtype"].type = node.attr["dtype"].type
        made.attr["value"].tensor.CopyFrom(tensor_proto(values[node.name]))
        return made
    made = _copy(node)
    if node.op == "ReadVariableOp" and node.input[0] in handles:
        made.op = "Identity"
        made.attr["T"].type = node.attr["dtype"].type
        made.attr.pop("dtype", None)
    elif node.op == "ResourceGather" and node.input[0] in handles:
        made = _gathered(made)
    made.attr.pop("_class", None)
    return made


def _gathered(node: NodeDef) -> NodeDef:
    """Return a look-up in a variable as one in a constant."""
    made = NodeDef(name=node.name, op="Gather", device=node.device, input=list(node.input))
    made.attr["Tparams"].type = node.attr["dtype"].type
    made.attr["Tindices"].type = node.attr["Tindices"].type
    return made


def remove_training_nodes(input_graph: GraphDef, protected_nodes: Sequence[str] | None = None) -> GraphDef:
    """Return a graph without what is of no use once it is trained: checks, and Identity nodes with one input.

    Args:
        input_graph: a GraphDef.
        protected_nodes: names of nodes that stay.
    """
    protected = set(protected_nodes or ())
    removed = {"CheckNumerics", "Identity"}
    needed = {source[1:] for node in input_graph.node for source in node.input if source.startswith("^")}
    gone = {
        node.name: node.input[0]
        for node in input_graph.node
        if node.op in removed
        and node.name not in protected
        and node.name not in needed
        and node.input
        and not any(source.startswith("^") for source in node.input)
    }
    made = _empty_like(input_graph)
    for node in input_graph.node:
        if node.name not in gone:
            copy = _copy(node)
            inputs = [_source(source, gone) for source in node.input]
            copy.ClearField("input")
            list.extend(copy.input, inputs)
            list.append(made.node, copy)
    return made


def _source(source: str, gone: dict[str, str]) -> str:
    while source.removesuffix(":0") in gone:
        source = gone[source.removesuffix(":0")]
    return source


def must_run_on_cpu(node: Any, pin_variables_on_cpu: bool = False) -> bool:
    """Return whether an operation is one of the host's: it is about text."""
    message = node if isinstance(node, NodeDef) else node.node_def
    if pin_variables_on_cpu and message.op in _HELD:
        return True
    attributes = message.attr if isinstance(message, NodeDef) else {}
    return any(attributes[key].type == 7 for key in ("dtype", "DstT", "T") if key in attributes)


def tensor_shape_from_node_def_name(graph: Any, input_name: str) -> Any:
    """Return the static shape of the tensor that an input names."""
    full = input_name if ":" in input_name else f"{input_name}:0"
    return graph.get_tensor_by_name(full.lstrip("^")).get_shape()
