"""Variables, what gives them values, and optimizers; see `node.reads`.

A node that holds a variable becomes a Variable of the library, which no collection has unless a MetaGraphDef says so.

Source: tensorflow/core/ops/state_ops.cc, resource_variable_ops.cc, training_ops.cc (TF 1.15).
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from ...arrays import to_numpy
from ...arrays.dtypes import bool as bool_
from ...arrays.shapes import TensorShape
from ...errors import graph as graph_errors
from ...graph import Operation, Tensor
from ...ops import creation
from ...ops.scattering import write_rows
from ...scoping.recorded import reassigned, taken
from ...scoping.variables import SaveSliceInfo, Variable
from ...training import optimizers
from ..node import Node, NotHereError, reads

__all__: list[str] = []


@reads("Variable", "VariableV2", "VarHandleOp")
def _variable(n: Node) -> Any:
    shape, dtype = n["shape"], n.dtype("dtype")
    if n.type == "Variable" and shape == ():
        shape = None  # of graphs that did not say it
    is_resource = n.type == "VarHandleOp"
    graph = n.recorder.graph
    variable = Variable.__new__(Variable)
    told, extra = n.reader.told.get(n.message.name), {}
    if n.message.device:
        extra["device"] = n.message.device
    if told is not None and told.HasField("save_slice_info_def"):
        part = told.save_slice_info_def
        places = (part.full_shape, part.var_offset, part.var_shape)
        extra["save_slice_info"] = SaveSliceInfo(part.full_name, *(list(each) for each in places))
    graph.declare(
        variable, n.name, TensorShape(shape), dtype, None, trainable=told is not None and told.trainable, shared=False,
        resource=is_resource, extra=extra or None,
    )  # fmt: skip
    attributes = {"variable": variable, "shape": TensorShape(shape)}
    kind = "VarHandleOp" if is_resource else "VariableV2"
    root = graph.recorder
    assert root is not None
    with root.recording():
        return root.add(kind, n.name, None, (), (), [(shape, variable.dtype)], attributes)


def variable_of(tensor: Tensor) -> Variable:
    """Return the variable that a tensor is.

    Raises:
        NotHereError: it is none.
    """
    operation = tensor.op
    while operation.type in ("Enter", "Switch", "Identity", "RefIdentity") and "variable" not in operation.attributes:
        source = operation.attributes.get("outside") if operation.type == "Enter" else operation.inputs[0]
        assert source is not None
        operation = source.op
    variable = operation.attributes.get("variable")
    if not isinstance(variable, Variable):
        raise NotHereError("what it writes to is no variable.")
    return variable


def _is_variable(tensor: Tensor) -> bool:
    return tensor.op.type in ("VariableV2", "VarHandleOp")


@reads("Identity", "RefIdentity", "ReadVariableOp")
def _identity(n: Node, x: Tensor) -> Any:
    if not _is_variable(x) or x.op.recorder is not n.recorder:
        return n.make(creation.identity, x)
    variable = variable_of(x)
    kind = "Identity" if x.op.type == "VariableV2" else "ReadVariableOp"
    spec = [(x.dims, x.dtype.base_dtype)]
    read = n.recorder.add(kind, n.name, None, (), (x,), spec, {"variable": variable})
    n.recorder.reads.setdefault(variable, read.outputs[0])
    return read


@reads("Assign", "AssignVariableOp")
def _assign(n: Node, ref: Tensor, value: Tensor) -> Any:
    variable = variable_of(ref)
    checks = n.type == "AssignVariableOp" or n["validate_shape"]
    function = partial(taken, variable, "assign") if checks else partial(reassigned, variable)
    return _write(n, variable, function, [value], ref)


@reads("AssignAdd", "AssignSub", "AssignAddVariableOp", "AssignSubVariableOp")
def _assign_more(n: Node, ref: Tensor, value: Tensor) -> Any:
    variable = variable_of(ref)
    kind = "assign_add" if n.type.startswith("AssignAdd") else "assign_sub"
    return _write(n, variable, partial(taken, variable, kind), [value], ref)


def _write(
    n: Node, variable: Variable, function: Any, values: list[Tensor], ref: Tensor, args: int | None = None
) -> Any:
    """Write down what writes to a variable: the variable itself is no argument."""
    spec = [(ref.dims, variable.dtype)]
    attributes: dict[str, Any] = {"variable": variable}
    if n.type in ("Assign", "AssignVariableOp"):
        attributes["value"] = values[0]
    operation = n.kernel(function, spec, values, attributes, shown=[ref] if ref.op.recorder is n.recorder else [])
    count = len(values)
    operation.inputs = [*operation.inputs[count:], *operation.inputs[:count]]  # the variable first, as in TensorFlow
    operation.shown = 0
    return operation


@reads("IsVariableInitialized", "VarIsInitializedOp")
def _is_initialized(n: Node, ref: Tensor) -> Any:
    variable = variable_of(ref)
    return n.kernel(lambda: np.array(variable._initialized), [((), bool_)], ())


_ROWS = {
    "Add": "add",
    "Sub": "sub",
    "Mul": "mul",
    "Div": "div",
    "Update": "update",
    "Min": "min",
    "Max": "max",
}


@reads(*(f"{kind}{name}" for kind in ("Scatter", "ScatterNd", "ResourceScatter") for name in _ROWS))
def _scatter(n: Node, ref: Tensor, indices: Tensor, updates: Tensor) -> Any:
    variable = variable_of(ref)
    by_vectors = n.type.startswith("ScatterNd")
    word = n.type.removeprefix("Resource").removeprefix("ScatterNd" if by_vectors else "Scatter")
    return _write(n, variable, partial(write_rows, variable, _ROWS[word], by_vectors), [indices, updates], ref)


@reads("CountUpTo")
def _count_up_to(n: Node, ref: Tensor) -> Any:
    from ...ops.scattering import counted

    variable = variable_of(ref)
    function = partial(counted, variable, n["limit"])
    operation = _write(n, variable, function, [], ref)
    operation.outputs[0].dtype = variable.dtype.base_dtype
    return operation


# ---- optimizers

_OPTIMIZERS = {
    "Adam": optimizers.AdamOptimizer,
    "GradientDescent": optimizers.GradientDescentOptimizer,
    "Momentum": optimizers.MomentumOptimizer,
    "RMSProp": optimizers.RMSPropOptimizer,
    "CenteredRMSProp": optimizers.RMSPropOptimizer,
    "Adagrad": optimizers.AdagradOptimizer,
    "Adadelta": optimizers.AdadeltaOptimizer,
    "ProximalGradientDescent": optimizers.ProximalGradientDescentOptimizer,
    "ProximalAdagrad": optimizers.ProximalAdagradOptimizer,
    "Ftrl": optimizers.FtrlOptimizer,
    "FtrlV2": optimizers.FtrlOptimizer,
}
_KINDS = ("Apply", "SparseApply", "ResourceApply", "ResourceSparseApply")


@reads(*(f"{kind}{name}" for kind in _KINDS for name in _OPTIMIZERS))
def _update(n: Node, *inputs: Tensor) -> Any:
    """An update of one variable and its slots."""
    from ..signatures import signature_of

    word = n.type.removeprefix("Resource")
    is_sparse = word.startswith("Sparse")
    name = word.removeprefix("Sparse").removeprefix("Apply")
    signature = signature_of(n.type)
    assert signature is not None
    given = dict(zip([argument.name for argument in signature.inputs], inputs, strict=True))
    held = [
        key
        for key, argument in zip(given, signature.inputs, strict=True)
        if argument.is_ref or argument.dtype == "resource"
    ]
    gradient = [given.pop(key) for key in ("grad", "delta", "indices") if key in given]
    written = [given.pop(key) for key in held]
    if name == "CenteredRMSProp":  # TensorFlow has the mean first
        written[1], written[2] = written[2], written[1]
    numbers = list(given.values())
    if name == "Adam":  # the powers come last in the library
        numbers = [*numbers[2:], *numbers[:2]]
    optimizer = optimizer_of(_OPTIMIZERS[name], name, _flag(n, "use_nesterov"))
    if name == "Ftrl":
        optimizer._numbers = lambda lr, l1, l2, power: (lr, l1, l2, 0.0, power)  # and no shrinkage
    return update_of(n, optimizer, written, gradient, numbers, is_sparse)


def optimizer_of(kind: Any, name: str, nesterov: bool) -> Any:
    """Return an optimizer that has no variables, for its pass over arrays."""
    made = kind.__new__(kind)
    made._type, made._centered, made._use_nesterov = name, name == "CenteredRMSProp", nesterov
    return made


def _flag(n: Node, name: str) -> bool:
    return bool(n.message.attr[name].b) if name in n.message.attr else False


def update_of(
    n: Node, optimizer: Any, written: list[Tensor], gradient: list[Tensor], numbers: list[Tensor], is_sparse: bool
) -> Any:
    """Write down an update by an optimizer's pass.

    Args:
        written: the variable and its slots.
        gradient: the gradient, or rows and their numbers.
        numbers: the hyperparameters, then the counts, in the optimizer's order.
    """
    variables = [variable_of(tensor) for tensor in written]
    first = len(gradient)

    def update(*values: Any) -> Any:
        w, *slots = (variable._require_value() for variable in variables)
        given = optimizer._numbers(*(float(to_numpy(value)) for value in values[first:]))
        d = np.asarray(values[0]) if isinstance(values[0], np.generic) else values[0]
        try:
            if is_sparse:
                optimizer._update_rows(w, slots, d, values[1], *given)
            elif d.shape != w.shape:
                raise graph_errors.assigned_shape_differs_running(w.shape, d.shape)
            else:
                optimizer._update(w, slots, d, *given)
        finally:
            for variable in variables:
                variable._touch()
        return w

    spec = [(written[0].dims, variables[0].dtype)]
    attributes = {"variable": variables[0]}
    shown = [tensor for tensor in written if tensor.op.recorder is n.recorder]
    operation: Operation = n.kernel(
        update, spec, [*gradient, *numbers], attributes, steering=range(first, first + len(numbers)), shown=shown
    )
    count = first + len(numbers)
    operation.inputs = [*operation.inputs[count:], *operation.inputs[:count]]
    operation.shown = 0
    return operation
