"""A graph as a message: what TensorBoard draws, and what `tf.train.write_graph` writes.

Source: tensorflow/python/framework/ops.py (Graph.as_graph_def).
"""

from __future__ import annotations

from typing import Any

from ..graph import Graph, Operation
from ..messages import AttrValue, GraphDef, NodeDef
from ..messages.tensors import dtype_number, shape_proto, tensor_proto

__all__ = ["GRAPH_VERSION", "graph_def_of", "node_def_of"]

GRAPH_VERSION = 134  # of TensorFlow 1.15
_TYPED = {
    "Const",
    "Placeholder",
    "VariableV2",
    "VarHandleOp",
    "RandomUniform",
    "RandomStandardNormal",
    "TruncatedNormal",
}
_SHAPED = {"Placeholder", "VariableV2", "VarHandleOp"}


def graph_def_of(graph: Graph, add_shapes: bool = False, from_version: int | None = None) -> GraphDef:
    """Return the operations of a graph as a message; where everything is computed at once there are none.

    Args:
        add_shapes: write the static shapes of the outputs, too, as "_output_shapes".
        from_version: only operations from this number on.
    """
    made = GraphDef()
    made.versions.producer = GRAPH_VERSION
    operations = [] if graph.recorder is None else graph.recorder.operations[from_version or 0 :]
    for operation in operations:
        list.append(made.node, node_def_of(operation, add_shapes))
    return made


def node_def_of(operation: Operation, add_shapes: bool = False) -> NodeDef:
    """Return an operation as a message."""
    told = operation.node_def
    node = NodeDef(name=told.name, op=told.op, input=told.input, device=told.device)
    outputs = operation.outputs
    if outputs:
        key = "dtype" if operation.type in _TYPED else "T"
        node.attr[key].type = dtype_number(outputs[0].dtype.base_dtype)
    if operation.type == "Const":
        node.attr["value"].tensor.CopyFrom(tensor_proto(_on_the_host(operation.attributes["value"])))
    if operation.type in _SHAPED:
        node.attr["shape"].shape.CopyFrom(shape_proto(outputs[0].dims))
    if operation.type in ("MergeSummary", "AddN", "ConcatV2", "Pack"):
        node.attr["N"].i = len(operation.inputs) - (operation.type == "ConcatV2")
    if add_shapes and outputs:
        shapes = AttrValue.ListValue(shape=[shape_proto(tensor.dims) for tensor in outputs])
        node.attr["_output_shapes"].list.CopyFrom(shapes)
    return node


def _on_the_host(array: Any) -> Any:
    from ..arrays import to_numpy

    return to_numpy(array)
