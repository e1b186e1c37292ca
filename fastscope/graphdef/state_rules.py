"""How variables, their initializers, optimizers and summaries are written; see `rules`.

Source: tensorflow/core/ops/state_ops.cc, training_ops.cc (TF 1.15).
"""

from __future__ import annotations

import json
import math
from functools import partial
from typing import Any

import numpy as np

from ..arrays.dtypes import int32
from ..graph import Operation, Tensor
from ..messages.graphs import NodeDef
from ..ops.folding import constant_value
from ..scoping.initializers import (
    Constant,
    Initializer,
    Ones,
    RandomNormal,
    RandomUniform,
    TruncatedNormal,
    UniformUnitScaling,
    VarianceScaling,
    Zeros,
)
from .encoding import ATTRIBUTE, NotWritableError, encoded
from .rules import rule
from .signatures import signature_of
from .writer import Ref, Writer, set_attribute

__all__ = ["marker"]

_SHRINKAGE = 3  # its place among the numbers of Ftrl; one that is 0 is no input of TensorFlow's first Ftrl
_SMALL = 1000  # elements: up to here a first value of one number is a constant


@rule("Const")
def _const(w: Writer, op: Operation) -> list[Ref]:
    return w.add("Const", (), op.name, value=op.attributes["value"], dtype=op.outputs[0].dtype.base_dtype)


@rule("Placeholder")
def _placeholder(w: Writer, op: Operation) -> list[Ref]:
    (tensor,) = op.outputs
    return w.add("Placeholder", (), op.name, dtype=tensor.dtype.base_dtype, shape=tensor.dims)


@rule("NoOp")
def _no_op(w: Writer, op: Operation) -> list[Ref]:
    return w.add("NoOp", (), op.name)


@rule("VariableV2", "VarHandleOp")
def _variable(w: Writer, op: Operation) -> list[Ref]:
    variable = op.attributes["variable"]
    facts = {"dtype": variable.dtype.base_dtype, "shape": op.outputs[0].dims}
    names = {"shared_name": op.name} if op.type == "VarHandleOp" else {}
    return w.add(op.type, (), op.name, **facts, **names)


@rule("Identity", "ReadVariableOp", "IdentityN")
def _passed_on(w: Writer, op: Operation) -> list[Ref]:
    inputs = [w.ref(tensor) for tensor in op.inputs]
    if op.type == "IdentityN":
        return w.add("IdentityN", [inputs], op.name)
    facts: dict[str, Any] = {}
    if op.type == "ReadVariableOp":
        facts["dtype"] = op.outputs[0].dtype.base_dtype
    return w.add(op.type, inputs, op.name, **facts)


def _is_resource(op: Operation) -> bool:
    return op.inputs[0].op.type == "VarHandleOp"


_OF_RESOURCES = {
    "Assign": "AssignVariableOp",
    "AssignAdd": "AssignAddVariableOp",
    "AssignSub": "AssignSubVariableOp",
    "ScatterAdd": "ResourceScatterAdd",
    "ScatterSub": "ResourceScatterSub",
    "ScatterUpdate": "ResourceScatterUpdate",
}


def _written(w: Writer, op: Operation, *values: Ref, **attributes: Any) -> list[Ref] | None:
    """Write an assignment; what it answers is the variable."""
    reference = w.ref(op.inputs[0])
    if not _is_resource(op):
        return w.add(op.type, [reference, *values], op.name, **attributes)
    if op.type not in _OF_RESOURCES:
        return None
    dtype = op.outputs[0].dtype.base_dtype
    w.add(_OF_RESOURCES[op.type], [reference, *values], op.name, dtype=dtype)
    return [w.add("ReadVariableOp", [reference], controls=[op.name], dtype=dtype)[0]]


@rule("Assign")
def _assign(w: Writer, op: Operation) -> list[Ref] | None:
    if "factor" in op.attributes:
        variable, factor = w.ref(op.inputs[0]), w.ref(op.attributes["factor"])
        now = (
            w.add("Identity", [variable])[0]
            if not _is_resource(op)
            else w.add("ReadVariableOp", [variable], dtype=factor.dtype)[0]
        )
        return _written(w, op, w.add("Mul", [now, factor])[0])
    if len(op.inputs) > 1:
        checks = {} if op.outputs[0].dims is not None or _is_resource(op) else {"validate_shape": False}
        return _written(w, op, w.ref(op.inputs[1]), **checks)
    value = _first_value(w, op)
    return None if value is None else _written(w, op, value)


@rule("AssignAdd", "AssignSub")
def _assign_more(w: Writer, op: Operation) -> list[Ref] | None:
    return _written(w, op, w.ref(op.inputs[1])) if len(op.inputs) > 1 else None


@rule(
    "ScatterAdd", "ScatterSub", "ScatterUpdate", "ScatterMul", "ScatterDiv", "ScatterMin", "ScatterMax",
    "ScatterNdUpdate", "ScatterNdAdd", "ScatterNdSub",
)  # fmt: skip
def _scattered(w: Writer, op: Operation) -> list[Ref] | None:
    if len(op.inputs) < 3:
        return None  # in the body of a loop, where the variable is no input
    return _written(w, op, w.ref(op.inputs[1]), w.ref(op.inputs[2]))


def _first_value(w: Writer, op: Operation) -> Ref | None:
    """Write down what an initializer draws, as TensorFlow's own would."""
    function = op.function
    if not isinstance(function, partial) or len(function.args) != 3 or not isinstance(function.args[2], Initializer):
        return None
    variable, source, initializer = function.args
    if variable._get("save_slice_info") is not None:
        return None
    variable_name = op.name.removesuffix("/Assign")
    seeds = {} if source is None else {"seed": source.seed, "seed2": source.seed2}
    shape, dtype = tuple(variable.shape.as_list()), variable._base_dtype
    with w.below(f"{variable_name}/Initializer"):
        return _drawn(w, initializer, shape, dtype, seeds) or _own_draw(w, initializer, shape, dtype, seeds)


def _own_draw(
    w: Writer, initializer: Initializer, shape: tuple[int, ...], dtype: Any, seeds: dict[str, Any]
) -> Ref | None:
    """Write an initializer as an operation of the library's own, if it is one of the library's."""
    if type(initializer).__module__.rpartition(".")[0] != Initializer.__module__.rpartition(".")[0]:
        return None
    facts = {"config": initializer.get_config(), "shape": list(shape), "dtype": dtype, "seeds": list(seeds.values())}
    try:
        written = {"initializer": type(initializer).__name__} | {
            key: encoded(v, str) for key, v in facts.items() if key != "config"
        }
        written["config"] = {key: encoded(value, str) for key, value in facts["config"].items()}
    except NotWritableError:
        return None
    node = NodeDef(name=w.unique(f"{w.scope}/{type(initializer).__name__}"), op="FastscopeInitializer")
    node.attr[ATTRIBUTE].s = json.dumps(written).encode()
    set_attribute(node, "T", "list(type)", [dtype])
    list.append(w.nodes, node)
    return Ref(node.name, dtype)


def _drawn(
    w: Writer, initializer: Initializer, shape: tuple[int, ...], dtype: Any, seeds: dict[str, Any]
) -> Ref | None:
    kind: Any = type(initializer)
    if kind in (Zeros, Ones, Constant):
        if math.prod(shape) >= _SMALL and np.ndim(getattr(initializer, "value", 0)) == 0:
            number = initializer.draw((), dtype=dtype)
            sizes, value = w.const(shape, "shape_as_tensor", int32), w.const(number, "Const", dtype)
            return w.add("Fill", [sizes, value])[0]
        return w.const(initializer.draw(shape, dtype=dtype), {Zeros: "zeros", Ones: "ones"}.get(kind, "Const"), dtype)
    sizes = w.const(shape, "shape", int32)
    if isinstance(initializer, (RandomUniform, UniformUnitScaling)) or (
        isinstance(initializer, VarianceScaling) and initializer.distribution == "uniform"
    ):
        if dtype.is_integer:
            return None
        low, high = _ends(initializer, shape)
        drawn = w.add("RandomUniform", [sizes], dtype=dtype, **seeds)[0]
        lowest = w.const(low, "min", dtype)
        span = w.add("Sub", [w.const(high, "max", dtype), lowest])[0]
        return w.add("Add", [w.add("Mul", [drawn, span])[0], lowest])[0]
    if isinstance(initializer, (RandomNormal, VarianceScaling)):
        mean, stddev, draw = _spread(initializer, shape)
        drawn = w.add(draw, [sizes], dtype=dtype, **seeds)[0]
        scaled = w.add("Mul", [drawn, w.const(stddev, "stddev", dtype)])[0]
        return w.add("Add", [scaled, w.const(mean, "mean", dtype)])[0]
    return None


def _ends(initializer: Any, shape: tuple[int, ...]) -> tuple[float, float]:
    if isinstance(initializer, RandomUniform):
        return initializer.minval, 1.0 if initializer.maxval is None else initializer.maxval
    limit = initializer.limit(shape)
    return -limit, limit


def _spread(initializer: Any, shape: tuple[int, ...]) -> tuple[float, float, str]:
    if isinstance(initializer, RandomNormal):
        cut = isinstance(initializer, TruncatedNormal)
        return initializer.mean, initializer.stddev, "TruncatedNormal" if cut else "RandomStandardNormal"
    cut = initializer.distribution != "untruncated_normal"
    return 0.0, initializer.stddev(shape), "TruncatedNormal" if cut else "RandomStandardNormal"


# ---- optimizers


def _update(w: Writer, op: Operation) -> list[Ref] | None:
    """An update: variables, numbers and the gradient, in the order of TensorFlow's operation."""
    facts, optimizer, inputs = op.attributes["read"] if "read" in op.attributes else _facts(op)
    arguments = [w.ref(tensor) for tensor in inputs]
    encoding = json.dumps({"update": facts, "arguments": {"list": [{"tensor": ref.name} for ref in arguments]}})
    count = facts["written"]
    parts = -2 if facts["is_sparse"] else -1
    numbers = arguments[count:parts]
    if optimizer._type == "Ftrl" and constant_value(inputs[count + _SHRINKAGE]) == 0:
        del numbers[_SHRINKAGE]
    made = _as_tensorflow(w, op, optimizer, arguments[:count], numbers, arguments[parts:], facts["flags"])
    if made is None:
        return marker(w, op, arguments, encoding)
    w.encodings[op.name] = encoding
    return made


def _facts(op: Operation) -> tuple[dict[str, Any], Any, list[Tensor]]:
    """Return what makes an update again, its optimizer, and its variables, numbers and gradient."""
    optimizer, is_sparse = op.attributes["optimizer"], op.type.startswith("Sparse")
    flags = {
        "use_nesterov": bool(getattr(optimizer, "_use_nesterov", False)),
        "use_locking": bool(op.attributes["use_locking"]),
    }
    held = len(op.attributes["held"])
    facts = {
        "optimizer": type(optimizer).__name__,
        "type": optimizer._type,
        "is_sparse": is_sparse,
        "written": held - len(optimizer._counts()),
        "flags": flags,
    }
    return facts, optimizer, [*op.inputs[:held], *optimizer._tensors, *op.inputs[-2 if is_sparse else -1 :]]


def _as_tensorflow(
    w: Writer, op: Operation, optimizer: Any, held: list[Ref], numbers: list[Ref], parts: list[Ref], flags: Any
) -> list[Ref] | None:
    """Write an update as TensorFlow's operation for it, if there is one."""
    kind, is_resource = op.type, _is_resource(op)
    if is_resource and not all(each.op.type == "VarHandleOp" for each in op.inputs[: len(held)]):
        return None  # the slots of such a variable are of the other kind here
    module = type(optimizer).__module__.partition(".")[2]
    own = module.startswith("training.optimizers") and type(optimizer).__name__ != "LazyAdamOptimizer"
    if not own:
        return None
    dtype = op.outputs[0].dtype.base_dtype
    if kind == "SparseApplyGradientDescent":
        inputs = [held[0], parts[1], w.add("Mul", [parts[0], numbers[0]])[0]]
        if is_resource:
            return w.add("ResourceScatterSub", inputs, op.name, dtype=dtype)
        return w.add("ScatterSub", inputs, op.name)
    if kind == "SparseApplyAdam":  # the other rows move, too
        rows = w.const(op.outputs[0].dims[0] if op.outputs[0].dims else 0, "rows", int32)
        kind, parts = "ApplyAdam", [w.add("UnsortedSegmentSum", [*parts, rows])[0]]
    kind = f"Resource{kind}" if is_resource else kind
    if optimizer._type == "Ftrl" and len(numbers) > _SHRINKAGE + 1:
        kind += "V2"
    signature = signature_of(kind)
    if signature is None:
        return None
    written, others = iter(held), iter(numbers)
    given = dict(zip(("grad", "indices"), parts, strict=False))
    given["delta"] = given["grad"]
    inputs = [
        next(written) if each.is_ref or each.dtype == "resource" else given.get(each.name) or next(others)
        for each in signature.inputs
    ]
    if optimizer._type == "CenteredRMSProp":  # TensorFlow has the mean first
        inputs[1], inputs[2] = inputs[2], inputs[1]
    known: dict[str, Any] = {key: value for key, value in flags.items() if key in signature.attributes}
    return w.add(kind, inputs, op.name, T=dtype, **known)


for _name in ("Adam", "GradientDescent", "Momentum", "RMSProp", "CenteredRMSProp", "Adagrad", "Adadelta", "Ftrl"):
    rule(f"Apply{_name}", f"SparseApply{_name}")(_update)
for _name in ("ProximalGradientDescent", "ProximalAdagrad"):
    rule(f"Apply{_name}", f"SparseApply{_name}")(_update)


def marker(w: Writer, op: Operation, inputs: list[Ref], encoding: str | None) -> list[Ref]:
    """Write an operation that TensorFlow does not have, under a type that says so."""
    node = NodeDef(name=op.name, op=f"Fastscope{op.type}", device=op.device)
    list.extend(node.input, [ref.name for ref in inputs])
    list.extend(node.input, [f"^{before}" for before in [*w.after, *(() if inputs else w.pivots())]])
    if encoding is not None:
        node.attr[ATTRIBUTE].s = encoding.encode()
    if op.outputs:
        set_attribute(node, "T", "list(type)", [tensor.dtype.base_dtype for tensor in op.outputs])
    list.append(w.nodes, node)
    return [Ref(tensor.name.removesuffix(":0"), tensor.dtype) for tensor in op.outputs]


# ---- summaries and messages


@rule("ScalarSummary", "HistogramSummary")
def _summary(w: Writer, op: Operation) -> list[Ref]:
    return w.add(op.type, [w.ref(tensor) for tensor in op.inputs], op.name)


@rule("ImageSummary")
def _image(w: Writer, op: Operation) -> list[Ref]:
    inputs = [w.ref(tensor) for tensor in op.inputs]
    return w.add("ImageSummary", inputs, op.name, max_images=op.attributes["max_outputs"])


@rule("AudioSummaryV2")
def _audio(w: Writer, op: Operation) -> list[Ref]:
    inputs = [w.ref(tensor) for tensor in op.inputs]
    return w.add("AudioSummaryV2", inputs, op.name, max_outputs=op.attributes["max_outputs"])


@rule("TensorSummaryV2")
def _tensor_summary(w: Writer, op: Operation) -> list[Ref]:
    tag, tensor = (w.ref(each) for each in op.inputs)
    metadata = op.attributes["metadata"]
    data = b"" if metadata is None else metadata.SerializeToString()
    return w.add("TensorSummaryV2", [tag, tensor, w.const(np.array(data, object), "serialized")], op.name)


@rule("MergeSummary")
def _merge_summary(w: Writer, op: Operation) -> list[Ref]:
    return w.add("MergeSummary", [[w.ref(tensor) for tensor in op.inputs]], op.name)


@rule("Assert")
def _assert(w: Writer, op: Operation) -> list[Ref]:
    condition, *data = (
        w.ref(value) if type(value) is Tensor else w.const(value, f"data_{k}") for k, value in enumerate(op.args)
    )
    return w.add("Assert", [condition, data], op.name)


@rule("Print")
def _print(w: Writer, op: Operation) -> list[Ref]:
    first, *data = (w.ref(tensor) for tensor in op.inputs)
    return w.add("Print", [first, data], op.name, **op.attributes)
